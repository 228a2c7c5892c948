"""What version 2 of the Python SDK makes of an event: a line of JSON for each way to call it."""

import base64
import json
import sys
from datetime import datetime

from cloudevents.core.bindings.kafka import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

event = json.loads(sys.stdin.read())
data = event.pop("data")
event["time"] = datetime.fromisoformat(event["time"])
event["partitionkey"] = "story-1"
WAYS = {"dict": data, "bytes": json.dumps(data).encode(), "string": json.dumps(data)}
for way, given in WAYS.items():
    for mode, make in (("binary", to_binary_event), ("structured", to_structured_event)):
        made = make(CloudEvent(event, given))
        key = made.key.encode() if isinstance(made.key, str) else made.key
        said = {
            "way": way,
            "mode": mode,
            "key": None if key is None else base64.b64encode(key).decode(),
            "value": base64.b64encode(made.value).decode(),
            "headers": [[name, base64.b64encode(text).decode()] for name, text in made.headers.items()],
        }
        print(json.dumps(said))
