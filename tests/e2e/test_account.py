# SPDX-License-Identifier: Apache-2.0
"""Exported means delivered: every exporter in every failure, by the summary line, the internal metrics and what arrived.

A row says of what was handed over how much must be exported, dropped and held; the sums of README.md ("When a span is missing")
are checked in each.
"""
import contextlib
import re
import subprocess
import time

import pytest
from agent import TIME_SLACK, Agent, assert_ledger_adds_up, free_port, get, ledger_of_log, wait_for, wait_for_port
from otlp_failures import GrpcReceiver, HttpReceiver, partial_success, refused_port

COUNT = 20
FAST = {
    "OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT": "100ms",
    "OTEL_EBPF_METRICS_INTERVAL": "300ms",
    "OTEL_EBPF_BACKOFF_INITIAL_INTERVAL": "200ms",
    "OTEL_EBPF_BACKOFF_MAX_INTERVAL": "400ms",
    "OTEL_EXPORTER_OTLP_TIMEOUT": "1000",
    "OTEL_EBPF_SHUTDOWN_TIMEOUT": "3s",
}


def ask(nginx, count=COUNT):
    for _ in range(count):
        get(f"http://127.0.0.1:{nginx.port}/hello")


def account(source, name):
    """consumed, exported, not_wanted, dropped, held of an exporter, from the summary's rows or the text of the internal metrics."""
    if isinstance(source, dict):
        return {key: source[f"{name}_{key}"] for key in ("consumed", "exported", "not_wanted", "dropped", "held")}
    rows = {"consumed": rf'obi_exporter_consumed_spans_total{{exporter="{name}"}} (\S+)',
            "held": rf'obi_exporter_held_spans{{exporter="{name}"}} (\S+)',
            **{key: rf'obi_exporter_spans_total{{exporter="{name}",outcome="{key}"}} (\S+)'
               for key in ("exported", "not_wanted", "dropped")}}
    return {key: int(float(re.search(pattern, source).group(1))) for key, pattern in rows.items()}


def assert_sums(rows, name):
    mine = account(rows, name)
    assert mine["consumed"] == mine["exported"] + mine["not_wanted"] + mine["dropped"] + mine["held"], mine
    return mine


def check_end(agent, name, exported, count=COUNT):
    """Stops the agent: of `count` spans so many must be exported; a range is a tuple."""
    rows = ledger_of_log(agent.stop())
    assert_ledger_adds_up(rows)
    mine = assert_sums(rows, name)
    low, high = exported if isinstance(exported, tuple) else (exported, exported)
    print(f"{name}: {mine}")
    assert rows["spans_made"] == mine["consumed"] == count, (rows["spans_made"], mine)
    assert low <= mine["exported"] <= high, mine
    assert mine["held"] == 0, mine
    assert rows["spans_made"] == mine["consumed"] + rows["spans_filtered"] + rows["spans_no_service"] + rows["spans_queue_full"]
    return mine


# What an OTLP receiver answers -> how many of the spans are exported at the end.
FAILURES = {
    "ok": COUNT,
    "404": 0,
    "401": 0,
    "413": 0,
    "429": 0,
    "503": 0,
    "refused": 0,
    "hang": 0,
    "partial": None,  # traces: all but those that were rejected; metrics: which spans' values were rejected isn't known
    "retry-after": COUNT,  # one 429 that names a time, then 200
}
GRPC = {"ok": ["ok"], "404": ["12"], "401": ["16"], "413": ["8"], "429": ["8"], "503": ["14"], "hang": ["hang"],
        "partial": ["reject=3"], "retry-after": ["retry=8", "ok"]}


