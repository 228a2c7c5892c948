"""The audit of a kill run finds what can be wrong with people, orders and clocks: a good run is spoiled each way."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.broker.kill.audit_clocks import latenesses, unsaid
from tests.broker.kill.bucket import outcome_key, version_key
from tests.broker.kill.cases import Case, alert_id, announcement_id, clock_id, decision_id, event_uid
from tests.broker.kill.clock_cases import ORDER_CLOCK
from tests.broker.kill.evidence import Message
from tests.broker.kill.ledger import Entry, read_entries
from tests.broker.kill.miniature import Miniature

CLOCK, GIVEN, WARNED = ORDER_CLOCK.rule, ORDER_CLOCK.given, "warned-50"
MISSED, WARNING, DONE, CROWD = "order-missed", "order-warned", "order-done", "order-crowded"


def found(run: Miniature) -> set[tuple[str, str | None]]:
    return {(problem.verdict, problem.kind) for problem in run.audit()}


def said_as(case: Case, stage: str) -> str:
    assert case.matter is not None
    return announcement_id(clock_id(case.matter.uid, CLOCK, case.matter.received), stage)


def said(run: Miniature, kind: str, stage: str) -> Message:
    return run.evidence.announcements[said_as(run.one(kind), stage)]


def newest(run: Miniature, kind: str) -> str:
    matter = run.one(kind).matter
    assert matter is not None
    numbers = range(1, 10)
    return [key for number in numbers if (key := version_key(matter.uid, number)) in run.records][-1]


def test_in_a_good_run_clocks_warn_and_miss_and_keep_still_where_it_was_done(run: Miniature) -> None:
    stages = [json.loads(announcement.value or b"")["stage"] for announcement in run.evidence.announcements.values()]
    # Of an order and of a demand, of complaints of the public, and of those that are only warned of.
    assert sorted(stages) == ["due"] * 3 + ["missed"] * 3 + ["warned"] * 2
    assert unsaid(run.cases, run.evidence, run.until) == 0
    assert len(latenesses(run.evidence)) == len(stages)


def lose_announcement(run: Miniature) -> None:
    del run.evidence.announcements[said_as(run.one(WARNING), WARNED)]


def lose_alert(run: Miniature) -> None:
    del run.evidence.alerts[alert_id(event_uid("mini", said_as(run.one(MISSED), "missed")), CLOCK)]


def lose_version(run: Miniature) -> None:
    del run.records[newest(run, CROWD)]


def lose_update(run: Miniature) -> None:
    matter = run.one(CROWD).matter
    assert matter is not None
    del run.evidence.last_by_key[run.evidence.topics.case_updates, matter.uid.encode()]


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lose_announcement, WARNING),
        (lose_alert, MISSED),
        (lose_version, "order-again"),
        (lose_update, CROWD),
    ],
)
def test_what_is_lost_is_missed(run: Miniature, spoil: Callable[[Miniature], None], kind: str) -> None:
    run.commits.clear()

    spoil(run)

    assert ("lost", kind) in found(run)


def test_a_clock_that_has_not_spoken_yet_is_waited_for(run: Miniature) -> None:
    lose_announcement(run)
    del run.evidence.announcements[said_as(run.one(MISSED), "missed")]

    assert unsaid(run.cases, run.evidence, run.until) == 2
    assert unsaid(run.cases, run.evidence, run.until - timedelta(hours=1)) == 0


def test_an_announcement_may_not_come_twice_not_even_in_the_same_form(run: Miniature) -> None:
    message = said(run, WARNING, WARNED)
    (form,) = message.forms
    message.forms[form] += 1

    assert found(run) == {("duplicated", WARNING)}


def test_nobody_is_woken_twice(run: Miniature) -> None:
    alert = run.evidence.alerts[alert_id(event_uid("mini", said_as(run.one(MISSED), "missed")), CLOCK)]
    (form,) = alert.forms
    alert.forms[form] += 1

    assert found(run) == {("duplicated", MISSED)}


def early(run: Miniature) -> None:
    said(run, MISSED, "due").time -= 10  # instants are kept in hundredths of a second


def out_of_order(run: Miniature) -> None:
    message = said(run, MISSED, "due")
    message.place = replace(message.place, offset=10**6)


def forgotten(run: Miniature) -> None:
    key = newest(run, CROWD)
    run.records[key] = json.dumps({**json.loads(run.records[key]), "events": []}).encode()


@pytest.mark.parametrize(("spoil", "kind"), [(early, MISSED), (out_of_order, MISSED), (forgotten, CROWD)])
def test_what_is_not_as_it_should_be_is_noticed(run: Miniature, spoil: Callable[[Miniature], None], kind: str) -> None:
    spoil(run)

    assert ("wrong", kind) in found(run)


def test_an_older_version_may_not_be_the_last_on_the_topic(run: Miniature) -> None:
    matter = run.one(CROWD).matter
    assert matter is not None
    run.evidence.last_by_key[run.evidence.topics.case_updates, matter.uid.encode()] = f"{matter.uid}.1"

    assert found(run) == {("wrong", CROWD)}


def test_what_was_done_in_time_is_not_called_missed(run: Miniature) -> None:
    run.evidence.announcements[said_as(run.one(DONE), "missed")] = said(run, MISSED, "missed")

    assert ("unexpected", DONE) in found(run)


def test_what_was_told_when_the_time_was_up_may_be_called_missed_or_not(run: Miniature) -> None:
    matter = run.one(DONE).matter
    assert matter is not None
    due = round((matter.received + GIVEN).timestamp() * 1000)
    (told,) = (case for case in run.cases.values() if case.matter == replace(matter, done=_done(matter.received)))
    for inputs in run.evidence.inputs.values():
        inputs[:] = [replace(delivery, time=due) if delivery.case == told.number else delivery for delivery in inputs]
    assert run.audit() == []

    missed = replace(said(run, MISSED, "missed"), time=due + 1)
    run.evidence.announcements[said_as(run.one(DONE), "missed")] = missed
    assert ("unexpected", DONE) not in found(run)


def test_a_commit_before_an_order_was_published_is_noticed(run: Miniature) -> None:
    case = run.one(WARNING)
    assert case.matter is not None
    run.evidence.case_updates[f"{case.matter.uid}.1"].time += 10**6

    assert found(run) == {("overtaken", WARNING)}


def test_an_announcement_and_a_version_that_nothing_called_for_are_noticed(run: Miniature) -> None:
    run.evidence.announcements["0" * 64] = said(run, WARNING, WARNED)
    run.records[version_key("0" * 64, 1)] = b"{}"

    assert found(run) == {("unexpected", None)}


def test_an_earlier_decision_may_not_be_the_last_word(run: Miniature) -> None:
    for kind in ("held-and-refused", "published-and-retracted"):
        uid = run.one(kind).subject
        run.evidence.last_decision[uid] = decision_id(uid)

    assert found(run) == {("wrong", "review-refuse"), ("wrong", "found-illegal")}


def taken_back(run: Miniature) -> tuple[Case, Entry]:
    case = run.one("appeal-release")
    (entry,) = (
        ledger_entry
        for ledger_entry in read_entries(run.records)
        if ledger_entry.is_correction and ledger_entry.event_uid == case.subject
    )
    return case, entry


def test_what_is_not_taken_back_or_twice_is_noticed(run: Miniature) -> None:
    run.commits.clear()
    case, entry = taken_back(run)
    body = run.records.pop(entry.key)
    assert ("lost", case.kind) in found(run)

    run.records[entry.key] = body
    again = {**entry.document, "number": 99}
    run.records[entry.key.replace(entry.key[-13:], "99999901.json")] = json.dumps(again).encode()
    assert ("duplicated", case.kind) in found(run)


def test_a_claim_whose_update_is_not_what_is_stored_is_noticed(run: Miniature) -> None:
    case = run.one("claim")
    entry = json.loads(run.records[outcome_key(case)])
    run.records[outcome_key(case)] = json.dumps({**entry, "update": {**entry["update"], "notes": 7}}).encode()
    assert found(run) == {("wrong", "claim")}

    del run.records[outcome_key(case)]
    run.commits.clear()
    assert found(run) == {("lost", "claim")}


def _done(received: datetime) -> datetime:
    return received + timedelta(minutes=1)
