# SPDX-License-Identifier: Apache-2.0
"""The pages answer at once whatever else is connected: silent clients, ones that stop within a head, ones that don't read."""
import socket
import time
import urllib.request

import pytest
from agent import TIME_SLACK, Agent, free_port, get, proc_status, wait_for

KINDS = {
    "silent": b"",
    "part of a head": b"GET /metrics HTTP/1.1\r\nHost",
    "never reads": b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 200,
}


@pytest.fixture(scope="module")
def agent():
    port = free_port()
    with Agent({"OTEL_EBPF_AUTO_TARGET_EXE": "*/no-such-program", "OTEL_EBPF_PROMETHEUS_PORT": str(port)}, printer="counter") as running:
        running.page_port = port
        yield running


def cpu_ticks(pid):
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@pytest.mark.parametrize("page", ["metrics", "internal"])
@pytest.mark.parametrize("kind", KINDS)
def test_clients_that_hang_delay_no_scrape(agent, kind, page):
    port, path = (agent.page_port, "/metrics") if page == "metrics" else (agent.internal_port, "/internal/metrics")
    get(f"http://127.0.0.1:{port}{path}")
    rss = proc_status(agent.process.pid, "VmRSS")
    peers = []
    for _ in range(300):
        peer = socket.create_connection(("127.0.0.1", port))
        peer.sendall(KINDS[kind])
        peers.append(peer)
    begin = time.monotonic()
    get(f"http://127.0.0.1:{port}{path}", timeout=10)
    took = time.monotonic() - begin
    grown = proc_status(agent.process.pid, "VmRSS") - rss
    print(f"{kind} x 300, {page}: page after {took * 1000:.0f} ms, {grown} KiB more")
    assert took < 1 * TIME_SLACK
    assert grown < 20 * 1024
    for peer in peers:
        peer.close()


def test_silent_clients_cost_no_cpu(agent):
    peers = [socket.create_connection(("127.0.0.1", agent.page_port)) for _ in range(400)]
    time.sleep(1)
    begin = cpu_ticks(agent.process.pid)
    time.sleep(3)
    spent = cpu_ticks(agent.process.pid) - begin
    print(f"400 silent connections: {spent} ticks of CPU in 3 s")
    assert spent <= 6
    for peer in peers:
        peer.close()


def test_more_clients_than_the_limit_close_the_oldest_silent_one(agent):
    peers = [socket.create_connection(("127.0.0.1", agent.page_port)) for _ in range(700)]
    get(f"http://127.0.0.1:{agent.page_port}/metrics")
    peers[0].settimeout(10)
    assert peers[0].recv(1) == b"", "the oldest was closed"
    peers[-1].sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
    peers[-1].settimeout(10)
    assert peers[-1].recv(12) == b"HTTP/1.1 200"
    for peer in peers:
        peer.close()


def test_a_slow_reader_gets_its_page_and_a_request_in_pieces_its_answer(agent):
    with socket.create_connection(("127.0.0.1", agent.internal_port)) as peer:
        for byte in b"GET /internal/metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":
            peer.sendall(bytes([byte]))
        text = b""
        while piece := peer.recv(512):
            text += piece
        assert text.startswith(b"HTTP/1.1 200 OK") and b"process_open_fds" in text
    for request, status in ((b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab", b"405"),
                            (b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", b"404"), (b"\x16\x03\x01\x02\x00", b"400"),
                            (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
                            (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 9000 + b"\r\n", b"431")):
        with socket.create_connection(("127.0.0.1", agent.page_port)) as peer:
            peer.settimeout(10)
            peer.sendall(request)
            assert peer.recv(12) == b"HTTP/1.1 " + status, request[:40]
    wait_for(lambda: urllib.request.urlopen(f"http://127.0.0.1:{agent.page_port}/metrics").status == 200, 10, "the page afterwards")
