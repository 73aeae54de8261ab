// SPDX-License-Identifier: Apache-2.0
#include "capture/tracer.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "base/clock.hpp"
#include "base/kernel_version.hpp"
#include "bpf/shared/connection.h"
#include "bpf/shared/kernel_loss.h"
#include "bpf/shared/pid_filter.h"
#include "bpf/shared/segment.h"
#include "capture/backends.hpp"
#include "capture/pid_filter.hpp"
#include "capture/preemption.hpp"
#include "capture/program_sets.hpp"
#include "capture/self_check.hpp"
#include "capture/socket_sweep.hpp"

namespace obi::capture {
namespace {

// libbpf's own messages: interesting only while something fails to load.
int log_libbpf(libbpf_print_level level, const char* format, va_list args) {
  if (level > LIBBPF_INFO || !spdlog::should_log(spdlog::level::debug)) return 0;
  char* text = nullptr;  // a verifier's log has no upper bound that we know
  const int size = vasprintf(&text, format, args);
  if (size < 0) return 0;
  std::string_view line(text, static_cast<std::size_t>(size));
  while (line.ends_with('\n')) line.remove_suffix(1);
  spdlog::debug("{}", line);
  std::free(text);
  return 0;
}

template <typename T>
T* map_memory(int fd, std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<T*>(memory);
}

constexpr std::size_t kSegmentsBytes = OBI_PID_SEGMENTS * sizeof(std::uint64_t);

// Records of the segments' ring between two looks at the ring of process events: a busy host fills
// the one for as long as it is busy, and a new program must not wait for that.
constexpr std::size_t kRecordsPerLook = 8;

struct ConsumerCall {
  const Tracer::Consumer* consume;
  SocketSweep* sweep;
  ring* process_events;
  std::size_t count = 0;
};

ConsumerCall& pass_on(void* context, void* data, std::size_t size) {
  ConsumerCall& call = **static_cast<ConsumerCall**>(context);
  const std::span record(static_cast<const std::byte*>(data), size);
  call.sweep->on_record(record);
  (*call.consume)(record);
  ++call.count;
  return call;
}

int on_process_event(void* context, void* data, std::size_t size) {
  pass_on(context, data, size);
  return 0;
}

int on_segment(void* context, void* data, std::size_t size) {
  const ConsumerCall& call = pass_on(context, data, size);
  if (call.count % kRecordsPerLook == 0 && ring__avail_data_size(call.process_events) > 0)
    ring__consume(call.process_events);
  return 0;
}

}  // namespace

std::string_view to_string(Backend backend) {
  switch (backend) {
    case Backend::kFentry: return "fentry";
    case Backend::kKprobe: return "kprobe";
    case Backend::kTracepoint: return "tracepoint";
    case Backend::kSyscall: return "syscall";
    case Backend::kAuto: break;
  }
  return "auto";
}

std::string_view drawback(Backend backend) {
  if (backend != Backend::kFentry || !preempts_trampolines()) return "";
  return "its programs can be preempted on this kernel, and would miss calls";
}

std::vector<Backend> backends_by_preference() {
  std::vector<Backend> backends(kBackends.begin(), kBackends.end());
  std::ranges::stable_partition(backends, [](Backend b) { return drawback(b).empty(); });
  return backends;
}

struct Tracer::Loaded {
  ProgramSets programs;
  ring_buffer* rings = nullptr;  // process events first: in this order they are consumed
  std::uint64_t* pid_segments = nullptr;
  int overrides = -1;  // descriptor of the map
  std::unique_ptr<PidFilter> filter;
  std::unique_ptr<SocketSweep> sweep;
  ConsumerCall* call = nullptr;
  Backend backend = Backend::kSyscall;

  ~Loaded() {
    ring_buffer__free(rings);
    if (pid_segments != nullptr) munmap(pid_segments, kSegmentsBytes);
  }

  base::Result<void> map() {
    pid_segments = map_memory<std::uint64_t>(programs.map("pid_segments"), kSegmentsBytes);
    if (pid_segments == nullptr) return base::fail("mapping BPF map memory", errno);
    overrides = programs.map("capture_overrides");
    filter = std::make_unique<PidFilter>(programs.map("allowed_pids"), pid_segments,
                                         &programs.state().filter_generation);
    sweep = std::make_unique<SocketSweep>(programs.map("connections"),
                                          programs.program("obi_check_socket"));
    return {};
  }

  base::Result<void> read_rings() {
    void* context = static_cast<void*>(&call);
    rings = ring_buffer__new(programs.map("process_events"), on_process_event, context, nullptr);
    if (rings == nullptr ||
        ring_buffer__add(rings, programs.map("segments"), on_segment, context) != 0) {
      return base::fail("opening the ring buffers", errno);
    }
    return {};
  }

  [[nodiscard]] std::uint64_t loss_count(std::uint32_t reason) const {
    const int cpus = libbpf_num_possible_cpus();
    std::vector<std::uint64_t> per_cpu(cpus > 0 ? static_cast<std::size_t>(cpus) : 1);
    if (bpf_map_lookup_elem(programs.map("losses"), &reason, per_cpu.data()) != 0) return 0;
    return std::accumulate(per_cpu.begin(), per_cpu.end(), std::uint64_t{0});
  }

