# SPDX-License-Identifier: Apache-2.0
"""Sends GET /steady/N for N = 0, 1, … over four connections that it keeps, until its input ends; then prints
[[N, begun, ended], …] with times of CLOCK_MONOTONIC. Usage: steady_client.py PORT"""
import http.client
import itertools
import json
import sys
import threading
import time

port = int(sys.argv[1])
numbers = itertools.count()
stopped = threading.Event()
done = []


def send_requests():
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while not stopped.is_set():
        number = next(numbers)
        begun = time.monotonic()
        connection.request("GET", f"/steady/{number}")
        connection.getresponse().read()
        done.append([number, begun, time.monotonic()])


threads = [threading.Thread(target=send_requests) for _ in range(4)]
print("waiting", flush=True)
sys.stdin.readline()
for thread in threads:
    thread.start()
print("sending", flush=True)
sys.stdin.readline()
stopped.set()
for thread in threads:
    thread.join()
print(json.dumps(done), flush=True)
