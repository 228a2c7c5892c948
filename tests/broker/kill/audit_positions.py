"""Whether any position was ever committed past work that was not done."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

from tests.broker.kill.bucket import Listed, outcome_key
from tests.broker.kill.cases import Case, alert_id
from tests.broker.kill.evidence import Evidence, Input, Message
from tests.broker.kill.ledger import Entry
from tests.broker.kill.problems import Problem
from tests.broker.kill.topic_log import Commit, rising

__all__ = ["audit_positions"]

_SECOND = 1000


def audit_positions(
    cases: Mapping[int, Case],
    evidence: Evidence,
    records: Mapping[str, Listed],
    entries: Mapping[tuple[str, bool], Entry],
    commits: Iterable[Commit],
) -> Iterator[Problem]:
    """For every input: what had to come of it was there before the first commit of a position above it.

    All times are those of the servers: when the broker had a message, when the store wrote a record (whole seconds),
    when the broker was given a commit.

    Args:
        cases: all cases, by number.
        evidence: what lies in the topics.
        records: the records bucket.
        entries: of all ledgers, by event and by whether they take something back.
        commits: of every partition, in any order.
    """
    for partition, history in rising(commits).items():
        offsets = [commit.offset for commit in history]
        for delivery in evidence.inputs.get(partition, []):
            first = bisect_right(offsets, delivery.place.offset)
            if first < len(history):
                case, commit = cases[delivery.case], history[first]
                enters = case.expected.counts or case.expected.takes_back
                entry = entries.get((case.subject, case.expected.takes_back)) if enters else None
                yield from _undelivered(case, delivery, evidence, entry, commit)
                yield from _unstored(case, delivery, records, entry, commit)


def _undelivered(
    case: Case, delivery: Input, evidence: Evidence, entry: Entry | None, commit: Commit
) -> Iterator[Problem]:
    for name, message in _messages(case, delivery, evidence, entry):
        if message is None or message.time > commit.time:
            late = "never came" if message is None else f"came {message.time - commit.time} ms later"
            yield _overtaken(case, delivery, commit, f"and its {name} {late}")


def _unstored(
    case: Case, delivery: Input, records: Mapping[str, Listed], entry: Entry | None, commit: Commit
) -> Iterator[Problem]:
    keys = {}
    if case.leaves_record:
        keys["record"] = outcome_key(case)
    if case.expected.counts or case.expected.takes_back:
        keys["ledger entry"] = entry.key if entry else ""
    for name, key in keys.items():
        stored = records.get(key)
        if stored is None or stored.modified * _SECOND > commit.time:
            yield _overtaken(case, delivery, commit, f"before its {name} was stored")


def _overtaken(case: Case, delivery: Input, commit: Commit, how: str) -> Problem:
    at = f"{commit.partition.topic}[{commit.partition.partition}]@{delivery.place.offset}"
    return Problem.of(case, "overtaken", f"{commit.offset} was committed past {at}, {how}")


def _messages(
    case: Case, delivery: Input, evidence: Evidence, entry: Entry | None
) -> Iterator[tuple[str, Message | None]]:
    """Everything that must have been delivered before the input was done."""
    match case.expected.outcome:
        case "manifest":
            yield "manifest message", evidence.manifests.get(case.output_id)
        case "decision" | "retraction":
            yield "decision", evidence.decisions.get(case.output_id)
        case "act":
            yield "update", evidence.acts.get(case.output_id)
        case "dead-letter":
            yield "dead letter", evidence.dead_letters.get(delivery.place)
    for rule in case.expected.alerts:
        yield f"alert of {rule}", evidence.alerts.get(alert_id(str(case.uid or case.subject), rule))
    if entry is not None and entry.enforcement_id is not None:
        yield "enforcement message", evidence.enforcement.get(entry.enforcement_id)
