# SPDX-License-Identifier: Apache-2.0
"""Redis: redis-py, node-redis, hiredis, redis-cli and redis-benchmark against redis-server; both ends are traced."""
import collections
import subprocess
import sys

import pytest

from agent import Agent, assert_ledger_adds_up, free_port, get, ledger_of_log, losses, scaled, wait_for
from conftest import PEERS
from packages import node_path, python_path
from peers.caches import RedisServer
from peers.compiled import compiled
from peers.json_client import JsonClient
from scrape import count_of
from tally import Tally

SECRET = "topsecret"
CONFIG = ("ebpf:\n  redis_db_cache: {enabled: true}\ndiscovery:\n  instrument:\n    - cmd_args: '*redis_client*'\n"
          "    - cmd_args: '*redis-server*:%d*'\n")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with RedisServer(tmp_path_factory.mktemp("redis"), "--requirepass", SECRET) as running:
        yield running


@pytest.fixture(scope="module")
def hiredis(tmp_path_factory):
    return compiled("redis_client.c", tmp_path_factory.mktemp("redis"), "-lhiredis")


def facts(spans, span_type, port):
    """"LPUSH WRONGTYPE" -> how often; what is wrong with a span is part of its key."""
    found = collections.Counter()
    for span in spans:
        reported = span["attributes"]
        if span["type"] != span_type:
            continue
        key = " ".join(filter(None, (reported["operation"], reported["errorCode"])))
        if (reported["status"] != "0") != bool(reported["errorCode"]) or reported["serverPort"] != str(port):
            key += f" {reported['status']} {reported['serverPort']}"
        if span_type == "RedisClient" and reported["serverAddr"] not in ("127.0.0.1", "localhost"):
            key += f" {reported['serverAddr']}"
        if not reported["query"].startswith(reported["operation"]):
            key += f" [{reported['query']}]"
        found[key] += 1
    return found


def assert_clean(agent):
    assert SECRET not in agent.out.read_text(errors="replace") and SECRET not in agent.log_text()
    kernel = agent.ledger()
    assert kernel["ring_full"] == 0 and kernel["read_fault"] == 0, kernel
    rows = ledger_of_log(agent.stop())
    assert_ledger_adds_up(rows)
    return rows


def command_of(client, hiredis):
    if client == "redis-py":
        return [sys.executable, PEERS / "redis_client.py"], {"PYTHONPATH": python_path("redis==5.0.8")}
    if client == "node-redis":
        return ["node", PEERS / "redis_client.js"], {"NODE_PATH": node_path("redis@4.7.0")}
    return [hiredis], {}


