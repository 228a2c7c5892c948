"""Cases: what events say of them, and the clocks that run on them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.duties.matters import CASE_OF
from pipeline.duties.timers import DueStage
from pipeline.errors import IdentityReusedError
from pipeline.events.inputs import ActivityEvent
from pipeline.events.intake import intake_activity
from pipeline.events.outputs import Case
from pipeline.policy.pack import ALL_ROLES, REGISTERED
from pipeline.policy.pack_files import load_packs
from pipeline.policy.running_clocks import ClockLaws
from pipeline.store import Layout
from pipeline.store.simulator import StoreSimulator
from pipeline.usecases.announcing import Announcing
from pipeline.usecases.casework import Casework
from pipeline.usecases.registering import Registering

LAYOUT = Layout(content_bucket="content", records_bucket="records")
LAWS = ClockLaws(load_packs(), ALL_ROLES)
SOURCE = "//sealstream.example"


class Desk:
    """Cases over one simulator, at a time of day that tests set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 10, tzinfo=UTC)
        self.store = StoreSimulator("content", "records")
        self.keep = Casework(store=self.store, layout=LAYOUT, clocks=LAWS, jurisdictions=("IN",), now=lambda: self.now)
        self.register = Registering(
            store=self.store, layout=LAYOUT, clocks=LAWS, jurisdictions=("CN",), now=lambda: self.now
        )
        self.announce = Announcing(store=self.store, layout=LAYOUT, now=lambda: self.now)

    def tell(self, name: str, event_type: str, **data: Any) -> Case:
        case = self.keep(event(name, event_type, **data))
        assert case is not None
        return case


def event(name: str, event_type: str, **data: Any) -> ActivityEvent:
    whole = {
        "specversion": "1.0",
        "id": name,
        "source": "//desk",
        "type": "sealstream.activity.v1",
        "time": "2026-11-20T10:10:00Z",
    }
    return intake_activity(json.dumps({**whole, "data": {"event_type": event_type, **data}}).encode(), ())


def order(**dates: str | None) -> dict[str, Any]:
    return {"jurisdictions": ["IN"], "takedown": {"id": "T-1", "kind": "order", **dates}}


def stage(case: Case, name: Any, at: datetime) -> DueStage:
    (clock,) = case.clocks
    return DueStage(round(at.timestamp() * 1000), case.case_uid, clock.clock_id[:16], 0, name, 0)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_each_event_is_a_version_on_record_and_a_replay_changes_nothing(desk: Desk) -> None:
    first = desk.tell("1", "takedown.updated", **order(received_at="2026-11-20T10:00:00Z"))
    second = desk.tell("2", "takedown.updated", **order(done_at="2026-11-20T12:00:00Z"))
    again = desk.tell("1", "takedown.updated", **order(received_at="2026-11-20T10:00:00Z"))
    assert (first.version, second.version, again) == (1, 2, second)
    assert [case.clocks[0].state for case in (first, second)] == ["open", "met"]
    assert len(desk.store.objects) == 2
    assert second.events == (first.event_uid, second.event_uid)


def test_a_case_of_many_events_names_the_newest_and_knows_them_all(desk: Desk) -> None:
    for number in range(40):
        case = desk.tell(str(number), "takedown.updated", **order(received_at=f"2026-11-20T10:00:{number:02}Z"))
    assert (case.version, len(case.events), case.events[-1]) == (40, 32, case.event_uid)
    for number in (0, 7, 8, 39):
        assert desk.tell(str(number), "takedown.updated", **order(received_at=f"2026-11-20T10:00:{number:02}Z")) == case
        with pytest.raises(IdentityReusedError):
            desk.tell(str(number), "takedown.updated", **order(received_at="2026-11-20T11:00:00Z"))
    assert len(desk.store.objects) == 40 + 8


