# SPDX-License-Identifier: Apache-2.0
"""The ceiling of memory: what is big gives way, in its own way, and requests go on being seen. docs/memory.md."""
import contextlib
import http.server
import os
import re
import shutil
import socket
import subprocess
import sys
import threading

import pytest
from agent import SANITIZED, TIME_SLACK, Agent, assert_ledger_adds_up, free_port, get, ledger_of_log, proc_status, scaled, wait_for
from otlp_receiver import OtlpReceiver
from scrape import count_of, series

pytestmark = pytest.mark.skipif(SANITIZED, reason="memory is not the agent's own there")
CEILING_MIB = 48
FAST = {"OTEL_EBPF_MAX_MEMORY": f"{CEILING_MIB}MiB", "OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT": "200ms", "OTEL_EBPF_METRICS_INTERVAL": "500ms"}
SECONDS = 30 * max(1, TIME_SLACK)

# Serves one request of a child of its own, and ends.
SHORT_LIVED = r"""
import os, socket, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(4)
if os.fork() == 0:
    c = socket.create_connection(s.getsockname()); c.sendall(b"GET /x HTTP/1.0\r\n\r\n"); c.recv(99); os._exit(0)
time.sleep(0.15)
c, _ = s.accept(); c.recv(4096); c.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"); c.close(); os.wait(); time.sleep(0.05)
"""
# Any number of connections, a request after another on each; answers at once, on one thread.
SERVER = r"""
import selectors, socket, sys
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(1024)
poll = selectors.DefaultSelector(); poll.register(s, selectors.EVENT_READ)
while True:
    for key, _ in poll.select():
        if key.fileobj is s:
            poll.register(s.accept()[0], selectors.EVENT_READ)
        elif data := key.fileobj.recv(65536):
            key.fileobj.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi" * data.count(b"\r\n\r\n"))
        else:
            poll.unregister(key.fileobj); key.fileobj.close()
"""


@contextlib.contextmanager
def server():
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], stdin=subprocess.DEVNULL)
    hex_port = f":{port:04X} "
    wait_for(lambda: hex_port in open("/proc/net/tcp").read(), SECONDS, "the server")
    try:
        yield port
    finally:
        process.kill()
        process.wait()


def request_paths(port, paths, host="a"):
    with socket.create_connection(("127.0.0.1", port)) as client:
        for path in paths:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            got = b""
            while b"hi" not in got:
                got += client.recv(65536)


def held(agent):
    return {labels["holder"]: value for labels, value in series(agent.metrics(), "obi_memory_held_bytes")}


def assert_within_the_ceiling(agent):
    rows = agent.ledger()
    assert rows["segments_shed"] == 0, (rows, held(agent))
    assert proc_status(agent.process.pid, "VmHWM") <= CEILING_MIB * 1024, held(agent)


def exporter(page, name):
    outcomes = {labels["outcome"]: value for labels, value in series(page, "obi_exporter_spans_total") if labels["exporter"] == name}
    return {"consumed": count_of(page, "obi_exporter_consumed_spans_total", exporter=name), **outcomes}


def test_what_thousands_of_services_leave_behind_gives_way(tmp_path):
    page_port, services = free_port(), scaled(400)
    python = shutil.copy(os.path.realpath(sys.executable), tmp_path / "short-lived")  # a program of which no other process runs
    with OtlpReceiver() as receiver, Agent(
            {**FAST, "OTEL_EBPF_AUTO_TARGET_EXE": str(python), "OTEL_EBPF_PROMETHEUS_PORT": str(page_port),
             "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.port}"}, printer="disabled") as agent:
        for first in range(0, services, 8):
            batch = [subprocess.Popen([python, "-S", "-c", SHORT_LIVED],
                                      env={"OTEL_SERVICE_NAME": f"service-{i}", "PYTHONHOME": sys.base_prefix})
                     for i in range(first, min(first + 8, services))]
            for process in batch:
                assert process.wait(SECONDS) == 0
        wait_for(lambda: agent.ledger()["spans_made"] >= services, SECONDS, "the spans")
        url = f"http://127.0.0.1:{page_port}/metrics"
        wait_for(lambda: count_of(get(url, SECONDS), "http_server_request_duration_seconds_count") >= services, SECONDS,
                 "all requests on the page")
        assert count_of(get(url, SECONDS), "http_server_request_duration_seconds_count") == services
        assert_within_the_ceiling(agent)
        text = agent.stop()
        assert "memory bytes by holder: connections=" in text


