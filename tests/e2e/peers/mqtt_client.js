// SPDX-License-Identifier: Apache-2.0
// MQTT.js. Usage: mqtt_client.js PORT VERSION CONNECTIONS COUNT; does what mqtt_client.py does, the
// messages of a round at once.
const mqtt = require('mqtt');

const [port, version, connections, count] = process.argv.slice(2).map(Number);
const done = {};
const add = (what, n = 1) => { done[what] = (done[what] || 0) + n; };

async function converse(number) {
  const client = await mqtt.connectAsync({
    host: '127.0.0.1', port, protocolVersion: version, clientId: `node-${number}`, username: 'joe',
    password: 'hunter2mqtt',
  });
  let received = 0;
  const all = new Promise((resolve) => {
    client.on('message', () => { add('process self'); if (++received === 3 * count) resolve(); });
  });
  await client.subscribeAsync([`subscribed/${number}`], { qos: 2 });
  await client.subscribeAsync([`self/${number}`], { qos: 2 });
  add('process subscribed');
  add('process self');
  for (let i = 0; i < count; i++) {
    const published = [];
    for (const qos of [0, 1, 2]) {
      for (const topic of [`nobody/${qos}`, `self/${number}`]) {
        published.push(client.publishAsync(topic, `pl-s3cret ${i}`, { qos }));
        add(`publish ${topic.split('/')[0]}`);
      }
    }
    await Promise.all(published);
  }
  await all;
  await client.endAsync();
}

console.log('waiting');
process.stdin.once('data', async () => {
  await Promise.all(Array.from({ length: connections }, (_, number) => converse(number)));
  console.log(JSON.stringify(done));
});
process.stdin.on('end', () => process.exit(0));
