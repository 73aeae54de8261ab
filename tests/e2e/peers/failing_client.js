// SPDX-License-Identifier: Apache-2.0
// As failing_client.py, with Node.js: `failing_client.js COUNT REFUSING_PORT`. localhost may be tried at both of its
// addresses (happy eyeballs); each attempt counts.
const net = require('node:net');
const [count, refusing] = process.argv.slice(2).map(Number);
const attempt = (host) => new Promise((done) => {
  net.connect({ host, port: refusing }).on('error', (error) => done((error.errors ?? [error]).length)).on('connect', () => done(0));
});
console.log('waiting');
process.stdin.once('data', async () => {
  let plain = 0, localhost = 0;
  for (let i = 0; i < count; i++) plain += await attempt('127.0.0.1');
  for (let i = 0; i < count; i++) localhost += await attempt('localhost');
  console.log(JSON.stringify({ plain, localhost }));
});
