"""What was seen in the topics: every input with its place, and every message that came of one."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka.structs import ConsumerRecord, TopicPartition

from agents.topics import Topics
from tests.broker.kill.cases import CASE_HEADER, Case

__all__ = ["Evidence", "Input", "Message", "Place", "inputs_by_case"]

_ERRORS = "__connect.errors."
_ORDER: Final = b"order:"
_ANNOUNCEMENT: Final = b"sealstream.clock-announcement.v1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an input lies."""

    partition: TopicPartition
    offset: int


@dataclass(frozen=True, slots=True)
class Input:
    """One delivery of a case by its producer, and when the broker had it, in milliseconds since 1970."""

    place: Place
    case: int
    time: int


@dataclass(slots=True, kw_only=True)
class Message:
    """All deliveries that say the same.

    Args:
        key: of the first delivery.
        value: of the first delivery.
        headers: of the first delivery.
        time: when the broker had the first delivery, in milliseconds since 1970.
        place: where the first delivery lies.
        forms: how many times each form was delivered, by its digest; one form, one entry.
    """

    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes | None]
    time: int
    place: Place
    forms: dict[bytes, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many deliveries there were."""
        return sum(self.forms.values())


class Evidence:
    """Collects what lies in the topics.

    Messages are kept by their identities, in the order of their first deliveries. Of an event, of a case and of a clock
    it is kept besides which identity was said of it last.

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
        self.acts: dict[str, Message] = {}
        self.case_updates: dict[str, Message] = {}
        self.clocks: dict[str, Message] = {}
        self.announcements: dict[str, Message] = {}
        self.suspensions: dict[str, Message] = {}
        self.last_decision: dict[str, str] = {}
        self.last_by_key: dict[tuple[str, bytes], str] = {}
        self.dead_letters: dict[Place, Message] = {}
        self.done: set[int] = set()
        self.finished_at: list[int] = []
        self._case_of: dict[str, int] = {}
        self._acts: dict[str, list[tuple[int, int]]] = {}

    def expect(self, case: Case) -> None:
        """Remember by which identity a case's outcome will be known."""
        if case.expected.outcome != "dead-letter":
            self._case_of[case.output_id] = case.number
        if case.expected.outcome == "version" and case.matter is not None and case.version is not None:
            self._acts.setdefault(case.matter.uid, []).append((case.version.number, case.number))

    def take(self, record: ConsumerRecord) -> None:
        """Take note of a record of any of the topics; of reference topics only what orders put there."""
        if record.topic in self.topics.inputs:
            place = Place(TopicPartition(record.topic, record.partition), record.offset)
            case = int(dict(record.headers)[CASE_HEADER])
            self.inputs.setdefault(place.partition, []).append(Input(place, case, record.timestamp))
        elif record.topic == self.topics.dead_letters:
            headers = dict(record.headers)
            _add(self.dead_letters, _place_of(headers), record)
            self._finish(int(headers[CASE_HEADER]), record.timestamp)
        elif record.topic in self.topics.references:
            if record.key.startswith(_ORDER):
                _add(self.suspensions, record.key.decode(), record)
        else:
            identity = dict(record.headers)["ce_id"].decode()
            _add(self._messages(record), identity, record)
            self.last_by_key[record.topic, record.key] = identity
            if record.topic == self.topics.decisions:
                self.last_decision[json.loads(record.value)["event_uid"]] = identity
            if identity in self._case_of:
                self._finish(self._case_of[identity], record.timestamp)
            if record.topic == self.topics.case_updates:
                self._finish_acts(identity, record.timestamp)

    def _messages(self, record: ConsumerRecord) -> dict[str, Message]:
        if record.topic == self.topics.clocks:
            is_announced = dict(record.headers)["ce_type"] == _ANNOUNCEMENT
            return self.announcements if is_announced else self.clocks
        by_topic = {
            self.topics.manifests: self.manifests,
            self.topics.decisions: self.decisions,
            self.topics.alerts: self.alerts,
            self.topics.enforcement: self.enforcement,
            self.topics.review_updates: self.acts,
            self.topics.case_updates: self.case_updates,
        }
        return by_topic[record.topic]

    def _finish_acts(self, identity: str, time: int) -> None:
        """Of acts about a case, whatever led to a version is done when a newer one is published."""
        uid, _, published = identity.rpartition(".")
        for version, number in self._acts.get(uid, ()):
            if version <= int(published):
                self._finish(number, time)

    def _finish(self, number: int, time: int) -> None:
        if number not in self.done:
            self.done.add(number)
            self.finished_at.append(time)


def inputs_by_case(evidence: Evidence) -> dict[int, list[Input]]:
    """The deliveries of each case."""
    by_case: dict[int, list[Input]] = {}
    for inputs in evidence.inputs.values():
        for delivery in inputs:
            by_case.setdefault(delivery.case, []).append(delivery)
    return by_case


def _place_of(headers: Mapping[str, bytes]) -> Place:
    topic, partition, offset = (headers[f"{_ERRORS}{name}"].decode() for name in ("topic", "partition", "offset"))
    return Place(TopicPartition(topic, int(partition)), int(offset))


def _add(messages: dict[Any, Message], identity: object, record: ConsumerRecord) -> None:
    message = messages.setdefault(
        identity,
        Message(
            key=record.key,
            value=record.value,
            headers=dict(record.headers),
            time=record.timestamp,
            place=Place(TopicPartition(record.topic, record.partition), record.offset),
        ),
    )
    form = hashlib.sha256(repr((record.key, record.value, record.headers)).encode()).digest()
    message.forms[form] = message.forms.get(form, 0) + 1
