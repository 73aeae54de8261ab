# SPDX-License-Identifier: Apache-2.0
"""The PROXY preamble of load balancers, in front of any protocol: real HAProxy before real servers, and plain sockets for the rest."""
import collections
import shutil
import socket
import struct
import subprocess
import sys
import textwrap

import pytest

from agent import Agent, assert_ledger_adds_up, free_port, ledger_of_log, wait_for_port
from peers import haproxy, mariadb
from peers.haproxy import HaProxy
from peers.nginx import Nginx
from test_completeness import run_ab

LINE = b"PROXY TCP4 10.9.8.7 127.0.0.1 5000 80\r\n"
BINARY = (b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack("!H", 12 + 503) + bytes([10, 9, 8, 7, 127, 0, 0, 1]) +
          struct.pack("!HH", 5000, 80) + b"\x04" + struct.pack("!H", 500) + b"t" * 500)
LOCAL = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"
PREAMBLES = {"v1": LINE, "v2": BINARY, "local": LOCAL}
# A server that takes a preamble off, then speaks redis (in arrays) or HTTP.
TOY = textwrap.dedent(r"""
    import socket, struct, sys, threading
    server = socket.socket(); server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", int(sys.argv[1]))); server.listen(64)
    def all_of(connection, count):
        data = b""
        while len(data) < count:
            part = connection.recv(count - len(data))
            if not part: sys.exit()
            data += part
        return data
    def serve(connection):
        start = all_of(connection, 6)
        if start == b"PROXY ":
            while not start.endswith(b"\n"): start += connection.recv(1)
        else:
            start += all_of(connection, 10); all_of(connection, struct.unpack("!H", start[14:])[0])
        request = b""
        while part := connection.recv(65536):
            request += part
            if request.startswith(b"*") and request.endswith(b"k\r\n"): connection.sendall(b"$2\r\nok\r\n")
            elif request.endswith(b"\r\n\r\n"): connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            else: continue
            request = b""
        connection.close()
    while True: threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
""")
needs_haproxy = pytest.mark.skipif(haproxy.binary() is None, reason="no haproxy: tools/install_deps.sh peers")


@pytest.fixture
def toy():
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", TOY, str(port)])
    wait_for_port(port)
    yield port
    process.terminate()
    process.wait(10)


def selecting(*ports):
    return {"OTEL_EBPF_OPEN_PORT": ",".join(map(str, ports))}


REQUESTS = {"HTTP": b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n", "RedisServer": b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"}


@pytest.mark.parametrize("protocol", REQUESTS)
@pytest.mark.parametrize("kind", PREAMBLES)
def test_it_may_come_in_any_parts_before_any_protocol(toy, kind, protocol):
    data = PREAMBLES[kind] + REQUESTS[protocol]
    size = len(PREAMBLES[kind])
    cuts = [0, 1, 5, 6, 12, 16, size - 1, size, size + 1, size + 5]
    with Agent(selecting(toy)) as agent:
        agent.wait_for_instrumented(1)
        clients = []
        for cut in cuts:
            with socket.create_connection(("127.0.0.1", toy)) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                clients.append(str(connection.getsockname()[1]))
                for part in filter(None, (data[:cut], data[cut:])):
                    connection.sendall(part)
                assert connection.recv(100)
                connection.sendall(REQUESTS[protocol])
                assert connection.recv(100)
        spans = agent.wait_for_spans(2 * len(cuts), 20, lambda span: span["type"] == protocol)
        reported = collections.Counter((span["peer"], span["peerPort"]) for span in spans)
        if kind == "local":
            assert reported == {("127.0.0.1", port): 2 for port in clients}
        else:
            assert reported == {("10.9.8.7", "5000"): 2 * len(cuts)}
        rows = ledger_of_log(agent.stop())
        assert rows["requests_seen"] == 2 * len(cuts) and rows["responses_unpaired"] == 0, rows
        assert_ledger_adds_up(rows)


@pytest.mark.peers
@needs_haproxy
@pytest.mark.parametrize("send", ["send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options unique-id,crc32c"])
def test_haproxy_before_nginx(send):
    port = free_port()
    server = f"server {{ listen 127.0.0.1:{port} proxy_protocol; location /hello {{ return 200 hello; }} }}"
    with Nginx(http=server) as nginx, HaProxy(port, send) as proxy, Agent(selecting(port, proxy.port)) as agent:
        assert nginx and agent
        agent.wait_for_instrumented(2)
        done = run_ab(proxy.port, 400)
        spans = agent.wait_for_spans(3 * done, 30)
        at = collections.Counter((span["type"], int(span["hostPort"])) for span in spans)
        assert at == {("HTTP", proxy.port): done, ("HTTPClient", port): done, ("HTTP", port): done}
        clients = {span["peerPort"] for span in spans if int(span["hostPort"]) == proxy.port}
        named = {span["peerPort"] for span in spans if span["type"] == "HTTP" and int(span["hostPort"]) == port}
        assert named <= clients, "nginx's clients are HAProxy's"
        assert_ledger_adds_up(ledger_of_log(agent.stop()))


@pytest.mark.peers
@needs_haproxy
@pytest.mark.skipif(shutil.which("mariadbd") is None, reason="no MariaDB: tools/install_deps.sh peers")
@pytest.mark.parametrize("send", ["send-proxy", "send-proxy-v2"])
def test_haproxy_before_mariadb(send):
    with mariadb.MariaDb("--proxy-protocol-networks=127.0.0.0/8") as server, HaProxy(server.port, send, "tcp") as proxy, \
            Agent(selecting(server.port)) as agent:
        agent.wait_for_instrumented(1)
        for _ in range(10):
            subprocess.run(["mariadb", "--no-defaults", "-h127.0.0.1", f"-P{proxy.port}", f"-u{mariadb.USER}",
                            f"-p{mariadb.PASSWORD}", mariadb.DATABASE, "-e", "SELECT id FROM items"], check=True,
                           stdout=subprocess.DEVNULL, timeout=30)
        spans = agent.wait_for_spans(10, 30, lambda span: span["attributes"].get("table") == "items")
        assert len(spans) == 10 and {span["type"] for span in spans} == {"SQLServer"}
        assert_ledger_adds_up(ledger_of_log(agent.stop()))
