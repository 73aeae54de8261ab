# SPDX-License-Identifier: Apache-2.0
"""The commands that tell a user what the agent can do on this host, and what it puts into the kernel."""
import json
import os
import pathlib
import subprocess

from agent import BACKEND, BINARY, Agent


def run(*arguments, prefix=(), env=None):
    return subprocess.run(
        [*prefix, str(BINARY), *arguments], capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": os.environ["PATH"], "OTEL_EBPF_CAPTURE_BACKEND": BACKEND, **(env or {})})


def findings(result):
    return {row["feature"]: row for row in json.loads(result.stdout)["findings"]}


def test_check_says_what_works_here_in_both_forms():
    text = run("check")
    assert text.returncode == 0, text.stdout + text.stderr
    assert text.stdout.endswith("The agent works here.\n")
    asked = run("doctor", "--json")
    assert asked.returncode == 0
    rows = findings(asked)
    assert rows[f"capture by {BACKEND}"]["status"] == "ok"
    for feature, row in rows.items():
        assert feature in text.stdout
        assert row["how"], feature
    assert (rows["io_uring, 32-bit processes"]["status"] == "limited") == (BACKEND == "syscall")


def test_check_without_privileges_names_what_is_missing_and_ends_with_1():
    result = run("check", "--json", prefix=("setpriv", "--reuid", "65534", "--clear-groups"))
    assert result.returncode == 1
    rows = findings(result)
    assert rows["CAP_BPF"]["status"] == "missing" and rows["CAP_BPF"]["remedy"]
    assert rows["CAP_SYS_PTRACE"]["status"] == "limited"
    assert rows[f"capture by {BACKEND}"]["status"] == "missing"
    assert json.loads(result.stdout)["usable"] is False


def test_audit_accounts_for_every_program_and_every_byte():
    result = run("audit", "--json")
    assert result.returncode == 0, result.stderr
    audit = json.loads(result.stdout)
    assert audit["backend"] == BACKEND
    assert audit["only_reads"] is True
    loaded = [program for program in audit["programs"] if program["loaded"]]
    assert {"sched_process_exec", "sched_process_exit"} <= {program["hook"].rpartition("/")[2] for program in loaded}
    for program in loaded:
        assert program["alters"] == []
        assert 0 < program["verified_instructions"] < 1_000_000
        assert program["jited_bytes"] > 0
        assert "bpf_probe_write_user" not in program["helpers"]
    assert audit["map_bytes"] == sum(entry["bytes"] for entry in audit["maps"])
    probed = run("--probe").stdout
    assert f"backend={BACKEND} map_bytes={audit['map_bytes']}" in probed
    assert run("audit").stdout.startswith(f"capture by {BACKEND}: {len(loaded)} programs")


def test_a_passive_agent_traces_as_any_other():
    with Agent({"OTEL_EBPF_AUTO_TARGET_EXE": "*/nothing", "OTEL_EBPF_PASSIVE": "true"}, printer="text"):
        pass
    assert run("--passive", "--probe").returncode == 0


def test_types_from_a_file_replace_missing_ones(tmp_path):
    """Hides the kernel's own types in a mount namespace of the agent's."""
    types = tmp_path / "types.btf"
    types.write_bytes(pathlib.Path("/sys/kernel/btf/vmlinux").read_bytes())
    hidden = ("unshare", "-m", "sh", "-c", 'mount -t tmpfs none /sys/kernel/btf && exec "$@"', "hidden")
    without = run("--probe", prefix=hidden)
    assert without.returncode == 1
    assert "--btf FILE" in without.stderr and len(without.stderr.splitlines()) == 1
    if BACKEND == "fentry":
        return  # the kernel itself looks functions up in its own types
    assert run("--btf", str(types), "--probe", prefix=hidden).returncode == 0
    assert run("--probe", prefix=hidden, env={"OTEL_EBPF_BTF_FILE": str(types)}).returncode == 0


def test_a_file_that_holds_no_types_is_refused_in_one_line(tmp_path):
    other = tmp_path / "other"
    other.write_text("not types")
    result = run("--btf", str(other), "--probe")
    assert result.returncode == 1
    assert str(other) in result.stderr and len(result.stderr.splitlines()) == 1