  base::Result<void> open(const TracerOptions& options) {
    if (auto loaded = programs.load(program_set(backend), options); !loaded) return loaded;
    if (auto mapped = map(); !mapped) return mapped;
    if (auto reading = read_rings(); !reading) return reading;
    return programs.attach();
  }
};

Tracer::Tracer(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {}
Tracer::~Tracer() = default;

base::Result<std::unique_ptr<Tracer>> Tracer::open_backend(Backend backend,
                                                           const TracerOptions& options) {
  if (backend == Backend::kTracepoint && preempts_raw_tracepoints(base::running_kernel()))
    return base::fail("from Linux 7 on its programs can be preempted, and would miss calls");
  auto loaded = std::make_unique<Loaded>();
  loaded->backend = backend;
  if (auto opened = loaded->open(options); !opened)
    return std::unexpected(std::move(opened.error()));
  std::unique_ptr<Tracer> tracer(new Tracer(std::move(loaded)));
  if (backend == Backend::kTracepoint) {  // it reads packets, by what it has learnt of this kernel
    if (auto passed = self_check(*tracer); !passed)
      return std::unexpected(std::move(passed.error()).with_context("self-check"));
  }
  return tracer;
}

base::Result<std::unique_ptr<Tracer>> Tracer::open(const TracerOptions& options) {
  libbpf_set_print(log_libbpf);
  if (options.backend != Backend::kAuto) return open_backend(options.backend, options);
  std::string why;
  const std::vector<Backend> backends = backends_by_preference();
  for (const Backend backend : kBackends) {
    if (!drawback(backend).empty())
      why = fmt::format("{}: {}", to_string(backend), drawback(backend));
  }
  for (const Backend backend : backends) {
    auto tracer = open_backend(backend, options);
    if (tracer && !why.empty()) {
      spdlog::info("capture_backend={} because {}", to_string(backend), why);
    }
    if (tracer || backend == backends.back()) return tracer;
    why += fmt::format("{}{} failed: {}", why.empty() ? "" : "; ", to_string(backend),
                       tracer.error().message);
  }
  return base::fail("no capture back end");
}

base::Result<void> Tracer::allow(const PidIdentity& process) {
  return loaded_->filter->allow(process);
}
void Tracer::block(const PidIdentity& process) { loaded_->filter->block(process); }

void Tracer::set_mode(std::uint64_t connection_id, model::Source source, model::CaptureMode mode) {
  const obi_stream_key stream{.connection_id = connection_id,
                              .source = static_cast<std::uint32_t>(source)};
  const auto capture_override = static_cast<std::uint32_t>(mode);
  // Never refused for want of room: the table evicts the oldest. If it is nevertheless, the
  // kernel's own choice holds, and what that leaves out is counted as BytesUncaptured.
  if (bpf_map_update_elem(loaded_->overrides, &stream, &capture_override, BPF_ANY) != 0) return;
  std::atomic_ref(loaded_->programs.state().capture_override_epoch)
      .fetch_add(1, std::memory_order_release);
}

std::size_t Tracer::poll(std::chrono::milliseconds timeout, const Consumer& consume) {
  epoll_event events[2];
  epoll_wait(ring_buffer__epoll_fd(loaded_->rings), events, 2, static_cast<int>(timeout.count()));
  const std::size_t count = drain(consume);
  loaded_->sweep->step(base::monotonic_ns());
  return count;
}

std::size_t Tracer::drain(const Consumer& consume) {
  ConsumerCall call{.consume = &consume,
                    .sweep = loaded_->sweep.get(),
                    .process_events = ring_buffer__ring(loaded_->rings, 0)};
  loaded_->call = &call;
  ring_buffer__consume(loaded_->rings);
  loaded_->call = nullptr;
  return call.count;
}

Backend Tracer::backend() const { return loaded_->backend; }

std::uint64_t Tracer::lost_process_events() const {
  return loaded_->loss_count(OBI_LOSS_PROCESS_RING_FULL);
}

std::vector<KernelLoss> Tracer::losses() const {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, OBI_KERNEL_LOSS_COUNT>
      kRows = {{
#define OBI_LOSS_ROW(name, text, help) {text, help},
          OBI_KERNEL_LOSSES(OBI_LOSS_ROW)
#undef OBI_LOSS_ROW
      }};
  std::vector<KernelLoss> losses;
  for (std::uint32_t key = 0; key < kRows.size(); ++key) {
    losses.push_back(
        {.name = kRows[key].first, .help = kRows[key].second, .count = loaded_->loss_count(key)});
  }
  losses.push_back({.name = "program_skipped",
                    .help = "runs of capture programs that the kernel skipped, for any process",
                    .count = loaded_->programs.skipped_runs()});
  return losses;
}

Audit Tracer::audit() const { return loaded_->programs.audit(); }

std::size_t Tracer::map_bytes() const {
  std::size_t total = 0;
  for (const MapFacts& map : audit().maps) total += map.bytes;
  return total;
}

}  // namespace obi::capture
