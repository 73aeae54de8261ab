# SPDX-License-Identifier: Apache-2.0
"""An HTTP/1.1 server with one path per behaviour that a tracer may get wrong. Usage: upstream.py PORT [FILE]

Prints how many seconds each file took it, from the request's end to sendfile's.
"""
import http.server
import os
import socketserver
import sys
import time

BIG = b"0123456789abcdef" * 65536  # 1 MiB


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 0
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, body, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/kib":
            self.answer(b"k" * 1024)
        elif path == "/big":
            self.send_response(200)
            self.send_header("Content-Length", str(10 * len(BIG)))
            self.end_headers()
            for _ in range(10):
                self.wfile.write(BIG)
        elif path == "/stream":
            self.stream()
        elif path == "/sendfile":
            self.sendfile()
        elif path == "/until-close":
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"as long as it lasts")
        elif path == "/slow":
            time.sleep(0.2)
            self.answer(b"slow")
        elif path == "/fail":
            self.answer(b"broken", 500)
        elif path == "/empty":
            self.send_response(204)
            self.end_headers()
        else:
            self.answer(b"ok " + path.encode())

    do_HEAD = do_DELETE = do_OPTIONS = do_GET

    def stream(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for i in range(20):
            piece = b"piece %d\n" % i
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            time.sleep(0.1)
        self.wfile.write(b"0\r\n\r\n")

    def sendfile(self):
        begin = time.perf_counter()
        with open(sys.argv[2], "rb") as file:
            size = os.fstat(file.fileno()).st_size
            self.send_response(200)
            self.send_header("Content-Length", str(size))
            self.end_headers()
            sent = 0
            while sent < size:
                sent += os.sendfile(self.connection.fileno(), file.fileno(), sent, size - sent)
        print(time.perf_counter() - begin, flush=True)

    def do_POST(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self.read_chunked()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(b"got %d" % len(body), 201)

    do_PUT = do_PATCH = do_POST

    def read_chunked(self):
        body = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            if size == 0:
                while self.rfile.readline() not in (b"\r\n", b"\n", b""):
                    pass
                return body
            body += self.rfile.read(size)
            self.rfile.readline()


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
