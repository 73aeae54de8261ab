# SPDX-License-Identifier: Apache-2.0
"""What a host does to an agent over time: it is killed, processes come and go by the thousand, connections pile up."""
import json
import pathlib
import re
import subprocess
import sys
import time

import pytest
from agent import SANITIZED, TIME_SLACK, Agent, assert_ledger_adds_up, free_port, ledger_of_log, wait_for, wait_for_port
from conftest import PEERS, Talker


def open_files(pid):
    """The fields of /proc/PID/fdinfo, a dict for each descriptor."""
    for info in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir():
        yield dict(line.split(":", 1) for line in info.read_text().splitlines() if ":" in line)


def program_ids(pid):
    """The BPF programs that the process holds, by descriptors of their own and by links."""
    return {int(fields["prog_id"]) for fields in open_files(pid) if "prog_id" in fields}


def loaded_program_ids():
    """Every BPF program of the host."""
    listed = subprocess.run(["bpftool", "-j", "prog", "show"], capture_output=True, text=True, check=True).stdout
    return {program["id"] for program in json.loads(listed)}


def map_bytes(pid):
    """What the kernel charges for the BPF maps that the process holds, each once."""
    return sum({int(fields["map_id"]): int(fields["memlock"]) for fields in open_files(pid) if "map_id" in fields}.values())


def test_bursts_of_short_lived_clients_stay_under_the_ceilings(nginx):
    """Ten bursts of a hundred instrumented processes, each of which makes one request and ends."""
    with Agent({"OTEL_EBPF_AUTO_TARGET_EXE": "*/curl"}) as agent:
        for burst in range(10):
            url = f"http://127.0.0.1:{nginx.port}/burst{burst}"
            answered = subprocess.run(f"seq 100 | xargs -P 16 -I N curl -s -o /dev/null -w '%{{http_code}}\n' {url}", shell=True,
                                      capture_output=True, text=True, check=True).stdout.splitlines()
            assert len(answered) == 100
        assert map_bytes(agent.process.pid) <= 64 << 20
        rows = ledger_of_log(agent.stop())
        assert_ledger_adds_up(rows)
        assert rows["kernel_process_ring_full"] == 0
        assert agent.peak_rss_kib <= 64 * 1024 or SANITIZED, f"peak RSS {agent.peak_rss_kib} KiB"
        print(f"1 000 processes: {rows['spans_made']} spans, peak RSS {agent.peak_rss_kib / 1024:.1f} MiB")


def test_killed_20_times_under_load_it_leaves_nothing_and_harms_nobody(nginx):
    worker = nginx.worker_pid
    load = subprocess.Popen(["ab", "-q", "-k", "-c", "8", "-t", "120", "-n", "100000000", f"http://127.0.0.1:{nginx.port}/hello"],
                            stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(20):
            agent = Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)})
            with agent:
                agent.wait_for_spans(1)
                programs = program_ids(agent.process.pid)
                assert programs and programs <= loaded_program_ids()
                agent.process.kill()
                agent.process.wait(10)
            wait_for(lambda: not programs & loaded_program_ids(), 5 * max(1, TIME_SLACK), "the kernel to let go of the programs")
            assert load.poll() is None, "the client gave up"
    finally:
        load.send_signal(2)  # ab prints its report
        report = load.communicate(timeout=30)[0]
    assert int(re.search(r"Failed requests:\s+(\d+)", report).group(1)) == 0, report
    assert nginx.worker_pid == worker
    with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}) as agent:
        subprocess.run(["curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{nginx.port}/created"], check=True)
        agent.wait_for_spans(1, 10, lambda span: span["attributes"]["url"] == "/created")
        assert_ledger_adds_up(ledger_of_log(agent.stop()))


