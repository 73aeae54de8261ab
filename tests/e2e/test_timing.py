# SPDX-License-Identifier: Apache-2.0
"""Durations as the client measured them, and how soon the agent shows what happened."""
import json
import subprocess
import sys
import time

import pytest
from agent import BUILD, Agent, free_port, wait_for, wait_for_port
from agent import TIME_SLACK as SLACK
from conftest import PEERS, Talker

pytestmark = pytest.mark.timing
CASES = {
    "1 KiB": ["GET", "/kib", 0, 20],
    "10 MiB upload": ["POST", "/upload", 10 << 20, 9],
    "10 MiB download": ["GET", "/big", 0, 9],
    "2 s chunked stream": ["GET", "/stream", 0, 3],
    "sendfile": ["GET", "/sendfile", 0, 9],
}


def milliseconds(span):
    return int(span["durationUSec"]) / 1000


@pytest.mark.parametrize("name", CASES)
def test_duration_within_5_ms_of_the_client(upstream, name):
    """The client's span is what the client measured; the server's may only miss the way there and back.

    What a server sends by sendfile is off its hands when the socket has taken it, and the client reads on: there the server's own
    clock counts. The median over the repetitions is judged: a machine that is busy with something else delays single ones.
    """
    config = "discovery:\n  instrument:\n    - cmd_args: '*{client,upstream}.py*'\n"
    plan = json.dumps([CASES[name]])
    with Agent(config=config) as agent, Talker("client.py", upstream.port, plan) as client:
        agent.wait_for_instrumented(2)
        measured = [result[3] * 1000 for result in json.loads(client.go())]
        of_server = [float(upstream.process.stdout.readline()) * 1000 for _ in measured] if name == "sendfile" else measured
        for side, expected in (("HTTPClient", measured), ("HTTP", of_server)):
            spans = agent.wait_for_spans(len(measured), 10, lambda span: span["type"] == side)
            differences = sorted(abs(milliseconds(span) - took) for span, took in zip(spans, expected))
            median = differences[len(differences) // 2]
            print(f"{name:20} {side:10} took {expected[-1]:8.2f} ms, differences: median {median:.2f}, worst {differences[-1]:.2f} ms")
            assert median <= 5 * SLACK, (expected, differences)


def test_first_span_is_visible_within_1500_ms(nginx):
    env = {"OTEL_EBPF_OPEN_PORT": str(nginx.port), "OTEL_EBPF_BPF_BATCH_TIMEOUT": "1s"}
    with Agent(env) as agent:
        begin = time.monotonic()
        subprocess.run(["curl", "-s", f"http://127.0.0.1:{nginx.port}/hello"], check=True, capture_output=True)
        agent.wait_for_spans(1, 5)
        took = time.monotonic() - begin
        print(f"first span visible after {took * 1000:.0f} ms")
        assert took <= 1.5 * SLACK


def test_probes_are_attached_within_300_ms_of_exec(nginx):
    took = []
    for _ in range(5):
        begin = time.monotonic()
        with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}) as agent:
            took.append(time.monotonic() - begin)
            assert agent.process.poll() is None
    print("exec to attached, ms:", [round(t * 1000) for t in took])
    assert sorted(took)[len(took) // 2] <= 0.3 * SLACK


def test_a_new_process_is_instrumented_within_100_ms_of_its_listen():
    """With a port selector: the first request, sent as soon as the port answers, is a span."""
    port = free_port()
    with Agent({"OTEL_EBPF_OPEN_PORT": str(port)}) as agent:
        server = subprocess.Popen([sys.executable, str(PEERS / "upstream.py"), str(port)])
        try:
            wait_for_port(port)
            time.sleep(0.1 * SLACK)
            subprocess.run(["curl", "-s", f"http://127.0.0.1:{port}/first"], check=True, capture_output=True)
            spans = agent.wait_for_spans(1, 5)
            assert spans[0]["attributes"]["url"] == "/first"
        finally:
            server.terminate()
            server.wait()


def test_500_probes_are_attached_and_detached_without_slowing_a_process():
    """tests/bench/attach_cost.cpp: not slowed by more than 5 % for longer than 100 ms, and detached within 100 ms."""
    result = subprocess.run([BUILD / "bin" / "attach_cost"], capture_output=True, text=True, check=False)
    print(result.stdout)
    assert result.returncode == 0, result.stdout
