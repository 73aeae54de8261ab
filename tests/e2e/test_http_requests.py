# SPDX-License-Identifier: Apache-2.0
"""What a web server's log has, spans have: requests that it refuses, unusual methods, empty lines, and what can't be read."""
import collections
import socket

import pytest

from agent import Agent, assert_ledger_adds_up, ledger_of_log, wait_for
from peers.nginx import Nginx
from otlp_receiver import OtlpReceiver

HOST = b"Host: shop\r\n"
END = HOST + b"Connection: close\r\n\r\n"
# What is sent on a connection of its own -> how often a span, method and path as they were sent.
REQUESTS = {
    b"GET /plain HTTP/1.1\r\n" + END: ("GET", "/plain"),
    b"GET /no-number HTTP/1.1\r\nContent-Length: q\r\n" + END: ("GET", "/no-number"),
    b"GET /two HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n" + END: ("GET", "/two"),
    b"POST /both HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n" + END: ("POST", "/both"),
    b"POST /coding HTTP/1.1\r\nTransfer-Encoding: gzip\r\n" + END: ("POST", "/coding"),
    b"GET /version HTTP/3.7\r\n" + END: ("GET", "/version"),
    b"GET /no-host HTTP/1.1\r\nConnection: close\r\n\r\n": ("GET", "/no-host"),
    b"GET /two-hosts HTTP/1.1\r\nHost: a\r\n" + END: ("GET", "/two-hosts"),
    b"PURGE /purge HTTP/1.1\r\n" + END: ("PURGE", "/purge"),
    b"QUERY /query HTTP/1.1\r\n" + END: ("QUERY", "/query"),
    b"PROPFIND /dav HTTP/1.1\r\n" + END: ("PROPFIND", "/dav"),
    b"get /lower HTTP/1.1\r\n" + END: ("get", "/lower"),
    b"\r\nGET /one-line HTTP/1.1\r\n" + END: ("GET", "/one-line"),
    b"\r\n\r\nGET /two-lines HTTP/1.1\r\n" + END: ("GET", "/two-lines"),
    b"GET /bare-lf HTTP/1.1\nHost: a\nConnection: close\n\n": ("GET", "/bare-lf"),
    b"GET http://user:planted@shop/absolute HTTP/1.1\r\n" + END: ("GET", "/absolute"),
    b"OPTIONS * HTTP/1.1\r\n" + END: ("OPTIONS", "*"),
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + END: ("GET", "/" + "a" * 8191),
    b"PURGE /" + b"b" * 20_000 + b" HTTP/1.1\r\n" + END: ("PURGE", None),
    b"GET /large-field HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n" + END: ("GET", "/large-field"),
}
# … what no one can read, though it is answered.
CLIENT_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x5a" * 300
UNREADABLE = [b"garbage\r\n\r\n", b"GET /x y z\r\n\r\n"]


def exchange(port, request):
    """The status of the response; None without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionError:
            pass
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.") else None


@pytest.mark.parametrize("times", [1, 5])
def test_what_the_server_answers_is_a_span(times):
    with Nginx() as nginx, Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}) as agent:
        agent.wait_for_instrumented(1)
        expected = collections.Counter()
        for _ in range(times):
            for request, (method, path) in REQUESTS.items():
                status = exchange(nginx.port, request)
                assert status, request[:80]
                expected[method, path and path[:20], str(status)] += 1
            for request in [*UNREADABLE, CLIENT_HELLO]:
                assert exchange(nginx.port, request) == 400, request[:80]
        agent.wait_for_spans(sum(expected.values()))
        found = collections.Counter()
        for span in agent.spans():
            reported = span["attributes"]
            path = None if reported["url"].startswith("/bbb") else reported["url"][:20]
            found[reported["method"], path, reported["status"]] += 1
        assert found == expected
        assert "planted" not in agent.out.read_text()
        rows = ledger_of_log(agent.stop())
        assert rows["requests_unreadable"] == times * len(UNREADABLE), rows
        assert rows["tls_unseen"] == times, rows
        assert rows["responses_unpaired"] == 0, rows
        assert_ledger_adds_up(rows)


def test_unknown_methods_are_other_in_telemetry(nginx):
    with OtlpReceiver() as receiver:
        env = {"OTEL_EBPF_OPEN_PORT": str(nginx.port), "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.port}",
               "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT": "200ms",
               "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS": "GET,QUERY"}
        with Agent(env) as agent:
            agent.wait_for_instrumented(1)
            for method in (b"GET", b"QUERY", b"PURGE", b"POST"):
                exchange(nginx.port, method + b" /hello HTTP/1.1\r\n" + END)
            spans = wait_for(lambda: len(receiver.spans()) >= 4 and receiver.spans(), 20, "spans")
    reported = {(of["http.request.method"], of.get("http.request.method_original"), name) for name, _, of in spans}
    assert reported == {("GET", None, "GET /hello"), ("QUERY", None, "QUERY /hello"), ("_OTHER", "PURGE", "HTTP /hello"),
                    ("_OTHER", "POST", "HTTP /hello")}
