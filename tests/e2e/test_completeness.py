# SPDX-License-Identifier: Apache-2.0
"""Every request, once, with the right facts. Expected numbers come from the client's own count."""
import collections
import http.client
import json
import re
import socket
import subprocess

from agent import SANITIZED, Agent, assert_ledger_adds_up, ledger_of_log, scaled, wait_for
from conftest import Talker

SERVER, CLIENT = "HTTP", "HTTPClient"


def of_type(span_type):
    return lambda span: span["type"] == span_type


def facts(spans):
    """How often each combination of what the request was occurred."""
    return collections.Counter(
        (span["attributes"]["method"], span["attributes"]["url"], span["attributes"]["status"]) for span in spans
    )


def assert_nothing_lost(agent):
    kernel = agent.ledger()
    assert kernel["ring_full"] == 0 and kernel["connections_full"] == 0 and kernel["read_fault"] == 0, kernel
    rows = ledger_of_log(agent.stop())
    assert_ledger_adds_up(rows)
    return rows


def run_ab(port, requests, path="/hello", *arguments):
    out = subprocess.run(
        ["ab", "-q", "-k", "-c", "16", "-n", str(requests), *arguments, f"http://127.0.0.1:{port}{path}"],
        capture_output=True, text=True, check=True,
    ).stdout
    complete = int(re.search(r"Complete requests:\s+(\d+)", out).group(1))
    failed = int(re.search(r"Failed requests:\s+(\d+)", out).group(1))
    assert failed == 0
    return complete


def test_ab_100k_keep_alive(nginx):
    with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}) as agent:
        done = run_ab(nginx.port, scaled(100_000))
        assert done == scaled(100_000)
        spans = agent.wait_for_spans(done, 60)
        assert len(spans) == done
        assert facts(spans) == {("GET", "/hello", "200"): done}
        for span in spans:
            attributes = span["attributes"]
            assert (span["type"], attributes["responseLen"], attributes["contentLen"]) == (SERVER, "12", "0")
            assert attributes["serverPort"] == str(nginx.port)
        assert len({span["spanID"] for span in spans}) == done
        rows = assert_nothing_lost(agent)
        assert rows["spans_made"] == rows["requests_seen"] == done
        assert agent.peak_rss_kib <= 40 * 1024 or SANITIZED, f"peak RSS {agent.peak_rss_kib} KiB"
        print(f"ab: {done} requests, {len(spans)} spans, peak RSS {agent.peak_rss_kib / 1024:.1f} MiB")


def test_ab_without_keep_alive(nginx):
    with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}) as agent:
        subprocess.run(["ab", "-q", "-c", "8", "-n", str(scaled(5000)), f"http://127.0.0.1:{nginx.port}/created"],
                       capture_output=True, check=True)
        spans = agent.wait_for_spans(scaled(5000), 30)
        assert facts(spans) == {("GET", "/created", "201"): scaled(5000)}
        assert_nothing_lost(agent)


def instrument(pattern):
    return f"discovery:\n  instrument:\n    - cmd_args: '{pattern}'\n"


def test_python_client_10k(nginx):
    plan = [["GET", "/hello", 0, scaled(9000)], ["POST", "/missing", 700, scaled(500)], ["GET", "/created", 0, scaled(500)]]
    with Agent(config=instrument("*client.py*")) as agent, Talker("client.py", nginx.port, json.dumps(plan)) as client:
        agent.wait_for_instrumented(1)
        results = json.loads(client.go())
        assert len(results) == sum(count for *_, count in plan)
        spans = agent.wait_for_spans(len(results), 30)
        expected = collections.Counter(
            ("POST" if path == "/missing" else "GET", path, str(status)) for path, status, _, _ in results
        )
        assert facts(spans) == expected
        assert all(span["type"] == CLIENT for span in spans)
        rows = assert_nothing_lost(agent)
        assert rows["spans_made"] == len(results)


