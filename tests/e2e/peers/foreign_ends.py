# SPDX-License-Identifier: Apache-2.0
"""Toy ends of the conversations in tests/foreign: `server FOLDER` prints its ports as JSON (with one of HTTP, for the test to see that
spans are made); `client FOLDER PORTS CONNECTIONS HALF` has each conversation on so many connections at once, waits for its cue before
them, or with HALF in the midst of each, and prints how many were had to their end."""
import http.server
import json
import pathlib
import re
import socket
import sys
import threading
import time
import urllib.request


def conversation(file):
    """(from server, bytes) of each message."""
    escape = {b"r": b"\r", b"n": b"\n", b"\\": b"\\"}
    return [(line[:1] == b"S", re.sub(rb"\\(x(..)|.)", lambda found: bytes.fromhex(found[2].decode()) if found[2] else escape[found[1]],
                                      line[2:]))
            for line in file.read_bytes().splitlines() if line[:2] in (b"C ", b"S ")]


def have(end, messages, is_server):
    for from_server, text in messages:
        if from_server == is_server:
            time.sleep(0.01)  # a call of its own at the other end, too
            end.sendall(text)
            continue
        due = len(text)
        while due > 0:
            part = end.recv(due)
            assert part, "the other end is gone"
            due -= len(part)


def listener():
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", 0))
    server.listen(64)
    return server


def serve(folder):
    def accept(server, messages):
        while True:
            end = server.accept()[0]
            threading.Thread(target=answer, args=(end, messages), daemon=True).start()

    def answer(end, messages):
        with end:
            have(end, messages, True)
            end.recv(1)  # the client closes

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    ports = {}
    for file in sorted(folder.iterdir()):
        server = listener()
        ports[file.name] = server.getsockname()[1]
        threading.Thread(target=accept, args=(server, conversation(file)), daemon=True).start()
    page = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    print(json.dumps({"ports": ports, "http": page.server_address[1]}), flush=True)
    page.serve_forever()


def talk(folder, ports, connections, half):
    # "whole": with messages of HTTP inside, so that nothing can be said without the beginning
    those = {name: port for name, port in ports["ports"].items() if not (half and b"\nwhole\n" in (folder / name).read_bytes())}
    done, lock, gate = [0], threading.Lock(), threading.Barrier(len(those) * connections + 1)

    def one(name, port):
        messages = conversation(folder / name)
        middle = len(messages) // 2 if half else 0
        end = socket.create_connection(("127.0.0.1", port)) if half else None
        if half:
            have(end, messages[:middle], False)
        gate.wait()  # the first half is had
        gate.wait()  # the cue was given
        with end or socket.create_connection(("127.0.0.1", port)) as end:
            have(end, messages[middle:], False)
        with lock:
            done[0] += 1

    threads = [threading.Thread(target=one, args=item) for item in those.items() for _ in range(connections)]
    for thread in threads:
        thread.start()
    gate.wait()
    print("waiting", flush=True)
    sys.stdin.readline()
    gate.wait()
    for thread in threads:
        thread.join()
    urllib.request.urlopen(f"http://127.0.0.1:{ports['http']}/page", timeout=10).close()
    print(done[0], flush=True)
    sys.stdin.readline()


if sys.argv[1] == "server":
    serve(pathlib.Path(sys.argv[2]))
else:
    talk(pathlib.Path(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4]), sys.argv[5] == "half")
