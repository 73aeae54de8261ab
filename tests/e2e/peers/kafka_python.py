# SPDX-License-Identifier: Apache-2.0
"""kafka-python: as kafka_librdkafka.py, one message at a time."""
import collections
import json
import sys
import threading

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

TOPICS = ("orders", "audit", "billing.eu", "events_2")


class Pair:
    def __init__(self, server, pair, plan):
        self.place = TopicPartition(TOPICS[pair % len(TOPICS)], pair // len(TOPICS))
        self.messages = plan["messages"]
        acks = "all" if plan["acks"] == -1 else plan["acks"]
        more = {} if acks == "all" else {"enable_idempotence": False}
        self.producer = KafkaProducer(bootstrap_servers=server, client_id="shop", acks=acks, linger_ms=0, **more)
        self.consumer = KafkaConsumer(bootstrap_servers=server, client_id="ship", fetch_max_wait_ms=200)
        self.published = self.consumed = 0

    def run(self):
        self.consumer.assign([self.place])
        self.consumer.seek(self.place, self.consumer.end_offsets([self.place])[self.place])
        for _ in range(self.messages):
            self.producer.send(self.place.topic, b"value-sesame", b"key-sesame", partition=self.place.partition).get(60)
            self.published += 1
            while True:
                batch = self.consumer.poll(60_000)
                if batch:
                    break
            assert [len(records) for records in batch.values()] == [1]
            self.consumed += 1
        self.producer.close()
        self.consumer.close()


def main():
    server, plan = f"127.0.0.1:{sys.argv[1]}", json.loads(sys.argv[2])
    print("waiting", flush=True)
    sys.stdin.readline()
    pairs = [Pair(server, pair, plan) for pair in range(plan["pairs"])]
    threads = [threading.Thread(target=pair.run) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = {"publish": collections.Counter(), "process": collections.Counter()}
    for pair in pairs:
        done["publish"][pair.place.topic] += pair.published
        done["process"][pair.place.topic] += pair.consumed
    print(json.dumps(done), flush=True)
    sys.stdin.readline()


main()
