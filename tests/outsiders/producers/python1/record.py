"""What version 1 of the Python SDK makes of an event: a line of JSON for each way to call it."""

import base64
import json
import sys

from cloudevents.exceptions import DataMarshallerError
from cloudevents.http import CloudEvent
from cloudevents.kafka import to_binary, to_structured

event = json.loads(sys.stdin.read())
data = event.pop("data")
event["partitionkey"] = "story-1"
WAYS = {"dict": data, "bytes": json.dumps(data).encode(), "string": json.dumps(data)}
for way, given in WAYS.items():
    for mode, make in (("binary", to_binary), ("structured", to_structured)):
        try:
            made = make(CloudEvent(event, given))
        except DataMarshallerError as error:
            print(json.dumps({"way": way, "mode": mode, "refused": type(error).__name__}))
            continue
        key = made.key.encode() if isinstance(made.key, str) else made.key
        value = made.value.encode() if isinstance(made.value, str) else made.value
        said = {
            "way": way,
            "mode": mode,
            "key": None if key is None else base64.b64encode(key).decode(),
            "value": base64.b64encode(value).decode(),
            "headers": [[name, base64.b64encode(text).decode()] for name, text in made.headers.items()],
        }
        print(json.dumps(said))
