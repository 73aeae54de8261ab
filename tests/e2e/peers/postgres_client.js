// SPDX-License-Identifier: Apache-2.0
// postgres_client.js LIBRARY HOST PORT CONNECTIONS ROUNDS: as postgres_client.py, by pg: simple queries, statements with
// parameters, and a prepared one with a name.
const readline = require("readline");
const { Client } = require("pg");

const [host, ...numbers] = process.argv.slice(3);
const [port, connections, rounds] = numbers.map(Number);
const secret = "s3cr3t";
const done = {};

function count(what) {
  done[what] = (done[what] ?? 0) + 1;
}

async function work(number) {
  const client = new Client({ host, port, database: "shop", user: "postgres", password: secret });
  await client.connect();
  for (let round = 0; round < rounds; ++round) {
    await client.query("INSERT INTO items (name, owner) VALUES ($1, $2)", [secret, number]);
    count("INSERT items");
    await client.query({ name: "by-name", text: "SELECT id, name FROM items WHERE name = $1 LIMIT 5", values: [secret] });
    count("SELECT items");
    await client.query("SELECT repeat('x', 20000), generate_series(1, 5) FROM owners LIMIT 5");
    count("SELECT owners");
    try {
      await client.query("SELECT $1::text FROM missing", [secret]);
    } catch (error) {
      if (error.code !== "42P01") throw error;
      count("SELECT missing 42P01");
    }
  }
  await client.query("BEGIN");
  await client.query(`UPDATE items SET name = '${secret}' WHERE owner = -1`);
  await client.query("COMMIT");
  for (const what of ["BEGIN", "UPDATE items", "COMMIT"]) count(what);
  return client;
}

async function main() {
  const clients = await Promise.all(Array.from({ length: connections }, (_, i) => work(i)));
  console.log(JSON.stringify(done));
  return clients;
}

const lines = readline.createInterface({ input: process.stdin });
lines.once("line", () =>
  main().then(
    (clients) => lines.once("line", () => clients.forEach((client) => client.end())),
    (error) => { console.error(error); process.exit(1); }
  )
);
console.log("waiting");
