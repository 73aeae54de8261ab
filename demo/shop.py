#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The demo's shop: a plain http.server service that asks the stock service. Usage: shop.py PORT STOCK_PORT"""
import http.client
import http.server
import json
import random
import sys
import time

PORT, STOCK_PORT = int(sys.argv[1]), int(sys.argv[2])


class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def ask_stock(self, item):
        connection = http.client.HTTPConnection("127.0.0.1", STOCK_PORT)
        connection.request("GET", f"/stock/{item}")
        response = connection.getresponse()
        body = json.loads(response.read())
        connection.close()
        return response.status, body

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        if parts[0] == "products" and len(parts) == 2:
            status, stock = self.ask_stock(parts[1])
            self.answer(200 if status == 200 else 502, {"id": parts[1], "stock": stock})
        elif parts[0] == "price" and len(parts) == 2:
            self.answer(200, {"id": parts[1], "cents": random.randint(100, 9999)})
        else:
            self.answer(404, {"error": "no such page"})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(random.uniform(0.002, 0.02))
        status, _ = self.ask_stock(random.randint(1, 500))
        self.answer(201 if status == 200 else 500, {"order": random.randint(1, 10**6)})


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Shop).serve_forever()
