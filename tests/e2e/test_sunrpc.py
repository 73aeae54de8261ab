# SPDX-License-Identifier: Apache-2.0
"""ONC RPC: libtirpc and Python against libtirpc, rpcinfo against rpcbind; both ends are traced."""
import collections
import subprocess
import sys

import pytest

from agent import Agent, assert_ledger_adds_up, ledger_of_log, wait_for
from conftest import PEERS
from peers.compiled import compiled
from peers.namespace import Namespace
from peers.process import Process
from tally import Tally

INSTRUMENT = "discovery:\n  instrument:\n" + "".join(
    f"    - cmd_args: '{pattern}'\n" for pattern in ("*sunrpc_peer*", "*sunrpc_client.py*", "*rpcbind -f*", "*runner.py*"))


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    return compiled("sunrpc_peer.c", tmp_path_factory.mktemp("sunrpc"), "-I/usr/include/tirpc", "-ltirpc")


def facts(spans, span_type):
    """(program/procedure, version, status, port, flavor) -> how often."""
    found = collections.Counter()
    for span in spans:
        reported = span["attributes"]
        if span["type"] == span_type:
            procedure = reported.get("onc_rpc_procedure_name") or reported["onc_rpc_procedure_number"]
            found[f"{reported['onc_rpc_program_name']}/{procedure}", reported["onc_rpc_version"], reported["status"], reported["serverPort"],
                  reported["onc_rpc_auth_flavor"]] += 1
    return found


def assert_clean(agent, secret="topsecret"):
    assert secret not in agent.out.read_text(errors="replace") and secret not in agent.log_text()
    kernel = agent.ledger()
    assert kernel["ring_full"] == 0 and kernel["read_fault"] == 0, kernel
    rows = ledger_of_log(agent.stop())
    assert_ledger_adds_up(rows)
    return rows


@pytest.mark.parametrize("connections", [1, 16, 64])
@pytest.mark.parametrize("client", ["libtirpc", "python"])
def test_calls(peer, client, connections):
    count = max(20, 400 // connections)
    tally = Tally(f"sunrpc {client}")
    with Agent(config=INSTRUMENT) as agent, Process(peer, "serve") as server:
        port = server.line()
        command = [peer, "call"] if client == "libtirpc" else [sys.executable, PEERS / "sunrpc_client.py"]
        with Process(*command, port, connections, count) as process:
            agent.wait_for_instrumented(2)
            good, *missing = map(int, process.go().split())
            assert good == connections * count
            flavor = "auth_sys" if client == "libtirpc" else "auth_none"
            expected = {("/7", "3", "0", port, flavor): good}
            if missing:
                expected["/99", "3", "4", port, flavor] = missing[0]
            total = 2 * sum(expected.values())
            spans = agent.wait_for_spans(total, 20)
            for span_type in ("SunRPCClient", "SunRPCServer"):
                tally.expect_counts(client, connections, {(span_type, *key): n for key, n in expected.items()},
                                    {(span_type, *key): n for key, n in facts(spans, span_type).items()})
            rows = assert_clean(agent)
            tally.expect(client, connections, "spans_made", total, rows["spans_made"])
    tally.close()


def test_rpcinfo_asks_rpcbind():
    """rpcinfo also looks the program up, by whatever transport it likes; what it is asked for is to call procedure 0."""
    runs = 10
    tally = Tally("sunrpc rpcinfo")
    with Agent(config=INSTRUMENT) as agent, Namespace() as namespace:
        with Process(*namespace.inside("rpcbind", "-f", "-w")) as server:
            wait_for(lambda: subprocess.run(namespace.inside("rpcinfo", "-n", 111, "-t", "127.0.0.1", 100000, 4),
                                            capture_output=True).returncode == 0, what="rpcbind")
            with Process(*namespace.inside(sys.executable, PEERS / "runner.py", runs, "rpcinfo", "-n", 111, "-t", "127.0.0.1",
                                           100000, 2)) as runner:
                agent.wait_for_instrumented(2)
                agent.wait_for_log("rpcbind")
                assert runner.go() == str(runs)
                key = ("portmapper/NULL", "2", "0", "111", "auth_none")
                for span_type in ("SunRPCClient", "SunRPCServer"):
                    wait_for(lambda t=span_type: facts(agent.spans(), t)[key] >= runs, 20, f"{runs} of {span_type}")
                tally.expect("rpcinfo", 1, "client portmapper/NULL", runs, facts(agent.spans(), "SunRPCClient")[key])
                tally.expect("rpcinfo", 1, "server portmapper/NULL", runs, facts(agent.spans(), "SunRPCServer")[key])
        assert_clean(agent)
    tally.close()
