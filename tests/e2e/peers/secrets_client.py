# SPDX-License-Identifier: Apache-2.0
"""Hands secrets to real servers wherever their protocols have room for one. Usage: secrets_client.py PLACES, a JSON object:
system -> port. Waits for a line on stdin; prints a JSON object: system -> how many operations it did at least, and the
secrets it used: where -> text. What may be told is called `vault` everywhere.
"""
import asyncio
import base64
import contextlib
import http.client
import json
import socket
import sys
import threading

from secrets_sql import mysql, postgresql


class Planted:
    """The secrets of one system, each of its own; `does()` counts an operation that must be told of."""

    def __init__(self, system):
        self.system = system
        self.secrets = {}
        self.operations = 0

    def __call__(self, where):
        return self.secrets.setdefault(where, f"sesame{len(self.secrets):02}{self.system}")

    def knows(self, where, secret):
        """One that is what it is."""
        return self.secrets.setdefault(where, secret)

    def number(self, where):
        return int(self.secrets.setdefault(where, str(7391820000000000 + len(self.secrets) * 137)))

    def does(self, call, *arguments, refused=None, **options):
        """Calls; `refused` is the exception that is due."""
        self.operations += 1
        if refused is None:
            return call(*arguments, **options)
        try:
            call(*arguments, **options)
        except refused:
            return None
        raise AssertionError(f"{self.system}: not refused: {arguments}")


def redis(port, plant):
    import redis as module

    password = plant("log-in")
    client = module.Redis("127.0.0.1", port)
    plant.does(client.execute_command, "CONFIG", "SET", "requirepass", password)
    plant.does(module.Redis("127.0.0.1", port, password=plant("refused log-in")).ping, refused=module.RedisError)
    client = module.Redis("127.0.0.1", port, password=password)
    run = client.execute_command
    plant.does(run, "ACL", "SETUSER", "bob", "on", "allcommands", "allkeys", "allchannels", ">" + plant("ACL SETUSER"))
    plant.does(run, "AUTH", "bob", plant("ACL SETUSER"))
    plant.does(run, "HELLO", "2", "AUTH", "bob", plant("ACL SETUSER"))
    plant.does(run, "CONFIG", "SET", "masterauth", plant("CONFIG SET"))
    plant.does(run, "SET", "vault", plant("SET"))
    plant.does(run, "SET", "vault", plant("SET with options"), "EX", 100)
    plant.does(run, "GETSET", "vault", plant("GETSET"))
    plant.does(run, "GET", "vault")
    plant.does(run, "MSET", "vault", plant("MSET"), "vault2", plant("second of MSET"))
    plant.does(run, "HSET", "vault:h", "field", plant("HSET"))
    plant.does(run, "LPUSH", "vault:l", plant("LPUSH"), plant("second of LPUSH"))
    plant.does(run, "SADD", "vault:s", plant("SADD"))
    plant.does(run, "ZADD", "vault:z", 1, plant("ZADD"))
    plant.does(run, "XADD", "vault:x", "*", "field", plant("XADD"))
    plant.does(run, "PUBLISH", "vault", plant("PUBLISH"))
    plant.does(run, "EVAL", f"return redis.call('SET', KEYS[1], ARGV[1] .. '{plant('script')}')", 1, "vault", plant("EVAL"))
    plant.does(run, "EVAL", f"return redis.error_reply('ERR {plant('error')}')", 0, refused=module.RedisError)
    plant.does(run, "NOSUCH", plant("unknown command"), refused=module.RedisError)  # the error quotes it
    plant.does(run, "ECHO", plant("ECHO"))
    plant.does(run, "SET", "vault:large", plant("large value") * 3000)
    plant.does(run, "MIGRATE", "127.0.0.1", 1, "vault", 0, 10, "AUTH", plant("MIGRATE"), refused=module.RedisError)
    with client.pipeline(transaction=True) as pipeline:
        pipeline.set("vault", plant("pipeline"))
        pipeline.append("vault", plant("APPEND"))
        pipeline.execute()
    plant.operations += 4
    with socket.create_connection(("127.0.0.1", port)) as plain:  # as typed by hand
        for line in (f"AUTH {password}", f"SET vault {plant('inline')}", f"SET vault \"a {plant('inline, quoted')}\""):
            plant.does(plain.sendall, line.encode() + b"\r\n")
            assert plain.recv(100) == b"+OK\r\n"
    plant.does(run, "CONFIG", "SET", "requirepass", "")


