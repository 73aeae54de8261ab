# SPDX-License-Identifier: Apache-2.0
"""MongoDB's protocol: drivers of three languages against a server that speaks it (mongo-java-server)."""
import collections
import json
import os
import re
import subprocess
import sys

import pytest

import packages
from agent import Agent, assert_ledger_adds_up, ledger_of_log
from conftest import PEERS, Talker
from peers.mongo_server import MongoServer, is_possible
from tally import Tally

PYTHON_DRIVER = "pymongo==4.10.1"
NODE_DRIVER = "mongodb@6.20.0"  # the last that Node.js 18 runs
JAVA_DRIVER = "org.mongodb:mongodb-driver-sync:5.14.0"
SECRET = "s3cr3t"

pytestmark = pytest.mark.skipif(not is_possible(), reason="no Java: tools/install_deps.sh peers")


@pytest.fixture(scope="module")
def mongo_port():
    with MongoServer() as server:
        yield server.port


def python_client(*arguments):
    return Talker("mongo_client.py", *arguments, env={"PYTHONPATH": packages.python_path(PYTHON_DRIVER)})


def node_client(*arguments):
    return Talker("mongo_client.js", *arguments, program=["node"], env={"NODE_PATH": packages.node_path(NODE_DRIVER)})


def java_client(*arguments):
    return Talker("MongoTalk.java", *arguments,
                  program=["java", "-Xmx256m", "-XX:+UseSerialGC", "-cp", packages.class_path(JAVA_DRIVER)])


CLIENTS = {"PyMongo": python_client, "Node.js": node_client, "Java": java_client}


def facts(span):
    reported = span["attributes"]
    return f"{reported['operation']} {reported['table']} {reported['status']} {reported['errorCode']}"


def as_reported(done):
    """The clients say which command they sent; one that MongoDB doesn't know has no name."""
    return collections.Counter({re.sub("^frobnicate ", "_OTHER ", what): count for what, count in done.items()})


def without_numbers(counts):
    """users0 and users1 are one row of the table."""
    rows = collections.Counter()
    for what, count in counts.items():
        operation, collection, *outcome = what.split(" ")
        rows[" ".join((operation, collection.rstrip("0123456789"), *outcome))] += count
    return rows


@pytest.mark.parametrize("client", CLIENTS)
def test_every_operation_is_a_span(mongo_port, client):
    with Tally(f"mongo, {client}") as tally:
        for connections, rounds in ((1, 5), (16, 1), (64, 1)):
            with Agent(config="discovery:\n  instrument:\n    - cmd_args: '*{mongo_client,MongoTalk}*'\n") as agent, \
                    CLIENTS[client](mongo_port, connections, rounds) as talker:
                agent.wait_for_instrumented(1)
                done = as_reported(json.loads(talker.go()))
                drop_data(mongo_port)
                agent.wait_for_spans(sum(done.values()), 20)
                spans = agent.spans()
                found = collections.Counter(map(facts, spans))
                tally.expect_counts(client, connections, without_numbers(done), without_numbers(found))
                tally.expect(client, connections, "each collection's", True, done == found)
                # Node.js writes the name of the database behind the documents: there it isn't captured.
                late = [span for span in spans if client == "Node.js" and facts(span).startswith("insert large")]
                tally.expect(client, connections, "database shop", len(spans) - len(late),
                             sum(span["attributes"]["dbNamespace"] == "shop" for span in spans))
                tally.expect(client, connections, "server and type", len(spans),
                             sum((span["type"], span["attributes"]["serverPort"], span["attributes"]["serverAddr"])
                                 == ("MongoClient", str(mongo_port), "127.0.0.1") for span in spans))
                tally.expect(client, connections, "secrets told", 0,
                             agent.out.read_text().count(SECRET) + agent.log_text().count(SECRET))
                rows = ledger_of_log(agent.stop())
                assert_ledger_adds_up(rows)
                tally.expect(client, connections, "spans made", sum(done.values()), rows["spans_made"])
                for lost in ("requests_no_response", "requests_lost_response", "responses_unpaired", "messages_malformed"):
                    tally.expect(client, connections, lost, 0, rows[lost])


def drop_data(port):
    code = f"import pymongo; pymongo.MongoClient('127.0.0.1', {port}).drop_database('shop')"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": packages.python_path(PYTHON_DRIVER)}, check=True)
