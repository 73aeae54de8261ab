# SPDX-License-Identifier: Apache-2.0
"""Protocols that aren't followed (tests/foreign): no span, and nothing of what they carry in anything that the agent writes, at both
ends, at one connection of each and at many, from their beginning and in mid-life."""
import json
import subprocess
import sys

import pytest

from agent import ROOT, TIME_SLACK, Agent, assert_ledger_adds_up, free_port, get, ledger_of_log, wait_for
from conftest import PEERS, Talker
from otlp_receiver import OtlpReceiver

FOLDER = ROOT / "tests" / "foreign"
CONFIG = ("log_level: debug\ndiscovery: {instrument: [{cmd_args: '*foreign_ends*'}]}\n"
          "attributes: {select: {'*': {include: ['*']}}}\n")


def secrets():
    return {line.split(" ", 1)[1] for file in FOLDER.iterdir() for line in file.read_text().splitlines() if line.startswith("secret ")}


@pytest.fixture(scope="module")
def ports():
    server = subprocess.Popen([sys.executable, PEERS / "foreign_ends.py", "server", FOLDER], stdout=subprocess.PIPE, text=True)
    yield json.loads(server.stdout.readline())
    server.terminate()
    server.wait(10)


@pytest.mark.parametrize("connections", [1, 16])
@pytest.mark.parametrize("when", ["beginning", "half"])
def test_what_is_not_followed_is_not_reported(ports, when, connections):
    page = f"http://127.0.0.1:{(prometheus := free_port())}/metrics"
    with OtlpReceiver() as receiver, \
            Talker("foreign_ends.py", "client", FOLDER, json.dumps(ports), connections, when) as talker:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.port}", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
               "OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT": "200ms", "OTEL_EBPF_METRICS_INTERVAL": "1s",
               "OTEL_EBPF_PROMETHEUS_PORT": str(prometheus), "OTEL_EBPF_HEURISTIC_SQL_DETECT": "false"}
        with Agent(env, CONFIG) as agent:
            agent.wait_for_instrumented(2, 10 * max(1, TIME_SLACK))
            assert int(talker.go()) >= (len(ports["ports"]) - 1) * connections
            agent.wait_for_spans(2, 10 * max(1, TIME_SLACK))  # of the page that was asked for last, at both ends
            wait_for(lambda: len(receiver.spans()) >= 2, 10 * max(1, TIME_SLACK), "spans at the receiver")
            wait_for(lambda: "http_server_request_duration_seconds_count" in get(page), 10 * max(1, TIME_SLACK), "metrics")
            written = {"Prometheus": get(page), "own metrics": agent.metrics()}
            log = agent.stop()
            spans = agent.spans()
            written |= {"log": log, "printer": agent.out.read_text(errors="replace"),
                        **{path: b"".join(bodies).decode(errors="replace") for path, bodies in receiver.bodies.items()}}
    assert sorted((span["type"], span["attributes"].get("url")) for span in spans) == [("HTTP", "/page"), ("HTTPClient", "/page")], spans
    assert len(receiver.spans()) == 2, receiver.spans()
    for what, text in written.items():
        assert [secret for secret in secrets() if secret.lower() in text.lower()] == [], what
    rows = ledger_of_log(log)
    assert_ledger_adds_up(rows)
    # They were seen.
    assert rows["segments_seen"] > 4 * len(ports["ports"]) * connections, rows
