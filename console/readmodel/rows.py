"""From a record of a topic to the rows that it stands for. Pure: it knows neither Kafka nor a database."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

import msgspec

from agents.delivery import InputRecord
from agents.reference.records import change_in, sets_by_topic
from agents.topics import Topics
from pipeline.errors import ProducerError
from pipeline.events.envelope import parse
from pipeline.events.identity import case_uid, event_uid
from pipeline.events.intake import CASE_ACT, intake_access
from pipeline.events.outgoing import dead_letter_in
from pipeline.events.outputs import (
    SEVERITIES,
    Alert,
    Announcement,
    Case,
    DeadLetter,
    Decision,
    Enforcement,
    EnforcementReversal,
    EventReference,
    ManifestRecord,
    ReviewUpdate,
    RunningClock,
)
from pipeline.events.prepared import prepare
from pipeline.policy.reference import OperatorEntry, Removal, SetName

__all__ = ["ModelRow", "RowMaker", "millis", "rows_of"]

prepare(
    Alert,
    Announcement,
    Case,
    DeadLetter,
    Decision,
    Enforcement,
    EnforcementReversal,
    ManifestRecord,
    ReviewUpdate,
    RunningClock,
)


class ModelRow(NamedTuple):
    """A row for a table: its columns in their order. Of a row that is taken out, the key alone (`is_gone`)."""

    table: str
    columns: tuple[object, ...]
    is_gone: bool = False


RowMaker = Callable[[InputRecord], Iterator[ModelRow]]
"""The rows that a record of one topic stands for.

Raises:
    ProducerError, ValueError: it cannot be read.
"""


class _Person(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    role: str | None = None


class _Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a person sent, of any version."""

    event_uid: str
    reason: str = ""
    verdict: str | None = None
    act: str | None = None
    actor: _Person | None = None
    reviewer: _Person | None = None


class _SentAboutCase(msgspec.Struct, frozen=True, kw_only=True):
    """What a person sent about a case."""

    act: str
    case: str
    reason: str = ""
    actor: _Person | None = None


def rows_of(topics: Topics) -> Mapping[str, RowMaker]:
    """Of each topic that the read model is fed by, how its records become rows."""
    return {
        topics.decisions: _decision,
        topics.manifests: _record,
        topics.review_updates: _update,
        topics.reviews: _sent,
        topics.audit: _access,
        topics.cases: _sent_about_case,
        topics.dead_letters: partial(_refusal, {topics.reviews: _sent_at, topics.cases: _sent_about_case_at}),
        topics.alerts: _alert,
        topics.case_updates: _case,
        topics.clocks: _clock,
        topics.enforcement: _step,
        **{topic: partial(_entry, name) for topic, name in sets_by_topic(topics).items()},
    }


def millis(instant: str) -> int:
    """An instant of RFC 3339 in milliseconds since 1970."""
    return int(datetime.fromisoformat(instant).timestamp() * 1000)


def _decision(record: InputRecord) -> Iterator[ModelRow]:
    if record.value is None:
        return
    decision = msgspec.json.decode(record.value, type=Decision)
    by = decision.review or decision.retraction
    act = None if by is None else _identity(by.event)
    at = millis(decision.decided_at)
    columns = (decision.decision_id, decision.event_uid, decision.supersedes, decision.decision, at, act, record.value)
    yield ModelRow("decisions", columns)


def _record(record: InputRecord) -> Iterator[ModelRow]:
    if record.value is None:
        return
    sealed = msgspec.json.decode(record.value, type=ManifestRecord)
    yield ModelRow("records", (sealed.event_uid, sealed.decision, millis(sealed.sealed_at), record.value))
    yield ModelRow("digests", (sealed.sealed.sha256, sealed.event_uid, 0))
    if sealed.original.sha256 != sealed.sealed.sha256:
        yield ModelRow("digests", (sealed.original.sha256, sealed.event_uid, 1))
    for parent in sealed.parents:
        for key in {parent.event_uid, parent.sha256} - {None}:
            yield ModelRow("descents", (key, sealed.event_uid))


def _update(record: InputRecord) -> Iterator[ModelRow]:
    if record.value is None:
        return
    update = msgspec.json.decode(record.value, type=ReviewUpdate)
    claim = update.claim
    columns = (
        update.event_uid,
        update.number,
        _identity(update.event),
        update.seen,
        None if claim is None else claim.actor,
        None if claim is None else millis(claim.until),
        millis(update.at),
        record.value,
    )
    yield ModelRow("acts", columns)


def _sent(record: InputRecord) -> Iterator[ModelRow]:
    yield from _sent_at(record, _arrived(record))


def _sent_at(record: InputRecord, arrived: int) -> Iterator[ModelRow]:
    event = parse(record.value, record.headers)
    sent = msgspec.convert(event.data, _Sent)
    person = sent.actor or sent.reviewer
    if person is None:
        return
    what = sent.verdict or sent.act or "?"
    # A note is published nowhere, so its words are not kept here either; of a claim there is nothing to say.
    reason = sent.reason if sent.act is None else ""
    uid = event_uid(event.source, event.id)
    yield ModelRow("sent", (uid, sent.event_uid, what, person.id, person.role, reason, arrived))


