"""The audit of a kill run finds what can be wrong with cases of operators: a good run is spoiled each way."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.broker.kill.audit_matters import FEATURE_DATABASE
from tests.broker.kill.bucket import outcome_key, version_key
from tests.broker.kill.cases import Case, Matter, announcement_id, clock_id, matter_uid
from tests.broker.kill.clock_cases import ORDER_CLOCK
from tests.broker.kill.evidence import Message
from tests.broker.kill.ledger import read_entries
from tests.broker.kill.matter_cases import MATTER_ACTS, MATTER_KINDS
from tests.broker.kill.miniature import Miniature

Found = set[tuple[str, str | None]]
COUNTED = "counted-and-complained"
COMPLAINT, ANSWER, CLOSING = "complaint-received", "complaint-overturned", "complaint-closed"
REFUSED, SUSPENSION = "complaint-acknowledged-unseen", "suspension-ordered"


def found(run: Miniature) -> Found:
    return {(problem.verdict, problem.kind) for problem in run.audit()}


def matter_of(case: Case) -> Matter:
    assert case.matter is not None
    return case.matter


def key_of(case: Case) -> str:
    assert case.version is not None
    return version_key(matter_of(case).uid, case.version.number)


def stored(run: Miniature, case: Case) -> dict[str, Any]:
    return dict(json.loads(run.records[key_of(case)]))


def update_of(case: Case) -> str:
    assert case.version is not None
    return f"{matter_of(case).uid}.{case.version.number}"


def suspension(run: Miniature) -> Message:
    return run.evidence.suspensions[f"order:{matter_of(run.one(SUSPENSION)).uid}"]


def test_a_good_run_has_taken_and_refused_acts_of_every_kind_and_what_they_lead_to(run: Miniature) -> None:
    acts = [case for case in run.cases.values() if case.topic == "cases" and case.kind in {*MATTER_ACTS, *MATTER_KINDS}]
    assert {"dead-letter", "version", "decision"} == {case.expected.outcome for case in acts}
    assert {case.expected.error for case in acts} >= {
        "ActOvertakenError",
        "ActRefusedError",
        "RoleRefusedError",
        "SamePersonError",
    }
    answered = run.following(COUNTED, ANSWER)
    assert any(entry.is_correction and entry.event_uid == answered.subject for entry in read_entries(run.records))
    assert run.evidence.suspensions


def lose_version(run: Miniature) -> Found:
    del run.records[key_of(run.following(COUNTED, CLOSING))]
    return {("lost", CLOSING), ("wrong", COMPLAINT)}


def lose_updates(run: Miniature) -> Found:
    case = run.following(COUNTED, CLOSING)
    run.evidence.case_updates.pop(update_of(case))
    return {("wrong", COMPLAINT)}


def lose_decision(run: Miniature) -> Found:
    case = run.following(COUNTED, ANSWER)
    del run.evidence.decisions[case.output_id]
    return {("lost", ANSWER)}


def lose_review(run: Miniature) -> Found:
    del run.records[outcome_key(run.following(COUNTED, ANSWER))]
    return {("lost", ANSWER)}


def lose_correction(run: Miniature) -> Found:
    case = run.following(COUNTED, ANSWER)
    (entry,) = (
        ledger_entry
        for ledger_entry in read_entries(run.records)
        if ledger_entry.is_correction and ledger_entry.event_uid == case.subject
    )
    del run.records[entry.key]
    return {("lost", ANSWER)}


def lose_suspension(run: Miniature) -> Found:
    run.evidence.suspensions.clear()
    return {("lost", SUSPENSION)}


def lose_refusal(run: Miniature) -> Found:
    number = run.one(REFUSED).number
    (place,) = (
        delivery.place for inputs in run.evidence.inputs.values() for delivery in inputs if delivery.case == number
    )
    del run.evidence.dead_letters[place]
    return {("lost", REFUSED)}


def lose_reason(run: Miniature) -> Found:
    del run.records[outcome_key(run.one(REFUSED))]
    return {("lost", REFUSED)}


def lose_step(run: Miniature) -> Found:
    step = next(entry.enforcement_id for entry in read_entries(run.records) if entry.enforcement_id is not None)
    del run.records[version_key(matter_uid("enforcement", step), 1)]
    return {("lost", None)}


def lose_step_taken_back(run: Miniature) -> Found:
    entries = {(entry.account, entry.number): entry for entry in read_entries(run.records)}
    taken_back = (
        entries[entry.account, int(entry.document["corrects"])] for entry in entries.values() if entry.is_correction
    )
    step = next(entry.enforcement_id for entry in taken_back if entry.enforcement_id is not None)
    del run.records[version_key(matter_uid("enforcement", step), 2)]
    return {("lost", None)}


@pytest.mark.parametrize(
    "spoil",
    [
        lose_version,
        lose_updates,
        lose_decision,
        lose_review,
        lose_correction,
        lose_suspension,
        lose_refusal,
        lose_reason,
        lose_step,
        lose_step_taken_back,
    ],
)
def test_what_is_lost_is_missed(run: Miniature, spoil: Callable[[Miniature], Found]) -> None:
    run.commits.clear()  # whatever is lost was passed over as well

    wanted = spoil(run)

    assert found(run) >= wanted


def test_an_act_that_leads_to_two_versions_is_noticed(run: Miniature) -> None:
    case = run.following(COUNTED, CLOSING)
    again = {**stored(run, case), "version": 5}
    run.records[version_key(matter_of(case).uid, 5)] = json.dumps(again).encode()

    assert ("duplicated", CLOSING) in found(run)


def test_a_version_may_be_published_twice_but_not_in_two_forms(run: Miniature) -> None:
    message = run.evidence.case_updates[update_of(run.following(COUNTED, CLOSING))]
    (form,) = set(message.forms)
    message.forms[form] += 1
    assert run.audit() == []

    message.forms[b"another"] = 1
    assert found(run) == {("duplicated", COMPLAINT)}


def test_an_order_may_not_be_put_into_the_registry_in_two_forms(run: Miniature) -> None:
    message = suspension(run)
    message.forms[b"another"] = 1

    assert found(run) == {("duplicated", SUSPENSION)}


def test_acts_that_are_kept_in_another_order_than_they_were_done_are_noticed(run: Miniature) -> None:
    first, second = run.following(COUNTED, "complaint-acknowledged"), run.following(COUNTED, ANSWER)
    key, other = key_of(first), key_of(second)
    run.records[key], run.records[other] = run.records[other], run.records[key]

    assert {("wrong", first.kind), ("wrong", ANSWER)} <= found(run)


def test_a_refused_act_that_is_taken_after_all_is_noticed(run: Miniature) -> None:
    acknowledged, refused = run.one("complaint-asked-back"), run.one(REFUSED)
    newest = {**stored(run, acknowledged), "version": 6, "event_uid": refused.uid}
    run.records[version_key(matter_of(acknowledged).uid, 6)] = json.dumps(newest).encode()

    assert ("unexpected", COMPLAINT) in found(run)


@pytest.mark.parametrize(
    ("member", "value"),
    [("state", "received"), ("outcome", "upheld"), ("act", {"act": "complaint.closed", "actor": "officer-1"})],
)
def test_what_an_act_made_of_its_case_is_not_something_else(run: Miniature, member: str, value: object) -> None:
    case = run.following(COUNTED, ANSWER)
    run.records[key_of(case)] = json.dumps({**stored(run, case), member: value}).encode()

    # Its case on the topic is another one then, too.
    assert {("wrong", ANSWER)} <= found(run) <= {("wrong", ANSWER), ("wrong", COMPLAINT)}


def test_a_party_that_is_published_is_noticed(run: Miniature) -> None:
    case = run.following(COUNTED, CLOSING)
    message = run.evidence.case_updates[update_of(case)]
    message.value = json.dumps({**json.loads(message.value or b""), "party": stored(run, case)["party"]}).encode()

    assert ("wrong", COMPLAINT) in found(run)


def test_a_clock_that_speaks_although_an_act_answered_in_time_is_noticed(run: Miniature) -> None:
    missed = run.one("takedown-missed")
    done = run.one("takedown-carried-out")
    said = {
        json.loads(announcement.value or b"")["case_uid"]: key
        for key, announcement in run.evidence.announcements.items()
    }
    assert matter_of(done).uid not in said

    message = run.evidence.announcements[said[matter_of(missed).uid]]
    spoken = json.loads(message.value or b"")
    assert spoken["stage"] == "missed"
    run.evidence.announcements[
        announcement_id(clock_id(matter_of(done).uid, ORDER_CLOCK.rule, matter_of(done).received), "missed")
    ] = message
    assert ("unexpected", done.kind) in found(run)


def test_a_commit_before_a_case_or_its_order_was_published_is_noticed(run: Miniature) -> None:
    run.evidence.case_updates[update_of(run.following(COUNTED, CLOSING))].time += 10**6
    message = suspension(run)
    message.time += 10**6

    assert found(run) == {("overtaken", CLOSING), ("overtaken", SUSPENSION)}


def test_an_entry_of_the_registry_that_no_order_called_for_is_noticed(run: Miniature) -> None:
    message = suspension(run)
    run.evidence.suspensions["order:0"] = replace(message)

    assert found(run) == {("unexpected", None)}


def test_the_feature_database_has_a_case_of_one_version_and_another_is_noticed(run: Miniature) -> None:
    run.records[version_key(FEATURE_DATABASE, 1)] = b"{}"
    assert found(run) == set()

    run.records[version_key(FEATURE_DATABASE, 2)] = b"{}"
    assert found(run) == {("unexpected", None)}
