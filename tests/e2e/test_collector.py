# SPDX-License-Identifier: Apache-2.0
"""The real OpenTelemetry Collector takes what the agent sends, over both protocols, also after it was away."""
import pathlib
import re
import subprocess
import time

import pytest
from agent import Agent, free_port, ledger_of_log, proc_status, wait_for, wait_for_port

HERE = pathlib.Path(__file__).parent
pytestmark = pytest.mark.slow

CONFIG = """
receivers:
  otlp:
    protocols:
      grpc: {{endpoint: "127.0.0.1:{grpc}"}}
      http: {{endpoint: "127.0.0.1:{http}"}}
exporters:
  debug: {{verbosity: detailed, sampling_initial: 1000000}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    traces: {{receivers: [otlp], exporters: [debug]}}
    metrics: {{receivers: [otlp], exporters: [debug]}}
"""


@pytest.fixture(scope="session")
def collector_binary():
    return subprocess.run([str(HERE / "otelcol" / "build.sh")], check=True, capture_output=True, text=True).stdout.strip()


class Collector:
    def __init__(self, binary, folder):
        self.binary, self.log = binary, folder / "collector.log"
        self.grpc, self.http = free_port(), free_port()
        self.config = folder / "collector.yaml"
        self.config.write_text(CONFIG.format(grpc=self.grpc, http=self.http))

    def start(self):
        self.process = subprocess.Popen([self.binary, "--config", str(self.config)], stdout=subprocess.DEVNULL, stderr=self.log.open("ab"))
        wait_for_port(self.http, 30)
        return self

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def span_count(self):
        return len(re.findall(r"^Span #\d+", self.text(), re.M))


@pytest.fixture
def collector(collector_binary, tmp_path):
    collector = Collector(collector_binary, tmp_path)
    yield collector
    if getattr(collector, "process", None) and collector.process.poll() is None:
        collector.stop()


def environment(nginx, collector, protocol):
    port = collector.grpc if protocol == "grpc" else collector.http
    return {
        "OTEL_EBPF_OPEN_PORT": str(nginx.port),
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT": "200ms",
        "OTEL_EBPF_METRICS_INTERVAL": "500ms",
        "OTEL_EBPF_BACKOFF_INITIAL_INTERVAL": "500ms",
        "OTEL_EBPF_BACKOFF_MAX_INTERVAL": "2s",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test",
    }


def ab(nginx, count, path="/hello?token=planted-secret"):
    out = subprocess.run(["ab", "-q", "-k", "-c", "8", "-n", str(count), f"http://127.0.0.1:{nginx.port}{path}"],
                         check=True, capture_output=True, text=True).stdout
    return int(re.search(r"Complete requests:\s+(\d+)", out).group(1))


@pytest.mark.parametrize("compression", ["none", "gzip"])
@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_the_collector_takes_spans_and_metrics(nginx, collector, protocol, compression):
    collector.start()
    env = {**environment(nginx, collector, protocol), "OTEL_EXPORTER_OTLP_COMPRESSION": compression}
    with Agent(env, printer="counter") as agent:
        done = ab(nginx, 1000)
        wait_for(lambda: collector.span_count() >= done, 20, "all spans at the collector")
        wait_for(lambda: "Name: http.server.request.duration" in collector.text(), 10, "the metrics at the collector")
        rows = ledger_of_log(agent.stop())
    assert collector.span_count() == done == rows["otlp_traces_exported"]
    text = collector.text()
    for expected in (
        "Name           : GET /hello", "Kind           : Server", "http.response.status_code: Int(200)", "url.path: Str(/hello)",
        "http.response.body.size: Int(12)", "url.query: Str(token=REDACTED)", "service.name: Str(nginx)",
        "telemetry.sdk.name: Str(opentelemetry)", "deployment.environment: Str(test)", "Name: target.info",
        "Name: http.server.request.body.size", "DataType: Histogram", "AggregationTemporality: Cumulative",
    ):
        assert expected in text, expected
    assert "planted-secret" not in text
    counts = [int(count) for count in re.findall(r"Name: http\.server\.request\.duration.*?Count: (\d+)", text, re.S)]
    assert max(counts) == done
    print(f"{protocol} {compression}: {done} requests, {collector.span_count()} spans at the collector")


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_a_collector_that_is_away_for_30_seconds(nginx, collector, protocol):
    """Spans arrive or are counted as dropped, and memory stays bounded."""
    env = {**environment(nginx, collector, protocol), "OTEL_EBPF_OTLP_TRACES_BATCH_MAX_SIZE": "500",
           "OTEL_EBPF_OTLP_TRACES_QUEUE_SIZE": "4000"}
    with Agent(env, printer="counter") as agent:
        done = 0
        begin = time.monotonic()
        while time.monotonic() - begin < 30:
            done += ab(nginx, 500)
            time.sleep(1)
        rss = proc_status(agent.process.pid, "VmRSS")
        collector.start()
        last = ab(nginx, 100)
        done += last
        wait_for(lambda: collector.span_count() >= 100, 30, "spans at the collector")

        def settled():
            metrics = agent.metrics()
            found = re.search(r'^obi_otel_trace_exports_total (\S+)', metrics, re.M)
            return found and float(found.group(1)) >= 3000

        wait_for(settled, 30, "the held spans to be delivered")
        rows = ledger_of_log(agent.stop())
    assert rows["otlp_traces_consumed"] == done
    assert rows["otlp_traces_exported"] + rows["otlp_traces_dropped"] == done
    assert collector.span_count() == rows["otlp_traces_exported"]
    assert 0 < rows["otlp_traces_dropped"] < done
    assert rss < 64 * 1024, f"{rss} KiB"
    print(f"{protocol}: {done} requests, {rows['otlp_traces_exported']} arrived, {rows['otlp_traces_dropped']} counted as dropped, "
          f"RSS while away {rss / 1024:.0f} MiB")
