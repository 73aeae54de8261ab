# SPDX-License-Identifier: Apache-2.0
"""Variables as OpenTelemetry writes them and the way to a receiver: lists, instance ids, URLs, proxies, redirects."""
import base64
import os
import subprocess
import sys

import pytest
from agent import TIME_SLACK, Agent, free_port, get, wait_for, wait_for_port
from otlp_failures import ConnectProxy, GrpcReceiver, HttpReceiver
from otlp_receiver import OtlpReceiver, at_path, attributes
from test_account import FAST

SERVER = "import http.server, sys; http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()"


class Server:
    """A Python HTTP server with these variables."""

    def __init__(self, **variables):
        self.port = free_port()
        self.process = subprocess.Popen([sys.executable, "-c", SERVER, str(self.port)], env={**os.environ, **variables},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/var/empty" if os.path.isdir("/var/empty") else "/")
        wait_for_port(self.port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def export_once(env, arrived, what):
    """Runs the agent until `arrived()`; returns its log."""
    with Server() as server, Agent({**FAST, "OTEL_EBPF_OPEN_PORT": str(server.port), **env}, printer="disabled") as agent:
        agent.wait_for_instrumented(1)
        get(f"http://127.0.0.1:{server.port}/")
        wait_for(arrived, 10 * TIME_SLACK, what)
        return agent.stop() + agent.out.read_text(errors="replace")


def test_what_a_process_says_of_itself_agrees_in_every_output():
    said = "service.name=my%20shop,service.instance.id=ns.pod-7.main,team=a%2Cb%3Dc, city = K%C3%B6ln ,bad=%zz,none"
    page = free_port()
    with OtlpReceiver() as receiver, Server(OTEL_RESOURCE_ATTRIBUTES=said) as server:
        env = {**FAST, "OTEL_EBPF_OPEN_PORT": str(server.port), "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.port}",
               "OTEL_EBPF_PROMETHEUS_PORT": str(page)}
        with Agent(env) as agent:
            agent.wait_for_instrumented(1)
            get(f"http://127.0.0.1:{server.port}/")
            wait_for(lambda: receiver.spans() and receiver.bodies["/v1/metrics"], 10 * TIME_SLACK, "traces and metrics")
            expected = {"service.name": "my shop", "service.instance.id": "ns.pod-7.main", "team": "a,b=c", "city": "Köln"}
            for path in ("/v1/traces", "/v1/metrics"):
                def named_resources():
                    resources = [attributes(resource, 1) for body in list(receiver.bodies[path]) for resource in at_path(body, 1, 1)]
                    return [resource for resource in resources if resource.get("service.name")]

                named = wait_for(named_resources, 10 * TIME_SLACK, f"a resource in {path}")
                assert all(expected.items() <= resource.items() for resource in named), (path, named)
                assert not any("bad" in resource or "none" in resource for resource in named)
            text = wait_for(lambda: (page_text := get(f"http://127.0.0.1:{page}/metrics")) and "http_server_request" in page_text and page_text, 10, "the page")
            assert 'instance="ns.pod-7.main"' in text and 'service_name="my shop"' in text and f":{server.process.pid}\"" not in text
            spans = agent.wait_for_spans(1, 10 * TIME_SLACK)
            assert "my shop" in str(spans)
            log = agent.stop()
            assert "of its OTEL_RESOURCE_ATTRIBUTES entry 5 has a '%'" in log and "entry 6 has no '='" in log


def test_headers_and_user_info_reach_the_receiver_and_no_log():
    for env, expected in (({"OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Basic%20dXNlcjpwdw%3D%3D,x=%zzplanted"}, "Basic dXNlcjpwdw=="), ({}, "Basic " + base64.b64encode(b"us@er:planted").decode())):
        with HttpReceiver() as receiver:
            user = "" if env else "us%40er:planted@"
            url = f"http://{user}127.0.0.1:{receiver.port}/in?token=planted"
            log = export_once({"OTEL_EXPORTER_OTLP_ENDPOINT": url, **env, "OTEL_EBPF_LOG_CONFIG": "yaml"}, lambda: receiver.requests, "a request")
            path, headers, _ = receiver.requests[0]
            assert path in ("/in/v1/traces?token=planted", "/in/v1/metrics?token=planted")
            assert headers["Authorization"] == expected
            assert "planted" not in log and "dXNl" not in log


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy"])
def test_a_proxy_gets_the_requests_of_hosts_that_only_it_can_resolve(name):
    with HttpReceiver() as proxy:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example.invalid:4318", name: f"http://me:planted@127.0.0.1:{proxy.port}"}
        log = export_once(env, lambda: proxy.requests, "a request at the proxy")
        path, headers, _ = proxy.requests[0]
        assert path.startswith("http://collector.example.invalid:4318/v1/")
        assert headers["Proxy-Authorization"] == "Basic " + base64.b64encode(b"me:planted").decode()
        assert "through the proxy http://127.0.0.1" in log and "planted" not in log


@pytest.mark.parametrize("exception", ["*", "example.invalid", ".example.invalid", "collector.example.invalid:4318"])
def test_no_proxy(exception):
    with HttpReceiver() as proxy:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example.invalid:4318", "HTTP_PROXY": f"http://127.0.0.1:{proxy.port}", "NO_PROXY": exception}
        with Server() as server, Agent({**FAST, "OTEL_EBPF_OPEN_PORT": str(server.port), **env}, printer="disabled") as agent:
            agent.wait_for_instrumented(1)
            get(f"http://127.0.0.1:{server.port}/")
            agent.wait_for_log("can't be reached", 10 * TIME_SLACK)
        assert not proxy.requests


def test_loopback_never_goes_through_a_proxy():
    with HttpReceiver() as proxy, HttpReceiver() as receiver:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://localhost:{receiver.port}", "HTTP_PROXY": f"http://127.0.0.1:{proxy.port}",
               "http_proxy": f"http://127.0.0.1:{proxy.port}", "ALL_PROXY": f"http://127.0.0.1:{proxy.port}"}
        export_once(env, lambda: receiver.requests, "a request at the receiver")
        assert not proxy.requests


def test_grpc_goes_through_connect():
    with GrpcReceiver("ok") as receiver, ConnectProxy(receiver.port) as proxy:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example.invalid:4317", "HTTPS_PROXY": f"http://me:planted@127.0.0.1:{proxy.port}",
               "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20x"}
        log = export_once(env, lambda: receiver.requests, "a request behind the proxy")
        assert proxy.heads[0].startswith("CONNECT collector.example.invalid:4317 HTTP/1.1")
        assert "Basic " + base64.b64encode(b"me:planted").decode() in proxy.heads[0]
        assert "Bearer" not in proxy.heads[0] and receiver.requests[0][2].strip() == "Bearer x"
        assert "planted" not in log


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_within_the_host_is_followed_once_with_body_and_credentials(status):
    def answer(path, body):
        return (200, {}, b"") if path.startswith("/moved") else (status, {"Location": "/moved?x=1"}, b"")

    with HttpReceiver(answer) as receiver:
        env = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://127.0.0.1:{receiver.port}/v1/traces", "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20x"}
        export_once(env, lambda: any(path == "/moved?x=1" for path, _, _ in receiver.requests), "a request at the new place")
        first, moved = receiver.requests[:2]
        assert moved[1]["Authorization"] == "Bearer x" and moved[2] == first[2] and first[2]


