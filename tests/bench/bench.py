#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`make bench`: measures what the agent costs and prints one JSON document.

Wall-clock figures are ratios of interleaved runs where the machine's noise matters; instruction counts (callgrind) and
byte counts are exact. `--check` exits 1 when a figure breaks its limit in budgets.json; `--stable` measures only what is
the same on every machine (for CI).
"""
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from agent import BACKEND, BUILD, Agent, proc_status, wait_for  # noqa: E402
from peers.caches import RedisServer  # noqa: E402
from peers.nginx import Nginx  # noqa: E402
from peers.postgres import USER, Postgres, programs  # noqa: E402

BIN = BUILD / "bin"
TICK = os.sysconf("SC_CLK_TCK")


def run_json(*command):
    return json.loads(subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def replay():
    """Spans per second and heap allocations on one core, and instructions per span under callgrind."""
    figures = run_json(BIN / "replay_bench", "--seconds", "3")
    figures["instructions_per_span"] = replay_instructions()
    figures["prometheus_instructions_per_span"] = replay_instructions("--prometheus")
    return figures


def replay_instructions(*options):
    # Two runs of different length: their difference is free of start-up.
    counts = []
    for spans in (2000, 12000):
        out = f"/tmp/obi-callgrind-{os.getpid()}"
        text = subprocess.run(
            ["valgrind", "--tool=callgrind", "--toggle-collect=handle_all", f"--callgrind-out-file={out}",
             str(BIN / "replay_bench"), *options, "--spans", str(spans)],
            check=True, capture_output=True, text=True,
        ).stderr
        os.unlink(out)
        counts.append(int(re.search(r"Collected : (\d+)", text).group(1)))
    return round((counts[1] - counts[0]) / 10000)


def output(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def wrk(port, seconds=3):
    out = output("wrk", "-t1", "-c16", f"-d{seconds}s", f"http://127.0.0.1:{port}/hello")
    return int(re.search(r"(\d+) requests in", out).group(1)) / seconds


def pgbench(port):
    """Transactions of seven statements a second."""
    out = output(programs() / "pgbench", "-h", "127.0.0.1", "-p", port, "-U", USER, "-n", "-M", "prepared", "-c", 16, "-T", 3,
                 "shop")
    return float(re.search(r"tps = ([\d.]+)", out).group(1))


def redis_benchmark(port, pipeline, requests):
    out = output("redis-benchmark", "-p", port, "-c", 16, "-P", pipeline, "-n", requests, "-t", "get", "--csv")
    return float(re.search(r'^"GET","([\d.]+)"', out, re.M).group(1))


def with_and_without(work, env=None, config=None, rounds=3):
    """Of a saturated server: what `work()` says that it did a second, bare and traced, in turn."""
    ratios, bare_rates, cpu_per_span, peak, lost = [], [], [], 0, 0
    work()
    for _ in range(rounds):
        bare = work()
        with Agent(env, config, printer="counter") as agent:
            before = agent.ledger()["spans_made"]
            cpu = cpu_seconds(agent.process.pid)
            traced = work()
            time.sleep(0.3)
            spans = agent.ledger()["spans_made"] - before
            cpu_per_span.append((cpu_seconds(agent.process.pid) - cpu) / max(spans, 1) * 1e6)
            lost += agent.ledger()["ring_full"]
            peak = max(peak, proc_status(agent.process.pid, "VmHWM"))
        ratios.append(traced / bare)
        bare_rates.append(bare)
    return {
        "bare_per_second": round(statistics.median(bare_rates)),
        "traced_to_bare_ratio": round(statistics.median(ratios), 3),
        "agent_cpu_us_per_span": round(statistics.median(cpu_per_span), 2),
        "agent_peak_rss_kib": peak,
        "ring_full_records": lost,
    }


def nginx_with_and_without():
    with Nginx() as nginx:
        return with_and_without(lambda: wrk(nginx.port), {"OTEL_EBPF_OPEN_PORT": str(nginx.port)})


def postgres_with_and_without():
    with Postgres() as server:
        output(programs() / "pgbench", "-i", "-q", "-s", 16, "-h", "127.0.0.1", "-p", server.port, "-U", USER, "shop")
        return with_and_without(lambda: pgbench(server.port), config="discovery: {instrument: [{exe_path: '*/bin/postgres'}]}\n")


def redis_with_and_without(pipeline):
    with tempfile.TemporaryDirectory() as folder, RedisServer(folder) as server:
        three_seconds = int(3 * redis_benchmark(server.port, pipeline, 10_000 * pipeline))
        return with_and_without(lambda: redis_benchmark(server.port, pipeline, three_seconds),
                                {"OTEL_EBPF_OPEN_PORT": str(server.port)})


def start_up(rounds=5):
    took = []
    with Nginx() as nginx:
        for _ in range(rounds):
            begin = time.monotonic()
            with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}) as agent:
                took.append((time.monotonic() - begin) * 1000)
                rss = proc_status(agent.process.pid, "VmHWM")
                wait_for(lambda: "ready" in agent.log_text(), 5)
    return {"exec_to_attached_ms": round(statistics.median(took)), "idle_peak_rss_kib": rss}


def map_bytes():
    text = subprocess.run([str(BIN / "ebpf-instrument"), "--probe"], check=True, capture_output=True, text=True,
                          env=os.environ | {"OTEL_EBPF_CAPTURE_BACKEND": BACKEND}).stdout
    return {"kernel_map_bytes": int(re.search(r"map_bytes=(\d+)", text).group(1))}


def broken_limits(figures):
    broken = []
    for path, limit in json.loads((HERE / "budgets.json").read_text()).items():
        section, _, name = path.partition(".")
        value = figures.get(section, {}).get(name)
        if value is None:
            continue
        if ("max" in limit and value > limit["max"]) or ("min" in limit and value < limit["min"]):
            broken.append(f"{path} = {value}, limit {limit}")
    return broken


def main():
    stable = "--stable" in sys.argv
    figures = {"replay": replay()}
    if stable:
        figures["replay"].pop("spans_per_second")
    else:
        figures["capture"] = run_json(BIN / "capture_cost")
        figures["start"] = start_up()
        figures["kernel"] = map_bytes()
        figures["nginx"] = nginx_with_and_without()
        figures["postgres"] = postgres_with_and_without()
        figures["redis"] = redis_with_and_without(1)
        figures["redis_pipelined"] = redis_with_and_without(16)
    broken = broken_limits(figures)
    figures["broken_limits"] = broken
    print(json.dumps(figures, indent=2))
    return 1 if broken and "--check" in sys.argv else 0


sys.exit(main())
