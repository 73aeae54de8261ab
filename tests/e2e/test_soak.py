# SPDX-License-Identifier: Apache-2.0
"""The agent for a long time on a busy host where everything is selected: nothing is lost and memory stays flat.

OBI_SOAK_SECONDS says for how long (`make soak`: 900; `make slow-test`: 60)."""
import contextlib
import os
import time

import pytest
from agent import Agent, assert_ledger_adds_up, free_port, get, ledger_of_log, losses, proc_status, wait_for
from otlp_receiver import OtlpReceiver
from peers import soak_load
from peers.caches import RedisServer
from peers.postgres import Postgres
from scrape import count_of
from tally import Tally

SECONDS = int(os.environ.get("OBI_SOAK_SECONDS", "60"))
SETTLED = 300  # s, from when on resident memory is flat
CEILING_MIB = 64  # the default of max_memory
pytestmark = [pytest.mark.slow]


# Durations have a series for each route, of which many are evicted and come again. So a page of them is no sum; sizes have few.
SELECTION = """
    http_server_request_body_size: {exclude: [http.route]}
    db_server_operation_duration: {include: [db.operation.name, server.port]}
"""


def counted(page, redis, postgres):
    """What Prometheus was given at the servers' end."""
    def http(**labels):
        return int(count_of(page, "http_server_request_body_size_bytes_count", service_name="nginx", **labels))

    def database(port, *operations):
        return sum(int(count_of(page, "db_server_operation_duration_seconds_count", server_port=str(port), db_operation_name=operation))
                   for operation in operations)

    return {"ab": http(http_response_status_code="200"), "short-lived Python": http(http_response_status_code="201"), "nginx in all": http(),
            "redis-benchmark": database(redis.port, "SET", "GET"), "psql": database(postgres.port, "SELECT")}


def test_soak(nginx, tmp_path):
    port = free_port()
    config = f"discovery:\n  instrument:\n    - exe_path: '*'\nattributes:\n  select:{SELECTION}"
    with RedisServer(tmp_path) as redis, Postgres() as postgres, OtlpReceiver(delay_s=0.2, keep=False) as collector:
        env = {"OTEL_EBPF_PROMETHEUS_PORT": str(port), "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}"}
        with Agent(env, config, printer="disabled") as agent:
            wait_for(lambda: all(f"pid={pid} " in agent.log_text() for pid in (nginx.worker_pid, redis.process.pid, postgres.process.pid)),
                     30, "the servers to be instrumented")
            loads = {"ab": soak_load.Load(soak_load.ab(nginx.port), 0.2),
                     "redis-benchmark": soak_load.Load(soak_load.redis_benchmark(redis.port), 0.5),
                     "psql": soak_load.Load(soak_load.psql(postgres), 0.02),
                     "short-lived Python": soak_load.Load(soak_load.short_lived_python(nginx.port), 0.02),
                     "random paths": soak_load.Load(soak_load.random_paths(nginx.port), 0.2)}
            page = lambda: get(f"http://127.0.0.1:{port}/metrics", 30)  # noqa: E731
            resident = run(loads, agent, page)
            done = {name: load.join() for name, load in loads.items()}
            expected = {**done, "nginx in all": sum(done[name] for name in ("ab", "short-lived Python", "random paths"))}
            del expected["random paths"]
            with contextlib.suppress(AssertionError):  # the table shows what is missing
                wait_for(lambda: counted(page(), redis, postgres) == expected, 60, "every span")
            with contextlib.suppress(AssertionError):  # what no scrape has when the agent ends is dropped
                wait_for(lambda: page() and 'obi_exporter_held_spans{exporter="prometheus"} 0' in agent.metrics(), 60, "a scrape of it all")
            found = counted(page(), redis, postgres)
            print("\n".join(line for line in agent.metrics().splitlines() if line.startswith("obi_memory_")))
            rows = ledger_of_log(agent.stop(90))
            report(expected, found, rows, resident, agent)


def run(loads, agent, page):
    """Scrapes as Prometheus does; returns (seconds since the start, resident KiB) of each."""
    resident = []
    begun = time.monotonic()
    for load in loads.values():
        load.start()
    while (passed := time.monotonic() - begun) < SECONDS:
        page()
        resident.append((passed, proc_status(agent.process.pid, "VmRSS")))
        time.sleep(min(5, SECONDS / 12))  # the scrape interval
    return resident


def report(expected, found, rows, resident, agent):
    with Tally(f"soak, {SECONDS} s") as tally:
        tally.expect_counts("all at once", "-", expected, found)
        for name in ("segments_shed", "connections_shed", "kernel_ring_full", "kernel_process_ring_full", "kernel_connections_full",
                     "spans_no_service", "otlp_metrics_dropped"):
            tally.expect("agent", "-", name, 0, rows.get(name, 0))
        tally.expect("agent", "-", "requests without span", 0, losses(rows) - rows["requests_open"])
        # A collector this slow can't take every span; the last scrape is a request of a selected process, too.
        tally.expect("agent", "-", "OTLP spans exported and dropped", rows["otlp_traces_consumed"],
                     rows["otlp_traces_exported"] + rows["otlp_traces_not_wanted"] + rows["otlp_traces_dropped"])
        tally.expect("agent", "-", f"{rows['prometheus_dropped']} spans since the last scrape", True, rows["prometheus_dropped"] < 20)
        tally.expect("agent", "-", f"peak of {agent.peak_rss_kib // 1024} MiB within {CEILING_MIB}", True,
                     agent.peak_rss_kib <= CEILING_MIB * 1024)
        settled = [kib for passed, kib in resident if passed >= SETTLED]
        if len(settled) >= 20:
            early, late = max(settled[:len(settled) // 2]), max(settled[len(settled) // 2:])
            tally.expect("agent", "-", f"memory flat: {early} KiB, later {late} KiB", True, late <= early * 1.03)
        print("resident MiB:", [round(kib / 1024, 1) for _, kib in resident[::max(1, len(resident) // 15)]])
    assert_ledger_adds_up(rows)
