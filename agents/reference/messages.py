"""Entries on their way to a reference topic: checked as the workers check them, before anything is sent."""

from collections.abc import Mapping

import msgspec

from agents.delivery import InputRecord
from agents.messages import KafkaMessage
from agents.reference.records import ENTRY_TYPES, change_in
from agents.topics import Topics
from pipeline.policy.reference import Entry, Removal, SetName

__all__ = ["deletion", "entry_message", "topic_of", "understood"]


def topic_of(topics: Topics, name: SetName) -> str:
    """The topic of a reference set."""
    return f"{topics.prefix}{name}"


def entry_message(topics: Topics, name: SetName, data: Mapping[str, object], *, source: str) -> KafkaMessage:
    """The message that puts an entry, as a CloudEvent in binary mode; its id and version make the event's identity."""
    entry_id = str(data.get("id", ""))
    attributes = {
        "specversion": "1.0",
        "id": f"{entry_id}@{data.get('version')}",
        "source": source,
        "type": ENTRY_TYPES[name],
    }
    return KafkaMessage(
        topic=topic_of(topics, name),
        key=entry_id.encode(),
        value=msgspec.json.encode(data),
        headers=(
            *((f"ce_{attribute}", text.encode()) for attribute, text in attributes.items()),
            ("content-type", b"application/json"),
        ),
    )


def deletion(topics: Topics, name: SetName, entry_id: str) -> KafkaMessage:
    """The message that deletes an entry: a tombstone."""
    return KafkaMessage(topic=topic_of(topics, name), key=entry_id.encode(), value=None)


def understood(name: SetName, message: KafkaMessage) -> Entry:
    """What a worker will make of a message that puts an entry.

    Raises:
        ProducerError: it will refuse it.
        BugError: it cannot read it, by a fault of ours.
    """
    record = InputRecord(
        topic=message.topic, partition=0, offset=0, key=message.key, value=message.value, headers=message.headers
    )
    change = change_in(name, record)
    assert not isinstance(change, Removal)  # noqa: S101 - it has a value
    return change
