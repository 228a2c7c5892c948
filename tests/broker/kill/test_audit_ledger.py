"""The audit of a kill run finds what can be wrong with ledgers, steps and reviews: a good run is spoiled each way."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.broker.kill.audit_store import Outage
from tests.broker.kill.bucket import Listed, counted_key, entry_key, outcome_key
from tests.broker.kill.cases import Case, account_of
from tests.broker.kill.evidence import Message
from tests.broker.kill.ledger import Entry, read_entries
from tests.broker.kill.miniature import Miniature

Found = set[tuple[str, str | None]]


def found(run: Miniature) -> Found:
    return {(problem.verdict, problem.kind) for problem in run.audit()}


def climbed(run: Miniature) -> tuple[Case, Entry, Message]:
    """A violation that led to a step, its ledger entry, and the message that says so; the newest of its ledger."""
    newest = {entry.account: entry for entry in read_entries(run.records)}
    entry = next(entry for entry in newest.values() if entry.enforcement_id is not None)
    (case,) = (case for case in run.cases.values() if case.expected.counts and case.subject == entry.event_uid)
    return case, entry, run.evidence.enforcement[str(entry.enforcement_id)]


def rewrite(run: Miniature, entry: Entry, **members: Any) -> None:
    """Let an entry, its copy and its message say something else, all the same."""
    body = json.dumps({**entry.document, **members}).encode()
    run.records[entry.key] = run.records[counted_key(entry.event_uid)] = body
    message = run.evidence.enforcement[str(entry.enforcement_id)]
    said = json.loads(message.value or b"")
    message.value = json.dumps({**said, **{name: value for name, value in members.items() if name in said}}).encode()


def test_a_good_run_has_entries_with_and_without_a_step_and_more_than_one_account(run: Miniature) -> None:
    entries = list(read_entries(run.records))

    assert {entry.number for entry in entries} >= {1, 2, 3}
    assert {entry.document["step"] for entry in entries} >= {None, "warn"}
    assert len({entry.account for entry in entries}) > 1
    assert run.evidence.enforcement


def lose_entry(run: Miniature) -> Found:
    case, entry, _ = climbed(run)
    del run.records[entry.key]
    # Nobody counted it, and so nothing called for its message.
    return {("lost", case.kind), ("unexpected", None)}


def lose_first_entry(run: Miniature) -> Found:
    _, newest, _ = climbed(run)
    entries = [entry for entry in read_entries(run.records) if entry.account == newest.account]
    corrected = {entry.event_uid for entry in entries if entry.is_correction}
    first = next(entry for entry in entries if entry.event_uid not in corrected)
    (case,) = (case for case in run.cases.values() if case.expected.counts and case.subject == first.event_uid)
    del run.records[first.key]
    return {("lost", case.kind), ("lost", None)}


def lose_copy(run: Miniature) -> Found:
    case, entry, _ = climbed(run)
    del run.records[counted_key(entry.event_uid)]
    return {("lost", case.kind)}


def lose_step(run: Miniature) -> Found:
    case, entry, _ = climbed(run)
    del run.evidence.enforcement[str(entry.enforcement_id)]
    return {("lost", case.kind)}


def lose_review(run: Miniature) -> Found:
    del run.evidence.decisions[run.one("review-release").output_id]
    return {("lost", "review-release")}


def lose_reviewed_record(run: Miniature) -> Found:
    del run.records[outcome_key(run.one("review-refuse"))]
    return {("lost", "review-refuse")}


@pytest.mark.parametrize(
    "spoil", [lose_entry, lose_first_entry, lose_copy, lose_step, lose_review, lose_reviewed_record]
)
def test_what_is_lost_is_missed(run: Miniature, spoil: Callable[[Miniature], Found]) -> None:
    run.commits.clear()  # whatever is lost was passed over as well

    wanted = spoil(run)

    assert found(run) == wanted


def test_an_account_that_climbs_twice_for_one_event_is_noticed(run: Miniature) -> None:
    case, entry, _ = climbed(run)
    again = {**entry.document, "number": entry.number + 1, "violations": entry.number + 1, "step": None}
    run.records[entry_key(entry.account, entry.number + 1)] = json.dumps(again).encode()

    assert ("duplicated", case.kind) in found(run)


def test_an_entry_that_was_written_twice_is_noticed_unless_the_store_was_frozen(run: Miniature) -> None:
    case, entry, _ = climbed(run)
    run.versions[entry.key] = (1000, 1060)
    assert found(run) == {("duplicated", case.kind)}

    run.outages = [Outage(1000.7, 1060.2)]
    assert run.audit() == []


def test_a_step_may_be_announced_twice_but_not_in_two_forms(run: Miniature) -> None:
    case, _, message = climbed(run)
    (form,) = message.forms
    message.forms[form] += 1
    assert run.audit() == []

    message.forms[b"another"] = 1
    assert found(run) == {("duplicated", case.kind)}


def test_a_review_may_not_lead_to_two_decisions(run: Miniature) -> None:
    run.evidence.decisions[run.one("review-refuse").output_id].forms[b"another"] = 1

    assert found(run) == {("duplicated", "review-refuse")}


def other_copy(run: Miniature) -> None:
    _, entry, _ = climbed(run)
    run.records[counted_key(entry.event_uid)] += b" "


def other_message(run: Miniature) -> None:
    _, _, message = climbed(run)
    message.value = (message.value or b"").replace(b'"violations":', b'"violations":1')


def other_key(run: Miniature) -> None:
    _, _, message = climbed(run)
    message.key = b"another"


def other_step(run: Miniature) -> None:
    rewrite(run, climbed(run)[1], step="close")


def other_count(run: Miniature) -> None:
    rewrite(run, climbed(run)[1], violations=1)


def other_rules(run: Miniature) -> None:
    rewrite(run, climbed(run)[1], rules=[{"id": "no.such-rule", "citation": None}])


def other_account(run: Miniature) -> None:
    rewrite(run, climbed(run)[1], account=account_of("somebody else"))


def other_record(run: Miniature) -> None:
    rewrite(run, climbed(run)[1], record_uri="s3://records/v1/records/elsewhere.json")


@pytest.mark.parametrize(
    "spoil",
    [other_copy, other_message, other_key, other_step, other_count, other_rules, other_account, other_record],
)
def test_what_is_not_as_it_should_be_is_noticed(run: Miniature, spoil: Callable[[Miniature], None]) -> None:
    case, _, _ = climbed(run)

    spoil(run)

    assert found(run) == {("wrong", case.kind)}


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("review-release", b'"decision":"allow"', b'"decision":"block"'),
        ("review-refuse", b'"reviewer":', b'"examiner":'),
        ("held-and-refused", b'"decision":"hold"', b'"decision":"allow"'),
        ("held-and-refused", b'"counts_against":{"account":"', b'"counts_against":{"account":"0'),
        ("counted-mark-removed", b'"decision":"block"', b'"decision":"allow"'),
        ("activity-blocked", b'"decision":"block"', b'"decision":"allow"'),
    ],
)
def test_another_record_of_what_law_decides_is_noticed(run: Miniature, kind: str, old: bytes, new: bytes) -> None:
    case = run.one(kind)
    body = run.records[outcome_key(case)]
    assert old in body
    run.records[outcome_key(case)] = body.replace(old, new)
    outputs = run.evidence.manifests if case.expected.outcome == "manifest" else run.evidence.decisions
    outputs[case.output_id].value = run.records[outcome_key(case)]

    assert found(run) == {("wrong", kind)}


def test_a_decision_of_a_review_that_nobody_took_is_noticed(run: Miniature) -> None:
    case = run.one("review-release")
    body = run.records[outcome_key(case)]
    document = {**json.loads(body), "review": None}
    run.records[outcome_key(case)] = json.dumps(document).encode()
    run.evidence.decisions[case.output_id].value = run.records[outcome_key(case)]

    assert found(run) == {("wrong", case.kind)}


def test_what_nothing_called_for_is_noticed(run: Miniature) -> None:
    _, entry, message = climbed(run)
    released = run.one("held-and-released")
    body = json.dumps({**entry.document, "event_uid": released.uid, "number": entry.number + 1}).encode()
    run.records[entry_key(entry.account, entry.number + 1)] = body
    run.records[counted_key(str(released.uid))] = body
    run.evidence.enforcement["0" * 64] = replace(message)

    verdicts = sorted(problem.verdict for problem in run.audit())
    assert verdicts == ["lost", "unexpected", "unexpected", "unexpected"]  # nor does a case wait for its step


def late_step(run: Miniature) -> None:
    climbed(run)[2].time += 10**6


def late_entry(run: Miniature) -> None:
    key = climbed(run)[1].key
    run.written[key] = Listed(0, run.written[key].modified + 1000)


@pytest.mark.parametrize("spoil", [late_step, late_entry])
def test_a_commit_past_what_was_not_counted_or_not_announced_is_noticed(
    run: Miniature, spoil: Callable[[Miniature], None]
) -> None:
    case, _, _ = climbed(run)

    spoil(run)

    assert found(run) == {("overtaken", case.kind)}
