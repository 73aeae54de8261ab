# SPDX-License-Identifier: Apache-2.0
"""mongo_client.py PORT CONNECTIONS ROUNDS: does the same operations on so many clients at once, each
on a connection of its own, and prints how often each succeeded and failed, as JSON, by
"operation collection status code"."""
import collections
import json
import sys
import threading

import pymongo
import pymongo.errors
import pymongo.write_concern

PORT, CONNECTIONS, ROUNDS = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
SECRET = "s3cr3t-py"


def client():
    return pymongo.MongoClient("127.0.0.1", PORT, maxPoolSize=1, appname="obi", serverSelectionTimeoutMS=20000)


def work(number, counts):
    with client() as mongo:
        mongo.admin.command("ping")  # connected: what follows is on one connection
        database = mongo["shop"]
        users, large = database[f"users{number}"], database[f"large{number}"]

        def did(operation, call, collection=users.name):
            try:
                call()
                counts[f"{operation} {collection} 0 "] += 1
            except pymongo.errors.OperationFailure as error:
                code = error.details["writeErrors"][0]["code"] if isinstance(error, pymongo.errors.BulkWriteError) else error.code
                counts[f"{operation} {collection} 1 {code}"] += 1

        for round_ in range(ROUNDS):
            base = round_ * 100
            did("insert", lambda: users.insert_one({"_id": base, "name": SECRET}))
            did("insert", lambda: users.insert_one({"_id": base, "name": SECRET}))  # a duplicate key
            did("insert", lambda: users.insert_many([{"_id": base + i, "name": SECRET} for i in range(1, 20)]))
            did("find", lambda: users.find_one({"name": SECRET, "_id": base}))
            cursor = users.find({"_id": {"$gte": base, "$lt": base + 20}}, batch_size=8)
            did("find", cursor.next)
            for _ in range(7):
                cursor.next()
            did("getMore", cursor.next)
            for _ in range(7):
                cursor.next()
            did("getMore", cursor.next)
            assert len(list(cursor)) == 3
            did("update", lambda: users.update_one({"_id": base}, {"$set": {"name": SECRET + "2"}}))
            did("aggregate", lambda: list(users.aggregate([{"$match": {"_id": base}}])))
            did("aggregate", lambda: users.count_documents({}))
            did("distinct", lambda: users.distinct("name"))
            did("delete", lambda: users.delete_one({"_id": base + 1}))
            did("frobnicate", lambda: database.command("frobnicate", SECRET), "")
            did("insert", lambda: large.insert_one({"_id": base, "blob": SECRET * 10000}), large.name)  # 90 KB
            did("find", lambda: large.find_one({"_id": base}), large.name)
        # Last, since some servers end a connection on which no answer is wanted.
        unacknowledged = users.with_options(write_concern=pymongo.write_concern.WriteConcern(w=0))
        did("insert", lambda: unacknowledged.insert_one({"name": SECRET}))


print("waiting", flush=True)
sys.stdin.readline()
all_counts = [collections.Counter() for _ in range(CONNECTIONS)]
threads = [threading.Thread(target=work, args=(i, counts)) for i, counts in enumerate(all_counts)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(sum(all_counts, collections.Counter())), flush=True)
sys.stdin.readline()
