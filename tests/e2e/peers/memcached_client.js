// SPDX-License-Identifier: Apache-2.0
// memjs, which speaks the binary protocol. Usage: memcached_client.js PORT CONNECTIONS COUNT; waits for a line on stdin, then
// sends COUNT rounds by each of CONNECTIONS clients and prints what it did as JSON.
const memjs = require('memjs');
const [port, connections, count] = process.argv.slice(2).map(Number);
const done = {};
const did = (...names) => names.forEach((name) => { done[name] = (done[name] || 0) + 1; });

async function work(name) {
  const client = memjs.Client.create(`127.0.0.1:${port}`, { retries: 0, timeout: 10, logger: { log() {} } });
  for (let n = 0; n < count; ++n) {
    await client.set(`js:${name}`, `topsecret-${n}`, { expires: 60 }); did('SET');
    const { value } = await client.get(`js:${name}`); did('GET');
    if (value.toString() !== `topsecret-${n}`) throw new Error('wrong value');
    await client.get('missing'); did('GET');
    await client.increment(`js:n:${name}`, 1, { initial: 1 }); did('INCR');
    await client.delete(`js:n:${name}`); did('DELETE');
  }
  await Promise.all([...Array(4).keys()].map(() => client.get(`js:${name}`)));  // at once
  for (let n = 0; n < 4; ++n) did('GET');
  await client.add(`js:${name}`, 'topsecret', {}); did('ADD');  // exists: no error
  try {
    await client.increment(`js:${name}`, 1, {});
  } catch (error) {
    did('INCR CLIENT_ERROR');
  }
  client.close();
}

async function main() {
  await Promise.all([...Array(connections).keys()].map(work));
  console.log(JSON.stringify(done));
  process.stdin.once('data', () => process.exit(0));
}
console.log('waiting');
process.stdin.once('data', main);
