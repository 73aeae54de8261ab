# SPDX-License-Identifier: Apache-2.0
"""librdkafka: `PORT PLAN`, a JSON object: pairs of a producer and a consumer, messages of each, acks, and linger: 0 sends
each message when the last one has been consumed, else all at once. Prints how many requests it made of which topic, by
the messages it published and consumed one by one, or by the library's own statistics and log."""
import collections
import json
import logging
import re
import sys
import threading
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

TOPICS = ("orders", "audit", "billing.eu", "events_2")
PARTITIONS = 16


def create_topics(server):
    admin = AdminClient({"bootstrap.servers": server})
    for future in admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in TOPICS], request_timeout=60).values():
        future.result(60)
    # A broker leads its partitions a while after it has told of them.
    probe = Consumer({"bootstrap.servers": server, "group.id": "none"})
    for topic in TOPICS:
        for partition in range(PARTITIONS):
            wait_for_leader(probe, TopicPartition(topic, partition))
    probe.close()


def wait_for_leader(probe, place):
    until = time.monotonic() + 60
    while True:
        try:
            return probe.get_watermark_offsets(place, timeout=60)
        except KafkaException:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def place_of(pair):
    return TOPICS[pair % len(TOPICS)], pair // len(TOPICS)


class Fetches(logging.Handler):
    """What a consumer's own log says: Fetch requests sent, and answers that had records. Some of these it reads again: a broker
    may send the record that raises the high watermark along with the mark that was before."""

    def __init__(self):
        super().__init__()
        self.asked = self.answered = 0

    def emit(self, record):
        text = record.getMessage()
        self.asked += re.search(r"Fetch \d+/\d+/\d+ toppar", text) is not None
        self.answered += re.search(r"MessageSet size [1-9]", text) is not None


class Pair:
    def __init__(self, server, pair, plan):
        self.topic, self.partition = place_of(pair)
        self.plan = plan
        self.requests = 0  # Produce requests, by the statistics
        self.published = self.consumed = self.early = 0
        self.producer = Producer({"bootstrap.servers": server, "client.id": "shop", "acks": plan["acks"],
                                  "linger.ms": plan["linger"], "batch.num.messages": plan.get("batch", 10_000),
                                  "statistics.interval.ms": 100, "stats_cb": self.on_statistics})
        self.dropped = 0  # messages that were fetched and thrown away, by the statistics
        self.fetches = Fetches()
        log = logging.Logger(f"consumer {pair}")
        log.addHandler(self.fetches)
        self.consumer = Consumer({"bootstrap.servers": server, "client.id": "ship", "group.id": "none",
                                  "enable.auto.commit": False, "fetch.wait.max.ms": 200,
                                  "statistics.interval.ms": 100, "stats_cb": self.on_drops,
                                  "debug": "fetch,msg"}, logger=log)

    def on_statistics(self, text):
        brokers = json.loads(text)["brokers"].values()
        self.requests = max(self.requests, sum(broker["req"].get("Produce", 0) for broker in brokers))

    def on_drops(self, text):
        topics = json.loads(text)["topics"].values()
        places = (place for topic in topics for place in topic["partitions"].values())
        self.dropped = max(self.dropped, sum(place["rx_ver_drops"] for place in places))

    def connect(self):
        if self.plan["linger"] == 0:
            place = TopicPartition(self.topic, self.partition)
            place.offset = self.consumer.get_watermark_offsets(place, timeout=60)[1]
            self.consumer.assign([place])
        assert self.producer.list_topics(self.topic, timeout=60).topics[self.topic].error is None

    def on_delivery(self, error, _):
        assert error is None, error
        self.published += 1

    def produce(self):
        value = b"value-sesame" * self.plan.get("repeat", 1)
        self.producer.produce(self.topic, value, b"key-sesame", self.partition, on_delivery=self.on_delivery)

    def consume(self):
        message = self.consumer.poll(60)
        assert message is not None and message.error() is None, message
        self.consumed += 1

    def forget(self):
        """What was so far is older than who watches, and so is the Fetch request that waits."""
        self.published = self.consumed = 0
        self.early, asked = self.fetches.answered, self.fetches.asked
        until = time.monotonic() + 60
        while self.fetches.asked == asked:
            assert self.consumer.poll(0.05) is None and time.monotonic() < until

    def fetched(self):
        return self.fetches.answered - self.early + self.dropped

    def run(self):
        for _ in range(self.plan["messages"]):
            self.produce()
            if self.plan["linger"] == 0:
                self.producer.flush(60)
                self.consume()
        self.producer.flush(60)
        if self.plan["linger"] == 0:
            self.requests = self.published
        else:
            until = time.monotonic() + 0.5
            while time.monotonic() < until:
                self.producer.poll(0.1)
        if self.consumed:
            self.consumer.poll(0.3)
        self.consumer.close()


def main():
    server, plan = f"127.0.0.1:{sys.argv[1]}", json.loads(sys.argv[2])
    if plan.get("create"):
        create_topics(server)
        return
    pairs = [Pair(server, pair, plan) for pair in range(plan["pairs"])]
    if plan.get("early"):  # the connections are older than the agent
        for pair in pairs:
            pair.connect()
            pair.produce()
            pair.producer.flush(60)
            pair.consume()
    print("waiting", flush=True)
    sys.stdin.readline()
    for pair in pairs:
        if not plan.get("early"):
            pair.connect()
            continue
        pair.forget()
        if plan.get("refresh"):  # what the library does by itself every five minutes
            pair.consumer.list_topics(pair.topic, timeout=60)
    threads = [threading.Thread(target=pair.run) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = {"publish": collections.Counter(), "process": collections.Counter()}
    for pair in pairs:
        done["publish"][pair.topic] += pair.requests
        done["process"][pair.topic] += pair.fetched()
    print(json.dumps(done), flush=True)
    sys.stdin.readline()


main()
