"""Whether every order is kept as it was told, and its clock says what it must: once, not early, and in order."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from aiokafka.structs import TopicPartition

import schemas
from tests.broker.kill.bucket import version_key
from tests.broker.kill.cases import Case, Matter, alert_id, announcement_id, clock_id, event_uid, written
from tests.broker.kill.clock_cases import CLOCK, GIVEN, WARNED, WARNED_AT
from tests.broker.kill.evidence import Evidence, Input, Message, inputs_by_case
from tests.broker.kill.problems import Problem
from tests.broker.kill.topic_log import Commit, rising

__all__ = ["audit_clocks", "clock_alerts", "is_of_matter", "latenesses", "unsaid"]

_VERSION: Final = re.compile(r"v1/cases/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}/[0-9]{8}\.json")
_PATIENCE: Final = 60_000
"""So many milliseconds after their time clocks wait for events that were sent before it (decision 49)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """One order: everything that was told of it, and where."""

    matter: Matter
    told: Sequence[tuple[Case, Sequence[Input]]]

    @property
    def first(self) -> Case:
        return self.told[0][0]

    @property
    def clock(self) -> str:
        return clock_id(self.matter.uid, CLOCK, self.matter.received)

    def said_as(self, stage: str) -> str:
        return announcement_id(self.clock, stage)


def audit_clocks(
    cases: Mapping[int, Case],
    evidence: Evidence,
    records: Mapping[str, bytes],
    commits: Iterable[Commit],
    until: datetime,
) -> Iterator[Problem]:
    """Compare orders and their clocks with what was told of them.

    Args:
        cases: all cases, by number.
        evidence: what lies in the topics.
        records: what lies in the records bucket, by key.
        commits: of every partition, in any order.
        until: whatever was to be said until then has been waited for.
    """
    history = rising(commits)
    called_for: set[str] = set()
    versions_called_for: set[str] = set()
    for order in _orders(cases, evidence):
        versions = _versions(order, records)
        versions_called_for |= {version_key(order.matter.uid, one["version"]) for one in versions}
        called_for |= {order.said_as(stage) for stage in (WARNED, "due", "missed")}
        yield from _kept(order, versions)
        if versions:
            yield from _published(order, versions, records, evidence)
            yield from _overtaken(order, versions, evidence, history)
            yield from _said(order, versions[0]["changed_at"], evidence, history, until)
    for identity in sorted(set(evidence.announcements) - called_for):
        yield Problem(verdict="unexpected", what=f"nothing called for the announcement {identity}")
    for key in sorted({key for key in records if is_of_matter(key)} - versions_called_for):
        yield Problem(verdict="unexpected", what=f"nothing called for the version {key}")


def clock_alerts(evidence: Evidence) -> Iterator[str]:
    """The alerts that belong to what clocks said."""
    for identity, message in evidence.announcements.items():
        if json.loads(message.value or b"{}")["stage"] == "missed":
            yield _alert_of(identity, message)


def is_of_matter(key: str) -> bool:
    """Whether a key of the records bucket is that of a version of a case of an operator."""
    return bool(_VERSION.fullmatch(key))


def latenesses(evidence: Evidence) -> list[int]:
    """How long each announcement came after its time, or after its clock was on the topic, in milliseconds."""
    known: dict[str, int] = {}
    for message in evidence.clocks.values():
        clock = _body(message)["clock_id"]
        known[clock] = min(message.time, known.get(clock, message.time))
    said = [(message.time, _body(message)) for message in evidence.announcements.values()]
    return [time - max(_ms(body["at"]), known[body["clock_id"]]) for time, body in said]


def unsaid(cases: Mapping[int, Case], evidence: Evidence, now: datetime) -> int:
    """How much clocks still have to say of orders that nobody carried out, as far as its time has come."""
    since = {said["clock_id"]: said["known_since"] for said in map(_body, evidence.clocks.values())}
    waiting = 0
    for order in _orders(cases, evidence):
        if any(case.matter is not None and case.matter.done for case, _ in order.told):
            continue
        stages = _stages(order.matter, since.get(order.clock, written(order.matter.received)))
        waiting += sum(1 for stage, at in stages if at <= now and order.said_as(stage) not in evidence.announcements)
    return waiting


def _orders(cases: Mapping[int, Case], evidence: Evidence) -> Iterator[_Order]:
    inputs = inputs_by_case(evidence)
    by_uid: dict[str, list[Case]] = {}
    for case in cases.values():
        if case.matter is not None:
            by_uid.setdefault(case.matter.uid, []).append(case)
    for told in by_uid.values():
        matter = told[0].matter
        assert matter is not None, "only what tells of an order is here"
        yield _Order(matter=matter, told=[(case, inputs.get(case.number, [])) for case in told])


