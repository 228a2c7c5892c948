#!/usr/bin/env bash
# cloudevents 2.2.0 (Python)
#
# Behaviour: from_kafka_event() decides by the headers that begin with ce_, not by the content type. A structured
# record may carry the attributes as headers too, for routing; it is then read in binary mode, with no error where the
# required ones are all there: the whole event arrives as the data of an event.
# Seen: without such headers: data {'a': 1}; with them: data has the members data, id, source, specversion, type.
# Expected: structured mode by content-type application/cloudevents+json, as the Kafka binding says, and the same
# data.
# What to do: where the content type begins with application/cloudevents, take the ce_ headers off before handing the
# record to the SDK.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages cloudevents==2.2.0

cat >look.py <<'PYTHON'
import json

from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event

ATTRIBUTES = {"specversion": "1.0", "type": "com.example.made", "source": "/example", "id": "1"}
STRUCTURED = {"content-type": b"application/cloudevents+json; charset=UTF-8"}
for headers in (STRUCTURED, STRUCTURED | {f"ce_{name}": value.encode() for name, value in ATTRIBUTES.items()}):
    value = json.dumps({**ATTRIBUTES, "data": {"a": 1}}).encode()
    print(*sorted(from_kafka_event(KafkaMessage(headers=headers, key=None, value=value)).get_data()))
PYTHON
"$python" look.py >seen
still "members of the data, attributes in the value only" a "$(sed -n 1p seen)"
still "members of the data, attributes as headers too" "data id source specversion type" "$(sed -n 2p seen)"
