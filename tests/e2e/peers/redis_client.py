# SPDX-License-Identifier: Apache-2.0
"""redis-py. Usage: redis_client.py PORT CONNECTIONS COUNT PIPELINE.

Waits for a line on stdin, then sends COUNT rounds on each connection: with PIPELINE 1 one command at a time, else as
pipelines of so many rounds. Prints a JSON object of what it did: command -> how often.
"""
import collections
import json
import sys
import threading

import redis

ROUND = ("SET", "GET", "INCRBY", "LPUSH", "HSET", "LRANGE")


def add_round(target, key, number):
    target.set(f"{key}:text", f"topsecret-{number}", ex=60)
    target.get(f"{key}:text")
    target.incr(f"{key}:number")
    target.lpush(f"{key}:list", "topsecret")
    target.hset(f"{key}:hash", mapping={"field": "topsecret"})
    target.lrange(f"{key}:list", 0, 20)


def work(port, name, count, pipeline, done):
    client = redis.Redis(host="127.0.0.1", port=port, db=1, username="default", password="topsecret", lib_name=None,
                         lib_version=None)
    made = collections.Counter(AUTH=1, SELECT=1)
    for first in range(0, count, pipeline):
        numbers = range(first, min(first + pipeline, count))
        target = client if pipeline == 1 else client.pipeline(transaction=False)
        for number in numbers:
            add_round(target, f"key:{name}", number)
            made.update(ROUND)
        if pipeline > 1:
            assert len(target.execute()) == len(ROUND) * len(numbers)
    with client.pipeline(transaction=True) as transaction:
        transaction.incr(f"key:{name}:number")
        transaction.get(f"key:{name}:text")
        transaction.execute()
        made.update(("MULTI", "INCRBY", "GET", "EXEC"))
    try:
        client.lpush(f"key:{name}:text", "x")
    except redis.ResponseError:
        made["LPUSH WRONGTYPE"] += 1
    client.close()
    done.append(made)


def main():
    port, connections, count, pipeline = map(int, sys.argv[1:])
    print("waiting", flush=True)
    sys.stdin.readline()
    done = []
    threads = [threading.Thread(target=work, args=(port, number, count, pipeline, done)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == connections
    print(json.dumps(sum(done, collections.Counter())), flush=True)
    sys.stdin.readline()


main()
