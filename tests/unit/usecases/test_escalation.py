"""Escalation: what counts against an account, its ledger, and the steps that follow from it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import BugError, WorldError
from pipeline.events.identity import enforcement_id
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import EnforcedRule, Enforcement
from pipeline.policy.ladder import parse_ladder
from pipeline.store import Location, ObjectStore, StoreUnavailableError
from pipeline.store.simulator import StoreSimulator
from pipeline.usecases.escalation import Counted, Escalation, LedgerEntry, counted_against
from tests.unit.turns import Turn, take_turns
from tests.unit.violations import (
    CITATION,
    LAYOUT,
    RULE,
    STRANGER,
    USER,
    clock,
    decision,
    ledger,
    manifest_record,
    violation,
)

LADDER = parse_ladder("warn:1,restrict:2,suspend:3,close:5", 365)


@pytest.fixture
def store() -> StoreSimulator:
    return StoreSimulator("content", "records")


@pytest.fixture
def escalate(store: StoreSimulator) -> Escalation:
    return escalation(store)


def escalation(store: ObjectStore, ladder: str = "warn:1,restrict:2,suspend:3,close:5", days: int = 365) -> Escalation:
    times = clock()
    return Escalation(store=store, layout=LAYOUT, ladder=parse_ladder(ladder, days), now=lambda: next(times))


def steps(said: list[Enforcement | None]) -> list[str | None]:
    return [None if enforcement is None else enforcement.step for enforcement in said]


def test_violations_that_repeat_climb_the_ladder(escalate: Escalation) -> None:
    said = [escalate(violation(f"post-{number}")) for number in range(6)]
    assert steps(said) == ["warn", "restrict", "suspend", "suspend", "close", "close"]
    assert [enforcement.violations for enforcement in said if enforcement] == [1, 2, 3, 4, 5, 6]


def test_a_step_says_whom_it_is_against_why_and_where_to_read_more(escalate: Escalation, store: StoreSimulator) -> None:
    event = violation("post-1")
    said = escalate(event)
    assert said == Enforcement(
        enforcement_id=enforcement_id(USER, 1),
        account=USER,
        step="warn",
        violations=1,
        window_days=365,
        event_uid=event.event_uid,
        event=event.event,
        rules=(EnforcedRule(id=RULE, citation=CITATION),),
        record_uri=event.record_uri,
        entry_uri=LAYOUT.account_entry(USER, 1).uri,
        entered_at="2026-06-01T12:00:00.000+00:00",
    )
    assert store.require(Location.parse(said.entry_uri)).body == store.require(LAYOUT.counted(event.event_uid)).body


def test_each_account_has_a_ladder_of_its_own(escalate: Escalation) -> None:
    assert steps([escalate(violation("1")), escalate(violation("2", account=STRANGER))]) == ["warn", "warn"]


def test_the_same_event_again_says_the_same_byte_for_byte_whatever_came_after_it(
    escalate: Escalation, store: StoreSimulator
) -> None:
    events = [violation(f"post-{number}") for number in range(4)]
    said = [to_json(required(escalate(event))) for event in events]
    stored = store.objects
    elsewhere = escalation(store, "close:1", days=7)
    assert [to_json(required(elsewhere(event))) for event in reversed(events)] == said[::-1]
    assert store.objects == stored


def test_a_changed_ladder_holds_from_the_next_violation_on(escalate: Escalation, store: StoreSimulator) -> None:
    escalate(violation("1"))
    said = escalation(store, "warn:1,close:2")(violation("2"))
    assert (required(said).step, required(said).violations) == ("close", 2)


def test_a_violation_below_the_first_rung_is_entered_without_a_step(store: StoreSimulator) -> None:
    escalate = escalation(store, "suspend:2")
    assert steps([escalate(violation("1")), escalate(violation("1")), escalate(violation("2"))]) == [
        None,
        None,
        "suspend",
    ]
    assert [entry.step for entry in ledger(store)] == [None, "suspend"]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["2025-06-01T00:00:00Z", "2026-06-01T23:59:59Z"], [1, 2]),
        (["2025-05-31T23:59:59Z", "2026-06-01T00:00:00Z"], [1, 1]),
        (["2025-05-31T23:00:00-02:00", "2026-06-01T00:00:00Z"], [1, 2]),
        (["2026-06-01T10:00:00Z", "2026-05-01T10:00:00Z", "2026-06-02T10:00:00Z"], [1, 2, 3]),
        (["2026-06-01T10:00:00Z", "2020-06-01T10:00:00Z", "2026-06-02T10:00:00Z"], [1, 1, 2]),
        ([None, "2026-06-01T10:00:00Z", None], [1, 2, 3]),
        ([None, "2020-06-01T10:00:00Z"], [1, 1]),
        (["2026-06-01t10:00:00.123456789z", "2026-06-01T10:00:00+23:59"], [1, 2]),
        (["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "0001-01-01T00:00:00Z"], [1, 1, 2]),
    ],
)
def test_violations_count_together_when_their_events_lie_within_the_window(
    escalate: Escalation, times: list[str | None], expected: list[int]
) -> None:
    said = [escalate(violation(str(number), time=time)) for number, time in enumerate(times)]
    assert [enforcement.violations for enforcement in said if enforcement] == expected


def test_an_entry_carries_on_what_was_counted_before_it(escalate: Escalation, store: StoreSimulator) -> None:
    for number, time in enumerate(["2026-06-02T00:00:00Z", "2026-06-01T00:00:00Z", "2026-06-02T01:00:00Z"]):
        escalate(violation(str(number), time=time))
    days = [{str(day): number for day, number in entry.tally.items()} for entry in ledger(store)]
    assert days == [{"2026-06-02": 1}, {"2026-06-01": 1, "2026-06-02": 1}, {"2026-06-01": 1, "2026-06-02": 2}]


@pytest.mark.parametrize("length", [1, 40, 400])
def test_a_long_ledger_costs_no_more_requests_than_a_short_one(
    escalate: Escalation, store: StoreSimulator, length: int
) -> None:
    for number in range(length):
        escalate(violation(str(number)))
    for event, cost in ((violation("new"), 6), (violation("0"), 4)):
        before = len(store.calls)
        escalate(event)
        assert len(store.calls) - before == cost


@pytest.mark.parametrize("trouble", ["fail", "lose answer"])
@pytest.mark.parametrize(("others", "nth"), [*((0, nth) for nth in range(1, 5)), *((2, nth) for nth in range(1, 7))])
def test_a_crash_anywhere_leaves_nothing_that_counts_twice(
    escalate: Escalation, store: StoreSimulator, trouble: str, others: int, nth: int
) -> None:
    for number in range(others):
        escalate(violation(f"before-{number}"))
    {"fail": store.fail, "lose answer": store.lose_answer}[trouble](nth)
    with pytest.raises(StoreUnavailableError):
        escalate(violation("crashed"))
    later, again = escalate(violation("later")), escalate(violation("crashed"))
    assert {required(later).violations, required(again).violations} == {others + 1, others + 2}
    assert [entry.number for entry in ledger(store)] == list(range(1, others + 3))
    assert escalate(violation("crashed")) == again


class AlwaysBeaten(StoreSimulator):
    """A store in which somebody else is faster each time."""

    def _create(self, location: Location, body: bytes, media_type: str, metadata: Mapping[str, str]) -> bool:
        if "/accounts/" in location.key:
            entry = msgspec.json.decode(body, type=LedgerEntry)
            faster = msgspec.structs.replace(entry, event_uid=hashlib.sha256(body).hexdigest())
            super()._create(location, to_json(faster), media_type, metadata)
        return super()._create(location, body, media_type, metadata)


def test_who_loses_every_race_waits_and_is_tried_again() -> None:
    store = AlwaysBeaten("content", "records")
    with pytest.raises(WorldError) as stormed:
        escalation(store)(violation("post-1"))
    assert USER not in str(stormed.value)
    numbers = [entry.number for entry in ledger(store)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert store.get(LAYOUT.counted(violation("post-1").event_uid)) is None


@pytest.mark.parametrize("body", [b"{}", b"\xff"])
def test_what_somebody_else_put_into_a_ledger_is_told_without_the_account(
    escalate: Escalation, store: StoreSimulator, body: bytes
) -> None:
    store.create(LAYOUT.account_entry(USER, 1), body, media_type="application/json")
    with pytest.raises(BugError) as broken:
        escalate(violation("post-1"))
    assert USER not in str(broken.value)


DAYS = ["2026-06-01T10:00:00Z", "2026-06-11T10:00:00Z", "2027-07-01T10:00:00Z", None]
TURNS: st.SearchStrategy[list[Turn]] = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([None, None, None, "fail", "lose answer"])), max_size=60
)
DELIVERIES = st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=4), min_size=1, max_size=3)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DELIVERIES, st.lists(st.sampled_from(DAYS), min_size=5, max_size=5), TURNS)
def test_in_any_order_with_any_repeats_and_crashes_each_violation_is_entered_once(
    deliveries: list[list[int]], times: list[str | None], turns: list[Turn]
) -> None:
    store = StoreSimulator("content", "records")
    events = [violation(str(number), time=time) for number, time in enumerate(times)]
    said = take_turns(store, [worker([events[number] for number in numbers]) for numbers in deliveries], turns)

    entries = ledger(store)
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    delivered = {events[number].event_uid for numbers in deliveries for number in numbers}
    assert sorted(entry.event_uid for entry in entries) == sorted(delivered)
    for place, entry in enumerate(entries, 1):
        near = [candidate for candidate in entries[:place] if abs((day(candidate) - day(entry)).days) <= 365]
        assert (entry.violations, entry.step) == (len(near), LADDER.step_for(len(near)))
        assert store.require(LAYOUT.counted(entry.event_uid)).body == to_json(entry)
    step_of = {entry.event_uid: (entry.number, entry.step) for entry in entries}
    for numbers, steps_said in zip(deliveries, said, strict=True):
        for number, enforcement in zip(numbers, steps_said, strict=True):
            place, step = step_of[events[number].event_uid]
            assert (enforcement.enforcement_id, enforcement.step) == (enforcement_id(USER, place), step)
    assert len({to_json(step_said) for steps_said in said for step_said in steps_said}) == len(entries)


def worker(events: list[Counted]) -> Callable[[ObjectStore], list[Enforcement]]:
    """Enters events one after the other, each one until it succeeds."""

    def work(store: ObjectStore) -> list[Enforcement]:
        escalate, said = escalation(store), list[Enforcement]()
        while len(said) < len(events):
            try:
                said.append(required(escalate(events[len(said)])))
            except StoreUnavailableError:
                continue
        return said

    return work


def day(entry: LedgerEntry) -> datetime:
    return datetime.fromisoformat(entry.at).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def required(said: Enforcement | None) -> Enforcement:
    assert said is not None
    return said


def test_a_blocked_event_counts_with_the_sources_of_its_rules() -> None:
    record = decision("post-1", "block")
    assert counted_against(record) == violation("post-1")
    assert required_counted(manifest_record("image-1", "block")).record_uri == manifest_record().record_uri


@pytest.mark.parametrize("outcome", ["allow", "hold"])
def test_what_is_allowed_or_held_does_not_count(outcome: str) -> None:
    assert counted_against(decision("post-1", outcome)) is None  # type: ignore[arg-type]
    assert counted_against(manifest_record("image-1", outcome)) is None  # type: ignore[arg-type]


def test_a_blocked_event_for_which_no_account_answers_does_not_count() -> None:
    assert counted_against(decision("post-1", "block", account=None)) is None


def required_counted(record: object) -> Counted:
    found = counted_against(record)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_ledger_may_be_read_while_its_older_entries_are_gone(store: StoreSimulator) -> None:
    """Retention may run out for what is old: the newest entry knows how many there were."""
    escalate = escalation(store)
    for number in range(3):
        escalate(violation(str(number)))
    kept = StoreSimulator("content", "records")
    newest = LAYOUT.account_entry(USER, 3)
    kept.create(newest, store.require(newest).body, media_type="application/json")
    assert required(replace(escalate, store=kept)(violation("new"))).violations == 4