def test_a_restart_under_load_loses_only_what_happened_while_it_was_down(nginx):
    """Every request that ended before the first agent was asked to stop is its span, every one that began when the second one
    was there is that one's, over connections that are older than it; each once."""
    def numbers_seen(agent):
        paths = [span["attributes"]["url"] for span in agent.spans() if span["type"] == "HTTP"]
        return [int(path.rsplit("/", 1)[1]) for path in paths if path.startswith("/steady/")]

    with Talker("steady_client.py", nginx.port) as client:
        with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}) as first:
            first.wait_for_instrumented(1)
            assert client.go() == "sending\n"
            first.wait_for_spans(200)
            stopped_at = time.monotonic()
            assert_ledger_adds_up(ledger_of_log(first.stop()))
            seen_before = numbers_seen(first)
        with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}) as second:
            second.wait_for_instrumented(1)
            started_at = time.monotonic()
            second.wait_for_spans(200)
            requests = json.loads(client.go())
            assert_ledger_adds_up(ledger_of_log(second.stop()))
            seen_after = numbers_seen(second)
    begun_first = min(begun for _, begun, _ in requests)
    before = {number for number, _, ended in requests if ended < stopped_at}
    after = {number for number, begun, _ in requests if begun > started_at}
    assert len(before) > 100 and len(after) > 100
    assert before - set(seen_before) == set()
    assert after - set(seen_after) == set()
    assert len(set(seen_before + seen_after)) == len(seen_before) + len(seen_after)
    down = len(requests) - len(seen_before) - len(seen_after)
    print(f"{len(requests)} requests in {time.monotonic() - begun_first:.1f} s: {len(seen_before)} + {len(seen_after)} spans, "
          f"{down} while no agent was there")


@pytest.mark.skipif(SANITIZED, reason="a sanitizer's memory is not the agent's")
def test_heads_that_never_end_are_given_up_under_the_ceiling_of_memory():
    """4 000 connections with 8 KB of a head each: more than the agent may keep."""
    port = free_port()
    server = subprocess.Popen([sys.executable, str(PEERS / "idle_server.py"), str(port)])
    wait_for_port(port)
    ceiling = 40
    try:
        with (Agent({"OTEL_EBPF_OPEN_PORT": str(port), "OTEL_EBPF_MAX_MEMORY": f"{ceiling}MiB"}) as agent,
              Talker("slow_client.py", port, 4_000) as client):
            agent.wait_for_instrumented(1)
            assert int(client.go()) == 4_000
            wait_for(lambda: agent.ledger()["connections_shed"] > 0, 10, "connections to be given up")
            assert int(client.go()) == 4_000
            subprocess.run(["curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{port}/after"], check=True)
            agent.wait_for_spans(1, 10, lambda span: span["attributes"]["url"] == "/after")
            log = agent.stop()
            rows = ledger_of_log(log)
            assert_ledger_adds_up(rows)
            assert f"max_memory={ceiling}MiB" in log
            assert agent.peak_rss_kib <= ceiling * 1024, f"peak RSS {agent.peak_rss_kib} KiB"
            print(f"peak RSS {agent.peak_rss_kib / 1024:.1f} of {ceiling} MiB, {rows['connections_shed']} connections given up, "
                  f"{rows['segments_shed']} segments dropped, {rows['spans_made']} spans of 4001 requests")
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.slow
def test_20k_idle_connections_and_10k_processes_stay_under_the_ceilings():
    ports = [free_port(), free_port()]  # a process may hold 20 000 descriptors on many systems, so there are two of each
    servers = [subprocess.Popen([sys.executable, str(PEERS / "idle_server.py"), str(port)]) for port in ports]
    for port in ports:
        wait_for_port(port)
    try:
        with (Agent({"OTEL_EBPF_OPEN_PORT": ",".join(map(str, ports))}) as agent,
              Talker("idle_client.py", ports[0], 10_000) as first, Talker("idle_client.py", ports[1], 10_000) as second):
            agent.wait_for_instrumented(2)
            opened = int(first.go()) + int(second.go())
            assert opened == 20_000
            agent.wait_for_spans(opened, 60)
            for _ in range(10):
                subprocess.run(["sh", "-c", "i=0; while [ $i -lt 1000 ]; do /bin/true; i=$((i+1)); done"], check=True)
            assert agent.ledger()["process_ring_full"] == 0
            rows = ledger_of_log(agent.stop())
            assert_ledger_adds_up(rows)
            assert rows["spans_made"] == opened, rows
            assert agent.peak_rss_kib <= 64 * 1024, f"peak RSS {agent.peak_rss_kib} KiB"
            print(f"{opened} connections, 10 000 processes: peak RSS {agent.peak_rss_kib / 1024:.1f} MiB, "
                  f"{rows['connections_evicted']} connections forgotten")
    finally:
        for server in servers:
            server.terminate()
            server.wait(10)