@pytest.mark.parametrize("batch", [1, 16])
@pytest.mark.parametrize("connections", [1, 16, 64])
@pytest.mark.parametrize("client", ["redis-py", "node-redis", "hiredis"])
def test_clients(server, hiredis, client, connections, batch):
    count = max(16, 480 // connections)
    tally = Tally(f"redis {client}, {batch} at once")
    command, env = command_of(client, hiredis)
    with Agent(config=CONFIG % server.port) as agent:
        with JsonClient([*command, server.port, connections, count, batch], env) as process:
            agent.wait_for_instrumented(2)
            done = process.go()
            total = 2 * sum(done.values())
            spans = agent.wait_for_spans(total, 20)
            for span_type in ("RedisClient", "RedisServer"):
                tally.expect_counts(client, connections, {f"{span_type} {key}": n for key, n in done.items()},
                                    {f"{span_type} {key}": n for key, n in facts(spans, span_type, server.port).items()})
            database = {"redis-py": "1", "node-redis": "2", "hiredis": "0"}[client]
            gets = [span for span in spans if span["attributes"]["operation"] == "GET"]
            tally.expect(client, connections, "databases of GET", {database},
                         {span["attributes"]["dbNamespace"] for span in gets})
        rows = assert_clean(agent)
        tally.expect(client, connections, "spans made", total, rows["spans_made"])
    tally.close()


def run_benchmark(port, requests, pipeline, connections):
    out = subprocess.run(["redis-benchmark", "-h", "127.0.0.1", "-p", str(port), "-n", str(requests), "-P", str(pipeline), "-c",
                          str(connections), "-t", "set,get", "--csv"], capture_output=True, text=True, check=True).stdout
    return [line.split(",")[0].strip('"') for line in out.splitlines() if line.startswith(('"SET"', '"GET"'))]


@pytest.mark.parametrize("pipeline", [1, 16])
def test_benchmark(tmp_path, pipeline):
    """The server's spans. Each of both tests also asks for the server's configuration, twice, on a connection of its own."""
    requests = scaled(4800) // 16 * 16
    with RedisServer(tmp_path) as server, Agent({"OTEL_EBPF_OPEN_PORT": str(server.port)}) as agent, \
            Tally(f"redis-benchmark -P {pipeline}") as tally:
        agent.wait_for_instrumented(1)
        assert run_benchmark(server.port, requests, pipeline, 16) == ["SET", "GET"]
        spans = agent.wait_for_spans(2 * requests, 120, lambda span: span["attributes"]["operation"] in ("SET", "GET"))
        found = facts(spans, "RedisServer", server.port)
        rows = assert_clean(agent)
        for operation in ("SET", "GET"):
            tally.expect("redis-benchmark", 16, operation, requests, found[operation])
        tally.expect("redis-benchmark", 16, "requests without span", 0, rows["requests_seen"] - rows["spans_made"])


@pytest.mark.slow
@pytest.mark.parametrize("pipeline", [1, 16])
def test_large_benchmark(tmp_path, pipeline):
    """As many that their spans are only counted, by what Prometheus gets of each operation."""
    requests = scaled(200_000) // 16 * 16
    port = free_port()
    env = {"OTEL_EBPF_PROMETHEUS_PORT": str(port)}
    with RedisServer(tmp_path) as server, Tally(f"redis-benchmark -P {pipeline} -n {requests}") as tally, \
            Agent({**env, "OTEL_EBPF_OPEN_PORT": str(server.port)}, printer="counter") as agent:
        agent.wait_for_instrumented(1)
        assert run_benchmark(server.port, requests, pipeline, 16) == ["SET", "GET"]

        def reported():
            page = get(f"http://127.0.0.1:{port}/metrics")
            return {operation: int(count_of(page, "db_server_operation_duration_seconds_count", db_operation_name=operation))
                    for operation in ("SET", "GET")}

        wait_for(lambda: sum(reported().values()) + losses(agent.ledger()) >= 2 * requests, 60, "as many spans and losses")
        found = reported()
        lost = losses(assert_clean(agent))
        tally.expect_counts("redis-benchmark", 16, dict.fromkeys(found, requests), found)
        tally.expect("redis-benchmark", 16, "spans and losses", 2 * requests, sum(found.values()) + lost)


def test_redis_cli(tmp_path):
    """A transaction by hand, RESP3, Lua's error, long values and long answers, from the server's side."""
    commands = ["SET greeting topsecret", "GET greeting", "HELLO 3", "HGETALL nothing", "EVAL \"return redis.error_reply('MY topsecret')\" 0",
                "MULTI", "INCR n", "EXEC", "NOSUCH topsecret", "CONFIG GET maxmemory", "SELECT 3", "PING"]
    expected = {"SET": 1, "GET": 1, "HELLO": 1, "HGETALL": 1, "EVAL MY": 1, "MULTI": 1, "INCR": 1, "EXEC": 1, "_OTHER ERR": 1,
                "CONFIG": 1, "SELECT": 1, "PING": 1, "MSET": 1, "MGET": 1}
    with RedisServer(tmp_path) as server, Agent({"OTEL_EBPF_OPEN_PORT": str(server.port)}) as agent, Tally("redis-cli") as tally:
        agent.wait_for_instrumented(1)
        pairs = " ".join(f"long:{n} {'topsecret' * 200}" for n in range(40))
        commands += [f"MSET {pairs}", "MGET " + " ".join(f"long:{n}" for n in range(40))]
        subprocess.run(["redis-cli", "-p", str(server.port)], input="\n".join(commands) + "\n", text=True, check=True,
                       stdout=subprocess.DEVNULL)
        spans = agent.wait_for_spans(len(commands), 20, lambda span: span["attributes"]["operation"] != "COMMAND")
        found = facts(spans, "RedisServer", server.port)
        tally.expect_counts("redis-cli", 1, expected, found)
        documentation = sum(span["attributes"]["operation"] == "COMMAND" for span in agent.spans())  # asked for by some versions
        rows = assert_clean(agent)
        tally.expect("redis-cli", 1, "spans made", len(commands) + documentation, rows["spans_made"])
