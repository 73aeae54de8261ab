# SPDX-License-Identifier: Apache-2.0
"""Runs the agent as a user would and reads what it gives out."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("OBI_BUILD", ROOT / "build"))
BINARY = BUILD / "bin" / "ebpf-instrument"
SANITIZED = BUILD.name in ("build-asan", "build-tsan")  # memory and time are not the agent's own there
# Debian's libraries aren't built with ThreadSanitizer: it can't see what orders gRPC's threads.
TSAN_OPTIONS = "ignore_noninstrumented_modules=1"
# One back end a run, so that what a test says is about that one.
BACKEND = os.environ.get("OTEL_EBPF_CAPTURE_BACKEND", "syscall")
LOAD = float(os.environ.get("OBI_LOAD", "1"))  # for agents or machines that are many times slower
# Limits of time are for a quiet machine (`make timing-test`); where other work runs beside, as in CI, they are widened by this.
TIME_SLACK = float(os.environ.get("OBI_TIME_SLACK", "1"))


def scaled(count):
    """So many requests, or the share of them that OBI_LOAD says."""
    return max(100, int(count * LOAD))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, timeout=10.0, what="the condition"):
    """Polls until `condition()` is truthy and returns that; fails with what was waited for."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s in vain for {what}")
        time.sleep(0.01)


def wait_for_port(port, timeout=10.0):
    def answers():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_for(answers, timeout, f"port {port}")


def get(url, timeout=5):
    with urllib.request.urlopen(url, timeout=timeout) as response:
        return response.read().decode()


def proc_status(pid, key):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    raise KeyError(key)


class Agent:
    """`env` adds to a clean environment; `config` is YAML text."""

    def __init__(self, env=None, config=None, arguments=(), printer="json"):
        self.folder = tempfile.TemporaryDirectory(prefix="obi-e2e-")
        folder = pathlib.Path(self.folder.name)
        self.out = folder / "stdout"
        self.log = folder / "stderr"
        self.internal_port = free_port()
        self.env = {
            "PATH": os.environ["PATH"],
            "OTEL_EBPF_TRACE_PRINTER": printer,
            "OTEL_EBPF_CAPTURE_BACKEND": BACKEND,
            "OTEL_EBPF_BPF_BATCH_TIMEOUT": "100ms",
            "OTEL_EBPF_INTERNAL_METRICS_EXPORTER": "prometheus",
            "OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PORT": str(self.internal_port),
            **({"OTEL_EBPF_MAX_MEMORY": "8GiB", "TSAN_OPTIONS": TSAN_OPTIONS} if SANITIZED else {}),
            **(env or {}),
        }
        self.arguments = [str(BINARY), *arguments]
        if config is not None:
            (folder / "config.yaml").write_text(config)
            self.arguments += ["--config", str(folder / "config.yaml")]
        self.peak_rss_kib = 0
        self.started_at = None
        self.process = None
        self.read_bytes, self.read_spans = 0, []  # of its output so far

    def __enter__(self):
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.arguments, env=self.env, stdout=self.out.open("wb"), stderr=self.log.open("wb"), stdin=subprocess.DEVNULL
        )
        self.wait_for_log("ready", 20 * max(1, TIME_SLACK))
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.folder.cleanup()

    def wait_for_log(self, text, timeout=10):
        def found():
            if self.process.poll() is not None and text not in self.log_text():
                raise AssertionError(f"the agent ended with {self.process.returncode}:\n{self.log_text()}")
            return text in self.log_text()

        wait_for(found, timeout, f"'{text}' in the agent's log:\n{self.log_text()}")

    def wait_for_instrumented(self, count, timeout=10 * max(1, TIME_SLACK)):
        wait_for(lambda: self.log_text().count("instrumented=true") >= count, timeout, f"{count} instrumented processes")

    def log_text(self):
        return self.log.read_text(errors="replace")

    def stop(self, timeout=30):
        """SIGTERM, as systemd does; returns the log."""
        self.peak_rss_kib = max(self.peak_rss_kib, proc_status(self.process.pid, "VmHWM"))
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout)
        assert self.process.returncode == 0, self.log_text()
        return self.log_text()

    def spans(self):
        with self.out.open("rb") as out:
            out.seek(self.read_bytes)
            whole_lines, end, _ = out.read().rpartition(b"\n")
        self.read_bytes += len(whole_lines) + len(end)
        for line in whole_lines.decode(errors="replace").split("\n"):
            if line.startswith("["):
                self.read_spans += json.loads(line)
        return list(self.read_spans)

    def wait_for_spans(self, count, timeout=10, where=lambda span: True):
        def enough():
            found = [span for span in self.spans() if where(span)]
            return found if len(found) >= count else None

        return wait_for(enough, timeout, f"{count} spans; have {len([s for s in self.spans() if where(s)])}")

    def metrics(self):
        return get(f"http://127.0.0.1:{self.internal_port}/internal/metrics")

    def ledger(self):
        """reason -> count, of user space and kernel."""
        rows = {}
        for line in self.metrics().splitlines():
            match = re.match(r'obi_ledger_total\{.*reason="([^"]*)".*\} (\S+)$', line) or re.match(
                r"obi_kernel_(\w+)_total (\S+)$", line)
            if match:
                rows[match.group(1)] = int(float(match.group(2)))
        return rows


def ledger_of_log(text):
    """The summary that the agent prints at its end: `segments_seen=12 …` -> dict."""
    line = [line for line in text.splitlines() if "summary" in line][-1]
    return {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", line)}


def losses(rows):
    """Requests that are no spans, and the ledger says why."""
    return sum(rows["requests_" + name] for name in ("no_response", "lost_response", "upgraded", "overflow", "open", "unreadable"))


def assert_ledger_adds_up(rows):
    segments = ("parsed", "unrecognised", "upgraded", "encrypted", "resync", "duplicate", "orphaned", "shed", "undecodable")
    assert rows["segments_seen"] == sum(rows["segments_" + name] for name in segments), rows
    assert rows["requests_seen"] == rows["spans_made"] + losses(rows), rows
