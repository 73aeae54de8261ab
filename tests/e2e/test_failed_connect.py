# SPDX-License-Identifier: Apache-2.0
"""A connection that is asked for and never comes about is a CONNECT span: once, with the server's address and the error."""
import collections
import errno
import json
import socket
import subprocess
import sys

from agent import Agent, assert_ledger_adds_up, ledger_of_log
from conftest import PEERS
from peers.process import Process
from tally import Tally

INSTRUMENT = "discovery:\n  instrument:\n    - cmd_args: '*failing_client*'\n"


class Ports:
    """One that refuses, on both IP versions, and one whose queue is full."""

    def __enter__(self):
        self.refusing, self.refusing6, self.listener, self.first = (
            socket.socket(), socket.socket(socket.AF_INET6), socket.socket(), socket.socket())
        self.refusing.bind(("127.0.0.1", 0))
        self.refused = self.refusing.getsockname()[1]
        self.refusing6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.refusing6.bind(("::1", self.refused))
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.full = self.listener.getsockname()[1]
        self.first.connect(("127.0.0.1", self.full))
        return self

    def __exit__(self, *_):
        for one in (self.refusing, self.refusing6, self.listener, self.first):
            one.close()


def facts(agent):
    return collections.Counter((span["attributes"]["serverAddr"], int(span["attributes"]["serverPort"]),
                                int(span["attributes"]["status"])) for span in agent.spans() if span["type"] == "CONNECTION ERR")


def test_python():
    count = 50
    tally = Tally("failed connect")
    with Ports() as ports, Agent(config=INSTRUMENT) as agent:
        with Process(sys.executable, PEERS / "failing_client.py", count, ports.refused, ports.full) as client:
            agent.wait_for_instrumented(1)
            done = json.loads(client.go())
            assert done == {"refused": count, "refused later": count, "refused (IPv6)": count, "given up": 3, "timed out": 1}
            agent.wait_for_spans(sum(done.values()))
            tally.expect_counts("python", 1, {
                ("127.0.0.1", ports.refused, errno.ECONNREFUSED): done["refused"] + done["refused later"],
                ("::1", ports.refused, errno.ECONNREFUSED): done["refused (IPv6)"],
                ("127.0.0.1", ports.full, 0): done["given up"],
                ("127.0.0.1", ports.full, errno.ETIMEDOUT): done["timed out"],
            }, facts(agent))
        timed_out = [s for s in agent.spans() if s["attributes"]["status"] == str(errno.ETIMEDOUT)]
        assert len(timed_out) == 1
        rows = ledger_of_log(agent.stop())
        assert_ledger_adds_up(rows)
        tally.expect("python", 1, "spans_made", sum(done.values()), rows["spans_made"])
    tally.close()


def test_node():
    count = 20
    tally = Tally("failed connect")
    with Ports() as ports, Agent(config=INSTRUMENT) as agent:
        with Process("node", PEERS / "failing_client.js", count, ports.refused) as client:
            agent.wait_for_instrumented(1)
            done = json.loads(client.go())
            assert done["plain"] == count and done["localhost"] >= count
            agent.wait_for_spans(sum(done.values()))
            found = facts(agent)
            assert set(found) <= {(host, ports.refused, errno.ECONNREFUSED) for host in ("127.0.0.1", "::1")}, found
            tally.expect("node", 1, "attempts", sum(done.values()), sum(found.values()))
        assert_ledger_adds_up(ledger_of_log(agent.stop()))
    tally.close()


def test_what_comes_about_is_not_reported():
    with socket.socket() as listener, Agent(config="discovery:\n  instrument:\n    - cmd_args: '*/client.py*'\n") as agent:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        command = [sys.executable, str(PEERS / "client.py"), str(listener.getsockname()[1]), "[]"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
            assert client.stdout.readline() == "waiting\n"
            agent.wait_for_instrumented(1)
            client.stdin.write("go\n")
            client.stdin.flush()
            assert client.stdout.readline() == "[]\n"
            client.communicate("\n")
        assert ledger_of_log(agent.stop())["spans_made"] == 0
