"""Whether any position was ever committed past work that was not done."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

from aiokafka.structs import TopicPartition

from tests.broker.kill.bucket import Listed, record_key
from tests.broker.kill.cases import Case, alert_id, decision_id
from tests.broker.kill.evidence import Evidence, Input, Message
from tests.broker.kill.problems import Problem
from tests.broker.kill.topic_log import Commit

__all__ = ["audit_positions"]

_SECOND = 1000


def audit_positions(
    cases: Mapping[int, Case], evidence: Evidence, records: Mapping[str, Listed], commits: Iterable[Commit]
) -> Iterator[Problem]:
    """For every input: what had to come of it was there before the first commit of a position above it.

    All times are those of the servers: when the broker had a message, when the store wrote a record (whole seconds),
    when the broker was given a commit.

    Args:
        cases: all cases, by number.
        evidence: what lies in the topics.
        records: the records bucket.
        commits: of every partition, in any order.
    """
    by_partition: dict[TopicPartition, list[Commit]] = {}
    for commit in sorted(commits, key=lambda one: one.time):
        by_partition.setdefault(commit.partition, []).append(commit)
    for partition, history in by_partition.items():
        rising = _rising(history)
        offsets = [commit.offset for commit in rising]
        for one in evidence.inputs.get(partition, []):
            first = bisect_right(offsets, one.place.offset)
            if first < len(rising):
                yield from _overtaken(cases[one.case], one, evidence, records, rising[first])


def _rising(history: Iterable[Commit]) -> list[Commit]:
    """The commits that went further than all before them."""
    rising: list[Commit] = []
    for commit in history:
        if not rising or commit.offset > rising[-1].offset:
            rising.append(commit)
    return rising


def _overtaken(
    case: Case, one: Input, evidence: Evidence, records: Mapping[str, Listed], commit: Commit
) -> Iterator[Problem]:
    at = f"{commit.partition.topic}[{commit.partition.partition}]@{one.place.offset}"
    for name, message in _messages(case, one, evidence):
        if message is None or message.time > commit.time:
            late = "never came" if message is None else f"came {message.time - commit.time} ms later"
            yield Problem.of(case, "overtaken", f"{commit.offset} was committed past {at}, and its {name} {late}")
    if case.expected.outcome != "dead-letter":
        record = records.get(record_key(str(case.uid)))
        if record is None or record.modified * _SECOND > commit.time:
            yield Problem.of(case, "overtaken", f"{commit.offset} was committed past {at} before its record was stored")


def _messages(case: Case, one: Input, evidence: Evidence) -> Iterator[tuple[str, Message | None]]:
    """Everything that must have been delivered before the input was done."""
    uid = str(case.uid)
    match case.expected.outcome:
        case "manifest":
            yield "manifest message", evidence.manifests.get(uid)
        case "decision":
            yield "decision", evidence.decisions.get(decision_id(uid))
        case "dead-letter":
            yield "dead letter", evidence.dead_letters.get(one.place)
    for rule in case.expected.alerts:
        yield f"alert of {rule}", evidence.alerts.get(alert_id(uid, rule))
