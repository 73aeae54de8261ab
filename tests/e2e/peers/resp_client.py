# SPDX-License-Identifier: Apache-2.0
"""Redis by its wire protocol, without a library. Usage: resp_client.py PORT COUNT SECRET; waits for a line on stdin, then sets
and gets a key COUNT times with the secret as value, counts it up once (which is refused: it is no number), and prints how many
answers were as expected."""
import socket
import sys

port, count, secret = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode()
print("waiting", flush=True)
sys.stdin.readline()
connection = socket.create_connection(("127.0.0.1", port), timeout=60)
answers = connection.makefile("rb")


def ask(*words):
    connection.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
    line = answers.readline()
    if line.startswith(b"$"):
        line = answers.read(int(line[1:]) + 2)
    return line.strip()


good = 0
for _ in range(count):
    good += ask(b"SET", b"key", secret) == b"+OK"
    good += ask(b"GET", b"key") == secret
good += ask(b"INCR", b"key").startswith(b"-ERR")
print(good, flush=True)
sys.stdin.readline()
