# SPDX-License-Identifier: Apache-2.0
"""OTLP receivers that fail as configured, for the tests of the account and of the way to a receiver."""
import http.server
import socket
import subprocess
import threading

from agent import BUILD, free_port, wait_for_port


def partial_success(rejected):
    return bytes([0x0A, 2, 0x08, rejected])


class HttpReceiver:
    """`answers(path, body)` -> (status, headers, body) or None to hang; each request is kept as (path, headers, body)."""

    def __init__(self, answers=lambda path, body: (200, {}, b""), port=0):
        self.requests = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.requests.append((self.path, dict(self.headers), body))
                answer = answers(self.path, body)
                if answer is None:
                    receiver.hung.wait(60)
                    return
                status, headers, content = answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.hung = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hung.set()
        self.server.shutdown()
        self.server.server_close()


class GrpcReceiver:
    """tests/support/otlp_grpc_receiver.cpp with these answers."""

    def __init__(self, *answers):
        self.port = free_port()
        self.process = subprocess.Popen([str(BUILD / "bin" / "otlp_grpc_receiver"), str(self.port), *answers],
                                        stdout=subprocess.PIPE, text=True)
        self.requests = []
        threading.Thread(target=self._read, daemon=True).start()
        wait_for_port(self.port, 20)

    def _read(self):
        for line in self.process.stdout:
            self.requests.append(line.split(None, 2))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class ConnectProxy:
    """A proxy that takes CONNECT alone and leads every host to `port` of the loopback; keeps the heads of the requests."""

    def __init__(self, port):
        self.heads = []
        self.to = port
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listening.close()

    def _accept(self):
        while True:
            try:
                peer, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = peer.recv(4096)
            if not piece:
                return
            head += piece
        self.heads.append(head.decode(errors="replace"))
        if not head.startswith(b"CONNECT "):
            peer.sendall(b"HTTP/1.1 405 Not Allowed\r\nContent-Length: 0\r\n\r\n")
            return
        behind = socket.create_connection(("127.0.0.1", self.to))
        peer.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        for source, target in ((peer, behind), (behind, peer)):
            threading.Thread(target=pump, args=(source, target), daemon=True).start()


def pump(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def refused_port():
    """A port of the loopback on which nothing listens, for some time."""
    port = free_port()
    return port


