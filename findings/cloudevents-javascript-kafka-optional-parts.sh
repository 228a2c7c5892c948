#!/usr/bin/env bash
# cloudevents 10.0.0 (npm)
#
# Behaviour: an event needs no time and no data. Of a Kafka record, toEvent() does not read a structured event without
# time (it computes with a date that is none), nor a binary one without data. A binary event without time gets one: that
# of the reading, another each time. A time that is there comes out in UTC, without what is finer than a millisecond.
# Seen: structured, no time: RangeError: Invalid time value; binary, no data: TypeError: Value is null or undefined;
# binary, no time: two readings, two times; 2026-11-30T08:00:00.123456+08:00: 2026-11-30T00:00:00.123Z.
# Expected: the event with what its sender gave it, and without what he did not.
# What to do: send time and data always, an empty object if need be. Who receives from strangers should take the time
# from the header ce_time or the member time, and read such records without the SDK.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
node_packages cloudevents@10.0.0

cat >look.cjs <<'JS'
const { Kafka } = require("cloudevents");
const attributes = { specversion: "1.0", id: "1", source: "/example", type: "com.example.made" };
const time = "2026-11-30T08:00:00.123456+08:00";
const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]));
const binary = (more, value) =>
  Kafka.toEvent({ headers: { ...headers, "content-type": "text/plain", ...more }, value });
const structured = (more) =>
  Kafka.toEvent({
    headers: { "content-type": "application/cloudevents+json" },
    value: JSON.stringify({ ...attributes, ...more, data: "text" }),
  });
const seen = (read) => {
  try {
    return read().time;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const look = async () => {
  console.log(seen(() => structured({})));
  console.log(seen(() => binary({ ce_time: time }, null)));
  const first = seen(() => binary({}, "text"));
  await pause(20);
  console.log(first === seen(() => binary({}, "text")) ? "one" : "two", typeof first);
  console.log(seen(() => structured({ time })), seen(() => binary({ ce_time: time }, "text")));
};
look();
JS
node look.cjs >seen
still "structured, without time" "RangeError: Invalid time value" "$(sed -n 1p seen)"
still "binary, without data" "TypeError: Value is null or undefined" "$(sed -n 2p seen)"
still "binary, without time, read twice: times, and what they are" "two string" "$(sed -n 3p seen)"
cut=2026-11-30T00:00:00.123Z
still "a time with microseconds, structured and binary" "$cut $cut" "$(sed -n 4p seen)"
