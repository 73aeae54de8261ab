// SPDX-License-Identifier: Apache-2.0
// KafkaJS: as kafka_librdkafka.py, one message at a time. A consumer of a group hears of each answer with records as one
// batch; that is what it counts.
'use strict';
const readline = require('node:readline');
const { Kafka, logLevel } = require('kafkajs');

const [port, planText] = process.argv.slice(2);
const plan = JSON.parse(planText);
const topics = ['orders', 'audit', 'billing.eu', 'events_2'];
const done = { publish: {}, process: {} };
const count = (what, topic) => { done[what][topic] = (done[what][topic] || 0) + 1; };

async function runPair(pair) {
  const kafka = new Kafka({ clientId: 'shop', brokers: [`127.0.0.1:${port}`], logLevel: logLevel.ERROR });
  const topic = topics[pair % topics.length];
  const partition = Math.floor(pair / topics.length);
  const producer = kafka.producer();
  await producer.connect();
  for (let i = 0; i < plan.messages; ++i) {
    await producer.send({ topic, acks: plan.acks, messages: [{ key: 'key-sesame', value: 'value-sesame', partition }] });
    count('publish', topic);
  }
  await producer.disconnect();
}

async function consume() {
  const kafka = new Kafka({ clientId: 'ship', brokers: [`127.0.0.1:${port}`], logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: `group-${process.pid}`, maxWaitTimeInMs: 200 });
  const producer = kafka.producer();
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topic: 'orders', fromBeginning: false });
  let heard = () => {};
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  const fetched = new Promise((resolve) => consumer.on(consumer.events.FETCH, resolve));
  await consumer.run({ eachBatch: async ({ batch }) => { count('process', batch.topic); heard(); } });
  await joined;
  await fetched;  // from here on its offsets are known
  for (let i = 0; i < plan.messages; ++i) {
    const next = new Promise((resolve) => { heard = resolve; });
    await producer.send({ topic: 'orders', messages: [{ value: 'value-sesame', partition: 0 }] });
    count('publish', 'orders');
    await next;
  }
  await consumer.disconnect();
  await producer.disconnect();
}

const lines = readline.createInterface({ input: process.stdin });
console.log('waiting');
lines.once('line', async () => {
  const pairs = [];
  for (let pair = 0; pair < plan.pairs; ++pair) pairs.push(runPair(pair));
  await Promise.all(pairs);
  if (plan.consume) await consume();
  console.log(JSON.stringify(done));
  lines.once('line', () => process.exit(0));
});