def _access(record: InputRecord) -> Iterator[ModelRow]:
    access = intake_access(record.value, record.headers)
    columns = (
        access.uid,
        access.act,
        access.actor.id,
        access.actor.role,
        access.event_uid,
        access.sha256,
        access.reason or "",
        access.filter,
        access.rows,
        _arrived(record),
    )
    yield ModelRow("accesses", columns)


def _sent_about_case(record: InputRecord) -> Iterator[ModelRow]:
    yield from _sent_about_case_at(record, _arrived(record))


def _sent_about_case_at(record: InputRecord, arrived: int) -> Iterator[ModelRow]:
    event = parse(record.value, record.headers)
    sent = msgspec.convert(event.data, _SentAboutCase)
    if sent.actor is None:  # of the public nothing is kept here; its cases say what it did
        return
    uid, about = event_uid(event.source, event.id), case_uid(sent.act.partition(".")[0], f"#{sent.case}")
    columns = (uid, about, sent.act, sent.actor.id, sent.actor.role, sent.reason, arrived)
    yield ModelRow("case_acts", columns)


def _refusal(
    by_people: Mapping[str, Callable[[InputRecord, int], Iterator[ModelRow]]], record: InputRecord
) -> Iterator[ModelRow]:
    explanation = dead_letter_in(record.headers)
    if explanation is None:
        return
    letter = msgspec.json.decode(explanation, type=DeadLetter)
    if letter.event_uid is not None and letter.input.topic in by_people:
        yield ModelRow("refusals", (letter.event_uid, letter.error, letter.what, letter.remedy))
        # A dead letter has the input with it, and outlives it: the same row as from the input's own topic.
        with contextlib.suppress(ProducerError, ValueError):
            yield from by_people[letter.input.topic](record, letter.input.timestamp or 0)


def _alert(record: InputRecord) -> Iterator[ModelRow]:
    if record.value is None:
        return
    alert = msgspec.json.decode(record.value, type=Alert)
    # A severity is kept as its place among all.
    severity = SEVERITIES.index(alert.severity)
    at = None if record.timestamp is None else _arrived(record)
    yield ModelRow("alerts", (alert.alert_id, alert.event_uid, alert.kind, severity, at, record.value))


def _case(record: InputRecord) -> Iterator[ModelRow]:
    if record.value is None:
        return
    case = msgspec.json.decode(record.value, type=Case)
    changed = millis(case.changed_at)
    if case.kind == "alert":
        yield ModelRow("looked_at", (case.id, case.version, case.state, record.value))
    else:
        yield ModelRow("cases", (case.case_uid, case.version, case.kind, changed, record.value))
    done = None if case.act is None else msgspec.json.encode(case.act)
    yield ModelRow("case_steps", (case.event_uid, case.case_uid, case.version, changed, done))
    if case.act is not None and case.act.actor is not None and case.event.type == CASE_ACT:
        by = (case.act.act, case.act.actor, case.act.role, case.act.reason or "")
        yield ModelRow("taken_case_acts", (case.event_uid, case.case_uid, *by, changed))
    for version, uid in enumerate(case.events, start=case.version - len(case.events) + 1):
        if uid != case.event_uid:
            yield ModelRow("case_steps", (uid, case.case_uid, version, None, None))


def _clock(record: InputRecord) -> Iterator[ModelRow]:
    if record.value is None:
        return
    if _type_of(record) == b"sealstream.clock-announcement.v1":
        said = msgspec.json.decode(record.value, type=Announcement)
        yield ModelRow("announcements", (said.announcement_id, said.clock_id, said.stage, millis(said.at)))
        return
    clock = msgspec.json.decode(record.value, type=RunningClock)
    due = None if clock.due_at is None else millis(clock.due_at)
    yield ModelRow("clocks", (clock.clock_id, clock.case_uid, clock.case_version, clock.state, due, record.value))


def _step(record: InputRecord) -> Iterator[ModelRow]:
    if record.value is None:
        return
    step: Enforcement | EnforcementReversal
    if _type_of(record) == b"sealstream.enforcement-reversal.v1":
        step = msgspec.json.decode(record.value, type=EnforcementReversal)
    else:
        step = msgspec.json.decode(record.value, type=Enforcement)
    reverses = step.reverses if isinstance(step, EnforcementReversal) else None
    yield ModelRow("steps", (step.enforcement_id, step.account, reverses, millis(step.entered_at), record.value))


def _entry(name: SetName, record: InputRecord) -> Iterator[ModelRow]:
    change = change_in(name, record)
    place = (record.partition, record.offset, _arrived(record))
    if isinstance(change, Removal):
        yield ModelRow("entries", (name, change.entry_id, *place, None, None))
        if name == "operators":
            yield ModelRow("operators", (change.entry_id,), is_gone=True)
        return
    body = msgspec.json.encode(parse(record.value, record.headers).data)
    yield ModelRow("entries", (name, change.id, *place, change.version, body))
    if isinstance(change, OperatorEntry):
        yield ModelRow("operators", (change.id, change.version, msgspec.json.encode(change)))


def _identity(event: EventReference) -> str:
    return event_uid(event.source, event.id)


def _arrived(record: InputRecord) -> int:
    return int((record.timestamp or 0) * 1000)


def _type_of(record: InputRecord) -> bytes | None:
    return next((text for name, text in record.headers if name == "ce_type"), None)
