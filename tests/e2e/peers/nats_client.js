// SPDX-License-Identifier: Apache-2.0
// nats.js. Usage: nats_client.js PORT CONNECTIONS COUNT; does what nats_client.py does, the questions
// of a connection all at once.
const { connect, headers } = require('nats');

const [port, connections, count] = process.argv.slice(2).map(Number);
const done = {};
const add = (what, n = 1) => { done[what] = (done[what] || 0) + n; };

async function converse(number) {
  const client = await connect({ servers: `127.0.0.1:${port}`, name: `node ${number}`, user: 'joe', pass: 'hunter2nats' });
  let received = 0;
  const all = new Promise((resolve) => {
    client.subscribe(`self.${number}`, {
      callback: () => { add('process self'); if (++received === 2 * count) resolve(); },
    });
  });
  client.subscribe(`question.${number}`, {
    callback: (_error, message) => {
      add('process question');
      message.respond('pl-s3cret answer');
      add('publish _INBOX');
    },
  });
  const asked = [];
  for (let i = 0; i < count; i++) {
    const traced = headers();
    traced.set('Trace', String(i));
    client.publish(`nobody.${number}`, 'pl-s3cret'.repeat(10));
    client.publish(`self.${number}`, 'pl-s3cret');
    client.publish(`self.${number}`, 'pl-s3cret'.repeat(500), { headers: traced });
    add('publish nobody');
    add('publish self', 2);
    add('publish question');
    asked.push(client.request(`question.${number}`, 'pl-s3cret', { timeout: 30000 }).then(() => add('process _INBOX')));
  }
  await Promise.all(asked);
  await all;
  await client.drain();
}

console.log('waiting');
process.stdin.once('data', async () => {
  await Promise.all(Array.from({ length: connections }, (_, number) => converse(number)));
  console.log(JSON.stringify(done));
});
process.stdin.on('end', () => process.exit(0));
