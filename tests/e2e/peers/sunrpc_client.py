# SPDX-License-Identifier: Apache-2.0
"""ONC RPC without a library. Usage: sunrpc_client.py PORT CONNECTIONS COUNT.

Waits for a line on stdin, then sends COUNT calls on each connection in bursts of four, every second one in fragments, and
prints how many were answered by number plus one. Server: sunrpc_peer.c.
"""
import socket
import struct
import sys

PROGRAM, VERSION, PROCEDURE, BURST = 0x20000777, 3, 7, 4


def mark(data, last=True):
    return struct.pack(">I", (0x80000000 if last else 0) | len(data)) + data


def call(xid, number):
    data = struct.pack(">IIIIII", xid, 0, 2, PROGRAM, VERSION, PROCEDURE) + struct.pack(">IIIIi", 0, 0, 0, 0, number)
    return mark(data) if number % 2 else mark(data[:20], False) + mark(data[20:])


def read_exactly(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def main():
    port, connections, count = map(int, sys.argv[1:])
    print("waiting", flush=True)
    sys.stdin.readline()
    sockets = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(connections)]
    good = 0
    for first in range(0, count, BURST):
        numbers = range(first, min(first + BURST, count))
        for connection in sockets:
            connection.sendall(b"".join(call(1000 + number, number) for number in numbers))
        for connection in sockets:
            for _ in numbers:
                (length,) = struct.unpack(">I", read_exactly(connection, 4))
                reply = read_exactly(connection, length & 0x7FFFFFFF)
                xid, result = struct.unpack(">I", reply[:4])[0], struct.unpack(">i", reply[-4:])[0]
                good += result == xid - 1000 + 1
    print(good, flush=True)
    sys.stdin.readline()


main()
