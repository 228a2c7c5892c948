"""What was seen in the topics: every input with its place, and every message that came of one."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka.structs import ConsumerRecord, TopicPartition

from agents.topics import Topics
from tests.broker.kill.cases import CASE_HEADER, Case

__all__ = ["Evidence", "Input", "Message", "Place"]

_ERRORS = "__connect.errors."


@dataclass(frozen=True, slots=True)
class Place:
    """Where an input lies."""

    partition: TopicPartition
    offset: int


@dataclass(frozen=True, slots=True)
class Input:
    """One delivery of a case by its producer."""

    place: Place
    case: int


@dataclass(slots=True, kw_only=True)
class Message:
    """All deliveries that say the same.

    Args:
        key: of the first delivery.
        value: of the first delivery.
        headers: of the first delivery.
        time: when the broker had the first delivery, in milliseconds since 1970.
        forms: how many times each form was delivered, by its digest; one form, one entry.
    """

    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes | None]
    time: int
    forms: dict[bytes, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many deliveries there were."""
        return sum(self.forms.values())


class Evidence:
    """Collects what lies in the topics.

    Args:
        topics: their names.
    """

    def __init__(self, topics: Topics) -> None:
        self.topics = topics
        self.inputs: dict[TopicPartition, list[Input]] = {}
        self.manifests: dict[str, Message] = {}
        self.decisions: dict[str, Message] = {}
        self.alerts: dict[str, Message] = {}
        self.enforcement: dict[str, Message] = {}
        self.dead_letters: dict[Place, Message] = {}
        self.done: set[int] = set()
        self.finished_at: list[int] = []
        self._case_of: dict[str, int] = {}

    def expect(self, case: Case) -> None:
        """Remember by which identity a case's outcome will be known."""
        if case.expected.outcome != "dead-letter":
            self._case_of[case.output_id] = case.number

    def take(self, record: ConsumerRecord) -> None:
        """Take note of a record of any of the topics; what the operator put into reference topics is none of them."""
        if record.topic in self.topics.inputs:
            place = Place(TopicPartition(record.topic, record.partition), record.offset)
            case = int(dict(record.headers)[CASE_HEADER])
            self.inputs.setdefault(place.partition, []).append(Input(place, case))
        elif record.topic == self.topics.dead_letters:
            headers = dict(record.headers)
            _add(self.dead_letters, _place_of(headers), record)
            self._finish(int(headers[CASE_HEADER]), record.timestamp)
        elif record.topic not in self.topics.references:
            identity = dict(record.headers)["ce_id"].decode()
            _add(self._messages(record.topic), identity, record)
            if identity in self._case_of:
                self._finish(self._case_of[identity], record.timestamp)

    def _messages(self, topic: str) -> dict[str, Message]:
        by_topic = {
            self.topics.of("manifests"): self.manifests,
            self.topics.of("decisions"): self.decisions,
            self.topics.of("alerts"): self.alerts,
            self.topics.of("enforcement"): self.enforcement,
        }
        return by_topic[topic]

    def _finish(self, number: int, time: int) -> None:
        if number not in self.done:
            self.done.add(number)
            self.finished_at.append(time)


def _place_of(headers: Mapping[str, bytes]) -> Place:
    topic, partition, offset = (headers[f"{_ERRORS}{name}"].decode() for name in ("topic", "partition", "offset"))
    return Place(TopicPartition(topic, int(partition)), int(offset))


def _add(messages: dict[Any, Message], identity: object, record: ConsumerRecord) -> None:
    message = messages.setdefault(
        identity,
        Message(key=record.key, value=record.value, headers=dict(record.headers), time=record.timestamp),
    )
    form = hashlib.sha256(repr((record.key, record.value, record.headers)).encode()).digest()
    message.forms[form] = message.forms.get(form, 0) + 1
