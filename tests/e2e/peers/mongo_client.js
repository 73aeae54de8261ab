// SPDX-License-Identifier: Apache-2.0
// mongo_client.js PORT CONNECTIONS ROUNDS: as mongo_client.py, by the Node.js driver, and with all connections in one pool.
const { MongoClient } = require("mongodb");
const readline = require("readline");

const [port, connections, rounds] = process.argv.slice(2).map(Number);
const secret = "s3cr3t-js";
const counts = {};

async function did(operation, collection, call) {
  let outcome = "0 ";
  try {
    await call();
  } catch (error) {
    if (error.code === undefined) throw error;
    outcome = `1 ${error.code}`;
  }
  const key = `${operation} ${collection} ${outcome}`;
  counts[key] = (counts[key] ?? 0) + 1;
}

async function work(client, number) {
  const database = client.db("shop");
  const name = `orders${number}`;
  const orders = database.collection(name);
  const large = database.collection(`large${number}`);
  for (let round = 0; round < rounds; ++round) {
    const base = round * 100;
    const documents = Array.from({ length: 20 }, (_, i) => ({ _id: base + i, name: secret }));
    await did("insert", name, () => orders.insertMany(documents));
    await did("insert", name, () => orders.insertOne({ _id: base, name: secret })); // a duplicate key
    await did("find", name, () => orders.findOne({ _id: base, name: secret }));
    const cursor = orders.find({ _id: { $gte: base, $lt: base + 20 } }, { batchSize: 12 });
    await did("find", name, () => cursor.next());
    for (let i = 0; i < 11; ++i) await cursor.next();
    await did("getMore", name, () => cursor.next());
    await cursor.toArray();
    await did("update", name, () => orders.updateMany({ name: secret }, { $set: { seen: secret } }));
    await did("aggregate", name, () => orders.aggregate([{ $match: { _id: base } }]).toArray());
    await did("delete", name, () => orders.deleteOne({ _id: base + 1 }));
    await did("frobnicate", "", () => database.command({ frobnicate: secret }));
    await did("insert", `large${number}`, () => large.insertOne({ _id: base, blob: secret.repeat(10000) })); // 90 KB
    await did("find", `large${number}`, () => large.findOne({ _id: base }));
  }
}

async function main() {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}`, { maxPoolSize: connections, minPoolSize: connections });
  await client.connect();
  await Promise.all(Array.from({ length: connections }, (_, i) => work(client, i)));
  console.log(JSON.stringify(counts));
  return client;
}

const lines = readline.createInterface({ input: process.stdin });
lines.once("line", () =>
  main().then(
    (client) => lines.once("line", () => client.close()),
    (error) => { console.error(error); process.exit(1); }
  )
);
console.log("waiting");
