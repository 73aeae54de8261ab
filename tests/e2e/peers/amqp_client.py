# SPDX-License-Identifier: Apache-2.0
"""pika (AMQP 0-9-1). Usage: amqp_client.py PORT CONNECTIONS COUNT.

Each connection publishes COUNT messages to its own queue, as many by an exchange, as many with publisher confirms, of which
one can't be routed and comes back; consumes some and gets others. Prints as JSON how many of which operation it did.
"""
import collections
import json
import sys
import threading

import pika

port, connections, count = map(int, sys.argv[1:])
done = collections.Counter()
lock = threading.Lock()
LARGE = b"pl-s3cret" * 20_000  # several frames


def converse(number):
    mine = collections.Counter()
    connection = pika.BlockingConnection(pika.ConnectionParameters(
        "127.0.0.1", port, client_properties={"connection_name": f"pika {number}"}))
    channel = connection.channel()
    queue = f"queue-{number}"
    channel.queue_declare(queue, exclusive=True)
    channel.exchange_declare("shop", "topic")
    channel.queue_bind(queue, "shop", f"order-{number}")
    for i in range(count):
        channel.basic_publish("", queue, LARGE if i == 0 else b"pl-s3cret")
        channel.basic_publish("shop", f"order-{number}", b"")
        mine["publish queue"] += 1
        mine["publish shop:order"] += 1
    confirmed = connection.channel()
    confirmed.confirm_delivery()
    for i in range(count):
        confirmed.basic_publish("", queue, b"pl-s3cret", mandatory=True)
        mine["publish queue"] += 1
    try:
        confirmed.basic_publish("", "nowhere", b"pl-s3cret", mandatory=True)
    except pika.exceptions.UnroutableError:
        mine["publish nowhere"] += 1
    for _ in range(count):
        method, _, _ = channel.basic_get(queue)
        channel.basic_ack(method.delivery_tag)
        mine["process shop:order" if method.exchange else "process queue"] += 1
    for method, _, _ in channel.consume(queue):
        mine["process shop:order" if method.exchange else "process queue"] += 1
        channel.basic_ack(method.delivery_tag)
        if mine["process shop:order"] + mine["process queue"] == 3 * count:
            break
    channel.cancel()
    connection.close()
    with lock:
        done.update(mine)


print("waiting", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=converse, args=(number,)) for number in range(connections)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(done), flush=True)
sys.stdin.readline()
