// SPDX-License-Identifier: Apache-2.0
// rhea (AMQP 1.0). Usage: amqp10_client.js PORT CONNECTIONS COUNT; each connection sends COUNT messages to
// its queue as fast as it is given credit and receives them; prints as JSON how many of which operation it did.
const rhea = require('rhea');

const [port, connections, count] = process.argv.slice(2).map(Number);
const done = {};
const add = (what) => { done[what] = (done[what] || 0) + 1; };

function converse(number) {
  return new Promise((resolve, reject) => {
    const queue = `/queue/rhea-${process.pid}-${number}`;
    const container = rhea.create_container({ id: `rhea-${number}` });
    let sent = 0, accepted = 0, received = 0;
    const finish = (connection) => { if (accepted >= count && received >= count) connection.close(); };
    container.on('sendable', (context) => {
      for (; sent < count && context.sender.sendable(); sent++)
        context.sender.send({ body: 'pl-s3cret'.repeat(sent === 0 ? 20000 : 1) });
    });
    container.on('accepted', (context) => { add('publish /queue'); accepted += 1; finish(context.connection); });
    container.on('message', (context) => { add('process /queue'); received += 1; finish(context.connection); });
    container.on('connection_close', resolve);
    container.on('disconnected', reject);
    const connection = container.connect({ host: '127.0.0.1', port, username: 'guest', password: 'guest', reconnect: false });
    connection.open_receiver(queue);
    connection.open_sender(queue);
  });
}

console.log('waiting');
process.stdin.once('data', async () => {
  await Promise.all(Array.from({ length: connections }, (_, number) => converse(number)));
  console.log(JSON.stringify(done));
});
process.stdin.on('end', () => process.exit(0));
