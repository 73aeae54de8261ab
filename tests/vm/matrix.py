#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`make test-vm [KERNEL=name]`: boots each kernel of kernels.tsv and runs the same behaviour suite there once per back end.

Prints one line per kernel and back end; what was not run is printed as skipped, with the reason. The exit status is 1 when
anything failed.
"""
import argparse
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

import verifier_budget

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BACKENDS = ("syscall", "tracepoint", "kprobe", "fentry")

JOB = r"""
echo
echo /obi/lib >/etc/ld.so.conf.d/00-obi.conf && ldconfig
export OBI_BUILD=/obi/build OBI_LOAD={load} OBI_TIME_SLACK={time_slack} PYTHONDONTWRITEBYTECODE=1
run() {{  # NAME COMMAND...: one suite; its output is kept only when it fails
  local name=$1; shift
  if timeout {suite_seconds} "$@" >/tmp/out 2>&1; then
    echo "RESULT $backend $name pass $(grep -aoE '[0-9]+ (tests? ran|passed)|PASSED  \] [0-9]+' /tmp/out | tail -1 | grep -oE '[0-9]+')"
  else
    echo "RESULT $backend $name fail $?"
    tail -c 12000 /tmp/out
  fi
}}
for backend in {backends}; do
  if [ $backend = tracepoint ] && ! reason=$(OTEL_EBPF_CAPTURE_BACKEND=tracepoint /obi/build/bin/ebpf-instrument --probe 2>&1); then
    echo "RESULT tracepoint all skipped $(tr '\n' ' ' <<<"$reason")"  # it is meant to refuse where it can't vouch for itself
    continue
  fi
  export OBI_CAPTURE_BACKEND=$backend OTEL_EBPF_CAPTURE_BACKEND=$backend
  /obi/build/bin/ebpf-instrument audit --json >/host/audit.$backend.json
  [ "{suites}" != behaviour ] && run segments /obi/build/bin/capture_test --gtest_brief=1
  [ "{suites}" != segments ] && run behaviour python3 -m pytest -q -p no:cacheprovider --maxfail=4 --tb=short {tests} {pytest}
done
exit 0
"""


def kernels():
    rows = [line.split("\t") for line in (HERE / "kernels.tsv").read_text().splitlines() if not line.startswith("#")]
    return {row[0]: row[3] for row in rows}


def host_architecture():
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


class Unavailable(Exception):
    """Something that a row needs can't be had here: it is skipped."""


class Broken(Exception):
    """What a row runs can't be built: it has failed."""


# Program and the package that has it, by Debian's name of the architecture.
EMULATORS = {"amd64": ("qemu-system-x86_64", "qemu-system-x86"), "arm64": ("qemu-system-aarch64", "qemu-system-arm")}
CROSS_COMPILERS = {"arm64": ("aarch64-linux-gnu-g++", "g++-aarch64-linux-gnu")}


def require(program, package):
    if not shutil.which(program):
        raise Unavailable(f"no {program} (package {package})")


