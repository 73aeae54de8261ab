# SPDX-License-Identifier: Apache-2.0
"""Loads bulk data with real libraries. Usage: bulk_client.py SYSTEM PORT BYTES. Waits for a line on stdin; prints a JSON list of the
operations it did, "COPY load" each, in the order in which it did them on one connection."""
import contextlib
import io
import json
import socket
import sys
import tempfile

LINE = "{}\tsesame-of-the-bulk\n"


def lines(size):
    return "".join(LINE.format(n) for n in range(size // len(LINE)))


def postgresql(port, size):
    import psycopg2

    session = psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname="shop", sslmode="disable", gssencmode="disable")
    session.autocommit = True
    yield
    with session.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bulk (id int, name text)")
        for _ in range(2):
            cursor.copy_expert("COPY bulk FROM STDIN", io.StringIO(lines(size)))
            cursor.execute("SELECT count(*) FROM items")
        cursor.copy_expert("COPY bulk TO STDOUT", io.StringIO())
        cursor.execute("SELECT count(*) FROM owners")
        with contextlib.suppress(psycopg2.Error):
            cursor.copy_expert("COPY owners FROM STDIN", io.StringIO(lines(10_000)))
        cursor.execute("SELECT count(*) FROM items")
    yield ["CREATE bulk", "COPY bulk", "SELECT items", "COPY bulk", "SELECT items", "COPY bulk", "SELECT owners", "COPY owners 22P04",
           "SELECT items"]


def mysql(port, size):
    import pymysql

    with pymysql.connect(host="127.0.0.1", port=port, user="alice", password="planted-password", database="shop", local_infile=True,
                         autocommit=True) as session, tempfile.NamedTemporaryFile("w") as file:
        file.write(lines(size))
        file.flush()
        with session.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS bulk (id INT, name VARCHAR(100))")
            yield
            cursor.execute(f"LOAD DATA LOCAL INFILE '{file.name}' INTO TABLE bulk")
            cursor.execute("SELECT count(*) FROM items")
            cursor.execute("INSERT INTO items (body) VALUES (%s)", (b"sesame-of-the-bulk" * (size // 18),))
            cursor.execute("SELECT body FROM items")
            cursor.execute("SELECT count(*) FROM bulk")
    yield ["LOAD bulk", "SELECT items", "INSERT items", "SELECT items", "SELECT bulk"]


def redis(port, size):
    import redis as module

    client = module.Redis("127.0.0.1", port)
    client.ping()
    value = b"sesame-of-the-bulk" * (size // 18)
    yield
    client.set("large", value)
    client.get("small")
    client.mset({f"k{n}": value[: size // 10] for n in range(10)})
    client.get("small")
    client.get("large")
    client.rpush("list", *[value[: size // 100]] * 100)
    client.get("small")
    yield ["SET", "GET", "MSET", "GET", "GET", "RPUSH", "GET"]


def memcached(port, size):
    with socket.create_connection(("127.0.0.1", port)) as end, end.makefile("rb") as answers:
        value = (b"sesame-of-the-bulk" * (size // 18))[: 900 * 1000]
        end.sendall(b"version\r\n")
        answers.readline()
        yield
        for _ in range(3):
            end.sendall(b"set large 0 0 %d\r\n%s\r\n" % (len(value), value))
            assert answers.readline() == b"STORED\r\n"
            end.sendall(b"get large\r\n")
            while answers.readline() != b"END\r\n":
                pass
            end.sendall(b"get small\r\n")
            assert answers.readline() == b"END\r\n"
    yield ["SET", "GET", "GET"] * 3


def mongodb(port, size):
    import gridfs
    import pymongo

    with pymongo.MongoClient("127.0.0.1", port, retryWrites=False) as client:
        database = client.shop
        database.before.find_one()
        yield
        database.items.insert_many([{"name": "sesame-of-the-bulk" * 500} for _ in range(size // 9000)])
        database.items.find_one()
        file = gridfs.GridFS(database).put(b"sesame-of-the-bulk" * (size // 18), chunk_size=255 * 1024)
        assert gridfs.GridFS(database).get(file).read()
        database.items.find_one()
    yield ["insert items", "find items", "insert fs.files", "find items"]


def kafka(port, size):
    import confluent_kafka
    import confluent_kafka.admin

    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": f"127.0.0.1:{port}"})
    with contextlib.suppress(confluent_kafka.KafkaException):  # it is there
        admin.create_topics([confluent_kafka.admin.NewTopic("bulk", 1, 1)])["bulk"].result(60)
    producer = confluent_kafka.Producer({"bootstrap.servers": f"127.0.0.1:{port}", "linger.ms": 0})
    value = (b"sesame-of-the-bulk" * (size // 18))[: 900 * 1000]
    yield
    for _ in range(5):
        producer.produce("bulk", value)
        assert producer.flush(30) == 0
    yield ["publish bulk"] * 5


def http(port, size):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port)
    body = b"sesame-of-the-bulk" * (size // 18)

    def ask(method, path, **content):
        connection.request(method, path, **content)
        connection.getresponse().read()

    ask("GET", "/before")
    yield
    ask("POST", "/sized", body=body)
    ask("GET", "/kib")
    ask("PUT", "/chunked", body=iter([body[: size // 2], body[size // 2 :]]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
    ask("GET", "/kib")
    ask("GET", "/big")
    ask("DELETE", "/kib")
    yield ["POST /sized", "GET /kib", "PUT /chunked", "GET /kib", "GET /big", "DELETE /kib"]


def mqtt(port, size):
    import threading

    import paho.mqtt.client as paho

    client = paho.Client(paho.CallbackAPIVersion.VERSION2, "bulk")
    subscribed, received = threading.Event(), threading.Semaphore(0)
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = lambda *_: received.release()
    client.connect("127.0.0.1", port)
    client.loop_start()
    yield
    client.subscribe("bulk", 1)
    assert subscribed.wait(30)
    for _ in range(3):
        for topic, value in (("bulk", b"sesame-of-the-bulk" * (size // 18)), ("small", b"")):
            client.publish(topic, value, 1).wait_for_publish(60)
    for _ in range(3):
        assert received.acquire(timeout=30)
    yield ["process bulk"] * 4 + ["publish bulk", "publish small"] * 3  # a subscription is one, too


def nats(port, size):
    import asyncio

    import nats as module

    value = (b"sesame-of-the-bulk" * (size // 18))[: 900 * 1000]  # the server's limit is 1 MiB

    async def talk():
        client = await module.connect(f"nats://127.0.0.1:{port}", user="joe", password="hunter2nats")
        subscription = await client.subscribe("bulk")
        for _ in range(3):
            await client.publish("bulk", value, headers={"Some": "header"})
            await client.flush()  # of a call above 128 KiB the kernel's part hands over the beginning
            await client.publish("small", b"")
            await subscription.next_msg(30)
        await client.close()

    yield
    asyncio.run(talk())
    yield ["publish bulk", "publish small", "process bulk"] * 3


def amqp(port, size):
    import pika

    connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port))
    channel = connection.channel()
    for queue in ("bulk", "small"):
        channel.queue_declare(queue, exclusive=True)
    yield
    for _ in range(3):
        channel.basic_publish("", "bulk", b"sesame-of-the-bulk" * (size // 18))
        channel.basic_publish("", "small", b"")
        while channel.basic_get("bulk", auto_ack=True)[0] is None:
            pass
    connection.close()
    yield ["publish bulk", "publish small", "process bulk"] * 3


steps = globals()[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
next(steps)
print("waiting", flush=True)
sys.stdin.readline()
print(json.dumps(next(steps)), flush=True)
sys.stdin.readline()
