# SPDX-License-Identifier: Apache-2.0
"""What a scraper and an OTLP receiver read of a protocol that is no HTTP: Redis, seen at both ends."""
import subprocess

import pytest

from agent import Agent, free_port, get, ledger_of_log, wait_for
from conftest import Talker
from otlp_receiver import OtlpReceiver
from peers.caches import RedisServer
from scrape import count_of, series

COUNT = 40
SECRET = "planted-secret-value"
INSTRUMENT = "discovery: {instrument: [{cmd_args: '*resp_client.py*'}, {open_ports: '%d'}]}\n"
CLIENT, SERVER = 3, 2  # span kinds


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory):
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server.port


def talk(agent, client):
    agent.wait_for_instrumented(2)
    assert int(client.go()) == 2 * COUNT + 1


def test_prometheus_counts_every_operation_of_both_ends(redis_port):
    port = free_port()
    env = {"OTEL_EBPF_PROMETHEUS_PORT": str(port)}
    url = f"http://127.0.0.1:{port}/metrics"
    with Talker("resp_client.py", redis_port, COUNT, SECRET) as client, Agent(env, config=INSTRUMENT % redis_port) as agent:
        talk(agent, client)
        for side in ("client", "server"):
            metric = f"db_{side}_operation_duration_seconds_count"
            for operation, error, count in (("SET", "", COUNT), ("GET", "", COUNT), ("INCR", "error", 1)):
                wait_for(lambda: count_of(get(url), metric, db_operation_name=operation, db_system_name="redis",
                                          error_type=error) == count, 10, f"{count} {operation} in {metric}")
            assert count_of(get(url), metric) == 2 * COUNT + 1
        page = get(url)
        (labels, _), *_ = series(page, "db_server_operation_duration_seconds_count")
        assert labels["server_port"] == str(redis_port) and labels["service_name"] in ("redis-server", "redis-check-rdb"), labels  # one file, two names
        checked = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr + checked.stdout
        assert SECRET not in page and SECRET not in agent.out.read_text() and SECRET not in agent.log_text()


def test_an_otlp_receiver_gets_spans_and_metrics_of_both_ends(redis_port):
    config = INSTRUMENT % redis_port + "attributes: {select: {traces: {include: ['db.query.text', 'db.response.error']}}}\n"
    with OtlpReceiver() as receiver, Talker("resp_client.py", redis_port, COUNT, SECRET) as client:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.port}", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
               "OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT": "200ms", "OTEL_EBPF_METRICS_INTERVAL": "300ms"}
        with Agent(env, config=config) as agent:
            talk(agent, client)
            every = 2 * (2 * COUNT + 1)
            spans = wait_for(lambda: len(receiver.spans()) >= every and receiver.spans(), 15, f"{every} spans at the receiver")
            assert len(spans) == every
            for kind in (CLIENT, SERVER):
                of_side = [(name, reported) for name, have, reported in spans if have == kind]
                assert sorted(name for name, _ in of_side) == sorted(["SET", "GET"] * COUNT + ["INCR"])
                for name, reported in of_side:
                    assert reported["db.system.name"] == "redis" and reported["db.operation.name"] == name
                    assert reported["server.port"] == redis_port and ("service.peer.name" in reported) == (kind == CLIENT)
                    assert reported.get("db.response.status_code") == ("ERR" if name == "INCR" else None), reported
            for name in ("db.client.operation.duration", "db.server.operation.duration"):
                wait_for(lambda: sum(receiver.histogram_counts(name).values()) == 2 * COUNT + 1, 10, f"all of {name}")
                assert {dict(key)["db.operation.name"] for key in receiver.histogram_counts(name)} == {"SET", "GET", "INCR"}
        for body in receiver.bodies["/v1/traces"] + receiver.bodies["/v1/metrics"]:
            assert SECRET.encode() not in body


def test_what_is_not_selected_is_neither_sent_nor_counted(redis_port):
    port = free_port()
    env = {"OTEL_EBPF_PROMETHEUS_PORT": str(port), "OTEL_EBPF_PROMETHEUS_INSTRUMENTATIONS": "http,sql"}
    with Talker("resp_client.py", redis_port, COUNT, SECRET) as client, Agent(env, config=INSTRUMENT % redis_port) as agent:
        talk(agent, client)
        agent.wait_for_spans(2 * (2 * COUNT + 1))
        assert "operation_duration" not in get(f"http://127.0.0.1:{port}/metrics")
        rows = ledger_of_log(agent.stop())
    assert (rows["prometheus_not_wanted"], rows["prometheus_exported"]) == (2 * (2 * COUNT + 1), 0)
