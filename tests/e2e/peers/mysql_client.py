# SPDX-License-Identifier: Apache-2.0
"""Statements over many connections. Usage: mysql_client.py PyMySQL|mysqlclient PORT|SOCKET CONNECTIONS ROUNDS.

Waits for a line on stdin before it connects; prints a JSON object: what was done -> how often. Keys are
"OPERATION TABLE ERRORCODE".
"""
import collections
import json
import sys
import threading

library, where, connections, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
if library == "PyMySQL":
    import pymysql as module

    options = {"password": "planted-password", "database": "shop", "autocommit": True, "local_infile": True}
else:
    import MySQLdb as module

    options = {"passwd": "planted-password", "db": "shop", "autocommit": True, "local_infile": 1}
options |= {"user": "alice", "charset": "utf8mb4"}
if where.isdigit():
    options |= {"host": "127.0.0.1", "port": int(where)}
else:
    options |= {"unix_socket": where}

done = collections.Counter()
lock = threading.Lock()


def talk():
    mine = collections.Counter()
    connection = module.connect(**options)
    cursor = connection.cursor()

    def run(key, sql, arguments=None):
        code = ""
        try:
            cursor.execute(sql, arguments)
            while cursor.nextset():
                pass
            cursor.fetchall()
        except module.Error as error:
            code = str(error.args[0])
        mine[f"{key} {code}".strip()] += 1

    for round_number in range(rounds):
        run("INSERT items", "INSERT INTO items (name) VALUES (%s)", ("planted-value",))
        run("SELECT items", "SELECT id, name FROM items WHERE name = 'planted-literal' LIMIT 3")
        run("UPDATE items", "UPDATE items SET name = %s WHERE id = %s", ("planted-value", round_number))
        run("SELECT large", "SELECT id, body FROM large WHERE id > 0 /* planted-comment */")
        run("SELECT missing", "SELECT * FROM missing WHERE a = 'planted-literal'")
        run("DELETE items", "DELETE FROM items WHERE id = -1")
        run("CALL", "CALL two_results()")
        connection.ping()
    connection.select_db("other")
    run("SELECT items", "SELECT id FROM items")
    run("INSERT items", "INSERT INTO items SELECT 1 WHERE 1 = 2")
    cursor.close()
    connection.close()
    with lock:
        done.update(mine)


print("waiting", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=talk) for _ in range(connections)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(done), flush=True)
sys.stdin.readline()
