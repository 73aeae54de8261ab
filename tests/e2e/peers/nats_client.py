# SPDX-License-Identifier: Apache-2.0
"""nats-py. Usage: nats_client.py PORT CONNECTIONS COUNT.

Each connection publishes COUNT messages to nobody, to itself (with and without headers), and asks itself COUNT questions;
prints as JSON how many of which operation it did.
"""
import asyncio
import collections
import json
import sys

import nats

port, connections, count = map(int, sys.argv[1:])


async def converse(number, done):
    client = await nats.connect(f"nats://127.0.0.1:{port}", name=f"python {number}", user="joe", password="hunter2nats")
    received = asyncio.Event()

    async def on_message(_message):
        done["process self"] += 1
        if done["process self"] == 2 * count:
            received.set()

    async def on_question(message):
        done["process question"] += 1
        await message.respond(b"pl-s3cret answer")
        done["publish _INBOX"] += 1

    await client.subscribe(f"self.{number}", cb=on_message)
    await client.subscribe(f"question.{number}", cb=on_question)
    for i in range(count):
        await client.publish(f"nobody.{number}", b"pl-s3cret" * 10)
        await client.publish(f"self.{number}", b"pl-s3cret")
        await client.publish(f"self.{number}", b"pl-s3cret" * 1000, headers={"Trace": str(i)})
        done["publish nobody"] += 1
        done["publish self"] += 2
        done["publish question"] += 1
        await client.request(f"question.{number}", b"pl-s3cret", timeout=30)
        done["process _INBOX"] += 1
    await asyncio.wait_for(received.wait(), 30)
    await client.close()


async def all_of_them():
    counts = [collections.Counter() for _ in range(connections)]
    await asyncio.gather(*(converse(number, counts[number]) for number in range(connections)))
    print(json.dumps(sum(counts, collections.Counter())), flush=True)


print("waiting", flush=True)
sys.stdin.readline()
asyncio.run(all_of_them())
sys.stdin.readline()