@pytest.mark.parametrize("status,where", [(307, "http://localhost:{port}/other"), (302, "/moved"), (308, "again")])
def test_other_redirects_are_not_followed(status, where):
    with HttpReceiver() as other:
        def answer(path, body):
            location = where.format(port=other.port) if where != "again" else path + "x"
            return status, {"Location": location}, b""

        with HttpReceiver(answer) as receiver:
            env = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://127.0.0.1:{receiver.port}/v1/traces"}
            with Server() as server, Agent({**FAST, "OTEL_EBPF_OPEN_PORT": str(server.port), **env}, printer="disabled") as agent:
                agent.wait_for_instrumented(1)
                get(f"http://127.0.0.1:{server.port}/")
                agent.wait_for_log("did not take a request", 10 * TIME_SLACK)
            assert not other.requests
            assert [path for path, _, _ in receiver.requests] == (["/v1/traces", "/v1/tracesx"] if where == "again" else ["/v1/traces"])


@pytest.mark.parametrize("value", ["http://", "\"http://planted", "http://plan ted:1", "http:/planted:4318", "http://::1:4318", "http://planted:x"])
def test_what_is_no_url_is_refused_at_start(value):
    run = subprocess.run([Agent({}).arguments[0]], env={"PATH": os.environ["PATH"], "OTEL_EXPORTER_OTLP_ENDPOINT": value, "OTEL_EBPF_OPEN_PORT": "1"},
                         capture_output=True, text=True, timeout=30)
    assert run.returncode != 0 and "OTEL_EXPORTER_OTLP_ENDPOINT" in run.stderr and "planted" not in run.stderr, run.stderr
