// SPDX-License-Identifier: Apache-2.0
// node-redis, RESP2. Usage: redis_client.js PORT CONNECTIONS COUNT BATCH; waits for a line on stdin, then sends COUNT rounds on
// each connection, BATCH at once (the library pipelines them), and a subscription of two channels. Prints what it did as JSON.
const { createClient } = require('redis');
const [port, connections, count, batch] = process.argv.slice(2).map(Number);
const done = {};
const did = (name) => { done[name] = (done[name] || 0) + 1; };

async function work(name) {
  const client = createClient({ url: `redis://default:topsecret@127.0.0.1:${port}/2`, disableClientInfo: true });
  await client.connect();
  did('AUTH'); did('SELECT');
  for (let first = 0; first < count; first += batch) {
    const round = [];
    for (let n = first; n < Math.min(first + batch, count); ++n) {
      round.push(client.set(`js:${name}`, `topsecret-${n}`)); did('SET');
      round.push(client.get(`js:${name}`)); did('GET');
      round.push(client.mGet([`js:${name}`, 'missing'])); did('MGET');
    }
    await Promise.all(round);
  }
  await client.multi().incr(`js:n:${name}`).get(`js:${name}`).exec();
  ['MULTI', 'INCR', 'GET', 'EXEC'].forEach(did);
  await client.quit(); did('QUIT');
}

async function listen() {
  const options = { url: `redis://default:topsecret@127.0.0.1:${port}`, disableClientInfo: true };
  const subscriber = createClient(options);
  const publisher = createClient(options);
  await subscriber.connect(); did('AUTH');
  await publisher.connect(); did('AUTH');
  let received = 0;
  await subscriber.subscribe(['news', 'more'], () => { ++received; }); did('SUBSCRIBE');
  for (let n = 0; n < 10; ++n) { await publisher.publish('news', 'topsecret'); did('PUBLISH'); }
  await subscriber.ping(); did('PING');
  while (received < 10) await new Promise((resolve) => setImmediate(resolve));
  await subscriber.unsubscribe(); did('UNSUBSCRIBE');
  await subscriber.quit(); did('QUIT');
  await publisher.quit(); did('QUIT');
}

async function main() {
  await Promise.all([...Array(connections).keys()].map(work));
  await listen();
  console.log(JSON.stringify(done));
  process.stdin.once('data', () => process.exit(0));
}
console.log('waiting');
process.stdin.once('data', main);
