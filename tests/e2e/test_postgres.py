# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL: psycopg2 (libpq; simple queries), asyncpg (prepared, pipelined), pg of Node.js and pgbench against a real server."""
import collections
import json
import re
import subprocess
import sys

import pytest

from agent import LOAD, Agent, assert_ledger_adds_up, free_port, get, ledger_of_log, losses, scaled, wait_for
from conftest import Talker
from packages import node_path, python_path
from peers.postgres import USER, Postgres, programs
from scrape import count_of
from tally import Tally

SECRET = "s3cr3t"  # in values, and the password
CLIENT = "discovery:\n  instrument:\n    - cmd_args: '*postgres_client.*'\n"
PINS = {"psycopg2": "psycopg2-binary==2.9.10", "asyncpg": "asyncpg==0.30.0", "pg": "pg@8.16.3"}


@pytest.fixture(scope="module")
def server():
    with Postgres() as running:
        yield running


def facts(spans, span_type, server, host="127.0.0.1"):
    """"SELECT items" or "SELECT missing 42P01" -> how often; what is wrong with a span is part of its key."""
    found = collections.Counter()
    for span in spans:
        reported = span["attributes"]
        if span["type"] != span_type:
            continue
        key = " ".join(filter(None, (reported["operation"], reported["table"], reported["sqlState"])))
        if (reported["status"] != "0") != bool(reported["sqlState"]) or reported["dbSystemName"] != "postgresql":
            key += f" {reported['status']} {reported['dbSystemName']}"
        if reported["dbNamespace"] != "shop" or not reported["statement"]:
            key += f" [{reported['dbNamespace']}] [{reported['statement']}]"
        if host == "127.0.0.1" and reported["serverPort"] != str(server.port):
            key += f" port {reported['serverPort']}"
        found[key] += 1
    return found


def assert_clean(agent):
    assert SECRET not in agent.out.read_text(errors="replace") and SECRET not in agent.log_text()
    kernel = agent.ledger()
    assert kernel["ring_full"] == 0 and kernel["read_fault"] == 0, kernel
    rows = ledger_of_log(agent.stop())
    assert_ledger_adds_up(rows)
    return rows


def run_client(tally, server, library, connections, rounds, host="127.0.0.1"):
    script, program, environment = (
        ("postgres_client.js", ["node"], {"NODE_PATH": node_path(PINS[library])}) if library == "pg"
        else ("postgres_client.py", [sys.executable], {"PYTHONPATH": python_path(PINS[library])}))
    with Agent(config=CLIENT) as agent, Talker(script, library, host, server.port, connections, rounds, program=program,
                                              env=environment) as client:
        agent.wait_for_instrumented(1)
        done = json.loads(client.go())
        spans = agent.wait_for_spans(sum(done.values()), 30)
        where = f"{library}, socket" if host != "127.0.0.1" else library
        tally.expect_counts(where, connections, done, facts(spans, "SQLClient", server, host))
        rows = assert_clean(agent)
        tally.expect(where, connections, "spans = requests", rows["requests_seen"], rows["spans_made"])


def test_clients(server):
    with Tally("PostgreSQL clients") as tally:
        for library in PINS:
            for connections in (1, 16, 64):
                run_client(tally, server, library, connections, 320 // connections)
        run_client(tally, server, "psycopg2", 4, 20, str(server.folder))


SCRIPT = """\\set id random(1, 5)
BEGIN;
UPDATE items SET name = 's3cr3t' WHERE id = :id;
SELECT id FROM owners WHERE id = :id;
INSERT INTO items (name, owner) VALUES ('s3cr3t', :id);
END;
"""


OPERATIONS = ("BEGIN", "UPDATE items", "SELECT owners", "INSERT items", "END")  # of a transaction, a span each
LABELS = ("db_operation_name", "db_collection_name")
PGBENCH = "discovery:\n  instrument:\n    - exe_path: '*/pgbench'\n"


def pgbench(agent, server, mode, clients, *length):
    """How many transactions it did, by its own account. Its script comes from its input, so it waits until the agent captures it."""
    bench = subprocess.Popen(
        [programs() / "pgbench", "-n", "-h", "127.0.0.1", "-p", str(server.port), "-U", USER, "-M", mode, "-c", str(clients),
         *map(str, length), "-f", "-", "shop"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    agent.wait_for_instrumented(1)
    out = bench.communicate(SCRIPT, timeout=300)[0]
    return int(re.search(r"number of transactions actually processed: (\d+)", out).group(1))


def test_pgbench(server):
    with Tally("pgbench") as tally:
        for mode in ("simple", "extended", "prepared"):
            with Agent(config=PGBENCH) as agent:
                count = pgbench(agent, server, mode, 8, "-t", scaled(100))
                assert count == 8 * scaled(100)
                spans = agent.wait_for_spans(5 * count, 60)
                tally.expect_counts(f"pgbench {mode}", 8, dict.fromkeys(OPERATIONS, count), facts(spans, "SQLClient", server))
                rows = assert_clean(agent)
                tally.expect(f"pgbench {mode}", 8, "spans = requests", rows["requests_seen"], rows["spans_made"])


@pytest.mark.slow
def test_pgbench_long(server):
    """As many that their spans are only counted, by what Prometheus gets of each operation."""
    seconds = max(3, int(30 * LOAD))
    with Tally(f"pgbench, {seconds} s") as tally:
        for mode in ("simple", "extended", "prepared"):
            port = free_port()
            env = {"OTEL_EBPF_PROMETHEUS_PORT": str(port)}
            config = PGBENCH + "attributes: {select: {db_client_operation_duration: {include: ['*']}}}\n"
            with Agent(env, config, printer="counter") as agent:
                count = pgbench(agent, server, mode, 16, "-T", seconds)

                def reported():
                    page = get(f"http://127.0.0.1:{port}/metrics")
                    return {what: int(count_of(page, "db_client_operation_duration_seconds_count",
                                               **dict(zip(LABELS, f"{what} ".split(" "))))) for what in OPERATIONS}

                wait_for(lambda: sum(reported().values()) + losses(agent.ledger()) >= 5 * count, 60, f"{5 * count} spans and losses")
                found = reported()
                lost = losses(assert_clean(agent))
                tally.expect_counts(f"pgbench {mode}", 16, dict.fromkeys(OPERATIONS, count), found)
                tally.expect(f"pgbench {mode}", 16, "spans and losses", 5 * count, sum(found.values()) + lost)


def test_the_server_has_spans_of_its_own(server):
    config = "discovery:\n  instrument:\n    - exe_path: '*/bin/postgres'\n"
    with Agent(config=config) as agent, Tally("PostgreSQL server") as tally:
        agent.wait_for_log(f" pid={server.process.pid} ")  # which forks the others
        with Talker("postgres_client.py", "psycopg2", "127.0.0.1", server.port, 4, 10,
                    env={"PYTHONPATH": python_path(PINS["psycopg2"])}) as client:
            done = json.loads(client.go())
            spans = agent.wait_for_spans(sum(done.values()), 30)
            tally.expect_counts("psycopg2", 4, done, facts(spans, "SQLServer", server))
        assert_clean(agent)
