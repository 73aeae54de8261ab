// SPDX-License-Identifier: Apache-2.0
// Statements with Node's mysql2, by query() and by execute(). Usage: mysql_client.js PORT|SOCKET
// CONNECTIONS ROUNDS; waits and prints as mysql_client.py does.
const mysql = require('mysql2/promise');

const [where, connections, rounds] = process.argv.slice(2);
const place = /^\d+$/.test(where) ? {host: '127.0.0.1', port: Number(where)} : {socketPath: where};
const done = {};

async function run(connection, way, key, sql, values) {
  let code = '';
  try {
    await connection[way](sql, values);
  } catch (error) {
    code = ' ' + error.errno;
  }
  done[key + code] = (done[key + code] || 0) + 1;
}

async function talk() {
  const connection = await mysql.createConnection(
      {...place, user: 'alice', password: 'planted-password', database: 'shop'});
  for (let i = 0; i < Number(rounds); i++) {
    await run(connection, 'execute', 'INSERT items', 'INSERT INTO items (name) VALUES (?)',
              ['planted-value']);
    await run(connection, 'execute', 'SELECT items', 'SELECT id, name FROM items WHERE id = ?',
              [i]);
    await run(connection, 'query', 'SELECT items',
              "SELECT id FROM items WHERE name = 'planted-literal' LIMIT 3");
    await run(connection, 'execute', 'SELECT large', 'SELECT id, body FROM large WHERE id > ?',
              [0]);
    await run(connection, 'query', 'SELECT missing', 'SELECT * FROM missing');
    await connection.ping();
  }
  // All at once: mysql2 sends each when the one before is answered.
  await Promise.all([...Array(10).keys()].map(
      () => run(connection, 'execute', 'DELETE items', 'DELETE FROM items WHERE id = ?', [-1])));
  await connection.changeUser({user: 'alice', password: 'planted-password', database: 'other'});
  await run(connection, 'execute', 'SELECT items', 'SELECT id FROM items');
  await run(connection, 'execute', 'SELECT missing', 'SELECT id FROM missing');
  await connection.end();
}

console.log('waiting');
process.stdin.once('data', async () => {
  await Promise.all([...Array(Number(connections)).keys()].map(talk));
  console.log(JSON.stringify(done));
});
