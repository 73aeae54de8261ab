# SPDX-License-Identifier: Apache-2.0
"""Whatever a user gets wrong is reported in one clear line, and the agent ends with 1."""
import os
import socket
import subprocess

import pytest
from agent import BACKEND, BINARY, Agent, free_port


def run(arguments=(), env=None, config=None, tmp_path=None, prefix=()):
    arguments = list(arguments)
    if config is not None:
        file = tmp_path / "config.yaml"
        file.write_text(config)
        arguments += ["--config", str(file)]
    result = subprocess.run(
        [*prefix, str(BINARY), *arguments], capture_output=True, text=True, timeout=20,
        env={"PATH": os.environ["PATH"], "OTEL_EBPF_CAPTURE_BACKEND": BACKEND, **(env or {})},
    )
    errors = [line for line in result.stderr.splitlines() if "level=error" in line]
    return result.returncode, errors, result.stderr


PRINT = {"OTEL_EBPF_TRACE_PRINTER": "text"}


@pytest.mark.parametrize(
    "config,expected",
    [
        ("ebpf: [unclosed", "config.yaml"),
        ("prometheus_export:\n  port: many\n", "prometheus_export.port"),
        ("ebpf:\n  batch_timeout: soon\n", "ebpf.batch_timeout"),
        ("trace_printer: loud\n", "trace_printer"),
        ("discovery:\n  instrument:\n    - exe_path: '[a-'\n", "exe_path"),
        ("routes:\n  unmatched: sometimes\n", "routes.unmatched"),
    ],
    ids=["syntax", "wrong type", "duration", "enum", "glob", "mode"],
)
def test_bad_yaml_is_one_line_and_exit_1(tmp_path, config, expected):
    code, errors, everything = run(config=config, tmp_path=tmp_path, env=PRINT)
    assert code == 1, everything
    assert len(errors) == 1, everything
    assert expected in errors[0]


def test_bad_environment_names_the_variable():
    code, errors, everything = run(env={**PRINT, "OTEL_EBPF_BPF_BATCH_LENGTH": "lots"})
    assert code == 1 and len(errors) == 1, everything
    assert "OTEL_EBPF_BPF_BATCH_LENGTH" in errors[0]


def test_a_missing_config_file(tmp_path):
    code, errors, everything = run(["--config", str(tmp_path / "none.yaml")], env=PRINT)
    assert code == 1 and len(errors) == 1 and "none.yaml" in errors[0], everything


def test_no_exporter_at_all():
    code, errors, everything = run()
    assert code == 1 and len(errors) == 1, everything
    assert "trace_printer" in errors[0] and "prometheus" in errors[0]


def test_a_port_in_use():
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, errors, everything = run(env={"OTEL_EBPF_PROMETHEUS_PORT": str(port)})
    assert code == 1 and len(errors) == 1, everything
    assert str(port) in errors[0] and "in use" in errors[0]


def test_a_missing_capability():
    prefix = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--reuid=65534", "--clear-groups"]
    code, errors, everything = run(env=PRINT, prefix=prefix)
    assert code == 1 and len(errors) == 1, everything
    assert "CAP_BPF" in errors[0]


def test_no_btf():
    hide = ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c",
            'mount --make-rprivate /sys && mount -t tmpfs none /sys/kernel/btf && exec "$@"', "sh"]
    code, errors, everything = run(env=PRINT, prefix=hide)
    assert code == 1 and len(errors) == 1, everything
    assert "BTF" in errors[0]


def test_an_unknown_key_is_a_warning_with_the_nearest_name():
    config = "ebpf:\n  batch_lenght: 10\n"
    with Agent(config=config) as agent:
        (line,) = [line for line in agent.log_text().splitlines() if "batch_lenght" in line]
        assert "level=warn" in line and "batch_length" in line


def test_an_unreachable_endpoint_is_reported_once_and_stops_nothing(nginx):
    port = free_port()
    env = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EBPF_OPEN_PORT": str(nginx.port), "OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT": "200ms",
    }
    with Agent(env) as agent:
        for _ in range(3):
            subprocess.run(["curl", "-s", f"http://127.0.0.1:{nginx.port}/hello"], check=True, capture_output=True)
        assert len(agent.wait_for_spans(3)) == 3
        agent.wait_for_log(f":{port}", 10)
        lines = [line for line in agent.log_text().splitlines() if f":{port}" in line and "traces" in line and "level=info" not in line]
        assert len(lines) == 1, agent.log_text()


def test_unknown_flag_is_exit_2():
    result = subprocess.run([str(BINARY), "--frobnicate"], capture_output=True, text=True)
    assert result.returncode == 2 and len(result.stderr.splitlines()) == 1


def config_command(tmp_path, text, *arguments):
    file = tmp_path / "config.yaml"
    file.write_text(text)
    return subprocess.run([str(BINARY), "config", "--config", str(file), *arguments], capture_output=True, text=True,
                          timeout=20, check=False, env={"PATH": os.environ["PATH"]})


LAYOUT_2 = """file_format: "1.0"
extensions: {obi: {version: "2.0", capture: {rules: [{action: include, match: {process: {open_ports: 80}}}]}}}
"""


@pytest.mark.parametrize(
    "text,code,lines",
    [
        ("trace_printer: text\nopen_port: 80\n", 0, []),
        ("trace_printer: text\nopen_prot: 80\n", 3, ["warning: open_prot"]),
        ("trace_printer: text\ndiscovery: {instrument: [{k8s_namespace: shop}]}\n", 3,
         ["warning: discovery.instrument[0].k8s_namespace"]),
        ("network: {enable: true}\n", 3, ["warning: network.enable", "warning: network.enable"]),
        ("trace_printer: loud\nopen_prot: 80\n", 1, ["warning: open_prot", "error: trace_printer"]),
        ("open_port: 80\n", 1, ["error: nothing would be exported"]),
        (LAYOUT_2, 1, ["error: "]),
    ],
    ids=["clean", "misspelt", "later criterion", "network alone", "refused", "no exporter", "layout v2"],
)
def test_config_says_by_its_exit_code_what_becomes_of_a_file(tmp_path, text, code, lines):
    checked = config_command(tmp_path, text, "--check")
    reported = checked.stdout.splitlines()
    assert (checked.returncode, checked.stderr, len(reported)) == (code, "", len(lines)), checked.stdout
    assert all(line.startswith(begin) for line, begin in zip(reported, lines)), checked.stdout
    printed = config_command(tmp_path, text)
    assert printed.returncode == code
    assert printed.stderr == checked.stdout
    assert "trace_printer:" in printed.stdout


def test_layout_2_is_refused_by_name_whatever_variables_say(tmp_path):
    code, errors, _ = run(config=LAYOUT_2, tmp_path=tmp_path, env=PRINT)
    assert code == 1
    assert len(errors) == 1 and "layout v2" in errors[0] and "config.yaml:1" in errors[0]
