// SPDX-License-Identifier: Apache-2.0
// amqplib (AMQP 0-9-1). Usage: amqp_client.js PORT CONNECTIONS COUNT; does what amqp_client.py does,
// with everything of a connection under way at once and two channels interleaved.
const amqp = require('amqplib');

const [port, connections, count] = process.argv.slice(2).map(Number);
const done = {};
const add = (what, n = 1) => { done[what] = (done[what] || 0) + n; };
const large = Buffer.from('pl-s3cret'.repeat(20000));

async function converse(number) {
  const connection = await amqp.connect(`amqp://guest:guest@127.0.0.1:${port}`, { clientProperties: { connection_name: `node ${number}` } });
  const channel = await connection.createChannel();
  const confirmed = await connection.createConfirmChannel();
  const queue = `queue-${number}`;
  await channel.assertQueue(queue, { exclusive: true });
  await channel.assertExchange('shop', 'topic', { durable: false });
  await channel.bindQueue(queue, 'shop', `order-${number}`);
  let returned = 0;
  confirmed.on('return', () => { returned += 1; });
  for (let i = 0; i < count; i++) {
    channel.sendToQueue(queue, i === 0 ? large : Buffer.from('pl-s3cret'));
    confirmed.sendToQueue(queue, Buffer.from('pl-s3cret'));
    channel.publish('shop', `order-${number}`, Buffer.alloc(0));
    add('publish queue', 2);
    add('publish shop:order');
  }
  confirmed.sendToQueue('nowhere', Buffer.from('pl-s3cret'), { mandatory: true });
  add('publish nowhere');
  await confirmed.waitForConfirms();
  if (returned !== 1) throw new Error(`${returned} came back`);
  const tell = (message) => add(message.fields.exchange ? 'process shop:order' : 'process queue');
  for (let i = 0; i < count; i++) {
    const message = await channel.get(queue);
    tell(message);
    channel.ack(message);
  }
  let received = 0;
  await new Promise((resolve) => {
    channel.consume(queue, (message) => {
      tell(message);
      channel.ack(message);
      if (++received === 2 * count) resolve();
    });
  });
  await channel.close();
  await connection.close();
}

console.log('waiting');
process.stdin.once('data', async () => {
  await Promise.all(Array.from({ length: connections }, (_, number) => converse(number)));
  console.log(JSON.stringify(done));
});
process.stdin.on('end', () => process.exit(0));
