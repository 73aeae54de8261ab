# SPDX-License-Identifier: Apache-2.0
"""Sends N requests in one go over one connection and counts the answers. Usage: pipeline_client.py PORT N"""
import socket
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])
print("waiting", flush=True)
sys.stdin.readline()
requests = b"".join(b"GET /hello?i=%d HTTP/1.1\r\nHost: pipelined\r\n\r\n" % i for i in range(count))
answers = b""
with socket.create_connection(("127.0.0.1", port)) as connection:
    connection.sendall(requests)
    while answers.count(b"HTTP/1.1 200 OK") < count or not answers.endswith(b"hello, world"):
        data = connection.recv(65536)
        if not data:
            break
        answers += data
print(answers.count(b"HTTP/1.1 200 OK"), flush=True)
sys.stdin.readline()
