# SPDX-License-Identifier: Apache-2.0
"""What the tests of messaging protocols ask of the agent."""
import collections
import json
import re

from agent import Agent, assert_ledger_adds_up, ledger_of_log


def instrument(pattern):
    return f"discovery:\n  instrument:\n    - cmd_args: '{pattern}'\n"


def compare_client(tally, name, connections, client, pattern, span_type, port, secrets):
    """A client's own count of what it did, and the spans of its side. `client` makes it; `pattern` is of its command line."""
    with Agent(config=instrument(pattern)) as agent, client as running:
        agent.wait_for_instrumented(1)
        done = json.loads(running.go())
        tally.expect_counts(name, connections, done, facts(agent, sum(done.values()), span_type, port))
        tally.expect(name, connections, "client names", connections, len(client_ids(agent)))
        assert_clean(agent, secrets)


def compare_server(tally, name, connections, client, span_type, port, secrets):
    """… and the spans of its server."""
    with Agent({"OTEL_EBPF_OPEN_PORT": str(port)}) as agent, client as running:
        done = json.loads(running.go())
        tally.expect_counts(name, connections, done, facts(agent, sum(done.values()), span_type, port))
        assert_clean(agent, secrets)


def facts(agent, count, span_type, port):
    """"publish orders" -> how often, once there are `count` spans or it has been long enough: the operation and the
    destination up to the first '/', '.' or number."""
    try:
        spans = agent.wait_for_spans(count, 15)
    except AssertionError:
        spans = agent.spans()  # the comparison tells which are missing
    found = collections.Counter()
    for span in spans:
        reported = span["attributes"]
        # A traced server is named by its service.
        address = "127.0.0.1" if span_type.endswith("Client") else reported["serverAddr"]
        where = (span["type"], reported["serverAddr"], reported["serverPort"])
        if where != (span_type, address, str(port)):
            found[f"elsewhere: {where}"] += 1
            continue
        destination = reported["subject"] if "subject" in reported else reported["topic"]
        found[f"{reported['operation']} {re.split(r'(?<=.)[/.]|-[0-9]', destination)[0]}"] += 1
    return found


def client_ids(agent):
    return {span["attributes"]["clientId"] for span in agent.spans()}


def assert_clean(agent, secrets):
    """Stops the agent: nothing secret was said, nothing lost, and every request seen is a span. Returns the ledger."""
    for secret in secrets:
        assert secret not in agent.out.read_text(errors="replace") and secret not in agent.log_text()
    kernel = agent.ledger()
    assert kernel["ring_full"] == 0 and kernel["read_fault"] == 0, kernel
    rows = ledger_of_log(agent.stop())
    assert_ledger_adds_up(rows)
    assert rows["requests_seen"] == rows["spans_made"], rows
    return rows
