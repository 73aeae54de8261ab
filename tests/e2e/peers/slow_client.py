# SPDX-License-Identifier: Apache-2.0
"""Begins a request with a long head on each of N connections and leaves it there; at the next cue it finishes them all.
Usage: slow_client.py PORT N"""
import socket
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])

print("waiting", flush=True)
sys.stdin.readline()
connections = []
for _ in range(count):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"GET /slow HTTP/1.1\r\nX-Fill: " + b"x" * 3900)
    connection.sendall(b"y" * 3900)
    connections.append(connection)
print(len(connections), flush=True)
sys.stdin.readline()
answered = 0
for connection in connections:
    connection.sendall(b"\r\n\r\n")
    answered += connection.recv(1000).endswith(b"ok")
print(answered, flush=True)
sys.stdin.readline()
