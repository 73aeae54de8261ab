# SPDX-License-Identifier: Apache-2.0
"""Bulk data: what loads it is a span with the time of the whole load, and what follows on the connection is one, too, at both ends."""
import collections
import contextlib
import os
import shutil
import subprocess
import sys

import pytest

from agent import TIME_SLACK, Agent, assert_ledger_adds_up, ledger_of_log
from conftest import PEERS, Upstream
from packages import python_path
from peers.brokers import Mosquitto, NatsServer, RabbitMq
from peers.caches import Memcached, RedisServer
from peers.json_client import JsonClient
from peers.kafka_broker import KafkaBroker
from peers.mariadb import MariaDb
from peers.mongo_server import MongoServer, is_possible
from peers.postgres import USER, Postgres, programs
from tally import Tally

SECRET = "sesame-of-the-bulk"
SIZES = (10_000, 100_000, 8_000_000)  # within what travels of each connection's beginning, beyond, far beyond
NEEDS_JAVA = pytest.mark.skipif(not (is_possible() and shutil.which("java")), reason="`tools/install_deps.sh peers` brings it")
SYSTEMS = {  # its server, the library, the types of its spans
    "postgresql": (Postgres, "psycopg2-binary==2.9.10", ("SQLClient", "SQLServer")),
    "mysql": (MariaDb, "pymysql==1.1.1", ("SQLClient", "SQLServer")),
    "redis": (RedisServer, "redis==5.0.8", ("RedisClient", "RedisServer")),
    "memcached": (Memcached, None, ("MemcachedClient", "MemcachedServer")),
    "mongodb": (MongoServer, "pymongo==4.10.1", ("MongoClient",)),
    "kafka": (KafkaBroker, "confluent-kafka==2.16.1", ("KafkaClient",)),
    "nats": (NatsServer, "nats-py==2.11.0", ("NATSClient", "NATSServer")),
    "mqtt": (Mosquitto, "paho-mqtt==2.1.0", ("MQTTClient", "MQTTServer")),
    "amqp": (RabbitMq, "pika==1.3.2", ("AMQPClient",)),
    "http": (Upstream, None, ("HTTPClient", "HTTP")),
}


@pytest.fixture(scope="module", params=[pytest.param(name, marks=NEEDS_JAVA if name in ("mongodb", "kafka") else ()) for name in SYSTEMS])
def system(request, tmp_path_factory):
    server, library, types = SYSTEMS[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    arguments = {RedisServer: (folder,), Upstream: (folder / "file",)}.get(server, ())
    with server(*arguments) as running:
        yield request.param, running.port, python_path(library) if library else "", types


def names(spans, kind, port):
    """"COPY bulk", "COPY owners 22P04", "SET", "publish bulk", "GET /big" of each span of that server -> how many."""
    found = collections.Counter()
    for span in spans:
        reported = span["attributes"]
        if span["type"] == kind and reported.get("serverPort", str(port)) == str(port):
            target = next(filter(None, (reported.get(name) for name in ("table", "topic", "subject"))), None)
            words = (reported.get("operation") or reported.get("method"), target or reported.get("url"), reported.get("sqlState"))
            found[" ".join(filter(None, words))] += 1
    return found


def await_spans(agent, count, where):
    """Where they don't come, the table says what is missing."""
    with contextlib.suppress(AssertionError):
        agent.wait_for_spans(count, 5 * max(1, TIME_SLACK), where)


def selected(found, done):
    return collections.Counter({name: found[name] for name in done})


@pytest.mark.parametrize("size", SIZES)
def test_a_load_and_what_follows_are_spans(system, size):
    name, port, path, types = system
    config = f"discovery: {{instrument: [{{cmd_args: '*bulk_client*'}}, {{open_ports: '{port}'}}, {{exe_path: '*/bin/postgres'}}]}}\n"
    command = [sys.executable, PEERS / "bulk_client.py", name, port, size]
    with Tally(f"bulk, {name}, {size} bytes") as tally, Agent(config=config) as agent:
        with JsonClient(command, {"PYTHONPATH": path}) as client:
            agent.wait_for_instrumented(2, 20 * max(1, TIME_SLACK))
            done = collections.Counter(client.go())
        for kind in types:
            await_spans(agent, sum(done.values()), lambda span, kind=kind: sum(names([span], kind, port)[each] for each in done) > 0)
            tally.expect_counts(kind, 1, done, selected(names(agent.spans(), kind, port), done))
        log = agent.stop()
        tally.expect("log", 1, "connections reclassified", 0, ledger_of_log(log).get("connections_reclassified", 0))
        assert SECRET not in agent.out.read_text(errors="replace") + log
        assert_ledger_adds_up(ledger_of_log(log))


def test_psql_and_pg_basebackup(tmp_path):
    rounds, env = 3, {**os.environ, "PGSSLMODE": "disable", "PGGSSENCMODE": "disable"}
    file, where = tmp_path / "rows", ["-h", "127.0.0.1", "-U", USER]
    with Postgres("host replication all 127.0.0.1/32 trust\n") as server, Tally("bulk, psql and pg_basebackup") as tally, \
            Agent(config="discovery: {instrument: [{exe_path: '{*/bin/psql,*/bin/pg_basebackup,*/bin/postgres}'}]}\n") as agent:
        where += ["-p", str(server.port)]

        def psql(*commands):
            """A process of its own, which goes on when the agent has seen it."""
            before = agent.log_text().count("instrumented=true")
            client = subprocess.Popen([programs() / "psql", "-X", "-qtA", "-d", "shop", *where], stdin=subprocess.PIPE, text=True, env=env)
            agent.wait_for_instrumented(before + 1, 20 * max(1, TIME_SLACK))
            client.communicate("\n".join(commands) + "\n", 120)
            assert client.returncode == 0

        server.sql("CREATE TABLE bulk (id int, name text)")
        for rows in (100, 2_000, 200_000):
            file.write_text("".join(f"{n}\t{SECRET}\n" for n in range(rows)))
            for _ in range(rounds):
                psql(f"\\copy bulk from '{file}'", "SELECT 1 FROM items;")
        psql(f"\\copy bulk to '{tmp_path / 'out'}'", "SELECT 1 FROM owners;")
        for n in range(rounds):
            subprocess.run([programs() / "pg_basebackup", *where, "-D", tmp_path / str(n), "-X", "stream", "-c", "fast"], check=True,
                           capture_output=True, env=env)
        due = {"COPY bulk": 3 * rounds + 1, "SELECT items": 3 * rounds, "SELECT owners": 1}
        for kind in ("SQLClient", "SQLServer"):
            await_spans(agent, sum(due.values()), lambda span, kind=kind: sum(names([span], kind, server.port)[each] for each in due) > 0)
            tally.expect_counts(kind, 1, due, selected(names(agent.spans(), kind, server.port), due))
        # The processes of a backup may have asked before the agent has seen them; the server's are there.
        def of_backup(span):
            attributes = span["attributes"]
            return (span["type"], attributes["serverPort"]) == ("SQLServer", str(server.port)) \
                and attributes.get("statement", "").startswith("BASE_BACKUP")

        await_spans(agent, rounds, of_backup)
        tally.expect("SQLServer", 1, "BASE_BACKUP", rounds, sum(map(of_backup, agent.spans())))
        log = agent.stop()
        assert SECRET not in agent.out.read_text(errors="replace") + log
        assert_ledger_adds_up(ledger_of_log(log))
