# SPDX-License-Identifier: Apache-2.0
"""An OTLP receiver over HTTP that keeps what it got, with as much of a protobuf reader as the tests need."""
import http.server
import threading
import time


def fields(message):
    """(number, value) of each field; a value is an int or bytes. Fixed-size ones come as bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        kind = tag & 7
        if kind == 0:
            yield tag >> 3, varint()
            continue
        size = {1: lambda: 8, 2: varint, 5: lambda: 4}[kind]()
        yield tag >> 3, message[at:at + size]
        at += size


def at_path(message, *numbers):
    """Every value behind the path of field numbers."""
    if not numbers:
        yield message
        return
    for number, value in fields(message):
        if number == numbers[0]:
            yield from at_path(value, *numbers[1:])


def text(value):
    return value.decode()


def attributes(message, number):
    """The attributes in field `number` of a span or a point."""
    found = {}
    for pair in at_path(message, number):
        key, value = (next(at_path(pair, field)) for field in (1, 2))
        for kind, content in fields(value):
            found[text(key)] = text(content) if kind == 1 else content
    return found


class OtlpReceiver:
    def __init__(self, delay_s=0.0, keep=True):
        """`delay_s`: answers so much later. `keep`: of each path all bodies, else only the newest."""
        self.delay_s, self.keep = delay_s, keep

    def __enter__(self):
        self.bodies = {"/v1/traces": [], "/v1/metrics": []}
        bodies, delay_s, keep = self.bodies, self.delay_s, self.keep

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not keep:
                    bodies[self.path].clear()
                bodies[self.path].append(body)
                time.sleep(delay_s)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def spans(self):
        """(name, kind, attributes) of every span so far."""
        return [(text(next(at_path(span, 5))), next(at_path(span, 6)), attributes(span, 9))
                for body in list(self.bodies["/v1/traces"]) for span in at_path(body, 1, 2, 2)]

    def histogram_counts(self, *names):
        """Of the newest points of these metrics: the attributes, also the resource's, and the metric's name as a frozenset -> count."""
        counts = {}
        for group in (group for body in list(self.bodies["/v1/metrics"]) for group in at_path(body, 1)):
            resource = attributes(next(at_path(group, 1), b""), 1)
            for metric in at_path(group, 2, 2):
                if (name := text(next(at_path(metric, 1)))) not in names:
                    continue
                for point in at_path(metric, 9, 1):
                    key = frozenset({"metric": name, **resource, **attributes(point, 9)}.items())
                    counts[key] = int.from_bytes(next(at_path(point, 4)), "little")
        return counts
