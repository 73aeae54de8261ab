#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small, steady load on the demo's front door. Usage: load.py PORT SECONDS"""
import http.client
import random
import sys
import time

port, seconds = int(sys.argv[1]), float(sys.argv[2])
end = time.monotonic() + seconds
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
while time.monotonic() < end:
    dice = random.random()
    if dice < 0.55:
        connection.request("GET", f"/products/{random.randint(1, 500)}?session={random.random()}")
    elif dice < 0.8:
        connection.request("POST", "/checkout", body=b"item=1&card=4111-1111", headers={"Authorization": "Bearer s3cret"})
    elif dice < 0.95:
        connection.request("GET", "/assets/logo.svg")
    else:
        connection.request("GET", "/no/such/page")
    connection.getresponse().read()
    time.sleep(random.uniform(0.0, 0.03))
