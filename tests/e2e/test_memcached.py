# SPDX-License-Identifier: Apache-2.0
"""memcached: pymemcache and libmemcached (text), libmemcached and memjs (binary), a plain socket (meta commands); both ends
are traced."""
import collections
import sys

import pytest

from agent import Agent, assert_ledger_adds_up, ledger_of_log
from conftest import PEERS
from packages import node_path, python_path
from peers.caches import Memcached
from peers.compiled import compiled
from peers.json_client import JsonClient
from tally import Tally

SECRET = "topsecret"
CONFIG = "discovery:\n  instrument:\n    - cmd_args: '*memcached_client*'\n    - cmd_args: 'memcached *-p %d*'\n"


@pytest.fixture(scope="module")
def server():
    with Memcached() as running:
        yield running.port


@pytest.fixture(scope="module")
def libmemcached(tmp_path_factory):
    return compiled("memcached_client.c", tmp_path_factory.mktemp("memcached"), "-lmemcached")


def facts(spans, span_type, port):
    """"INCR CLIENT_ERROR" -> how often; what is wrong with a span is part of its key."""
    found = collections.Counter()
    for span in spans:
        reported = span["attributes"]
        if span["type"] != span_type:
            continue
        key = " ".join(filter(None, (reported["operation"], reported["errorCode"])))
        if (reported["status"] != "0") != bool(reported["errorCode"]) or reported["serverPort"] != str(port):
            key += f" {reported['status']} {reported['serverPort']}"
        if reported["operation"] not in ("VERSION", "STATS", "QUIT") and not reported["query"]:
            key += " without key"
        found[key] += 1
    return found


def command_of(client, libmemcached):
    if client == "memjs":
        return ["node", PEERS / "memcached_client.js"], {"NODE_PATH": node_path("memjs@1.3.2")}
    if client.startswith("libmemcached"):
        return [libmemcached, client.split()[1]], {}
    kind = "meta" if client == "meta commands" else "text"
    return [sys.executable, PEERS / "memcached_client.py", kind], {"PYTHONPATH": python_path("pymemcache==4.0.0")}


@pytest.mark.parametrize("connections", [1, 16, 64])
@pytest.mark.parametrize("client", ["pymemcache", "meta commands", "memjs", "libmemcached text", "libmemcached binary"])
def test_clients(server, libmemcached, client, connections):
    count = max(5, 160 // connections)
    command, env = command_of(client, libmemcached)
    with Agent(config=CONFIG % server) as agent, Tally(f"memcached {client}") as tally:
        with JsonClient([*command, server, connections, count], env) as process:
            agent.wait_for_instrumented(2)
            done = process.go()
            if client.startswith("libmemcached"):  # takes its leave, also before it buffers
                done["QUIT"] = 2 * connections
            total = 2 * sum(done.values())
            try:
                spans = agent.wait_for_spans(total, 20)
            except AssertionError:
                spans = agent.spans()  # the table tells what is missing
            for span_type in ("MemcachedClient", "MemcachedServer"):
                tally.expect_counts(client, connections, {f"{span_type} {key}": n for key, n in done.items()},
                                    {f"{span_type} {key}": n for key, n in facts(spans, span_type, server).items()})
        assert SECRET not in agent.out.read_text(errors="replace") and SECRET not in agent.log_text()
        kernel = agent.ledger()
        assert kernel["ring_full"] == 0 and kernel["read_fault"] == 0, kernel
        rows = ledger_of_log(agent.stop())
        assert_ledger_adds_up(rows)
        tally.expect(client, connections, "spans made", total, rows["spans_made"])
