"""Whether every violation was counted once, each account's ledger is without a gap, and every step was announced."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import schemas
from tests.broker.kill.audit_store import Outage, let_through
from tests.broker.kill.bucket import counted_key, outcome_key
from tests.broker.kill.cases import Case
from tests.broker.kill.evidence import Evidence, Message
from tests.broker.kill.law import step_for
from tests.broker.kill.ledger import Entry, is_of_ledger, read_entries
from tests.broker.kill.problems import Problem

__all__ = ["audit_ledger"]


def audit_ledger(
    cases: Mapping[int, Case],
    evidence: Evidence,
    records: Mapping[str, bytes],
    versions: Mapping[str, Sequence[int]],
    bucket: str,
    outages: Sequence[Outage] = (),
) -> Iterator[Problem]:
    """Compare the ledgers and the enforcement messages with what had to be counted.

    Args:
        cases: all cases, by number.
        evidence: what lies in the topics.
        records: what lies in the records bucket, by key.
        versions: when each version of each of its keys was written.
        bucket: its name.
        outages: of the store; see `audit_store.let_through`.
    """
    entries = list(read_entries(records))
    by_event: dict[str, list[Entry]] = {}
    for entry in entries:
        by_event.setdefault(entry.event_uid, []).append(entry)
    counted = [case for case in cases.values() if case.expected.counts]
    yield from _gaps(entries)
    for case in counted:
        yield from _counted_once(case, by_event.get(case.subject, []), records)
        for entry in by_event.get(case.subject, []):
            yield from _entry(case, entry, bucket)
            yield from _announced(case, entry, evidence, bucket)
            yield from _written_once(case, entry, versions, outages)
    yield from _what_nothing_called_for(counted, entries, evidence, records)


def _gaps(entries: Sequence[Entry]) -> Iterator[Problem]:
    for account, of_account in groupby(entries, key=lambda entry: entry.account):
        there = [entry.number for entry in of_account]
        for number in sorted(set(range(1, max(there) + 1)) - set(there)):
            yield Problem(verdict="lost", what=f"the ledger {account} has no entry {number} of {max(there)}")


def _counted_once(case: Case, entries: Sequence[Entry], records: Mapping[str, bytes]) -> Iterator[Problem]:
    if not entries:
        yield Problem.of(case, "lost", "it was not counted against the account")
        return
    if len(entries) > 1:
        yield Problem.of(case, "duplicated", f"the account climbed {len(entries)} times for it")
    copy = records.get(counted_key(case.subject))
    if copy is None:
        yield Problem.of(case, "lost", "its ledger entry is not found by the event")
    elif copy != entries[0].body:
        yield Problem.of(case, "wrong", "what is found by the event is not its ledger entry")


def _entry(case: Case, entry: Entry, bucket: str) -> Iterator[Problem]:
    against = case.expected.against
    assert against is not None, "what counts names an account"
    says = entry.document
    found = {
        "account": (entry.account, says["account"]),
        "number": says["number"],
        "rules": frozenset(rule["id"] for rule in says["rules"]),
        # The times of all events of a run lie within one window.
        "violations": says["violations"],
        "step": says["step"],
        "record": says["record_uri"],
    }
    wanted = {
        "account": (against.account, against.account),
        "number": entry.number,
        "rules": against.rules,
        "violations": entry.number,
        "step": step_for(entry.number),
        "record": f"s3://{bucket}/{outcome_key(case)}",
    }
    for name, value in wanted.items():
        if found[name] != value:
            yield Problem.of(case, "wrong", f"the ledger entry's {name} is {found[name]!r} instead of {value!r}")


def _announced(case: Case, entry: Entry, evidence: Evidence, bucket: str) -> Iterator[Problem]:
    if entry.enforcement_id is None:
        return
    message = evidence.enforcement.get(entry.enforcement_id)
    if message is None:
        yield Problem.of(case, "lost", f"there is no enforcement message of the step {entry.document['step']}")
        return
    if len(message.forms) > 1:
        yield Problem.of(case, "duplicated", f"the enforcement message was delivered in {len(message.forms)} forms")
    if message.key != entry.account.encode():
        yield Problem.of(case, "wrong", "the enforcement message has another key")
    yield from _says_what_is_entered(case, entry, message, bucket)


def _says_what_is_entered(case: Case, entry: Entry, message: Message, bucket: str) -> Iterator[Problem]:
    said = json.loads(message.value or b"null")
    violation = schemas.first_violation(schemas.validator("enforcement.v1"), said)
    if violation is not None:
        yield Problem.of(case, "wrong", f"the enforcement message breaks enforcement.v1 at {violation.path}")
        return
    wanted = {
        **{name: value for name, value in entry.document.items() if name in said},
        "enforcement_id": entry.enforcement_id,
        "entry_uri": f"s3://{bucket}/{entry.key}",
    }
    if said != wanted:
        yield Problem.of(case, "wrong", "the enforcement message is not what is entered")


def _written_once(
    case: Case, entry: Entry, versions: Mapping[str, Sequence[int]], outages: Sequence[Outage]
) -> Iterator[Problem]:
    for key in (entry.key, counted_key(case.subject)):
        written = versions.get(key, ())
        if len(written) > 1 and not let_through(written, outages):
            yield Problem.of(case, "duplicated", f"{key} was written {len(written)} times")


def _what_nothing_called_for(
    counted: Sequence[Case], entries: Sequence[Entry], evidence: Evidence, records: Mapping[str, bytes]
) -> Iterator[Problem]:
    uids = {case.subject for case in counted}
    keys = {entry.key for entry in entries if entry.event_uid in uids} | {counted_key(uid) for uid in uids}
    steps = {entry.enforcement_id for entry in entries if entry.event_uid in uids}
    for kind, there, wanted in (
        ("object of a ledger", {key for key in records if is_of_ledger(key)}, keys),
        ("enforcement message", set(evidence.enforcement), steps),
    ):
        for identity in sorted(there - wanted):
            yield Problem(verdict="unexpected", what=f"nothing called for the {kind} {identity}")
