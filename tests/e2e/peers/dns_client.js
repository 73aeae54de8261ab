// SPDX-License-Identifier: Apache-2.0
// Look-ups by c-ares: dns_client.js COUNT AT_ONCE NAME…. Each name is asked for by A and by AAAA.
const { Resolver } = require('node:dns').promises;
const [count, atOnce, ...names] = process.argv.slice(2);
console.log('waiting');
process.stdin.once('data', async () => {
  const resolver = new Resolver();
  let found = 0, missing = 0;
  const one = async () => {
    for (let i = 0; i < count; i++) {
      for (const name of names) {
        for (const ask of ['resolve4', 'resolve6']) await resolver[ask](name).then(() => found++, () => missing++);
      }
    }
  };
  await Promise.all(Array.from({ length: Number(atOnce) }, one));
  console.log(found, missing);
});
