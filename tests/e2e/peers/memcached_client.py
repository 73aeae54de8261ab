# SPDX-License-Identifier: Apache-2.0
"""pymemcache (text), or a plain socket with meta commands. Usage: memcached_client.py text|meta PORT CONNECTIONS COUNT.

Waits for a line on stdin, then sends COUNT rounds on each connection and prints what it did as JSON.
"""
import collections
import json
import socket
import sys
import threading

SECRET = b"topsecret"


def text(port, name, count):
    from pymemcache.client.base import Client
    from pymemcache.exceptions import MemcacheClientError

    client = Client(("127.0.0.1", port))
    made = collections.Counter()
    key = f"key:{name}"
    for _ in range(count):
        client.set(key, SECRET, expire=60, noreply=False)
        client.set(key, SECRET, noreply=True)
        assert client.get(key) == SECRET
        assert client.get_many([key, "missing"]) == {key: SECRET}
        client.set(f"{key}:n", b"1", noreply=True)
        assert client.incr(f"{key}:n", 1) == 2
        client.delete(f"{key}:n", noreply=False)
        assert client.get("missing") is None
        made.update(("SET", "SET", "GET", "GET", "SET", "INCR", "DELETE", "GET"))
    value, cas = client.gets(key)
    assert client.cas(key, SECRET, cas, noreply=False)
    client.touch(key, 10, noreply=False)
    client.append(key, SECRET, noreply=False)
    client.version()
    client.stats()
    made.update(("GET", "CAS", "TOUCH", "APPEND", "VERSION", "STATS"))
    try:
        client.incr(key, 1)
    except MemcacheClientError:
        made["INCR CLIENT_ERROR"] += 1
    client.set("large", b"x" * 100_000, noreply=False)
    assert len(client.get("large")) == 100_000
    client.quit()
    made.update(("SET", "GET", "QUIT"))
    return made


def read_until(connection, end):
    data = b""
    while not data.endswith(end):
        more = connection.recv(65536)
        assert more, data
        data += more
    return data


def meta(port, name, count):
    made = collections.Counter()
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        def ask(command, end=b"\r\n"):
            connection.sendall(command)
            return read_until(connection, end)

        for _ in range(count):
            assert ask(b"ms meta:%d 9 T60\r\ntopsecret\r\n" % name) == b"HD\r\n"
            assert ask(b"mg meta:%d v k O12\r\n" % name, b"topsecret\r\n").startswith(b"VA 9 ")
            assert ask(b"mg missing v\r\n") == b"EN\r\n"
            # Quiet ones, told by key; the no-op ends them.
            quiet = b"mg missing v q k\r\nmg meta:%d v q k\r\nms meta:q 1 q\r\nx\r\nmd meta:q q\r\nmn\r\n" % name
            assert ask(quiet, b"MN\r\n").count(b"VA 9 ") == 1
            assert ask(b"ma count:%d N60 J1 v\r\n" % name, b"\r\n").startswith(b"VA ")
            made.update(("SET", "GET", "GET", "GET", "GET", "SET", "DELETE", "INCR"))
        assert ask(b"ms meta:%d 1 ME\r\nx\r\n" % name) == b"NS\r\n"
        assert ask(b"ms meta:%d x\r\n" % name).startswith(b"CLIENT_ERROR")
        made.update(("ADD",))
    return made


def main():
    kind, port, connections, count = sys.argv[1], *map(int, sys.argv[2:])
    print("waiting", flush=True)
    sys.stdin.readline()
    done = []
    work = {"text": text, "meta": meta}[kind]
    threads = [threading.Thread(target=lambda name=name: done.append(work(port, name, count))) for name in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == connections
    print(json.dumps(sum(done, collections.Counter())), flush=True)
    sys.stdin.readline()


main()
