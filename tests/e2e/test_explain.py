# SPDX-License-Identifier: Apache-2.0
"""`explain PID` about real processes: what it says is what the agent does."""
import json
import os
import pathlib
import subprocess
import sys

import pytest
from agent import BACKEND, BINARY, Agent, free_port, wait_for, wait_for_port

ORDINARY_USER = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set=-all",
                 "--inh-caps=-all")


def run(*arguments, prefix=(), env=None):
    return subprocess.run(
        [*prefix, str(BINARY), *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": os.environ["PATH"], "OTEL_EBPF_CAPTURE_BACKEND": BACKEND, **(env or {})})


def explained(pid, env=None, arguments=(), prefix=()):
    result = run("explain", pid, "--json", *arguments, env=env, prefix=prefix)
    return result.returncode, json.loads(result.stdout)


def stop(process):
    process.terminate()
    process.wait(10)


@pytest.fixture
def python_server():
    """A web server that names its service, and has a TLS library mapped."""
    port = free_port()
    script = f"import ssl, http.server; http.server.test(http.server.SimpleHTTPRequestHandler, port={port}, bind='127.0.0.1')"
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env={**os.environ, "OTEL_SERVICE_NAME": "shop"})
    wait_for_port(port)
    process.port = port
    yield process
    stop(process)


@pytest.fixture
def io_uring_user():
    """The pid of a process that has set up io_uring (system call 425, 8 entries) and waits."""
    script = ("import ctypes, sys; parameters = (ctypes.c_char * 120)(); "
              "print(ctypes.CDLL(None).syscall(425, 8, parameters), flush=True); sys.stdin.read()")
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert int(process.stdout.readline()) > 0
    yield process.pid
    process.stdin.close()
    process.wait(10)


def test_a_server_by_port_and_by_path(nginx):
    port, pid = nginx.port, nginx.worker_pid
    code, reported = explained(pid, {"OTEL_EBPF_OPEN_PORT": str(port)})
    assert (code, reported["instrumented"], reported["outcome"]) == (0, True, "selected")
    assert reported["listening_ports"] == [port] and reported["service"]["name"] == "nginx"
    with Agent({"OTEL_EBPF_OPEN_PORT": str(port)}) as agent:  # it does what `explain` says
        agent.wait_for_instrumented(1)
        assert f"pid={pid}" in agent.log_text()

    code, reported = explained(pid, {"OTEL_EBPF_OPEN_PORT": str(port + 1)})
    assert (code, reported["instrumented"], reported["outcome"]) == (1, False, "not_selected")
    assert reported["instrument"][0]["why_not"] == f"open_ports {port + 1}: it listens on {port}"

    code, reported = explained(pid, {"OTEL_EBPF_AUTO_TARGET_EXE": "*nginx*", "OTEL_SERVICE_NAME": "shop"})
    assert (code, reported["service"]["name"]) == (0, "shop")
    text = run("explain", pid, env={"OTEL_EBPF_AUTO_TARGET_EXE": "*nginx*"})
    assert text.returncode == 0 and "instrumented: yes" in text.stdout


def test_a_program_that_is_instrumented(python_server):
    code, reported = explained(python_server.pid, {"OTEL_EBPF_AUTO_TARGET_EXE": "*/python*"})
    assert (code, reported["outcome"], reported["language"]) == (0, "selected", "python")
    assert reported["reason"] == "matches auto_target_exe (env OTEL_EBPF_AUTO_TARGET_EXE)"
    assert reported["service"]["name"] == "shop" and reported["service"]["name_from"] == "OTEL_SERVICE_NAME of the process"
    assert reported["listening_ports"] == [python_server.port]
    assert reported["owner_uid"] == os.getuid() and reported["parent_pid"] == os.getpid()
    assert reported["is_elf"] and not reported["is_go"] and not reported["is_static"]
    assert any(library.startswith("libssl") for library in reported["libraries"])
    assert any("TLS by libssl" in sentence for sentence in reported["not_seen"])


def test_an_exclusion_and_entries_that_do_not_match(python_server, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("""
discovery:
  instrument:
    - {exe_path: "*/nginx"}
    - {open_ports: 1-65535, name: web}
    - {exe_path: "*/python*", languages: ruby}
  exclude_instrument:
    - {cmd_args: "*http.server*"}
""")
    code, reported = explained(python_server.pid, arguments=("--config", config))
    assert (code, reported["outcome"], reported["reason"]) == (1, "excluded", "excluded by discovery.exclude_instrument[0]")
    assert [row["matches"] for row in reported["instrument"]] == [False, True, False]
    assert [row["criterion"] for row in reported["instrument"]] == ["exe_path", "", "languages"]
    assert reported["instrument"][2]["why_not"] == "languages 'ruby': it is python"
    text = run("explain", python_server.pid, "--config", config)
    assert text.returncode == 1
    assert "instrumented: no, excluded by discovery.exclude_instrument[0]\n" in text.stdout


def test_a_program_that_is_too_young(nginx):
    env = {"OTEL_EBPF_AUTO_TARGET_EXE": "*/nginx", "OTEL_EBPF_MIN_PROCESS_AGE": "1h"}
    code, reported = explained(nginx.process.pid, env)
    assert (code, reported["outcome"]) == (1, "too_young")
    assert reported["later"]["instrumented"] and 3500 < reported["age_to_wait_seconds"] <= 3600


def test_an_ordinary_user_sees_what_is_missing(nginx):
    """As the agent's own capabilities would be without CAP_SYS_PTRACE."""
    code, reported = explained(nginx.process.pid, {"OTEL_EBPF_OPEN_PORT": str(nginx.port)}, prefix=ORDINARY_USER)
    assert (code, reported["outcome"], reported["instrumented"]) == (2, "unreadable", None)
    assert reported["unreadable"][0]["path"] == f"/proc/{nginx.process.pid}/exe"
    assert reported["unreadable"][0]["capability"] == "CAP_SYS_PTRACE"
    assert reported["command_line"].startswith("nginx: master") and reported["owner_uid"] == 0


def test_an_ordinary_user_may_ask_about_his_own_processes():
    port = free_port()
    server = subprocess.Popen([*ORDINARY_USER, sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    wait_for_port(port)
    code, reported = explained(server.pid, {"OTEL_EBPF_OPEN_PORT": str(port)}, prefix=ORDINARY_USER)
    stop(server)
    assert (code, reported["outcome"], reported["listening_ports"]) == (0, "selected", [port])
    assert any("descends" in part["fact"] for part in reported["unreadable"])  # its parents are root's


def test_what_is_no_program():
    process = subprocess.Popen(["true"])
    wait_for(lambda: " Z " in pathlib.Path(f"/proc/{process.pid}/stat").read_text(), what="the zombie")
    code, reported = explained(process.pid)
    process.wait(10)
    assert (code, reported["kind"], reported["outcome"], reported["instrumented"]) == (1, "ended", "ended", False)


def test_nothing_to_explain_is_reported_in_one_line():
    for arguments, expected in ((("explain", "4194303"), "no process"), (("explain", "self"), "self"), (("explain",), "pid")):
        result = run(*arguments)
        assert result.returncode == 2
        assert expected in result.stderr and len(result.stderr.splitlines()) == 1


def test_nothing_to_explain_is_reported_in_json_too():
    code, reported = explained(4194303)
    assert (code, reported) == (2, {"pid": 4194303, "errors": ["there is no process 4194303"]})


def test_mistakes_in_the_configuration_end_with_2():
    code, reported = explained(1, {"OTEL_EBPF_OPEN_PORT": "many"})
    assert code == 2 and "OTEL_EBPF_OPEN_PORT" in reported["errors"][0]


def test_io_uring_is_not_seen_by_system_calls(io_uring_user):
    """A process that has set up io_uring: seen whole on every back end but one."""
    code, reported = explained(io_uring_user, {"OTEL_EBPF_TARGET_PID": str(io_uring_user)})
    assert code == 0
    assert any("io_uring" in sentence for sentence in reported["not_seen"]) == (BACKEND == "syscall")