def memcached(port, plant):
    with socket.create_connection(("127.0.0.1", port)) as plain:
        def run(command, value="", due="STORED"):
            block = f"{value}\r\n" if value else ""
            plant.does(plain.sendall, f"{command}\r\n{block}".encode())
            answer = plain.recv(4000).decode()
            assert answer.startswith(due), (command, answer)

        def store(command, value, due="STORED"):
            run(f"{command} {len(value)}", value, due)

        store("set vault 0 0", "bob " + plant("refused log-in"), "CLIENT_ERROR")
        store("set vault 0 0", "bob " + plant.knows("log-in", "hunter2memcached"))
        store("set vault 0 60", plant("set"))
        store("append vault 0 0", plant("append"))
        store("replace vault 0 0", plant("replace"))
        run("get vault", due="VALUE")
        run("incr vault 1", due="CLIENT_ERROR")
        value = plant("meta set")
        run(f"ms vault {len(value)}", value, "HD")
        run("mg vault v", due="VA")
        store("add vault 0 0", plant("not stored"), "NOT_STORED")


def mongodb(port, plant):
    import pymongo
    import pymongo.errors

    refused = pymongo.errors.OperationFailure
    with pymongo.MongoClient("127.0.0.1", port) as mongo:
        vault = mongo.shop.vault
        plant.does(vault.drop)
        plant.does(vault.insert_one, {"_id": plant("key"), "name": plant("insert"), "n": plant.number("number")})
        plant.does(vault.insert_one, {"_id": plant("key")}, refused=refused)  # a duplicate: the error quotes it
        plant.does(vault.insert_many, [{"name": plant("first of many")}, {"inner": {"list": [plant("second of many")]}}])
        plant.does(vault.find_one, {"name": plant("filter")})
        plant.does(vault.find_one, {"name": {"$regex": plant("expression")}})
        plant.does(vault.update_one, {"name": plant("insert")}, {"$set": {"name": plant("update")}})
        plant.does(vault.distinct, "name", {"_id": plant("key")})
        plant.does(lambda: list(vault.aggregate([{"$match": {"name": plant("aggregate")}}])))
        plant.does(vault.delete_one, {"name": plant("delete")})
        plant.does(vault.insert_one, {"name": plant("large value") * 5000})
        for command in ({"createUser": "bob", "pwd": plant("createUser"), "roles": []}, {"frobnicate": plant("unknown command")}):
            plant.does(mongo.shop.command, command, refused=refused)
        # Says nothing of what a driver does by itself, whatever the server thinks of it.
        payload = b"\0bob\0" + plant("log-in").encode()
        with contextlib.suppress(refused):
            mongo.admin.command({"saslStart": 1, "mechanism": "PLAIN", "payload": payload})


def mqtt(port, plant):
    import paho.mqtt.client as paho

    client = paho.Client(paho.CallbackAPIVersion.VERSION2, "vault", protocol=paho.MQTTv5)
    client.username_pw_set("bob", plant("log-in"))
    client.will_set("vault/will", plant("will"))
    subscribed, received = threading.Event(), threading.Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = lambda *_: received.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    plant.does(client.subscribe, "vault/in")
    assert subscribed.wait(30)
    properties = paho.Properties(paho.PacketTypes.PUBLISH)
    properties.UserProperty = ("token", plant("user property"))
    properties.CorrelationData = plant("correlation").encode()
    for qos in (0, 1, 2):
        plant.does(client.publish, "vault/in", plant(f"QoS {qos}"), qos, properties=properties).wait_for_publish(30)
    assert received.wait(30)
    client.disconnect()
    client.loop_stop()


def nats(port, plant):
    import nats as module

    async def talk():
        client = await module.connect(f"nats://127.0.0.1:{port}", name="vault", user="joe",
                                      password=plant.knows("log-in", "hunter2nats"))
        subscription = await client.subscribe("vault")
        await client.publish("vault", plant("payload").encode())
        await client.publish("vault", plant("large payload").encode() * 3000, headers={"Token": plant("header")})
        for _ in range(2):
            await subscription.next_msg(30)
        plant.operations += 4
        await client.close()
        with contextlib.suppress(module.errors.Error):
            await module.connect(f"nats://127.0.0.1:{port}", user="joe", password=plant("refused log-in"),
                                 allow_reconnect=False, max_reconnect_attempts=1)

    asyncio.run(talk())


