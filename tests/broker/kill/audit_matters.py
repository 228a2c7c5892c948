"""Whether every case of an operator is kept as it was told, act by act in order, and is on the topics as it is kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from aiokafka.structs import TopicPartition

import schemas
from tests.broker.kill.bucket import version_key
from tests.broker.kill.cases import Case, Version, matter_uid
from tests.broker.kill.evidence import Evidence, Input, Message
from tests.broker.kill.ledger import read_entries
from tests.broker.kill.matters import Told, body_of, first_past, is_of_matter, told_of_matters, versions_of
from tests.broker.kill.problems import Problem
from tests.broker.kill.topic_log import Commit, rising

__all__ = ["FEATURE_DATABASE", "audit_matters"]

FEATURE_DATABASE: Final = matter_uid("feature_database", "features/all")
"""The case of what is prohibited in a run, which is put there before anything is sent and never changed. It has no
clock: those run from dates, which its entries do not say."""


def audit_matters(
    cases: Mapping[int, Case], evidence: Evidence, records: Mapping[str, bytes], commits: Iterable[Commit]
) -> Iterator[Problem]:
    """Compare cases of operators with what was told of them; of their clocks see `audit_clocks`.

    Args:
        cases: all cases, by number.
        evidence: what lies in the topics.
        records: what lies in the records bucket, by key.
        commits: of every partition, in any order.
    """
    history = rising(commits)
    called_for = {version_key(FEATURE_DATABASE, 1)}
    entries: set[str] = set()
    for told in told_of_matters(cases, evidence):
        versions = versions_of(told, records)
        called_for |= {version_key(told.matter.uid, version["version"]) for version in versions}
        yield from _kept(told, versions)
        if versions:
            yield from _published(told, versions, evidence)
            yield from _overtaken(told, versions, evidence, history)
        if told.matter.suspends is not None:
            entries.add(f"order:{told.matter.uid}")
            yield from _suspended(told, evidence, history)
    of_steps = _of_steps(records)
    for key in sorted(of_steps - records.keys()):
        yield Problem(verdict="lost", what=f"no case waits for a step against an account: {key} is not there")
    called_for |= of_steps
    for key in sorted({key for key in records if is_of_matter(key)} - called_for):
        yield Problem(verdict="unexpected", what=f"nothing called for the version {key}")
    for key in sorted(set(evidence.suspensions) - entries):
        yield Problem(verdict="unexpected", what=f"nothing called for the entry {key} of the service registry")


def _of_steps(records: Mapping[str, bytes]) -> set[str]:
    """The versions that steps against accounts call for: one when it is announced, one when it is taken back."""
    steps: dict[tuple[str, int], str] = {}
    called_for: set[str] = set()
    for entry in read_entries(records):  # of an account in order, so that what is corrected comes first
        if entry.enforcement_id is not None:
            steps[entry.account, entry.number] = matter_uid("enforcement", entry.enforcement_id)
            called_for.add(version_key(steps[entry.account, entry.number], 1))
        taken_back = steps.get((entry.account, int(entry.document["corrects"] or 0)))
        if taken_back is not None:
            called_for.add(version_key(taken_back, 2))
    return called_for


def _kept(told: Told, versions: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    seen = [version["event_uid"] for version in versions]
    for case, _ in told.told:
        if seen.count(case.uid) != 1:
            verdict = "duplicated" if case.uid in seen else "lost"
            yield Problem.of(case, verdict, f"{seen.count(case.uid)} versions of its case come of it")
        elif case.version is not None:
            yield from _act(case, case.version, seen.index(case.uid) + 1, versions)
    for number, version in enumerate(versions, 1):
        if list(version["events"]) != seen[:number] or version["case_uid"] != told.matter.uid:
            yield Problem.of(told.first, "wrong", f"version {number} of the case forgot what was told before")
    if set(seen) - {str(case.uid) for case, _ in told.told}:
        yield Problem.of(told.first, "unexpected", "somebody else told of the case")


def _act(case: Case, wanted: Version, number: int, versions: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """What an act has made of a case."""
    version = versions[number - 1]
    taken = version["act"] or {}
    found = {
        "number": number,
        "act": taken.get("act"),
        "actor": taken.get("actor"),
        "state": version["state"],
        "outcome": version["outcome"],
    }
    should = {
        "number": wanted.number,
        "act": wanted.act,
        "actor": wanted.actor,
        "state": wanted.act.partition(".")[2],
        "outcome": wanted.outcome,
    }
    for name, value in should.items():
        if found[name] != value:
            yield Problem.of(case, "wrong", f"the {name} of its version is {found[name]!r} instead of {value!r}")


def _published(told: Told, versions: Sequence[Mapping[str, Any]], evidence: Evidence) -> Iterator[Problem]:
    """The last on the topics is the newest version, and the clock as it has that; parties are on no topic."""
    newest = versions[-1]
    topics, uid = evidence.topics, told.matter.uid
    public = {**newest, "party": None}
    wanted = (
        ("case-updates", evidence.case_updates, topics.case_updates, uid, f"{uid}.{newest['version']}", public),
        *(
            (
                "clocks",
                evidence.clocks,
                topics.clocks,
                clock["clock_id"],
                f"{clock['clock_id']}.{newest['version']}",
                clock,
            )
            for clock in newest["clocks"]
        ),
    )
    if [clock["clock_id"] for clock in newest["clocks"]] != ([] if told.clock is None else [told.clock]):
        yield Problem.of(told.first, "wrong", "the case does not have the clock that the law gives it, and no other")
    for name, messages, topic, key, identity, document in wanted:
        last = evidence.last_by_key.get((topic, key.encode()))
        message = messages.get(identity)
        if last != identity or message is None:
            yield Problem.of(told.first, "lost" if last is None else "wrong", f"the last on {name} is {last}")
        elif body_of(message) != document:
            yield Problem.of(told.first, "wrong", f"what {name} says is not what is stored")
    yield from _one_form(told, evidence, len(versions))


def _one_form(told: Told, evidence: Evidence, newest: int) -> Iterator[Problem]:
    for number in range(1, newest + 1):
        message = evidence.case_updates.get(f"{told.matter.uid}.{number}")
        if message is None:
            continue
        if len(message.forms) > 1:
            yield Problem.of(told.first, "duplicated", f"version {number} was published in {len(message.forms)} forms")
        violation = schemas.first_violation(schemas.validator("case.v1"), body_of(message))
        if violation is not None:
            yield Problem.of(told.first, "wrong", f"version {number} breaks case.v1 at {violation.path}")


def _overtaken(
    told: Told,
    versions: Sequence[Mapping[str, Any]],
    evidence: Evidence,
    history: Mapping[TopicPartition, Sequence[Commit]],
) -> Iterator[Problem]:
    """Whether a position was committed before the case, as it stood after the input, was published."""
    number_of = {version["event_uid"]: version["version"] for version in versions}
    for case, inputs in told.told:
        least = number_of.get(str(case.uid))
        if least is not None:
            numbers = range(least, len(versions) + 1)
            messages = [evidence.case_updates.get(f"{told.matter.uid}.{number}") for number in numbers]
            yield from _too_early(case, inputs, messages, history, "its case was published")


def _suspended(told: Told, evidence: Evidence, history: Mapping[TopicPartition, Sequence[Commit]]) -> Iterator[Problem]:
    """Whether an order is put into the service registry before the input is done; not again once it was carried out."""
    message = evidence.suspensions.get(f"order:{told.matter.uid}")
    if any(case.matter is not None and case.matter.done for case, _ in told.told) and message is None:
        return
    if message is None:
        yield Problem.of(told.first, "lost", "the order is not in the service registry")
        return
    if len(message.forms) > 1:
        yield Problem.of(told.first, "duplicated", f"the order was put there in {len(message.forms)} forms")
    if body_of(message)["service"]["id"] != told.matter.suspends:
        yield Problem.of(told.first, "wrong", "the order suspends another service in the registry")
    yield from _too_early(*told.told[0], [message], history, "its order was in the service registry")


def _too_early(
    case: Case,
    inputs: Sequence[Input],
    messages: Sequence[Message | None],
    history: Mapping[TopicPartition, Sequence[Commit]],
    what: str,
) -> Iterator[Problem]:
    """Whether a position past an input was committed before the first of these messages came."""
    published = min((message.time for message in messages if message is not None), default=None)
    for delivery in inputs:
        commit = first_past(delivery, history)
        if commit is not None and (published is None or published > commit.time):
            yield Problem.of(case, "overtaken", f"{commit.offset} was committed before {what}")
