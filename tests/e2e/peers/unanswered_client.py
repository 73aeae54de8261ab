# SPDX-License-Identifier: Apache-2.0
"""Waits for a line, then asks for each path on a connection of its own. Arguments: port, then PATHS=SECONDS, how long it waits for
the answers; PATHS are the requests of one connection, one behind the other, with "+" between them."""
import socket
import sys


def ask(port, paths, patience):
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        for path in paths:
            connection.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path.encode())
            if path == "/shut":
                connection.shutdown(socket.SHUT_WR)
            try:
                while True:
                    read = connection.recv(65536)
                    if not read or read.endswith(b"hi"):
                        break
            except (TimeoutError, ConnectionResetError):
                return


print("waiting", flush=True)
sys.stdin.readline()
for wanted in sys.argv[2:]:
    names, _, seconds = wanted.partition("=")
    ask(int(sys.argv[1]), names.split("+"), float(seconds))
print("done", flush=True)
