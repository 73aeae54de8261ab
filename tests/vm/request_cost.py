#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs in a VM that counts instructions: what a traced HTTP request costs the server and the agent.

A virtual machine with one CPU under `-icount shift=0` executes one instruction a nanosecond of guest time, so the CPU time in
/proc/PID/task/*/schedstat is a count of instructions, the kernel's and the BPF programs' part included.
Usage: request_cost.py BACKEND... ; prints one JSON line per measurement.
"""
import collections
import http.server
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, "/obi/tests/e2e")
from agent import Agent, free_port  # noqa: E402
from peers.nginx import Nginx  # noqa: E402

REQUESTS = 3000
RATE = 1000  # a second


def by_thread(pid):
    """Thread name -> instructions so far; threads of one name together."""
    counts = collections.Counter()
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        counts[(task / "comm").read_text().strip()] += int((task / "schedstat").read_text().split()[0])
    return counts


def instructions(pid):
    return sum(by_thread(pid).values())


class Sink(http.server.BaseHTTPRequestHandler):
    """Takes OTLP and forgets it. A thread of this process, so its cost is not part of what is measured."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def load(port, count):
    """Paced requests over one connection; returns how many were answered."""
    request = b"GET /hello HTTP/1.1\r\nHost: bench\r\n\r\n"
    answered = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        begin = time.monotonic()
        for i in range(count):
            wait = begin + i / RATE - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            connection.sendall(request)
            data = b""
            while not data.endswith(b"hello, world"):
                data += connection.recv(4096)
            answered += 1
    return answered


def measure(nginx, agent_pid=None):
    load(nginx.port, 300)
    time.sleep(1.5)  # so that what they cost the agent is not counted
    server, agent = instructions(nginx.worker_pid), by_thread(agent_pid) if agent_pid else {}
    answered = load(nginx.port, REQUESTS)
    time.sleep(2.5)  # what the agent does with them, timers included
    spent = per_request(by_thread(agent_pid) - agent, answered) if agent_pid else {}
    return {
        "requests": answered,
        "server": (instructions(nginx.worker_pid) - server) / answered,
        "agent": sum(spent.values()),
        "threads": spent,
    }


def per_request(counts, requests):
    return {name: count / requests for name, count in counts.items()}


def idle(agent_pid):
    """Instructions per thread that the agent spends on nothing in the time of one measurement, a request's share."""
    before = by_thread(agent_pid)
    time.sleep(REQUESTS / RATE + 2.5)
    return per_request(by_thread(agent_pid) - before, REQUESTS)


def main():
    sink = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Sink)
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    exporters = {
        "otlp": {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://127.0.0.1:{sink.server_port}/v1/traces"},
        "prometheus": {"OTEL_EBPF_PROMETHEUS_PORT": str(free_port())},
    }
    with Nginx() as nginx:
        bare = measure(nginx)
        print(json.dumps({"backend": "none", **bare}), flush=True)
        for backend in sys.argv[1:]:
            for name, env in exporters.items():
                os.environ["OTEL_EBPF_CAPTURE_BACKEND"] = backend
                settings = {"OTEL_EBPF_OPEN_PORT": str(nginx.port), "OTEL_EBPF_CAPTURE_BACKEND": backend,
                            "OTEL_EBPF_BPF_BATCH_TIMEOUT": "1s", **env}
                with Agent(settings, printer="disabled") as agent:
                    agent.wait_for_instrumented(1)
                    spent_idle = idle(agent.process.pid)
                    figures = measure(nginx, agent.process.pid)
                    ledger = agent.ledger()
                figures["server_added"] = figures["server"] - bare["server"]
                figures["agent_idle_per_request"] = sum(spent_idle.values())
                figures["idle_threads"] = spent_idle
                figures["spans_made"] = ledger["spans_made"]
                print(json.dumps({"backend": backend, "export": name, **figures}), flush=True)


main()