def test_an_order_in_india_has_three_hours_from_its_receipt(desk: Desk) -> None:
    (clock,) = desk.tell("1", "takedown.updated", **order(received_at="2026-11-20T15:30:00+05:30")).clocks
    assert (clock.starts_at, clock.due_at) == ("2026-11-20T10:00:00.000Z", "2026-11-20T13:00:00.000Z")
    assert clock.warnings == ("2026-11-20T11:30:00.000Z",)
    assert clock.law.basis == "secondary"


def test_what_came_in_before_20_february_2026_has_the_time_of_the_rules_as_they_were_then(desk: Desk) -> None:
    case = desk.tell("1", "takedown.updated", **order(received_at="2026-02-19T18:29:00Z"))
    assert [(clock.law.clock, clock.law.length) for clock in case.clocks] == [("in.it-rules.order-clock-2021", "PT36H")]
    later = desk.tell("2", "takedown.updated", **order(received_at="2026-02-19T18:30:00Z"))
    assert {clock.law.clock: clock.state for clock in later.clocks} == {
        "in.it-rules.order-clock": "open",
        "in.it-rules.order-clock-2021": "withdrawn",
    }


@pytest.mark.parametrize(
    ("place", "clock", "due"),
    [
        ("CN", "cn.deep-synthesis.art12.answer-clock", "2026-11-16T08:00:00.000Z"),
        ("DE", "eu.dsa.20-4.answer-clock", "2026-11-16T08:00:00.000Z"),
        ("IN", "in.it-rules.grievance-clock", "2026-11-08T08:00:00.000Z"),
    ],
)
def test_a_complaint_is_overdue_from_its_dates_alone(desk: Desk, place: str, clock: str, due: str) -> None:
    dates = {"received_at": "2026-11-01T08:00:00Z", "due_at": "2026-11-16T08:00:00Z", "answered_at": None}
    case = desk.tell("1", "complaint.updated", jurisdictions=[place], complaint={"id": "K-17", **dates})
    assert [(case_clock.law.clock, case_clock.due_at, case_clock.state) for case_clock in case.clocks] == [
        (clock, due, "open")
    ]
    said = desk.announce(stage(case, "missed", desk.now), SOURCE)
    assert said is not None
    assert said.alert is not None
    assert (said.alert.kind, said.alert.outcome, said.alert.rule.id) == ("complaint-overdue", "violation", clock)
    assert said.alert.evidence["complaint.id"] == "K-17"


def test_an_event_without_a_number_is_a_case_of_its_own(desk: Desk) -> None:
    facts = {"jurisdictions": ["IN"], "takedown": {"kind": "order", "received_at": "2026-11-20T08:00:00Z"}}
    case, other = (desk.tell(name, "takedown.updated", **facts) for name in ("1", "2"))
    assert case.case_uid != other.case_uid
    assert (case.id, case.version) == (None, 1)


@pytest.mark.parametrize(
    ("event_type", "data"),
    [
        ("complaint.updated", {"complaint": {"overdue": True}}),
        ("service.changed", {"service": {"id": "studio"}}),
        ("takedown.updated", {"takedown": {"kind": "order", "elapsed_hours": 4}}),
    ],
)
def test_what_says_nothing_of_a_case_makes_none(desk: Desk, event_type: str, data: dict[str, Any]) -> None:
    assert desk.keep(event("1", event_type, **data)) is None


def test_a_refutation_is_the_end_of_the_clock_of_its_rumour(desk: Desk) -> None:
    china = {"jurisdictions": ["CN"]}
    incident = {
        "id": "R-1",
        "kind": "rumour",
        "found_at": "2026-11-20T09:50:00Z",
        "reported_at": "2026-11-20T10:00:00Z",
    }
    desk.tell("1", "incident.updated", **china, incident=incident)
    case = desk.tell("2", "refutation.published", **china, incident={"id": "R-1"})
    assert {clock.law.article: clock.state for clock in case.clocks}["11"] == "met"
    assert (case.state, case.facts["incident.refuted_at"]) == ("refuted", "2026-11-20T10:10:00.000Z")
    assert desk.keep(event("3", "refutation.published", **china, incident={"kind": "rumour"})) is None