def _versions(order: _Order, records: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """What is stored of an order, the oldest first; it ends before the first gap."""
    found: list[dict[str, Any]] = []
    while (body := records.get(version_key(order.matter.uid, len(found) + 1))) is not None:
        found.append(json.loads(body))
    return found


def _kept(order: _Order, versions: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    uids = [str(case.uid) for case, _ in order.told]
    seen = [version["event_uid"] for version in versions]
    for case, _ in order.told:
        if seen.count(case.uid) != 1:
            verdict = "duplicated" if case.uid in seen else "lost"
            yield Problem.of(case, verdict, f"{seen.count(case.uid)} versions of its order come of it")
    for number, version in enumerate(versions, 1):
        if list(version["events"]) != seen[:number] or version["case_uid"] != order.matter.uid:
            yield Problem.of(order.first, "wrong", f"version {number} of the order forgot what was told before")
    if set(seen) - set(uids):
        yield Problem.of(order.first, "unexpected", "somebody else told of the order")


def _published(
    order: _Order, versions: Sequence[Mapping[str, Any]], records: Mapping[str, bytes], evidence: Evidence
) -> Iterator[Problem]:
    """The last on the topics is the newest version, and the clock as it has that."""
    newest = versions[-1]
    topics, uid = evidence.topics, order.matter.uid
    wanted = (
        ("case-updates", evidence.case_updates, topics.case_updates, uid, f"{uid}.{newest['version']}", newest),
        *(
            ("clocks", evidence.clocks, topics.clocks, one["clock_id"], f"{one['clock_id']}.{newest['version']}", one)
            for one in newest["clocks"]
        ),
    )
    if [one["clock_id"] for one in newest["clocks"]] != [order.clock]:
        yield Problem.of(order.first, "wrong", "the order does not have the one clock that the law gives it")
    for name, messages, topic, key, identity, document in wanted:
        last = evidence.last_by_key.get((topic, key.encode()))
        if last != identity:
            yield Problem.of(order.first, "lost" if last is None else "wrong", f"the last on {name} is {last}")
        elif _body(messages[identity]) != document:
            yield Problem.of(order.first, "wrong", f"what {name} says is not what is stored")


def _overtaken(
    order: _Order,
    versions: Sequence[Mapping[str, Any]],
    evidence: Evidence,
    history: Mapping[TopicPartition, Sequence[Commit]],
) -> Iterator[Problem]:
    """Whether a position was committed before the order, as it stood after the input, was published."""
    number_of = {version["event_uid"]: version["version"] for version in versions}
    for case, inputs in order.told:
        least = number_of.get(str(case.uid))
        if least is None:
            continue
        messages = (
            evidence.case_updates.get(f"{order.matter.uid}.{number}") for number in range(least, len(versions) + 1)
        )
        published = min((message.time for message in messages if message is not None), default=None)
        for one in inputs:
            commit = _past(one, history)
            if commit is not None and (published is None or published > commit.time):
                yield Problem.of(case, "overtaken", f"{commit.offset} was committed before its order was published")


def _said(
    order: _Order,
    known_since: str,
    evidence: Evidence,
    history: Mapping[TopicPartition, Sequence[Commit]],
    until: datetime,
) -> Iterator[Problem]:
    stages = dict(_stages(order.matter, known_since))
    must, may = _must_and_may(order, history)
    messages: list[Message] = []
    for stage in (WARNED, "due", "missed"):
        message = evidence.announcements.get(order.said_as(stage))
        at = stages.get(stage)
        if message is None:
            if at is not None and at <= until and must:
                yield Problem.of(order.first, "lost", f"its clock did not say {stage}")
            continue
        messages.append(message)
        if at is None or not may:
            yield Problem.of(order.first, "unexpected", f"its clock said {stage}, which it had no reason to")
            continue
        yield from _one(order, stage, at, message, evidence)
    if any(one.place.offset >= other.place.offset for one, other in pairwise(messages)):
        yield Problem.of(order.first, "wrong", "its clock did not speak in the order of time")


def _one(order: _Order, stage: str, at: datetime, message: Message, evidence: Evidence) -> Iterator[Problem]:
    if message.count > 1:
        yield Problem.of(order.first, "duplicated", f"its clock said {stage} {message.count} times")
    if message.time < _ms(written(at)):
        yield Problem.of(order.first, "wrong", f"its clock said {stage} {_ms(written(at)) - message.time} ms early")
    violation = schemas.first_violation(schemas.validator("clock-announcement.v1"), _body(message))
    if violation is not None:
        yield Problem.of(order.first, "wrong", f"what its clock said breaks its schema at {violation.path}")
    if stage != "missed":
        return
    alert = evidence.alerts.get(_alert_of(order.said_as(stage), message))
    if alert is None:
        yield Problem.of(order.first, "lost", "nobody was woken although its time was up")
    elif alert.count > 1:
        yield Problem.of(order.first, "duplicated", f"somebody was woken {alert.count} times")


def _must_and_may(order: _Order, history: Mapping[TopicPartition, Sequence[Commit]]) -> tuple[bool, bool]:
    """Whether the clock has to speak, and whether it may.

    Of an order that was carried out it must not, if that was told before the time was up: it waits for what was sent
    by then. What was told later it may have known, or not.
    """
    due = _ms(written(order.matter.received + GIVEN))
    told = [one for case, inputs in order.told if case.matter is not None and case.matter.done for one in inputs]
    if not told:
        return True, True
    in_time = [one for one in told if one.time < due]
    seen = [commit.time for one in in_time if (commit := _past(one, history)) is not None]
    return False, not seen or min(seen) > due + _PATIENCE


def _stages(matter: Matter, known_since: str) -> Iterator[tuple[str, datetime]]:
    """What a clock has to say that is known since an instant, and when: of what lay before, at most that it missed."""
    due, since = matter.received + GIVEN, datetime.fromisoformat(known_since)
    warned = matter.received + WARNED_AT
    if warned > since:
        yield WARNED, warned
    if due > since:
        yield "due", due
    yield "missed", due


def _past(one: Input, history: Mapping[TopicPartition, Sequence[Commit]]) -> Commit | None:
    """The first commit of a position past an input."""
    commits = history.get(one.place.partition, ())
    first = bisect_left(commits, one.place.offset + 1, key=lambda commit: commit.offset)
    return commits[first] if first < len(commits) else None


def _alert_of(identity: str, message: Message) -> str:
    source = (message.headers["ce_source"] or b"").decode()
    return alert_id(event_uid(source, identity), CLOCK)


def _body(message: Message) -> dict[str, Any]:
    return dict(json.loads(message.value or b"{}"))


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