def test_curl_client_10k(nginx):
    with Agent(config="discovery:\n  instrument:\n    - exe_path: '*/curl'\n") as agent:
        url = f"http://127.0.0.1:{nginx.port}/hello?i=[1-{scaled(10_000)}]"
        # Its configuration comes from its input, so it waits until the agent captures it.
        curl = subprocess.Popen(["curl", "-s", "-w", "%{http_code}\n", "-o", "/dev/null", "-K", "-"],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        agent.wait_for_instrumented(1)
        out = curl.communicate(f'url = "{url}"\n', timeout=60)[0]
        done = out.split().count("200")
        assert done == scaled(10_000)
        spans = agent.wait_for_spans(done, 30)
        assert facts(spans) == {("GET", "/hello", "200"): done}
        assert all(span["type"] == CLIENT for span in spans)
        assert_nothing_lost(agent)


def test_1000_pipelined_requests_are_1000_spans_at_both_ends(nginx):
    config = instrument("*{pipeline_client.py,nginx}*")
    with Agent(config=config) as agent, Talker("pipeline_client.py", nginx.port, 1000) as client:
        agent.wait_for_instrumented(2)
        assert int(client.go()) == 1000
        for side in (SERVER, CLIENT):
            spans = agent.wait_for_spans(1000, 10, of_type(side))
            assert len(spans) == 1000, side
            assert facts(spans) == {("GET", "/hello", "200"): 1000}
        rows = assert_nothing_lost(agent)
        assert rows["spans_made"] == 2000


def test_connections_that_were_there_before_the_agent(nginx):
    connection = http.client.HTTPConnection("127.0.0.1", nginx.port)
    connection.request("GET", "/hello")
    connection.getresponse().read()
    with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}) as agent:
        for _ in range(5):
            connection.request("GET", "/hello")
            assert connection.getresponse().read() == b"hello, world"
        assert len(agent.wait_for_spans(5)) == 5
        assert_nothing_lost(agent)
    connection.close()


def test_every_kind_of_message(upstream):
    """One of each that a parser may get wrong, over one connection each, seen from both ends."""
    plan = [
        ["GET", "/kib?token=secret", 0, 1], ["HEAD", "/kib", 0, 1], ["GET", "/empty", 0, 1], ["POST", "/x", 100_000, 1],
        ["GET", "/fail", 0, 1], ["GET", "/stream", 0, 1], ["GET", "/sendfile", 0, 1], ["DELETE", "/y", 0, 1],
        ["PUT", "/z", 3, 1], ["GET", "/until-close", 0, 1],
    ]
    config = instrument("*{client,upstream}.py*")
    with Agent(config=config) as agent, Talker("client.py", upstream.port, json.dumps(plan)) as client:
        agent.wait_for_instrumented(2)
        results = json.loads(client.go())
        expected = collections.Counter(
            (method, path.partition("?")[0], str(result[1])) for (method, path, _, _), result in zip(plan, results)
        )
        for side in (SERVER, CLIENT):
            spans = agent.wait_for_spans(len(plan), 10, of_type(side))
            assert facts(spans) == expected, side
        sizes = {span["attributes"]["url"]: span["attributes"]["responseLen"] for span in agent.spans() if span["type"] == SERVER}
        assert sizes["/sendfile"] == str(4 << 20) and sizes["/fail"] == "6" and sizes["/empty"] == "0"
        assert "secret" not in agent.out.read_text()
        assert_nothing_lost(agent)


def test_traceparent_of_the_request_is_honoured(nginx):
    with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}) as agent:
        header = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        subprocess.run(["curl", "-s", "-H", header, f"http://127.0.0.1:{nginx.port}/hello"], check=True, capture_output=True)
        (span,) = agent.wait_for_spans(1)
        assert span["traceID"] == "0af7651916cd43dd8448eb211c80319c"
        assert span["parentSpanID"] == "b7ad6b7169203331"
        assert span["spanID"] not in ("b7ad6b7169203331", "0000000000000000")


def test_garbage_makes_no_span_and_stalls_nothing(nginx):
    with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}) as agent:
        for garbage in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100, b"FROB\x00/ HTTP/1.1\r\nHost: a\r\n\r\n",
                        b"GET /\xff\xfe\x00 HTTP/1.1\r\n\r\n", b"\r\n\r\n\r\n", b"GET"):
            with socket.create_connection(("127.0.0.1", nginx.port)) as connection:
                connection.sendall(garbage)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass
        assert run_ab(nginx.port, 100) == 100
        agent.wait_for_spans(100, 10, lambda span: span["attributes"]["url"] == "/hello")
        assert all("FROB" not in span["attributes"]["method"] for span in agent.spans())
        assert_nothing_lost(agent)
