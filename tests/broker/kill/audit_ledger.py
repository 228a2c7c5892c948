"""Whether every violation was counted once, each account's ledger is without a gap, and every step was announced."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import schemas
from tests.broker.kill.audit_store import Outage, let_through
from tests.broker.kill.bucket import counted_key, outcome_key
from tests.broker.kill.cases import Case, enforcement_id
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
    counted = [case for case in cases.values() if case.expected.counts or case.expected.takes_back]
    tallies = dict(_tallies(entries))
    yield from _gaps(entries)
    for case in counted:
        own = [
            ledger_entry
            for ledger_entry in by_event.get(case.subject, [])
            if ledger_entry.is_correction == case.expected.takes_back
        ]
        first = next(
            (ledger_entry for ledger_entry in by_event.get(case.subject, []) if not ledger_entry.is_correction), None
        )
        yield from _entered_once(case, own, records)
        for entry in own:
            yield from _entry(case, entry, first, tallies[entry.key], bucket)
            yield from _announced(case, entry, first, evidence, bucket)
            yield from _written_once(case, entry, versions, outages)
    yield from _what_nothing_called_for(counted, entries, evidence, records)


def _tallies(entries: Sequence[Entry]) -> Iterator[tuple[str, int]]:
    """How many violations count at each entry; the times of all events of a run lie within one window."""
    for _, of_account in groupby(entries, key=lambda entry: entry.account):
        taken_back = 0
        for entry in of_account:
            taken_back += entry.is_correction
            yield entry.key, entry.number - 2 * taken_back


def _gaps(entries: Sequence[Entry]) -> Iterator[Problem]:
    for account, of_account in groupby(entries, key=lambda entry: entry.account):
        there = [entry.number for entry in of_account]
        for number in sorted(set(range(1, max(there) + 1)) - set(there)):
            yield Problem(verdict="lost", what=f"the ledger {account} has no entry {number} of {max(there)}")


def _entered_once(case: Case, entries: Sequence[Entry], records: Mapping[str, bytes]) -> Iterator[Problem]:
    back = case.expected.takes_back
    if not entries:
        yield Problem.of(case, "lost", f"it was not {'taken back' if back else 'counted against the account'}")
        return
    if len(entries) > 1:
        yield Problem.of(
            case, "duplicated", f"the account {'came down' if back else 'climbed'} {len(entries)} times for it"
        )
    copy = records.get(counted_key(_found_by(case)))
    if copy is None:
        yield Problem.of(case, "lost", "its ledger entry is not found by it")
    elif copy != entries[0].body:
        yield Problem.of(case, "wrong", "what is found by it is not its ledger entry")


def _found_by(case: Case) -> str:
    """By what its ledger entry is found: by its event, or by the decision that takes back what counted."""
    return case.output_id if case.expected.takes_back else case.subject


def _entry(case: Case, entry: Entry, first: Entry | None, tally: int, bucket: str) -> Iterator[Problem]:
    against, back = case.expected.against, case.expected.takes_back
    assert against is not None, "what counts names an account"
    says = entry.document
    found = {
        "account": (entry.account, says["account"]),
        "number": says["number"],
        "rules": frozenset(rule["id"] for rule in says["rules"]),
        "violations": says["violations"],
        "step": says["step"],
        "record": says["record_uri"],
        "corrects": says["corrects"],
    }
    wanted = {
        "account": (against.account, against.account),
        "number": entry.number,
        "rules": against.rules,
        "violations": tally,
        "step": None if back else step_for(tally),
        "record": f"s3://{bucket}/{outcome_key(case)}",
        "corrects": first.number if back and first else None,
    }
    for name, value in wanted.items():
        if found[name] != value:
            yield Problem.of(case, "wrong", f"the ledger entry's {name} is {found[name]!r} instead of {value!r}")


def _announced(case: Case, entry: Entry, first: Entry | None, evidence: Evidence, bucket: str) -> Iterator[Problem]:
    identity = _announced_as(entry, first)
    if identity is None:
        return
    message = evidence.enforcement.get(identity)
    if message is None:
        yield Problem.of(case, "lost", f"there is no enforcement message of the step {entry.document['step']}")
        return
    if len(message.forms) > 1:
        yield Problem.of(case, "duplicated", f"the enforcement message was delivered in {len(message.forms)} forms")
    if message.key != entry.account.encode():
        yield Problem.of(case, "wrong", "the enforcement message has another key")
    yield from _says_what_is_entered(case, entry, first, message, bucket)


def _announced_as(entry: Entry, first: Entry | None) -> str | None:
    """The identity of the message about an entry: of the step that it leads to, or takes back; None for no step."""
    step = entry.document["step"] if not entry.is_correction else first and first.document["step"]
    return None if step is None else enforcement_id(entry.account, entry.number)


def _says_what_is_entered(
    case: Case, entry: Entry, first: Entry | None, message: Message, bucket: str
) -> Iterator[Problem]:
    said = json.loads(message.value or b"null")
    schema = "enforcement-reversal.v1" if entry.is_correction else "enforcement.v1"
    violation = schemas.first_violation(schemas.validator(schema), said)
    if violation is not None:
        yield Problem.of(case, "wrong", f"the enforcement message breaks {schema} at {violation.path}")
        return
    reversed_step = {}
    if entry.is_correction and first is not None:
        reversed_step = {
            "reverses": enforcement_id(first.account, first.number),
            "step": first.document["step"],
            "due": step_for(entry.document["violations"]),
        }
    wanted = {
        **{name: value for name, value in entry.document.items() if name in said},
        "enforcement_id": enforcement_id(entry.account, entry.number),
        "entry_uri": f"s3://{bucket}/{entry.key}",
        **reversed_step,
    }
    if said != wanted:
        yield Problem.of(case, "wrong", "the enforcement message is not what is entered")


def _written_once(
    case: Case, entry: Entry, versions: Mapping[str, Sequence[int]], outages: Sequence[Outage]
) -> Iterator[Problem]:
    for key in (entry.key, counted_key(_found_by(case))):
        written = versions.get(key, ())
        if len(written) > 1 and not let_through(written, outages):
            yield Problem.of(case, "duplicated", f"{key} was written {len(written)} times")


def _what_nothing_called_for(
    counted: Sequence[Case], entries: Sequence[Entry], evidence: Evidence, records: Mapping[str, bytes]
) -> Iterator[Problem]:
    called_for = {(case.subject, case.expected.takes_back) for case in counted}
    wanted_entries = [entry for entry in entries if (entry.event_uid, entry.is_correction) in called_for]
    firsts = {entry.event_uid: entry for entry in reversed(entries) if not entry.is_correction}
    keys = {entry.key for entry in wanted_entries} | {counted_key(_found_by(case)) for case in counted}
    steps = {_announced_as(entry, firsts.get(entry.event_uid)) for entry in wanted_entries}
    for kind, there, wanted in (
        ("object of a ledger", {key for key in records if is_of_ledger(key)}, keys),
        ("enforcement message", set(evidence.enforcement), steps),
    ):
        for identity in sorted(there - wanted):
            yield Problem(verdict="unexpected", what=f"nothing called for the {kind} {identity}")
