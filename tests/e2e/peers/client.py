# SPDX-License-Identifier: Apache-2.0
"""A plain http.client user. Usage: client.py PORT PLAN, with PLAN = JSON list of [method, path, body bytes, repeat].

Waits for a line on stdin before the first request, so that the agent can find the process first; then does the plan over
one keep-alive connection and prints a JSON list with [path, status, body bytes, seconds] of every request.
"""
import http.client
import json
import sys
import time

port, plan = int(sys.argv[1]), json.loads(sys.argv[2])
print("waiting", flush=True)
sys.stdin.readline()
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
connection.connect()
results = []
for method, path, size, repeat in plan:
    for _ in range(repeat):
        body = b"u" * size if size else None
        begin = time.perf_counter()
        connection.request(method, path, body)
        response = connection.getresponse()
        received = len(response.read())
        results.append([path, response.status, received, time.perf_counter() - begin])
print(json.dumps(results), flush=True)
sys.stdin.readline()
