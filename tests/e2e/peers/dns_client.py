# SPDX-License-Identifier: Apache-2.0
"""Look-ups by the C library: dns_client.py COUNT THREADS NAME…. Waits for a line on stdin, then each thread resolves each
name COUNT times for IPv4 alone; prints how many were found and how many not."""
import socket
import sys
import threading

count, threads, names = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
print("waiting", flush=True)
sys.stdin.readline()
found, missing, lock = 0, 0, threading.Lock()


def resolve():
    global found, missing
    for _ in range(count):
        for name in names:
            try:
                socket.getaddrinfo(name, 80, socket.AF_INET, socket.SOCK_STREAM)
                with lock:
                    found += 1
            except socket.gaierror:
                with lock:
                    missing += 1


running = [threading.Thread(target=resolve) for _ in range(threads)]
for one in running:
    one.start()
for one in running:
    one.join()
print(found, missing, flush=True)
sys.stdin.readline()
