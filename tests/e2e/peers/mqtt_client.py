# SPDX-License-Identifier: Apache-2.0
"""paho. Usage: mqtt_client.py PORT VERSION CONNECTIONS COUNT.

Each connection subscribes to a topic of its own, publishes COUNT messages of every QoS to nobody and to itself, with version
5 half of them by a topic alias; prints as JSON how many of which operation it did.
"""
import collections
import json
import socket
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

port, version, connections, count = map(int, sys.argv[1:])
done = collections.Counter()
lock = threading.Lock()


def alias(number):
    properties = Properties(PacketTypes.PUBLISH)
    properties.TopicAlias = number
    return properties


def converse(number):
    mine = collections.Counter()
    subscribed, received = threading.Event(), threading.Event()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, f"paho-{number}",
                         protocol=mqtt.MQTTv5 if version == 5 else mqtt.MQTTv311)
    client.username_pw_set("joe", "hunter2mqtt")

    def on_message(_client, _data, message):
        mine["process self"] += 1
        if mine["process self"] == 3 * count:
            received.set()

    client.on_message = on_message
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect("127.0.0.1", port)
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # QoS 2 would wait for acknowledgements of TCP
    client.loop_start()
    client.subscribe([(f"subscribed/{number}", 2), (f"self/{number}", 2)])
    assert subscribed.wait(30)
    mine["process subscribed"] += 1
    for i in range(count):
        for qos in (0, 1, 2):
            topic = f"nobody/{qos}"
            sent = []
            if version == 5 and i % 2:
                sent.append(client.publish("" if i > 1 else topic, f"pl-s3cret {i}", qos, properties=alias(qos + 1)))
            else:
                sent.append(client.publish(topic, f"pl-s3cret {i}", qos))
            sent.append(client.publish(f"self/{number}", f"pl-s3cret {i}", qos))
            for one in sent:
                one.wait_for_publish(30)
                assert one.is_published()
            mine["publish nobody"] += 1
            mine["publish self"] += 1
    assert received.wait(30), mine
    client.disconnect()
    client.loop_stop()
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