def test_a_date_that_is_taken_back_stays_on_record_and_what_was_met_stays_met(desk: Desk) -> None:
    desk.tell("1", "takedown.updated", **order(received_at="2026-11-20T10:00:00Z", done_at="2026-11-20T11:00:00Z"))
    case = desk.tell("2", "takedown.updated", **order(done_at=None))
    assert case.clocks[0].state == "met"
    assert case.clocks[0].met_at == "2026-11-20T11:00:00.000Z"


def test_what_was_done_too_late_was_met_late(desk: Desk) -> None:
    dates = {"received_at": "2026-11-20T01:00:00Z", "done_at": "2026-11-20T04:00:00.001Z"}
    assert desk.tell("1", "takedown.updated", **order(**dates)).clocks[0].state == "met-late"


def test_without_a_published_limit_the_clock_says_that_nobody_knows_until_when(desk: Desk) -> None:
    case = desk.tell("1", "complaint.updated", jurisdictions=["CN"], complaint={"received_at": "2026-11-20T08:00:00Z"})
    (clock,) = case.clocks
    assert (clock.state, clock.due_at) == ("undated", None)
    said = desk.announce(stage(case, "undated", desk.now), SOURCE)
    assert said is not None
    assert said.alert is not None
    assert said.alert.outcome == "unknown"
    assert "complaint.due_at" in said.alert.message


def test_a_stage_whose_case_has_it_otherwise_by_now_is_not_said(desk: Desk) -> None:
    case = desk.tell("1", "takedown.updated", **order(received_at="2026-11-20T06:00:00Z"))
    due = stage(case, "missed", desk.now)
    assert desk.announce(due, SOURCE) is not None
    desk.tell("2", "takedown.updated", **order(done_at="2026-11-20T08:00:00Z"))
    assert desk.announce(due, SOURCE) is None


def test_what_another_event_changed_meanwhile_is_known_by_asking(desk: Desk) -> None:
    first = desk.tell("1", "takedown.updated", **order(received_at="2026-11-20T06:00:00Z"))
    assert desk.keep.newer(first) is None
    second = desk.tell("2", "takedown.updated", **order(done_at="2026-11-20T08:00:00Z"))
    assert desk.keep.newer(first) == second


def test_two_workers_never_write_the_same_version(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    original: Callable[[str], Case | None] = desk.keep.newest
    raced = iter([True])

    def newest(self: Casework, case_uid: str) -> Case | None:
        found = original(case_uid)
        if next(raced, False):
            desk.tell("2", "takedown.updated", **order(done_at="2026-11-20T08:00:00Z"))
        return found

    monkeypatch.setattr(Casework, "newest", newest)
    case = desk.tell("1", "takedown.updated", **order(received_at="2026-11-20T06:00:00Z"))
    assert (case.version, case.clocks[0].state) == (2, "met")


@pytest.mark.parametrize("place", ["CN", "EU"])
def test_an_appeal_has_its_clock_from_its_receipt_until_it_is_decided(desk: Desk, place: str) -> None:
    dates = {"received_at": "2026-11-19T10:00:00Z", "due_at": "2026-11-29T10:00:00Z"}
    where = {"jurisdictions": [place]}
    case = desk.tell("1", "appeal.updated", **where, appeal={"id": "A-1", **dates})
    (clock,) = case.clocks
    assert (case.kind, clock.state, clock.law.kind) == ("appeal", "open", "appeal-overdue")
    decided = desk.tell("2", "appeal.updated", **where, appeal={"id": "A-1", "decided_at": "2026-11-20T10:00:00Z"})
    assert [case_clock.state for case_clock in decided.clocks] == ["met"]


def test_every_clock_that_ships_is_on_cases_that_events_or_steps_can_speak_of() -> None:
    on = {clock.on for pack in load_packs() for clock in pack.clocks}
    assert on - REGISTERED <= {*CASE_OF.values(), "enforcement"}
