# SPDX-License-Identifier: Apache-2.0
"""A request that gets no answer is a failed span at each end, with how its connection ended and the time that was waited."""
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from agent import Agent, assert_ledger_adds_up, free_port, get, ledger_of_log, wait_for_port
from conftest import PEERS
from packages import python_path
from peers.caches import RedisServer
from peers.mariadb import DATABASE, PASSWORD, USER, MariaDb
from peers.postgres import Postgres
from scrape import series

CONFIG = "discovery:\n  instrument:\n    - cmd_args: '*{}*'\n    - cmd_args: '*{}*'\n"


class Server:
    def __init__(self):
        self.port = free_port()
        self.process = subprocess.Popen([sys.executable, PEERS / "failing_server.py", str(self.port)])

    def __enter__(self):
        wait_for_port(self.port)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(10)


class Client:
    """A program that begins with the line "waiting" and goes on behind one that it is given."""

    def __init__(self, *command, env=None):
        self.process = subprocess.Popen([*map(str, command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **(env or {})})

    def __enter__(self):
        assert self.process.stdout.readline() == "waiting\n"
        return self

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(10)


def seen(spans, name):
    """type -> (status, errorType) of the requests of that path or operation."""
    reported = {}
    for span in spans:
        attributes = span["attributes"]
        if name in (attributes.get("url"), attributes.get("operation")):
            assert span["type"] not in reported, f"{name} twice at {span['type']}"
            reported[span["type"]] = attributes.get("status"), attributes.get("errorType")
    return reported


def seconds(spans, name, span_type):
    return next(int(span["durationUSec"]) / 1e6 for span in spans
                if span["type"] == span_type and name in (span["attributes"].get("url"), span["attributes"].get("operation")))


def finish(agent):
    rows = ledger_of_log(agent.stop())
    assert_ledger_adds_up(rows)
    return rows


HTTP = {  # path -> what the client and what the server say: status, error.type
    "/ok": (("200", None), ("200", None)),
    "/slow": ((None, "cancelled"), (None, "cancelled")),
    "/late": ((None, "cancelled"), ("200", None)),
    "/reset": ((None, "reset"), (None, "reset")),
    "/eof": ((None, "eof"), (None, "eof")),
    "/half": (("206", "eof"), ("206", "eof")),
    "/half-reset": (("206", "reset"), ("206", "reset")),
    "/chunked": (("200", "eof"), ("200", "eof")),
    "/shut": (("200", None), ("200", None)),
    "/ok-again": (("200", None), ("200", None)),
    "/behind": ((None, "eof"), (None, "eof")),
}
PATIENCE = {"/slow": 0.5, "/late": 0.5}


def test_http_at_both_ends():
    asked = [f"{path}={PATIENCE.get(path, 10)}" for path in HTTP if path not in ("/ok-again", "/behind")] + ["/ok-again+/behind=10"]
    port = free_port()
    env = {"OTEL_EBPF_PROMETHEUS_PORT": str(port)}
    with Server() as server, Client(sys.executable, PEERS / "unanswered_client.py", server.port, *asked) as client, \
            Agent(env, CONFIG.format("failing_server", "unanswered_client")) as agent:
        agent.wait_for_instrumented(2)
        client.go()
        spans = agent.wait_for_spans(2 * len(HTTP), 20)
        for path, (at_client, at_server) in HTTP.items():
            assert seen(spans, path) == {"HTTPClient": at_client, "HTTP": at_server}, path
        assert 0.4 < seconds(spans, "/slow", "HTTPClient") < 1.5  # until it gave up
        assert 1.8 < seconds(spans, "/slow", "HTTP") < 4  # until it closed
        pages = get(f"http://127.0.0.1:{port}/metrics")
        for metric in ("http_server_request_duration_seconds_count", "http_client_request_duration_seconds_count"):
            kinds = {(labels["http_response_status_code"], labels["error_type"]) for labels, _ in series(pages, metric)}
            assert kinds >= {("200", ""), ("", "reset"), ("", "eof"), ("", "cancelled"), ("206", "eof")}, kinds
        rows = finish(agent)
        assert rows["requests_no_response"] == rows["requests_lost_response"] == rows["requests_open"] == 0, rows


def test_curl_gives_up_and_the_server_is_killed():
    config = CONFIG.format("failing_server", "max-time")
    with Server() as server, Agent(config=config) as agent:
        agent.wait_for_instrumented(1)
        url = f"http://127.0.0.1:{server.port}"
        subprocess.run(["curl", "-s", "--max-time", "0.7", f"{url}/slow"])
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"GET /hang HTTP/1.1\r\n\r\n")
            agent.wait_for_spans(1, 10, lambda span: span["type"] == "HTTP")
            server.process.send_signal(signal.SIGKILL)
            assert connection.recv(1) == b""
        spans = agent.wait_for_spans(2, 10, lambda span: span["type"] == "HTTP")
        assert seen(spans, "/slow")["HTTP"] == (None, "cancelled")
        assert seen(spans, "/hang")["HTTP"] == (None, "eof")
        finish(agent)


