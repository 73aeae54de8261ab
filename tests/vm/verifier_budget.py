# SPDX-License-Identifier: Apache-2.0
"""What the verifier of each kernel makes of each program, held against tests/vm/verifier_budgets.json.

There: {kernel: {back end: {program: {"verified": instructions that the verifier walked, "jited": bytes}}}}, as they were
when the budgets were recorded. A program may take a quarter more than that.
"""
import json
import pathlib

FILE = pathlib.Path(__file__).with_name("verifier_budgets.json")
SLACK = 1.25


def figures(audit):
    return {program["name"]: {"verified": program["verified_instructions"], "jited": program["jited_bytes"]}
            for program in audit["programs"] if program["loaded"]}


def over_budget(kernel, backend, audit):
    """A line for each program that needs more than its budget, or that has none."""
    budgets = json.loads(FILE.read_text()).get(kernel, {}).get(backend, {})
    lines = []
    for name, measured in figures(audit).items():
        if name not in budgets:
            lines.append(f"{name} has no budget")
            continue
        for what, value in measured.items():
            limit = budgets[name][what] * SLACK
            if not 0 < value <= limit:
                lines.append(f"{name} {what} {value} > {limit:.0f}")
    return lines


def record(kernel, backend, audit):
    budgets = json.loads(FILE.read_text()) if FILE.exists() else {}
    budgets.setdefault(kernel, {})[backend] = figures(audit)
    FILE.write_text(json.dumps(budgets, indent=1, sort_keys=True) + "\n")
