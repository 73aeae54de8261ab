#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints requests, errors and durations per service and route.

Usage: red_table.py URL       from the agent's Prometheus endpoint
       red_table.py -         from the text printer's lines on standard input
"""
import collections
import re
import sys
import urllib.request

DURATIONS = ("http_server_request_duration_seconds", "http_client_request_duration_seconds")


class Row:
    def __init__(self):
        self.count = self.errors = 0
        self.seconds = 0.0


def from_prometheus(text):
    rows = collections.defaultdict(Row)
    for name, labels, value in re.findall(r"^(\w+)\{(.*)\} (\S+)$", text, re.M):
        base, _, kind = name.rpartition("_")
        if base not in DURATIONS or kind not in ("count", "sum"):
            continue
        label = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels))
        side = "in" if "server" in base else "out"
        row = rows[(label.get("service_name", ""), side, label.get("http_request_method", ""), label.get("http_route", ""))]
        if kind == "sum":
            row.seconds += float(value)
        else:
            row.count += int(float(value))
            if int(label.get("http_response_status_code") or 0) >= (500 if side == "in" else 400):
                row.errors += int(float(value))
    return rows


UNITS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
LINE = re.compile(r"\((\S+)\[\S*\) (HTTP|HTTPClient)\(subType=\d+\) (\d+) (\S+) \S*?(?:\((\S+)\))? \[.* svc=\[(\S+) \w+\]")


def seconds_of(duration):
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([\d.]+)(ns|µs|ms|s|m|h)", duration))


def from_lines(lines):
    rows = collections.defaultdict(Row)
    for line in lines:
        match = LINE.search(line)
        if not match:
            continue
        duration, kind, status, method, route, service = match.groups()
        side = "in" if kind == "HTTP" else "out"
        row = rows[(service, side, method, route or "")]
        row.count += 1
        row.seconds += seconds_of(duration)
        row.errors += int(status) >= (500 if side == "in" else 400)
    return rows


def main():
    if sys.argv[1] == "-":
        rows = from_lines(sys.stdin)
    else:
        rows = from_prometheus(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())
    print(f"{'service':<10} {'':<4} {'method':<7} {'route':<28} {'requests':>9} {'errors':>7} {'mean':>10}")
    print("-" * 80)
    for (service, side, method, route), row in sorted(rows.items()):
        mean = row.seconds / row.count * 1000 if row.count else 0
        print(f"{service:<10} {side:<4} {method:<7} {route:<28} {row.count:>9} {row.errors:>7} {mean:>7.2f} ms")
    if not rows:
        print("(nothing was measured)")
        return 1
    return 0


sys.exit(main())
