# SPDX-License-Identifier: Apache-2.0
"""MySQL's protocol with a real MariaDB: every statement once, at either end, whatever client library sends it."""
import collections
import json
import os
import shlex
import subprocess

import pytest

from agent import Agent, assert_ledger_adds_up, ledger_of_log
from conftest import PEERS
from packages import node_path
from peers.compiled import compiled
from peers.mariadb import MariaDb
from tally import Tally

SECRETS = ("planted-password", "planted-value", "planted-literal", "planted-comment")
SETTINGS = ("SET",)  # what client libraries send on their own
LOADS = ((1, 20), (16, 3), (64, 1))  # connections, rounds of each


@pytest.fixture(scope="module")
def server():
    with MariaDb() as server:
        yield server


@pytest.fixture(scope="module")
def c_client(tmp_path_factory):
    flags = shlex.split(subprocess.run(["mariadb_config", "--cflags", "--libs"], capture_output=True, text=True, check=True).stdout)
    return compiled("mysql_client.c", tmp_path_factory.mktemp("peers"), *flags, "-lpthread")


@pytest.fixture(scope="module")
def clients(c_client, tmp_path_factory):
    """Name -> command that a place, connections and rounds are added to, and its environment."""
    python = "/usr/bin/python3"  # whose libraries are Debian's
    file = tmp_path_factory.mktemp("load") / "file"
    file.write_text(f"planted-value,{1400 * 'x'}\n" * 50)  # long, of few rows: the others search the table
    return {
        "PyMySQL": ([python, PEERS / "mysql_client.py", "PyMySQL"], [], {}),
        "mysqlclient": ([python, PEERS / "mysql_client.py", "mysqlclient"], [], {}),
        "Connector/C": ([c_client], [file], {}),
        "mysql2": (["node", PEERS / "mysql_client.js"], [], {"NODE_PATH": node_path("mysql2@3.24.6")}),
    }


class Client:
    def __init__(self, command, place, connections, rounds):
        before, behind, env = command
        self.process = subprocess.Popen(
            [*map(str, before), str(place), str(connections), str(rounds), *map(str, behind)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **env},
        )
        assert self.process.stdout.readline() == "waiting\n"

    def go(self):
        """What it did: how often."""
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


def key_of(span):
    attributes = span["attributes"]
    return " ".join(filter(None, (attributes["operation"], attributes["table"], attributes["errorCode"])))


def statements(spans):
    """Without what client libraries set on their own."""
    return [span for span in spans if span["attributes"]["operation"] not in SETTINGS]


def assert_whole(agent, spans, server, databases=("shop", "other")):
    for span in spans:
        attributes = span["attributes"]
        assert attributes["dbSystemName"] == "mysql" and attributes["dbNamespace"] in databases, span
        assert attributes["status"] == ("1" if attributes["errorCode"] else "0"), span
        assert attributes["sqlState"] == ("42S02" if attributes["errorCode"] else ""), span
        assert attributes["serverPort"] in (str(server.port), "0"), span
    text = agent.out.read_text(errors="replace") + agent.log_text()
    for secret in SECRETS:
        assert secret not in text, secret
    kernel = agent.ledger()
    assert kernel["ring_full"] == 0 and kernel["connections_full"] == 0 and kernel["read_fault"] == 0, kernel
    rows = ledger_of_log(agent.stop())
    assert_ledger_adds_up(rows)
    assert rows["requests_seen"] == rows["spans_made"], rows
    return rows


def run(agent, client, tally, name, connections, span_type, place):
    before = len(statements(span for span in agent.spans() if span["type"] == span_type))
    expected = client.go()
    total = before + sum(expected.values())

    try:
        agent.wait_for_spans(total, 15, lambda span: span["type"] == span_type and span["attributes"]["operation"] not in SETTINGS)
    except AssertionError:
        pass  # the table tells what is missing
    found = statements(span for span in agent.spans() if span["type"] == span_type)[before:]
    counts = collections.Counter(key_of(span) for span in found)
    tally.expect_counts(f"{name} {place}", connections, expected, counts)


def test_clients(server, clients):
    config = "discovery:\n  instrument:\n    - cmd_args: '*mysql_client*'\n"
    with Tally("mysql, the client's side") as tally, Agent(config=config) as agent:
        started = 0
        for place in (server.port, server.socket):
            for name, command in clients.items():
                for connections, rounds in LOADS if place == server.port else LOADS[1:2]:
                    with Client(command, place, connections, rounds) as client:
                        started += 1
                        agent.wait_for_instrumented(started)
                        run(agent, client, tally, name, connections, "SQLClient", "TCP" if place == server.port else "Unix")
        assert_whole(agent, agent.spans(), server)


def test_server(server, clients):
    with Tally("mysql, the server's side") as tally, Agent({"OTEL_EBPF_OPEN_PORT": str(server.port)}) as agent:
        agent.wait_for_instrumented(1)
        for name, command in clients.items():
            with Client(command, server.port, 16, 3) as client:
                run(agent, client, tally, name, 16, "SQLServer", "TCP")
        assert_whole(agent, agent.spans(), server)


def test_connections_older_than_the_agent(server):
    """The command line client, which is followed from a statement on whose start was not seen."""
    session = subprocess.Popen(
        ["mariadb", "--no-defaults", "-ualice", "-pplanted-password", "-h127.0.0.1", f"-P{server.port}", "--batch", "--unbuffered",
         "shop"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(sql):
        session.stdin.write(sql + "\n")
        session.stdin.flush()
        session.stdout.readline()
        return session.stdout.readline()

    assert ask("SELECT 'old';") == "old\n"
    with Agent(config="discovery:\n  instrument:\n    - exe_path: '*/mariadb'\n") as agent:
        agent.wait_for_instrumented(1)
        for number in range(10):
            assert ask(f"SELECT {number} AS planted FROM large LIMIT 1;") == f"{number}\n"
        spans = agent.wait_for_spans(10)
        assert {key_of(span) for span in spans} == {"SELECT large"} and len(spans) == 10
        assert_whole(agent, spans, server, databases=("",))  # it was chosen before
    session.stdin.close()
    session.wait(10)
