// What the JavaScript SDK makes of an event: a line of JSON for each way to call it. As kafkajs needs it, headers that the
// SDK leaves undefined are left out, and a value that it leaves an object is made text.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { CloudEvent, Kafka } = createRequire(process.env.PACKAGES + "/")("cloudevents");

const { data, ...event } = JSON.parse(readFileSync(0, "utf8"));
event.partitionkey = "story-1";
const ways = { object: data, bytes: Buffer.from(JSON.stringify(data)), string: JSON.stringify(data) };
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
for (const [way, given] of Object.entries(ways)) {
  for (const mode of ["binary", "structured"]) {
    const made = Kafka[mode](new CloudEvent({ ...event, data: given }));
    const value = typeof made.value === "string" || Buffer.isBuffer(made.value) ? made.value : JSON.stringify(made.value);
    const headers = Object.entries(made.headers).filter(([, text]) => text !== undefined);
    console.log(
      JSON.stringify({
        way,
        mode,
        key: made.key === undefined ? null : base64(made.key),
        value: base64(value),
        headers: headers.map(([name, text]) => [name, base64(String(text))]),
      }),
    );
  }
}
