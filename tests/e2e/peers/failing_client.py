# SPDX-License-Identifier: Apache-2.0
"""Connections that never come about. Usage: failing_client.py COUNT REFUSING_PORT FULL_PORT; the second listens with a full
queue. Waits for a line on stdin; prints how many attempts of each kind failed as they should, as JSON.
"""
import asyncio
import errno
import json
import socket
import sys

count, refusing, full = map(int, sys.argv[1:])
print("waiting", flush=True)
sys.stdin.readline()
failed = {"refused": 0, "refused later": 0, "given up": 0, "timed out": 0, "refused (IPv6)": 0}


def blocking(family, host):
    with socket.socket(family) as probe:
        return probe.connect_ex((host, refusing)) == errno.ECONNREFUSED


async def later():
    try:
        await asyncio.open_connection("127.0.0.1", refusing)
    except ConnectionRefusedError:
        return True
    return False


def given_up():
    with socket.socket() as probe:
        probe.settimeout(0.05)
        try:
            probe.connect(("127.0.0.1", full))
        except TimeoutError:
            return True
    return False


def timed_out():
    with socket.socket() as probe:
        probe.setsockopt(socket.IPPROTO_TCP, 18, 300)  # TCP_USER_TIMEOUT, ms
        return probe.connect_ex(("127.0.0.1", full)) == errno.ETIMEDOUT


for _ in range(count):
    failed["refused"] += blocking(socket.AF_INET, "127.0.0.1")
    failed["refused (IPv6)"] += blocking(socket.AF_INET6, "::1")
    failed["refused later"] += asyncio.run(later())
for _ in range(3):
    failed["given up"] += given_up()
failed["timed out"] += timed_out()
print(json.dumps(failed), flush=True)
sys.stdin.readline()
