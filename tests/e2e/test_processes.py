# SPDX-License-Identifier: Apache-2.0
"""Servers that fork: whose a span is, when the process that answered is gone, and what is one instance."""
import collections
import concurrent.futures
import pathlib
import re
import socket
import subprocess
import sys

import pytest

import scrape
from agent import Agent, assert_ledger_adds_up, free_port, get, ledger_of_log, scaled, wait_for, wait_for_port
from peers.compiled import compiled


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    return {source: compiled(source + ".c", folder) for source in ("forking_server", "one_answer")}


def ask(port, path):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        answer = b""
        while received := connection.recv(4096):
            answer += received
        return answer.endswith(b"hi")


def ask_often(port, count, clients):
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        assert all(pool.map(lambda _: ask(port, "/x"), range(count)))


class Server:
    def __init__(self, program, *arguments):
        self.port = free_port()
        self.process = subprocess.Popen([program, str(self.port), *arguments])
        wait_for_port(self.port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


@pytest.mark.parametrize("clients", [1, 16])
def test_children_that_end_at_once(programs, clients):
    count = scaled(2000 if clients == 1 else 4000)
    with Server(programs["forking_server"]) as server, \
            Agent({"OTEL_EBPF_TARGET_PID": str(server.process.pid)}, printer="text") as agent:
        agent.wait_for_instrumented(1)
        ask_often(server.port, count, clients)
        wait_for(lambda: agent.ledger().get("spans_made", 0) >= count, 30)
        rows = ledger_of_log(agent.stop())
        names = collections.Counter(re.findall(r"svc=\[(\S+) ", agent.out.read_text()))
    assert names == {"forking_server": count}, rows
    assert rows["spans_made"] == count and rows["spans_no_service"] == 0
    assert_ledger_adds_up(rows)


def test_a_child_that_execs_has_its_own_name_from_its_first_byte_on(programs):
    count = scaled(500)
    with Server(programs["forking_server"], programs["one_answer"]) as server, \
            Agent({"OTEL_EBPF_TARGET_PID": str(server.process.pid)}, printer="text") as agent:
        agent.wait_for_instrumented(1)
        ask_often(server.port, count, 4)
        wait_for(lambda: agent.ledger().get("spans_made", 0) >= count, 30)
        rows = ledger_of_log(agent.stop())
        names = collections.Counter(re.findall(r"svc=\[(\S+) ", agent.out.read_text()))
    assert names == {"one_answer": count}, rows
    assert rows["spans_no_service"] == 0


def test_a_program_is_one_instance_whatever_it_forks(programs):
    count, page_port = 300, free_port()
    with Server(programs["forking_server"]) as server, \
            Agent({"OTEL_EBPF_OPEN_PORT": str(server.port), "OTEL_EBPF_PROMETHEUS_PORT": str(page_port)}) as agent:
        agent.wait_for_instrumented(1)
        ask_often(server.port, count, 4)
        page = lambda: get(f"http://127.0.0.1:{page_port}/metrics")
        metric = "http_server_request_duration_seconds_count"
        wait_for(lambda: scrape.count_of(page(), metric) == count, 30, f"{count} requests in the metrics")
        assert len(scrape.series(page(), metric)) == 1
        assert [labels["instance"].rsplit(":", 1)[1] for labels, _ in scrape.series(page(), "target_info")] == [str(server.process.pid)]


PREFORKING = """
import os, socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64)
def work():
    for _ in range(20):
        connection, _ = listener.accept()
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi")
        connection.close()
    os._exit(0)
for _ in range(4):
    if os.fork() == 0: work()
while True:  # a worker that has ended is replaced
    os.wait()
    if os.fork() == 0: work()
"""


def test_recycled_workers_from_before_the_agent_are_one_instance():
    port, page_port, count = free_port(), free_port(), 400
    server = subprocess.Popen([sys.executable, "-c", PREFORKING, str(port)])
    wait_for_port(port)
    children = pathlib.Path(f"/proc/{server.pid}/task/{server.pid}/children")
    wait_for(lambda: len(children.read_text().split()) == 4)
    try:
        with Agent({"OTEL_EBPF_OPEN_PORT": str(port), "OTEL_EBPF_PROMETHEUS_PORT": str(page_port)}):
            page = lambda: get(f"http://127.0.0.1:{page_port}/metrics")
            metric = "http_server_request_duration_seconds_count"
            ask_often(port, count, 4)
            wait_for(lambda: scrape.count_of(page(), metric) == count, 30, f"{count} requests in the metrics")
            assert len(scrape.series(page(), metric)) == 1
            instances = [labels["instance"].rsplit(":", 1)[1] for labels, _ in scrape.series(page(), "target_info")]
            assert instances == [str(server.pid)]
    finally:
        workers = children.read_text().split()
        server.kill()
        server.wait()
        for worker in workers:
            subprocess.run(["kill", "-9", worker], check=False)
