# Targets carry the names that users of OBI know. Everything is built by CMake (CMakePresets.json); this file is the way in.
SHELL := /bin/bash
JOBS ?= $(shell nproc)
PYTHON ?= /usr/bin/python3
PYTEST := $(PYTHON) -m pytest -q -rs -p no:cacheprovider

.PHONY: help deps deps-test deps-peers deps-demo deps-release release configure all-targets bench-check generate compile dev build demo test unit-test integration-test peers-test slow-peers-test timing-test slow-test soak test-vm vm-test bench-vm deps-vm test-asan test-tsan \
        bench fuzz fuzz-build fmt lint clang-format clang-tidy docs clean

help: ## lists the targets
	@grep -hE '^[a-z -]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

deps: ## installs every package that building needs (apt)
	@tools/install_deps.sh build

deps-test: ## … and those that testing needs
	@tools/install_deps.sh build test

configure: deps ## prepares the build folder
	@test -f build/build.ninja || cmake --preset dev >/dev/null

generate: configure ## compiles the BPF programs and generates their skeletons
	@cmake --build build -j $(JOBS) --target bpf_skeletons

compile: configure ## builds the agent: build/bin/ebpf-instrument
	@cmake --build build -j $(JOBS) --target ebpf-instrument

dev: generate compile ## generate, then compile

build: compile ## builds the agent

all-targets: configure ## builds the agent, the tests, the benchmarks and their tools
	@cmake --build build -j $(JOBS)

deps-release: ## … those that the agent alone needs
	@tools/install_deps.sh agent

deps-demo: deps-release ## … and those that the demo runs
	@tools/install_deps.sh demo

release: deps-release ## builds the agent alone, as fast as that goes: build-release/bin/ebpf-instrument, without tests and debug information
	@test -f build-release/build.ninja || cmake --preset release >/dev/null
	@cmake --build build-release -j $(JOBS) --target ebpf-instrument

demo: deps-demo release ## real processes, live spans, then a table of requests, errors and durations
	@demo/run.sh

test: lint clang-tidy release unit-test bench-check integration-test vm-test ## all tests but the slow ones, and that the release still builds

bench-check: deps-test all-targets ## the measurements that are the same on every machine, against their limits
	@$(PYTHON) tests/bench/bench.py --stable --check

unit-test: deps-test all-targets ## unit tests, fuzz corpora, the capture programs against real system calls
	@ctest --test-dir build --output-on-failure -j $(JOBS)

integration-test: deps-test all-targets ## the agent against real servers and clients (root)
	@OBI_TIME_SLACK=6 $(PYTEST) tests/e2e -m "not slow and not peers"

deps-peers: deps-test ## … those of the peers that are tested against
	@tools/install_deps.sh peers

peers-test: deps-peers all-targets ## every protocol against its real servers and clients; prints tables of expected and found
	@$(PYTEST) tests/e2e -m "peers and not slow" -s

timing-test: deps-test all-targets ## durations and start-up against their limits; wants a quiet machine
	@$(PYTEST) tests/e2e -m timing -s

slow-test: deps-peers all-targets ## long-running integration tests: the real OpenTelemetry Collector, outages
	@$(PYTEST) tests/e2e -m "slow and not peers" -s

soak: deps-peers all-targets ## a busy host for 15 minutes, everything selected: every request a span, memory flat
	@OBI_SOAK_SECONDS=900 $(PYTEST) tests/e2e/test_soak.py -s

slow-peers-test: deps-peers all-targets ## … pgbench, redis-benchmark and the like at length
	@$(PYTEST) tests/e2e -m "slow and peers" -s

toy-protocol-test: deps-test ## adds a protocol to a copy of the tree as docs/add_a_protocol.md says, builds it and runs its tests
	@$(PYTHON) tests/toy_protocol/toy_protocol_test.py --build --jobs $(JOBS)

test-asan: deps-test ## unit and integration tests under AddressSanitizer and UBSan (a fifth of the load)
	@cmake --preset asan >/dev/null && cmake --build --preset asan -j $(JOBS) && ctest --preset asan -j $(JOBS)
	@OBI_LOAD=0.2 OBI_BUILD=$(CURDIR)/build-asan $(PYTEST) tests/e2e -m "not slow and not timing and not peers"

test-tsan: deps-test ## unit and integration tests under ThreadSanitizer (less load: it is twenty times slower)
	@cmake --preset tsan >/dev/null && cmake --build --preset tsan -j $(JOBS) && ctest --preset tsan -j $(JOBS)
	@OBI_LOAD=0.02 OBI_BUILD=$(CURDIR)/build-tsan $(PYTEST) tests/e2e -m "not slow and not timing and not peers"

deps-vm: deps-test ## … those of the virtual machines
	@tools/install_deps.sh vm

KERNEL ?=
test-vm: deps-vm all-targets ## every kernel of tests/vm/kernels.tsv × every back end, under QEMU (KERNEL=name: only that one)
	@$(PYTHON) tests/vm/matrix.py $(addprefix --kernel ,$(KERNEL))

vm-test: deps-vm all-targets ## the back ends of Debian 12's kernel, whose verifier is older than many a host's, under QEMU; skipped where that can't be had
	@$(PYTHON) tests/vm/matrix.py --kernel 6.1 --backend syscall --backend kprobe --backend fentry --suites segments

bench-vm: deps-vm all-targets ## instructions that a traced request costs, per back end (KERNEL=name, default 6.1)
	@$(PYTHON) tests/vm/bench.py $(addprefix --kernel ,$(KERNEL))

bench: deps-peers all-targets ## prints one JSON document of measurements
	@$(PYTHON) tests/bench/bench.py --check

fuzz-build: deps-test ## builds the fuzz targets with libFuzzer
	@cmake --preset fuzz >/dev/null && cmake --build --preset fuzz -j $(JOBS) --target fuzzers

FUZZ_SECONDS ?= 60
fuzz: fuzz-build ## runs every fuzz target for FUZZ_SECONDS
	@for target in build-fuzz/bin/*_fuzz; do \
	  name=$$(basename $$target _fuzz); mkdir -p build-fuzz/corpus/$$name; \
	  $$target -max_total_time=$(FUZZ_SECONDS) -timeout=5 -rss_limit_mb=1024 build-fuzz/corpus/$$name tests/fuzz/corpus/$$name || exit 1; \
	done

SOURCES = $(shell $(PYTHON) tools/source_files.py --suffix .cpp,.hpp src tests)
fmt clang-format: deps-test ## formats the C++ sources
	@clang-format-19 -i $(SOURCES)

lint: deps-test configure ## formatting, layering, names, sizes, self-contained headers, without changing anything
	@clang-format-19 --dry-run --Werror $(SOURCES)
	@$(PYTHON) tools/check_layers.py
	@$(PYTHON) tools/check_names.py
	@$(PYTHON) tools/check_sizes.py
	@cmake --build build -j $(JOBS) --target all_verify_interface_header_sets

clang-tidy: deps-test ## the static checks of .clang-tidy, over every source of src/ once
	@cmake --preset tidy >/dev/null && cmake --build --preset tidy -j $(JOBS) --target bpf_skeletons
	@run-clang-tidy-19 -quiet -p build-tidy -j $(JOBS) '/Unity/' 2>/dev/null

docs: all-targets ## regenerates docs/configuration.md
	@build/bin/config_docs docs/configuration.md

clean: ## removes every build folder
	@rm -rf build build-asan build-tsan build-fuzz build-release build-tidy
