# SPDX-License-Identifier: Apache-2.0
"""A client of PostgreSQL: postgres_client.py LIBRARY HOST PORT CONNECTIONS ROUNDS. Waits for its cue, does the same on each
connection, and prints as JSON how often it did what, by its own count: {"SELECT items": 12, …}. HOST may be a folder with a
socket."""
import asyncio
import collections
import json
import sys
import threading

library, host, port, connections, rounds = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
DATABASE, USER, SECRET = "shop", "postgres", "s3cr3t"
done = collections.Counter()
lock = threading.Lock()


def count(what):
    with lock:
        done[what] += 1


def psycopg2_connection(number):
    import psycopg2

    connection = psycopg2.connect(host=host, port=port, dbname=DATABASE, user=USER, password=SECRET)
    connection.autocommit = True
    cursor = connection.cursor()
    for i in range(rounds):
        cursor.execute("INSERT INTO items (name, owner) VALUES (%s, %s)", (SECRET, number))
        count("INSERT items")
        cursor.execute("SELECT id, name FROM items WHERE name = %s LIMIT 5", (SECRET,))
        cursor.fetchall()
        count("SELECT items")
        cursor.execute("SELECT repeat('x', 20000), generate_series(1, 5) FROM owners LIMIT 5")
        assert len(cursor.fetchall()) == 5
        count("SELECT owners")
        try:
            cursor.execute("SELECT '" + SECRET + "' FROM missing")
        except psycopg2.errors.UndefinedTable:
            count("SELECT missing 42P01")
    connection.autocommit = False
    cursor.execute("UPDATE items SET name = 'other' WHERE owner = -1")
    connection.commit()
    for what in ("BEGIN", "UPDATE items", "COMMIT"):
        count(what)
    connection.autocommit = True
    with open("/dev/null", "wb") as sink:
        cursor.copy_expert("COPY items TO STDOUT", sink)
    count("COPY items")
    connection.close()


async def asyncpg_connection(number):
    import asyncpg

    connection = await asyncpg.connect(host=host, port=port, database=DATABASE, user=USER, password=SECRET, ssl=False)
    for i in range(rounds):
        await connection.execute("INSERT INTO items (name, owner) VALUES ($1, $2)", SECRET, number)
        count("INSERT items")
        await connection.fetch("SELECT id, name FROM items WHERE name = $1 LIMIT 5", SECRET)
        count("SELECT items")
        await connection.fetch("SELECT repeat('x', 20000), generate_series(1, 5) FROM owners LIMIT $1", 5)
        count("SELECT owners")
        try:
            await connection.fetch("SELECT $1::text FROM missing", SECRET)
        except asyncpg.exceptions.UndefinedTableError:
            count("SELECT missing 42P01")
        await connection.executemany("UPDATE items SET name = $1 WHERE owner = $2", [("a", -1), ("b", -2), ("c", -3)])
        for _ in range(3):
            count("UPDATE items")
    await connection.close()


async def all_asyncpg():
    await asyncio.gather(*(asyncpg_connection(n) for n in range(connections)))


print("waiting", flush=True)
sys.stdin.readline()
if library == "asyncpg":
    asyncio.run(all_asyncpg())
else:
    threads = [threading.Thread(target=psycopg2_connection, args=(n,)) for n in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(json.dumps(done), flush=True)
sys.stdin.readline()