def amqp091(port, plant):
    import pika

    def connect(password):
        return pika.BlockingConnection(pika.ConnectionParameters(
            "127.0.0.1", port, credentials=pika.PlainCredentials("guest", password), client_properties={"connection_name": "vault"}))

    with contextlib.suppress(pika.exceptions.AMQPError):
        connect(plant("refused log-in"))
    connection = connect(plant.knows("log-in", "guest"))
    channel = connection.channel()
    channel.queue_declare("vault", exclusive=True)
    properties = pika.BasicProperties(headers={"token": plant("header")}, correlation_id=plant("correlation"), message_id=plant("id"))
    plant.does(channel.basic_publish, "", "vault", plant("payload").encode(), properties)
    plant.does(channel.basic_publish, "", "vault", plant("large payload").encode() * 20_000)
    for _ in range(2):
        _, _, body = plant.does(channel.basic_get, "vault", auto_ack=True)
        assert body
    connection.close()


def kafka(port, plant):
    from confluent_kafka import Consumer, Producer, TopicPartition
    from confluent_kafka.admin import AdminClient, NewTopic

    def settings(password):
        return {"bootstrap.servers": f"127.0.0.1:{port}", "client.id": "vault", "security.protocol": "SASL_PLAINTEXT",
                "sasl.mechanism": "PLAIN", "sasl.username": "bob", "sasl.password": password}

    failed = threading.Event()
    Producer({**settings(plant("refused log-in")), "error_cb": lambda _: failed.set()}).poll(5)
    assert failed.is_set()
    known = settings(plant.knows("log-in", "hunter2kafka"))
    admin = AdminClient(known)
    for topic in admin.create_topics([NewTopic("vault", 1, 1)]).values():
        assert topic.exception(60) is None or "exists" in str(topic.exception()), topic.exception()
    producer = Producer(known)
    plant.does(producer.produce, "vault", plant("value"), plant("key"), 0, headers={"token": plant("header")})
    assert producer.flush(60) == 0
    consumer = Consumer({**known, "group.id": "none", "enable.auto.commit": False})
    consumer.assign([TopicPartition("vault", 0, 0)])
    assert plant.does(consumer.poll, 60).error() is None
    consumer.close()


def http_(port, plant):
    def ask(method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        plant.does(connection.request, method, path, body, named)
        assert connection.getresponse().read() is not None
        connection.close()

    for where in ("/vault", "/app/vault"):
        basic = base64.b64encode(f"bob:{plant('Basic, decoded')}".encode()).decode()
        plant.knows(f"Basic of {where}", basic)
        ask("GET", where, Authorization=f"Basic {basic}", Cookie=f"session={plant('Cookie')}; b={plant('second cookie')}")
        ask("GET", f"{where}?page=2&token={plant('token')}&password={plant('password')}", Authorization=f"Bearer {plant('Bearer')}",
            Proxy_Authorization=plant("Proxy-Authorization"), X_Api_Key=plant("X-Api-Key"), Referer=f"http://x/?a={plant('Referer')}")
        ask("POST", where, f"password={plant('form')}", Content_Type="application/x-www-form-urlencoded")
        ask("POST", where, json.dumps({"password": plant("large body") * 3000}), Content_Type="application/json")
    plant.knows("Set-Cookie", "sesame-of-the-answer")  # by the server's configuration


SYSTEMS = {"postgresql": postgresql, "mysql": mysql, "redis": redis, "memcached": memcached, "mongodb": mongodb, "mqtt": mqtt,
           "nats": nats, "amqp": amqp091, "kafka": kafka, "http": http_}


def main():
    places = json.loads(sys.argv[1])
    print("waiting", flush=True)
    sys.stdin.readline()
    reported = {}
    for system, port in places.items():
        plant = Planted(system)
        SYSTEMS[system](port, plant)
        reported[system] = {"operations": plant.operations, "secrets": plant.secrets}
    print(json.dumps(reported), flush=True)
    sys.stdin.readline()


main()
