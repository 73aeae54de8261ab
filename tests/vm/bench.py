#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`make bench-vm [KERNEL=name]`: instructions that a traced HTTP request costs, per back end: the server's and the agent's.

Counted in a VM whose clock is the number of executed instructions, so the figures don't depend on what else this machine does.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", default="6.1")
    parser.add_argument("--backend", action="append", choices=("syscall", "tracepoint", "kprobe", "fentry"))
    parser.add_argument("--build", default=str(ROOT / "build"))
    args = parser.parse_args()
    backends = args.backend or ["syscall", "kprobe", "fentry"]
    with tempfile.TemporaryDirectory() as folder:
        share = pathlib.Path(folder)
        subprocess.run([HERE / "make_disk.sh", args.build, share / "disk.img"], check=True)
        (share / "request_cost.py").write_text((HERE / "request_cost.py").read_text())
        (share / "job.sh").write_text(
            "echo /obi/lib >/etc/ld.so.conf.d/00-obi.conf && ldconfig\nexport OBI_BUILD=/obi/build PYTHONDONTWRITEBYTECODE=1\n"
            f"cp /host/request_cost.py /tmp/ && python3 /tmp/request_cost.py {' '.join(backends)} >/host/figures 2>/host/errors\n")
        done = subprocess.run(
            [HERE / "boot.sh", args.kernel, share / "job.sh", "1500"], check=False, stdout=subprocess.DEVNULL,
            env=os.environ | {"VM_DISK": str(share / "disk.img"), "VM_SHARE": folder, "VM_CPUS": "1",
                              "VM_QEMU": "-icount shift=0,sleep=off"})
        rows = [json.loads(line) for line in (share / "figures").read_text().splitlines()]
        if done.returncode != 0:
            print((share / "errors").read_text(), file=sys.stderr)
    print(f"kernel {args.kernel}, instructions per request, {rows[0]['requests']} requests at 1000 a second" if rows else "nothing")
    for row in rows:
        if row["backend"] == "none":
            print(f"{'none':10} {'':10} server {row['server']:9.0f}")
        else:
            print(f"{row['backend']:10} {row['export']:10} server {row['server']:9.0f}  added {row['server_added']:8.0f}  "
                  f"agent {row['agent']:8.0f}  of which idle {row['agent_idle_per_request']:7.0f}  spans {row['spans_made']:.0f}")
            for name, count in sorted(row["threads"].items()):
                print(f"{'':21} {name:15} {count:9.0f}  of which idle {row['idle_threads'].get(name, 0):7.0f}")
    broken = broken_limits(rows)
    for line in broken:
        print("over its limit:", line)
    return 1 if broken else done.returncode


def broken_limits(rows):
    """Figures above their limit in tests/bench/budgets.json: keys vm.BACKEND.server_added, vm.agent.EXPORT."""
    limits = json.loads((ROOT / "tests" / "bench" / "budgets.json").read_text())
    broken = []
    for row in rows:
        if row["backend"] == "none":
            continue
        for key, value in ((f"vm.{row['backend']}.server_added", row["server_added"]), (f"vm.agent.{row['export']}", row["agent"])):
            if key in limits and value > limits[key]["max"]:
                broken.append(f"{key} {value:.0f} > {limits[key]['max']}")
        if row["spans_made"] < row["requests"]:
            broken.append(f"{row['backend']}: {row['spans_made']} spans of {row['requests']} requests")
    return broken


if __name__ == "__main__":
    sys.exit(main())