@contextlib.contextmanager
def receiver(protocol, failure):
    """The port of one that fails so, for the life of the block."""
    if failure == "refused":
        yield refused_port(), None
        return
    if protocol == "grpc":
        with GrpcReceiver(*GRPC[failure]) as grpc:
            yield grpc.port, grpc
        return
    seen = []

    def answer(path, body):
        seen.append(path)
        if failure == "hang":
            return None
        if failure == "partial":
            return 200, {"Content-Type": "application/x-protobuf"}, partial_success(3)
        if failure == "retry-after":
            return (429, {"Retry-After": "1"}, b"") if len(seen) == 1 else (200, {}, b"")
        return (200 if failure == "ok" else int(failure)), {}, b""

    with HttpReceiver(answer) as http:
        yield http.port, http


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
@pytest.mark.parametrize("signal", ["traces", "metrics"])
def test_otlp(nginx, signal, protocol, failure):
    name = f"otlp_{signal}"
    with receiver(protocol, failure) as (port, server):
        env = {**FAST, "OTEL_EBPF_OPEN_PORT": str(nginx.port), f"OTEL_EXPORTER_OTLP_{signal.upper()}_ENDPOINT": f"http://127.0.0.1:{port}",
               "OTEL_EXPORTER_OTLP_PROTOCOL": protocol}
        with Agent(env, printer="disabled") as agent:
            agent.wait_for_instrumented(1)
            ask(nginx)
            if server is not None:
                wait_for(lambda: len(server.requests) > (1 if failure == "retry-after" else 0), 10 * TIME_SLACK, "a request to the receiver")
            wait_for(lambda: account(agent.metrics(), name)["consumed"] == COUNT, 10 * TIME_SLACK, "the spans in the account")
            running = assert_sums(agent.metrics(), name)
            expected = FAILURES[failure]
            if expected == COUNT:
                wait_for(lambda: account(agent.metrics(), name)["exported"] == COUNT, 10 * TIME_SLACK, "exported == all")
            elif expected == 0:
                assert running["exported"] == 0, running
            if expected is None:
                # Each request has 3 rejected: of the traces some may come in more than one request.
                mine = check_end(agent, name, (0, COUNT - 3) if signal == "traces" else 0)
                assert mine["dropped"] >= 3
            else:
                check_end(agent, name, expected)


@pytest.mark.parametrize("temporality", ["cumulative", "delta"])
def test_metrics_that_a_receiver_takes_again_are_exported_if_their_values_are_in(nginx, temporality):
    """Cumulative values that were refused come with the next export, deltas don't."""
    status = [404]
    with HttpReceiver(lambda path, body: (status[0], {}, b"")) as http:
        env = {**FAST, "OTEL_EBPF_OPEN_PORT": str(nginx.port), "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"http://127.0.0.1:{http.port}/v1/metrics",
               "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": temporality}
        with Agent(env, printer="disabled") as agent:
            agent.wait_for_instrumented(1)
            ask(nginx)
            wait_for(lambda: account(agent.metrics(), "otlp_metrics")["consumed"] == COUNT, 10 * TIME_SLACK, "the spans in the account")
            before = len(http.requests)
            wait_for(lambda: len(http.requests) >= before + 3, 10 * TIME_SLACK, "refused exports")
            running = assert_sums(agent.metrics(), "otlp_metrics")
            assert running["exported"] == 0 and running["dropped" if temporality == "delta" else "held"] == COUNT, running
            status[0] = 200
            ask(nginx, 5)
            expected = COUNT + 5 if temporality == "cumulative" else 5
            wait_for(lambda: account(agent.metrics(), "otlp_metrics")["exported"] == expected, 10 * TIME_SLACK, "the account of the second time")
            check_end(agent, "otlp_metrics", expected, COUNT + 5)


