# SPDX-License-Identifier: Apache-2.0
"""What leaves the agent, as a scraper and a person read it."""
import json
import re
import subprocess

from agent import Agent, free_port, get, wait_for


def curl(port, path, times=1):
    for _ in range(times):
        subprocess.run(["curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{port}{path}"], check=True)


def test_prometheus_counts_every_request_and_promtool_accepts_it(nginx):
    port = free_port()
    env = {"OTEL_EBPF_OPEN_PORT": str(nginx.port), "OTEL_EBPF_PROMETHEUS_PORT": str(port)}
    with Agent(env) as agent:
        curl(nginx.port, "/hello", 7)
        curl(nginx.port, "/missing", 3)
        url = f"http://127.0.0.1:{port}/metrics"
        pattern = r'http_server_request_duration_seconds_count\{[^}]*http_response_status_code="%s"[^}]*\} (\d+)'

        def counts():
            text = get(url)
            found = {status: re.search(pattern % status, text) for status in ("200", "404")}
            return all(found.values()) and {status: int(match.group(1)) for status, match in found.items()} == {"200": 7, "404": 3}

        wait_for(counts, 10, "7 and 3 requests in the metrics")
        text = get(url)
        assert 'service_name="nginx"' in text and "target_info{" in text and "obi_build_info{" in text
        for page in (text, agent.metrics()):
            checked = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True)
            assert checked.returncode == 0, checked.stderr + checked.stdout


def test_the_text_printer_is_readable(nginx):
    with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}, printer="text") as agent:
        curl(nginx.port, "/hello?token=secret")
        line = wait_for(lambda: agent.out.read_text().strip(), 5, "a printed span").splitlines()[0]
        assert re.match(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \(\S+\[\S+\]\) HTTP\(subType=0\) 200 GET /hello", line), line
        assert "svc=[nginx " in line and "secret" not in line


def test_record_then_replay_gives_the_same_spans(nginx, tmp_path):
    recording = tmp_path / "run.obiseg"
    with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port)}, arguments=["--record", str(recording)]) as agent:
        curl(nginx.port, "/hello", 20)
        curl(nginx.port, "/missing", 5)
        agent.wait_for_spans(25)
        live = agent.spans()
        agent.stop()

    def essence(spans):
        # All but the absolute times: the live agent follows the wall clock, which may be adjusted meanwhile.
        return sorted((s["durationUSec"], s["type"], s["peerPort"], str(sorted(s["attributes"].items()))) for s in spans)

    runs = []
    for _ in range(2):
        with_printer = {"PATH": "/usr/bin:/bin", "OTEL_EBPF_TRACE_PRINTER": "json"}
        out = subprocess.run([agent.arguments[0], "--replay", str(recording)], env=with_printer, capture_output=True, text=True)
        assert out.returncode == 0, out.stderr
        runs.append(out.stdout)
    assert runs[0] == runs[1], "replay is deterministic"
    replayed = [span for line in runs[0].splitlines() for span in json.loads(line)]
    assert essence(replayed) == essence(live)