def test_any_number_of_routes_joins_the_overflow_series():
    page_port, paths = free_port(), 5000
    with server() as port, OtlpReceiver() as receiver, Agent(
            {**FAST, "OTEL_EBPF_OPEN_PORT": str(port), "OTEL_EBPF_PROMETHEUS_PORT": str(page_port),
             "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.port}"},
            config="routes: {unmatched: path}\n", printer="disabled") as agent:
        agent.wait_for_instrumented(1, SECONDS)
        request_paths(port, (f"/item{i}x" for i in range(paths)))
        url = f"http://127.0.0.1:{page_port}/metrics"
        name = "http_server_request_duration_seconds_count"
        wait_for(lambda: count_of(get(url, SECONDS), name) == paths, SECONDS, "the sum of all series")
        page = get(url, SECONDS)
        overflow = [value for labels, value in series(page, name) if labels.get("otel_metric_overflow") == "true"]
        assert len(series(page, name)) == 2000 and overflow == [paths - 1999]
        assert_within_the_ceiling(agent)


def test_a_limit_of_the_go_sdk_is_heeded():
    page_port = free_port()
    with server() as port, Agent({**FAST, "OTEL_EBPF_OPEN_PORT": str(port), "OTEL_EBPF_PROMETHEUS_PORT": str(page_port),
                                  "OTEL_GO_X_CARDINALITY_LIMIT": "10"}, config="routes: {unmatched: path}\n", printer="disabled") as agent:
        agent.wait_for_instrumented(1, SECONDS)
        request_paths(port, (f"/item{i}x" for i in range(100)))
        name = "http_server_request_duration_seconds_count"
        page = wait_for(lambda: (text := get(f"http://127.0.0.1:{page_port}/metrics")) and count_of(text, name) == 100 and text, SECONDS,
                        "the sum of all series")
        assert len(series(page, name)) == 10


class SlowReceiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_requests_that_wait_for_a_receiver_give_way():
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SlowReceiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    requests, padding = scaled(30_000), "p" * 600
    with server() as port, Agent({**FAST, "OTEL_EBPF_OPEN_PORT": str(port), "OTEL_EBPF_OTLP_TRACES_QUEUE_SIZE": "1000000",
                                  "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.server_address[1]}"}, printer="disabled") as agent:
        agent.wait_for_instrumented(1, SECONDS)
        clients = [threading.Thread(target=request_paths, args=(port, [f"/{padding}/{k}"] * (requests // 4))) for k in range(4)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        wait_for(lambda: exporter(agent.metrics(), "otlp_traces")["consumed"] >= requests, SECONDS, "the spans")
        assert_within_the_ceiling(agent)
        assert held(agent)["retry_buffers"] > 0
        rows = ledger_of_log(agent.stop(60))
        assert_ledger_adds_up(rows)
        assert rows["otlp_traces_consumed"] == rows["otlp_traces_exported"] + rows["otlp_traces_not_wanted"] + rows["otlp_traces_dropped"]
    receiver.shutdown()


def test_thousands_of_silent_connections_cost_no_request():
    connections = scaled(3000)
    with server() as port, Agent({**FAST, "OTEL_EBPF_OPEN_PORT": str(port)}, printer="json") as agent, contextlib.ExitStack() as stack:
        agent.wait_for_instrumented(1, SECONDS)
        for _ in range(connections):
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        half = b"GET /never HTTP/1.1\r\nHost: " + b"a" * 3000
        for client in [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(scaled(1000))]:
            client.sendall(half)
        request_paths(port, ["/seen"] * 100)
        agent.wait_for_spans(100, SECONDS, lambda span: span["attributes"].get("url") == "/seen")
        assert_within_the_ceiling(agent)


def test_the_log_says_who_holds_the_memory():
    with server() as port, Agent({"OTEL_EBPF_OPEN_PORT": str(port), "OTEL_EBPF_MAX_MEMORY": "8MiB"}, printer="json") as agent:
        agent.wait_for_instrumented(1, SECONDS)
        agent.wait_for_log("those above their share give memory back", SECONDS)
        assert re.search(r"max_memory=8MiB.*bytes by holder: connections=\d+ .*series=\d+", agent.log_text())
        request_paths(port, ["/seen"] * 50)
        # A ceiling that the program alone is above is no reason to lose what holds nothing.
        agent.wait_for_spans(50, SECONDS, lambda span: span["attributes"].get("url") == "/seen")
        assert agent.ledger()["segments_shed"] == 0