def test_what_is_open_when_the_agent_stops_has_not_failed():
    with Server() as server, Client(sys.executable, PEERS / "unanswered_client.py", server.port, "/hang=60") as client, \
            Agent(config=CONFIG.format("failing_server", "unanswered_client")) as agent:
        agent.wait_for_instrumented(2)
        client.go()
        time.sleep(1.5)
        rows = finish(agent)
        assert rows["requests_open"] == 2 and rows["spans_made"] == 0, rows


@pytest.mark.peers
def test_redis_a_blocking_command(tmp_path):
    with RedisServer(tmp_path) as server, Agent(config=CONFIG.format(f"redis-server*:{server.port}", "redis-cli*")) as agent:
        agent.wait_for_instrumented(1)
        client = subprocess.Popen(["redis-cli", "-p", str(server.port), "BLPOP", "queue", "0"])
        time.sleep(1.5)
        client.kill()
        client.wait(10)
        spans = agent.wait_for_spans(1, 10, lambda span: span["attributes"].get("operation") == "BLPOP")
        assert {word for _, word in seen(spans, "BLPOP").values()} == {"cancelled"}, spans
        finish(agent)


@pytest.mark.peers
def test_postgres_is_asked_to_end_a_connection_and_its_client_is_killed():
    with Postgres() as server, Agent(config=CONFIG.format("bin/postgres*", "psql*")) as agent:
        def sleeping():
            return subprocess.Popen(["psql", "-X", "-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres", "-d", "shop", "-c",
                                     "DELETE FROM items WHERE pg_sleep(30) IS NULL OR id > 0"], stderr=subprocess.DEVNULL)

        server.sql("INSERT INTO items VALUES (1, 'a', 1)")
        with sleeping() as client:
            time.sleep(2)
            server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DELETE%'")
            client.wait(10)
        with sleeping() as client:
            time.sleep(2)
            client.kill()
            client.wait(10)
        server.sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DELETE%'")
        # A backend that has lost its client notices when it answers: here that it was cancelled.
        spans = agent.wait_for_spans(4, 20, lambda span: span["attributes"].get("operation") == "DELETE")
        reported = sorted((span["type"], span["attributes"]["sqlState"], span["attributes"].get("errorType")) for span in spans)
        assert reported == [("SQLClient", "", "cancelled"), ("SQLClient", "57P01", None), ("SQLServer", "57014", None),
                        ("SQLServer", "57P01", None)]
        finish(agent)


KILLED = r"""
import sys, pymysql
host, port, user, password, database = sys.argv[1:]
print("waiting", flush=True)
sys.stdin.readline()
connection = pymysql.connect(host=host, port=int(port), user=user, password=password, database=database)
try:
    connection.cursor().execute("DELETE FROM items WHERE SLEEP(30) OR id > 0")
except pymysql.err.MySQLError as error:
    print(type(error).__name__, flush=True)
"""


@pytest.mark.peers
@pytest.mark.parametrize("how", ["KILL", "SIGKILL"])
def test_mariadb(how):
    python = {"PYTHONPATH": python_path("PyMySQL==1.1.1")}
    with MariaDb() as server:
        server.sql(f"INSERT INTO {DATABASE}.items (name) VALUES ('a'), ('b')")
        arguments = ["127.0.0.1", server.port, USER, PASSWORD, DATABASE]
        with Client(sys.executable, "-c", KILLED, *arguments, env=python) as client, \
                Agent(config=CONFIG.format("mariadbd*", "import sys, pymysql")) as agent:
            agent.wait_for_instrumented(2)
            client.go()
            time.sleep(2)
            if how == "KILL":
                server.sql("SELECT CONCAT('KILL ', id) INTO @k FROM information_schema.processlist WHERE info LIKE 'DELETE%';"
                           " EXECUTE IMMEDIATE @k;")
            else:
                client.process.kill()
            spans = agent.wait_for_spans(2, 30, lambda span: span["attributes"].get("operation") == "DELETE")
            reported = seen(spans, "DELETE")
            if how == "KILL":
                assert reported == {"SQLClient": (None, "eof"), "SQLServer": (None, "eof")}
            else:  # the server goes on, and answers
                assert reported["SQLClient"] == (None, "cancelled")
            finish(agent)