def run_script(problem, *command):
    """The last line that the script prints; `problem` is raised if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        print((done.stdout + done.stderr)[-8000:], file=sys.stderr)
        raise problem(f"{pathlib.Path(command[0]).name}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def prepare(kernel, arch, build, folder):
    """What the VM boots and runs, fetched and built; the disk image."""
    require(*EMULATORS[arch])
    run_script(Unavailable, HERE / "fetch_kernel.sh", kernel)
    run_script(Unavailable, HERE / "make_root.sh", arch)
    disk = folder / f"disk-{arch}.img"
    if not disk.exists():
        if arch != host_architecture():
            if arch not in CROSS_COMPILERS:
                raise Unavailable(f"nothing here builds for {arch}")
            require(*CROSS_COMPILERS[arch])
            run_script(Unavailable, HERE / "make_sysroot.sh", arch)
            build = run_script(Broken, HERE / "cross_build.sh", arch)
        run_script(Broken, HERE / "make_disk.sh", build, disk, arch)
    return disk


def boot(kernel, disk, backends, args):
    """Results of one kernel: {(backend, suite): (status, figure)}, what `audit` said per back end, the console's text."""
    job = JOB.format(backends=" ".join(backends), suites=args.suites, suite_seconds=args.suite_seconds, load=args.load,
                     time_slack=args.time_slack, tests=" ".join(f"/obi/tests/e2e/{name}" for name in args.tests),
                     pytest=shlex.join(shlex.split(args.pytest)))
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as script, tempfile.TemporaryDirectory() as share:
        script.write(job)
        script.flush()
        seconds = 120 + 2 * args.suite_seconds * len(backends)
        done = subprocess.run([HERE / "boot.sh", kernel, script.name, str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=os.environ | {"VM_DISK": str(disk), "VM_SHARE": share}, check=False)
        audits = {path.name.split(".")[1]: json.loads(path.read_text() or "null") for path in pathlib.Path(share).glob("audit.*.json")}
    console = done.stdout.decode(errors="replace")
    results = {}
    for line in console.splitlines():
        fields = line.split(maxsplit=4)
        if len(fields) >= 4 and fields[0] == "RESULT":
            results[fields[1], fields[2]] = (fields[3], fields[4] if len(fields) > 4 else "")
    return results, audits, console


def check_verifier(kernel, backend, audit, record):
    """(status, figure) of the programs' verification: the instructions of the one that takes most."""
    if audit is None:
        return ("fail", "no audit")
    if record:
        verifier_budget.record(kernel, backend, audit)
    over = verifier_budget.over_budget(kernel, backend, audit)
    most = max(program["verified_instructions"] for program in audit["programs"])
    return ("fail", "; ".join(over)) if over else ("pass", str(most))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", action="append", help="only this row of kernels.tsv (may be repeated)")
    parser.add_argument("--backend", action="append", choices=BACKENDS)
    parser.add_argument("--suites", choices=("segments", "behaviour", "all"), default="all")
    parser.add_argument("--suite-seconds", type=int, default=2400)
    parser.add_argument("--load", default="0.02", help="share of the full load (OBI_LOAD): a VM is many times slower than its host")
    parser.add_argument("--time-slack", default="6", help="what limits of time are multiplied by (OBI_TIME_SLACK)")
    parser.add_argument("--tests", nargs="+", default=["test_completeness.py"], help="files of tests/e2e that make the behaviour suite")
    parser.add_argument("--pytest", default="", help="further arguments, such as -k EXPRESSION")
    parser.add_argument("--required", action="store_true", help="a row that can't be run is a failure")
    parser.add_argument("--record-budgets", action="store_true", help="what the verifier says now is the budget from now on")
    parser.add_argument("--build", default=str(ROOT / "build"))
    args = parser.parse_args()
    chosen = args.kernel or list(kernels())
    backends = args.backend or BACKENDS
    suites = ["segments", "behaviour"] if args.suites == "all" else [args.suites]
    failed = skipped = False
    with tempfile.TemporaryDirectory() as folder:
        for kernel in chosen:
            try:
                disk = prepare(kernel, kernels()[kernel], args.build, pathlib.Path(folder))
            except Unavailable as reason:
                print(f"{kernel:10} skipped: {reason}", flush=True)
                skipped = True
                continue
            except Broken as reason:
                print(f"{kernel:10} FAILED {reason}", flush=True)
                failed = True
                continue
            results, audits, console = boot(kernel, disk, backends, args)
            for backend in backends:
                if (backend, "all") in results:
                    print(f"{kernel:10} {backend:10} skipped: {results[backend, 'all'][1].strip()}", flush=True)
                    continue
                results[backend, "verifier"] = check_verifier(kernel, backend, audits.get(backend), args.record_budgets)
                cells = [results.get((backend, suite), ("missing", "")) for suite in ["verifier", *suites]]
                good = all(status == "pass" for status, _ in cells)
                failed |= not good
                text = "  ".join(f"{suite}: {status} {figure}" for suite, (status, figure) in zip(["verifier", *suites], cells))
                print(f"{kernel:10} {backend:10} {'ok    ' if good else 'FAILED'} {text}", flush=True)
            if any(status in ("fail", "missing") for status, _ in results.values()) or not results:
                print(console[-20000:], file=sys.stderr)
    return 1 if failed or (skipped and args.required) else 0


if __name__ == "__main__":
    sys.exit(main())
