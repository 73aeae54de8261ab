# SPDX-License-Identifier: Apache-2.0
"""Look-ups of real resolvers at dnsmasq, which has port 53 of a network namespace of its own."""
import collections
import os
import socket
import subprocess
import sys

import pytest

import packages
from agent import Agent, assert_ledger_adds_up, ledger_of_log, wait_for
from conftest import PEERS
from peers.namespace import Namespace
from peers.process import Process
from tally import Tally

SERVER = "127.0.0.1"
INSTRUMENT = "discovery:\n  instrument:\n    - cmd_args: '*dns_client*'\n    - cmd_args: '*runner.py*'\n"
RESOLVE = f"printf 'nameserver {SERVER}\\noptions timeout:1 attempts:1\\n' > /run/resolv.conf"
# Over nothing but the configured file and DNS: no mDNS, no NSS daemon.
NSS = "printf 'hosts: dns\\n' > /run/nsswitch.conf"
MOUNTS = (RESOLVE, NSS, "mount --bind /run/resolv.conf $(readlink -f /etc/resolv.conf)",
          "mount --bind /run/nsswitch.conf /etc/nsswitch.conf")


@pytest.fixture(scope="module")
def zone():
    """a.shop.test has addresses of both kinds, many.shop.test too many for a datagram; gone.shop.test isn't there."""
    with Namespace(*MOUNTS) as namespace:
        many = [f"--host-record=many.shop.test,10.1.{n // 250}.{n % 250 + 1}" for n in range(60)]
        command = ["dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--user=root",
                   "--pid-file=", "--listen-address=" + SERVER, "--bind-interfaces", "--edns-packet-max=512",
                   "--host-record=a.shop.test,10.0.0.1,fd00::1", "--local=/shop.test/", "--dns-forward-max=16", *many]
        server = subprocess.Popen(namespace.inside(*command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: subprocess.run(namespace.inside("dig", "+short", "+time=1", "a.shop.test"), capture_output=True,
                                        text=True).stdout == "10.0.0.1\n", what="dnsmasq")
        yield namespace
        server.terminate()
        server.wait(10)


def facts(agent):
    """(question, rcode, answers) -> how often."""
    found = collections.Counter()
    for span in agent.spans():
        reported = span["attributes"]
        if span["type"] == "DNS":
            assert (reported["serverAddr"], reported["serverPort"]) == (SERVER, "53"), span
            found[reported["type"] + " " + reported["name"], reported["status"], reported["answers"]] += 1
    return found


def wait_for_lookups(agent, count, timeout=20):
    wait_for(lambda: sum(facts(agent).values()) >= count, timeout, f"{count} look-ups; have {facts(agent)}")


def assert_clean(agent):
    kernel = agent.ledger()
    assert kernel["ring_full"] == 0 and kernel["read_fault"] == 0, kernel
    rows = ledger_of_log(agent.stop())
    assert_ledger_adds_up(rows)
    return rows


@pytest.fixture(scope="module")
def go_client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("go")
    # The library takes minutes to compile, once.
    environment = {**os.environ, "CGO_ENABLED": "0", "GOCACHE": str(packages.CACHE / "go"), "GO111MODULE": "off"}
    subprocess.run(["go", "build", "-o", str(folder / "dns_client"), str(PEERS / "dns_client.go")], check=True, env=environment)
    return str(folder / "dns_client")


FOUND, FOUND6, GONE = ("NoError", "10.0.0.1"), ("NoError", "fd00::1"), ("NXDomain", "")
NAMES = ("a.shop.test", "gone.shop.test")


def run(zone, title, connections, command, expected):
    tally = Tally("dns")
    with Agent(config=INSTRUMENT) as agent, Process(*zone.inside(*command)) as client:
        agent.wait_for_instrumented(1)
        client.go()
        total = sum(expected.values())
        wait_for_lookups(agent, total)
        tally.expect_counts(title, connections, expected, facts(agent))
        rows = assert_clean(agent)
        tally.expect(title, connections, "spans_made", total, rows["spans_made"])
    tally.close()


@pytest.mark.parametrize("threads", [1, 16, 64])
def test_c_library(zone, threads):
    count = max(2, 100 // threads)
    run(zone, "glibc", threads, [sys.executable, PEERS / "dns_client.py", count, threads, *NAMES],
        {("A a.shop.test", *FOUND): count * threads, ("A gone.shop.test", *GONE): count * threads})


@pytest.mark.parametrize("at_once", [1, 16, 64])
def test_c_ares(zone, at_once):
    count = max(2, 100 // at_once)
    done = count * at_once
    run(zone, "c-ares", at_once, ["node", PEERS / "dns_client.js", count, at_once, *NAMES],
        {("A a.shop.test", *FOUND): done, ("AAAA a.shop.test", *FOUND6): done,
         ("A gone.shop.test", *GONE): done, ("AAAA gone.shop.test", *GONE): done})


def test_go(zone, go_client):
    run(zone, "go", 1, [go_client, 50, *NAMES], {("A a.shop.test", *FOUND): 50, ("A gone.shop.test", *GONE): 50})


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_dig(zone, transport):
    run(zone, "dig " + transport, 1,
        [sys.executable, PEERS / "runner.py", 20, "dig", "@" + SERVER, transport, "+short", "a.shop.test", "A",
         "gone.shop.test", "MX"],
        {("A a.shop.test", *FOUND): 20, ("MX gone.shop.test", "NXDomain", ""): 20})


def test_host_asks_thrice(zone):
    run(zone, "host", 1, [sys.executable, PEERS / "runner.py", 10, "host", "a.shop.test"],
        {("A a.shop.test", *FOUND): 10, ("AAAA a.shop.test", *FOUND6): 10, ("MX a.shop.test", "NoError", ""): 10})


def test_a_truncated_answer_is_followed_by_tcp(zone):
    """Two look-ups: the datagram says that it is cut, and TCP brings it all."""
    with Agent(config=INSTRUMENT) as agent, Process(*zone.inside(
            sys.executable, PEERS / "runner.py", 1, "dig", "@" + SERVER, "+noedns", "many.shop.test")) as client:
        agent.wait_for_instrumented(1)
        assert client.go() == "1"
        wait_for_lookups(agent, 2)
        sizes = sorted(len([a for a in answers.split(",") if a]) for _, _, answers in facts(agent).elements())
        assert len(sizes) == 2 and sizes[0] < 60 and sizes[1] == 60, facts(agent)
        assert_clean(agent)


def test_an_answer_that_never_comes(zone):
    """A server that says nothing: the look-up is reported as refused, after the time that the configuration sets."""
    silent = ("import socket,sys; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.bind(('127.0.0.2',53)); print('ready',flush=True);"
              "sys.stdin.read()")
    with Process(*zone.inside(sys.executable, "-c", silent)) as server:
        assert server.line() == "ready"
        config = INSTRUMENT + "ebpf:\n  dns_request_timeout: 1s\n"
        with Agent(config=config) as agent, Process(*zone.inside(
                sys.executable, PEERS / "runner.py", 3, "dig", "@127.0.0.2", "+tries=1", "+time=1", "a.shop.test")) as client:
            agent.wait_for_instrumented(1)
            assert client.go() == "0"
            spans = agent.wait_for_spans(3, 15, lambda span: span["type"] == "DNS")
            for span in spans:
                reported = span["attributes"]
                assert (reported["type"], reported["name"], reported["status"], reported["answers"], reported["serverAddr"]) == (
                    "A", "a.shop.test", "Refused", "", "127.0.0.2")
            assert len(spans) == 3
            assert_clean(agent)


def test_other_datagrams_are_not_captured():
    """The same bytes to another port."""
    query = bytes.fromhex("000701000001000000000000") + b"\x01a\x04test\0\0\1\0\1"
    script = (f"import socket,sys; print('waiting',flush=True); sys.stdin.readline(); s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);"
              f"[s.sendto({query!r},('127.0.0.1',int(sys.argv[1]))) for _ in range(100)]; print('done',flush=True); sys.stdin.read(); 'dns_client'")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        with Agent(config=INSTRUMENT) as agent, Process(sys.executable, "-c", script, other.getsockname()[1]) as client:
            agent.wait_for_instrumented(1)
            assert client.go() == "done"
            rows = assert_clean(agent)
            assert rows["segments_seen"] == 0 and rows["connections_opened"] == 0, rows