def test_what_is_held_at_shutdown_is_delivered_or_dropped(nginx):
    """Requests wait for a receiver that came too late, in a batch, and for one that hangs."""
    with HttpReceiver() as http:
        env = {**FAST, "OTEL_EBPF_OPEN_PORT": str(nginx.port), "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{http.port}",
               "OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT": "1h", "OTEL_EBPF_METRICS_INTERVAL": "1h"}
        with Agent(env, printer="disabled") as agent:
            agent.wait_for_instrumented(1)
            ask(nginx)
            wait_for(lambda: account(agent.metrics(), "otlp_traces")["consumed"] == COUNT, 10 * TIME_SLACK, "the spans in the account")
            for name in ("otlp_traces", "otlp_metrics"):
                assert assert_sums(agent.metrics(), name)["held"] == COUNT
            rows = ledger_of_log(agent.stop())
            for name in ("otlp_traces", "otlp_metrics"):
                assert assert_sums(rows, name)["exported"] == COUNT
    with HttpReceiver(lambda path, body: None) as http:
        env |= {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{http.port}", "OTEL_EXPORTER_OTLP_TIMEOUT": "60000", "OTEL_EBPF_SHUTDOWN_TIMEOUT": "1s"}
        with Agent(env, printer="disabled") as agent:
            agent.wait_for_instrumented(1)
            ask(nginx)
            wait_for(lambda: account(agent.metrics(), "otlp_traces")["consumed"] == COUNT, 10 * TIME_SLACK, "the spans in the account")
            begin = time.monotonic()
            check_end(agent, "otlp_traces", 0)
            assert time.monotonic() - begin < 10 * TIME_SLACK


@pytest.mark.parametrize("scraped", ["never", "before", "at the end", "half"])
def test_prometheus(nginx, scraped):
    port = free_port()
    with Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port), "OTEL_EBPF_PROMETHEUS_PORT": str(port)}, printer="disabled") as agent:
        agent.wait_for_instrumented(1)
        url = f"http://127.0.0.1:{port}/metrics"
        if scraped == "before":
            get(url)
        ask(nginx)
        wait_for(lambda: account(agent.metrics(), "prometheus")["consumed"] == COUNT, 10 * TIME_SLACK, "the spans in the account")
        wait_for(lambda: assert_sums(agent.metrics(), "prometheus")["held"] == COUNT, 10 * TIME_SLACK, "held")
        if scraped == "half":
            get(url)
            ask(nginx)
            wait_for(lambda: account(agent.metrics(), "prometheus")["consumed"] == 2 * COUNT, 10 * TIME_SLACK, "the spans in the account")
        if scraped == "at the end":
            wait_for(lambda: get(url) and account(agent.metrics(), "prometheus")["exported"] == COUNT, 10 * TIME_SLACK, "exported by a scrape")
        check_end(agent, "prometheus", COUNT if scraped in ("at the end", "half") else 0, 2 * COUNT if scraped == "half" else COUNT)


@pytest.mark.parametrize("output", ["pipe", "broken pipe", "full", "closed", "stuck"])
@pytest.mark.parametrize("form", ["text", "json", "counter"])
def test_printer(nginx, form, output):
    """The printer's reader is there, went away, has no room on its disk, was never there, or stands still."""
    agent = Agent({"OTEL_EBPF_OPEN_PORT": str(nginx.port), "OTEL_EBPF_SHUTDOWN_TIMEOUT": "3s"}, printer=form)
    shell = {"pipe": "exec {0} | cat > {1}", "broken pipe": "exec {0} | true", "full": "exec {0} > /dev/full", "closed": "exec {0} >&-",
             "stuck": "exec {0} | sleep 60"}[output]
    count = COUNT if output != "stuck" else 600  # more than a pipe holds
    agent.started_at = time.monotonic()
    # The agent's pid is not the shell's in a pipeline: it says its own by the internal metrics' port alone.
    script = shell.format(" ".join(agent.arguments), agent.out)
    agent.process = subprocess.Popen(["bash", "-c", script], env=agent.env, stderr=agent.log.open("wb"), stdout=subprocess.DEVNULL,
                                     stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        agent.wait_for_log("ready", 20 * max(1, TIME_SLACK))
        wait_for_port(agent.internal_port)
        agent.wait_for_instrumented(1)
        ask(nginx, count)
        wait_for(lambda: account(agent.metrics(), "printer")["consumed"] == count, 30 * TIME_SLACK, "the spans in the account")
        assert_sums(agent.metrics(), "printer")
        pid = pid_of_listener(agent.internal_port)
        subprocess.run(["kill", "-TERM", str(pid)], check=True)
        wait_for(lambda: "summary" in agent.log_text(), 20 * TIME_SLACK, "the summary")
        mine = assert_sums(ledger_of_log(agent.log_text()), "printer")
        print(f"{form} to {output}: {mine}")
        assert mine["consumed"] == count and mine["held"] == 0, mine
        if output == "pipe":
            assert mine["exported"] == count
        elif output == "stuck":
            assert 0 < mine["dropped"] <= count or form == "counter"
        else:
            assert mine["exported"] == 0, mine
    finally:
        with contextlib.suppress(ProcessLookupError):
            import os
            import signal
            os.killpg(agent.process.pid, signal.SIGKILL)
        agent.process.wait()
        agent.folder.cleanup()


def pid_of_listener(port):
    out = subprocess.run(["ss", "-Hltnp", f"sport = :{port}"], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"pid=(\d+)", out).group(1))
