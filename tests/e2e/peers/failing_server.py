# SPDX-License-Identifier: Apache-2.0
"""An HTTP server that answers as the path says: not at all, or half. Arguments: its port. One thread a connection."""
import socket
import struct
import sys
import threading
import time

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
HALF = b"HTTP/1.1 206 Partial\r\nContent-Length: 100\r\n\r\nhalf"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def serve(connection):
    for _ in range(2):  # a connection is good for two requests
        head = connection.recv(65536)
        if not head:
            break
        path = head.split(b" ", 2)[1]
        if path.startswith(b"/ok"):
            connection.sendall(OK)
            continue
        if path == b"/slow":
            time.sleep(2)
        elif path == b"/late":  # its client has gone by then
            time.sleep(2)
            connection.sendall(OK)
        elif path == b"/hang":
            time.sleep(60)
        elif path == b"/reset":
            reset(connection)
        elif path == b"/half":
            connection.sendall(HALF)
        elif path == b"/half-reset":
            connection.sendall(HALF)
            time.sleep(0.3)
            reset(connection)
        elif path == b"/chunked":
            connection.sendall(CHUNKED)
        elif path == b"/shut":  # answered, to a client that has shut its sending side
            while connection.recv(65536):
                pass
            connection.sendall(OK)
        break
    connection.close()


with socket.socket() as listener:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(sys.argv[1])))
    listener.listen(50)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
