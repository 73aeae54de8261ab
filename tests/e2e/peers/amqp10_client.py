# SPDX-License-Identifier: Apache-2.0
"""qpid-proton (AMQP 1.0). Usage: amqp10_client.py PORT CONNECTIONS COUNT.

Each connection sends COUNT messages to its queue, one of them of several frames, and receives them; prints as JSON how many
of which operation it did. At most 8 connections are busy at once: it is the client that is slow.
"""
import collections
import json
import sys
import threading

from proton import Message
from proton.utils import BlockingConnection

port, connections, count = map(int, sys.argv[1:])
done = collections.Counter()
lock = threading.Lock()
busy = threading.Semaphore(8)


def converse(number):
    with busy:
        connection = BlockingConnection(f"amqp://guest:guest@127.0.0.1:{port}", timeout=30, allowed_mechs="PLAIN")
        sender = connection.create_sender(f"/queue/proton-{number}")
        for i in range(count):
            sender.send(Message(body="pl-s3cret" * (20_000 if i == 0 else 1)))
        receiver = connection.create_receiver(f"/queue/proton-{number}", credit=10)
        for _ in range(count):
            assert "pl-s3cret" in receiver.receive(30).body
            receiver.accept()
        connection.close()
    with lock:
        done.update({"publish /queue": count, "process /queue": count})


print("waiting", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=converse, args=(number,)) for number in range(connections)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(done), flush=True)
sys.stdin.readline()
