#!/usr/bin/env bash
# cloudevents 1.12.1 (Python), cloudevents 10.0.0 (JavaScript, npm)
#
# Behaviour: to_structured() for Kafka puts the content type of the event's data into the record's content-type
# header, or leaves the header out where the event has none. The Kafka binding wants application/cloudevents+json
# there: it is how a receiver tells this mode from others. The JavaScript SDK goes by it, and finds no event in such a
# record.
# Seen: header application/json, and no header; toEvent(): "No CloudEvent detected", twice; with the header of the
# specification put in by hand: the event.
# Expected: content-type: application/cloudevents+json; charset=UTF-8
# What to do: set the header yourself after to_structured(). Who receives from strangers should also look into records
# of application/json for specversion, type, source and id.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages cloudevents==1.12.1
node_packages cloudevents@10.0.0

cat >make.py <<'PYTHON'
import json

from cloudevents.http import CloudEvent
from cloudevents.kafka import to_structured

ATTRIBUTES = {"type": "com.example.made", "source": "/example", "id": "1"}
for attributes in ({**ATTRIBUTES, "datacontenttype": "application/json"}, ATTRIBUTES):
    message = to_structured(CloudEvent(attributes, {"a": 1}))
    headers = {name: value.decode() for name, value in message.headers.items()}
    print(json.dumps({"headers": headers, "value": message.value.decode()}))
PYTHON
cat >look.cjs <<'JS'
const { Kafka } = require("cloudevents");
const { readFileSync } = require("node:fs");
const read = (message) => {
  try {
    return `the event ${Kafka.toEvent(message).id}`;
  } catch (error) {
    return error.message;
  }
};
for (const line of readFileSync("messages", "utf8").trim().split("\n")) {
  const message = JSON.parse(line);
  const headers = { "content-type": "application/cloudevents+json; charset=UTF-8" };
  console.log([message.headers["content-type"] ?? "none", read(message), read({ ...message, headers })].join("; "));
}
JS
"$python" make.py >messages
node look.cjs >seen
what="header; the JavaScript SDK reads; with the right header"
still "data of application/json: $what" "application/json; No CloudEvent detected; the event 1" "$(sed -n 1p seen)"
still "no content type: $what" "none; No CloudEvent detected; the event 1" "$(sed -n 2p seen)"
