"""Whether the clock of every case of an operator says what it must: once, not early, and in order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from aiokafka.structs import TopicPartition

import schemas
from tests.broker.kill.cases import Case, alert_id, event_uid, written
from tests.broker.kill.evidence import Evidence, Message
from tests.broker.kill.matters import Told, body_of, first_past, milliseconds, told_of_matters, versions_of
from tests.broker.kill.problems import Problem
from tests.broker.kill.topic_log import Commit, rising

__all__ = ["audit_clocks", "clock_alerts", "latenesses", "unsaid"]

_PATIENCE: Final = 60_000
"""So many milliseconds after their time clocks wait for events that were sent before it (decision 49)."""


def audit_clocks(
    cases: Mapping[int, Case],
    evidence: Evidence,
    records: Mapping[str, bytes],
    commits: Iterable[Commit],
    until: datetime,
) -> Iterator[Problem]:
    """Compare what clocks said with what was told of their cases.

    Args:
        cases: all cases, by number.
        evidence: what lies in the topics.
        records: what lies in the records bucket, by key.
        commits: of every partition, in any order.
        until: whatever was to be said until then has been waited for.
    """
    history = rising(commits)
    called_for: set[str] = set()
    for told in told_of_matters(cases, evidence):
        called_for |= {told.said_as(stage) for stage in told.stages}
        if versions := versions_of(told, records):
            yield from _said(told, versions[0]["changed_at"], evidence, history, until)
    for identity in sorted(set(evidence.announcements) - called_for):
        yield Problem(verdict="unexpected", what=f"nothing called for the announcement {identity}")


def clock_alerts(evidence: Evidence) -> Iterator[str]:
    """The alerts that belong to what clocks said."""
    for identity, message in evidence.announcements.items():
        if body_of(message)["stage"] == "missed":
            yield _alert_of(identity, message)


def latenesses(evidence: Evidence) -> list[int]:
    """How long each announcement came after its time, or after its clock was on the topic, in milliseconds."""
    known: dict[str, int] = {}
    for message in evidence.clocks.values():
        clock = body_of(message)["clock_id"]
        known[clock] = min(message.time, known.get(clock, message.time))
    said = [(message.time, body_of(message)) for message in evidence.announcements.values()]
    return [time - max(milliseconds(body["at"]), known[body["clock_id"]]) for time, body in said]


def unsaid(cases: Mapping[int, Case], evidence: Evidence, now: datetime) -> int:
    """How much clocks still have to say of cases that nobody dealt with, as far as its time has come."""
    since = {said["clock_id"]: said["known_since"] for said in map(body_of, evidence.clocks.values())}
    waiting = 0
    for told in told_of_matters(cases, evidence):
        if told.clock is None or any(case.matter is not None and case.matter.done for case, _ in told.told):
            continue
        stages = told.stages_since(since.get(told.clock, written(told.matter.received)))
        waiting += sum(
            1 for stage, at in stages.items() if at <= now and told.said_as(stage) not in evidence.announcements
        )
    return waiting


def _said(
    told: Told,
    known_since: str,
    evidence: Evidence,
    history: Mapping[TopicPartition, Sequence[Commit]],
    until: datetime,
) -> Iterator[Problem]:
    stages = told.stages_since(known_since)
    must, may = _must_and_may(told, history)
    messages: list[Message] = []
    for stage in told.stages:
        message = evidence.announcements.get(told.said_as(stage))
        at = stages.get(stage)
        if message is None:
            if at is not None and at <= until and must:
                yield Problem.of(told.first, "lost", f"its clock did not say {stage}")
            continue
        messages.append(message)
        if at is None or not may:
            yield Problem.of(told.first, "unexpected", f"its clock said {stage}, which it had no reason to")
            continue
        yield from _one(told, stage, at, message, evidence)
    if any(earlier.place.offset >= other.place.offset for earlier, other in pairwise(messages)):
        yield Problem.of(told.first, "wrong", "its clock did not speak in the order of time")


def _one(told: Told, stage: str, at: datetime, message: Message, evidence: Evidence) -> Iterator[Problem]:
    if message.count > 1:
        yield Problem.of(told.first, "duplicated", f"its clock said {stage} {message.count} times")
    early = milliseconds(written(at)) - message.time
    if early > 0:
        yield Problem.of(told.first, "wrong", f"its clock said {stage} {early} ms early")
    violation = schemas.first_violation(schemas.validator("clock-announcement.v1"), body_of(message))
    if violation is not None:
        yield Problem.of(told.first, "wrong", f"what its clock said breaks its schema at {violation.path}")
    if stage != "missed":
        return
    alert = evidence.alerts.get(_alert_of(told.said_as(stage), message))
    if alert is None:
        yield Problem.of(told.first, "lost", "nobody was woken although its time was up")
    elif alert.count > 1:
        yield Problem.of(told.first, "duplicated", f"somebody was woken {alert.count} times")


def _must_and_may(told: Told, history: Mapping[TopicPartition, Sequence[Commit]]) -> tuple[bool, bool]:
    """Whether the clock has to speak, and whether it may.

    Of a case that was dealt with it must not, if that was told before the time was up: it waits for what was sent by
    then. What was told later it may have known, or not.
    """
    due = milliseconds(written(told.matter.due))
    done = [
        delivery for case, inputs in told.told if case.matter is not None and case.matter.done for delivery in inputs
    ]
    if not done:
        return True, True
    seen = [
        commit.time
        for delivery in done
        if delivery.time < due and (commit := first_past(delivery, history)) is not None
    ]
    return False, not seen or min(seen) > due + _PATIENCE


def _alert_of(identity: str, message: Message) -> str:
    source = (message.headers["ce_source"] or b"").decode()
    return alert_id(event_uid(source, identity), body_of(message)["law"]["clock"])
