"""What people do about cases: who may, after what, on the sight of what, and what it decides about events."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from pipeline.duties import (
    ActOvertakenError,
    ActRefusedError,
    OperatorsMissingError,
    Oversight,
    RoleRefusedError,
    SamePersonError,
)
from pipeline.duties.case_steps import MAY_FOLLOW, permission_for, step_of, suspension_by
from pipeline.errors import IdentityReusedError, WorldError
from pipeline.events.identity import account_of, case_uid, decision_id
from pipeline.events.inputs import ActivityEvent, CaseAct
from pipeline.events.intake import intake_activity, intake_case_act
from pipeline.events.outgoing import encode, to_json
from pipeline.events.outputs import Case, Enforcement, ServiceOrder
from pipeline.policy.pack import ALL_ROLES
from pipeline.policy.pack_files import load_packs
from pipeline.policy.reference import ReferenceSets, StaleEntryError, parse_entry
from pipeline.policy.running_clocks import ClockLaws
from pipeline.store import ObjectStore
from pipeline.store.chain import chain_of
from pipeline.store.simulator import StoreSimulator
from pipeline.usecases.carrying_out import CarryingOut
from pipeline.usecases.case_acting import CaseActing, CaseActTaken
from pipeline.usecases.casework import Casework
from pipeline.usecases.restating import Restating
from tests.unit.turns import Trouble, Turn, take_turns
from tests.unit.usecases.test_deciding import PEOPLE, operators, outcomes, review, reviewing, stored
from tests.unit.violations import LAYOUT, NOON, USER, decision, done, ledger, violation

LAWS = ClockLaws(load_packs(), ALL_ROLES)
CLOCK = "in.it-rules.grievance-clock"


class Desk:
    """Cases and reviews over one store."""

    def __init__(self, store: ObjectStore, sets: ReferenceSets | None = None) -> None:
        known = operators() if sets is None else sets
        self.store = store
        self.reviewing = reviewing(store, sets=known)
        self.work = Casework(store=store, layout=LAYOUT, clocks=LAWS, jurisdictions=("IN",), now=lambda: NOON)
        self.acting = CaseActing(
            casework=self.work, reviewing=self.reviewing, oversight=Oversight(references=lambda: known)
        )

    def act(self, what: str, by: str | None = None, **more: Any) -> CaseActTaken:
        return self.acting(self.order(what, by, **more))

    def case(self, what: str, by: str | None = None, **more: Any) -> Case:
        return self.act(what, by, **more).case

    def order(self, what: str, by: str | None = None, **more: Any) -> CaseAct:
        """An act by somebody who looked just now; by the public where nobody is named."""
        number = more.pop("case", "K-17")
        newest = self.work.newest(case_uid(what.partition(".")[0], f"#{number}"))
        name = more.pop("name", f"{by}-{what}-{number}")
        data = {"act": what, "case": number}
        if what.startswith("alert."):
            data["alert"] = {"ids": ["1" * 64]}
        if by is not None:
            data |= {
                "actor": {"id": by, "role": more.pop("role", PEOPLE[by][0])},
                "auth": {"issuer": "https://login.example", "at": "2026-06-01T08:00:00Z"},
                "seen": 0 if newest is None else newest.version,
                "reason": "As the law has it.",
            }
        event = {
            "specversion": "1.0",
            "id": name,
            "source": "/desk",
            "type": "sealstream.case-act.v1",
            "time": more.pop("time", "2026-06-01T12:00:00Z"),
            "data": {**data, **more},
        }
        return intake_case_act(orjson.dumps(event), ())


def activity(name: str, event_type: str, **data: Any) -> ActivityEvent:
    event = {"specversion": "1.0", "id": name, "source": "/tickets", "type": "sealstream.activity.v1"}
    return intake_activity(orjson.dumps({**event, "data": {"event_type": event_type, **data}}), ())


@pytest.fixture
def desk() -> Desk:
    return Desk(StoreSimulator("content", "records"))


def blocked(desk: Desk, by: str = "anna") -> str:
    """An event that a person blocked, which counts against its account."""
    uid = stored(desk.store, decision())
    desk.reviewing(review(desk.store, uid, "refuse", by))
    return uid


def complain(desk: Desk, uid: str | None, **more: Any) -> Case:
    """Somebody of the public complains."""
    about = {} if uid is None else {"about": {"event_uid": uid}}
    return desk.case("complaint.received", channel="web", party={"id_hash": "user-1"}, **about, **more)


def in_force(desk: Desk, uid: str) -> str:
    chain = chain_of(desk.store, LAYOUT, uid)
    assert chain is not None
    return chain.decision_id


# The course of a complaint


def test_the_public_complains_and_an_officer_overturns_what_another_decided(desk: Desk) -> None:
    uid = blocked(desk)
    opened = complain(desk, uid)
    assert (opened.version, opened.state, opened.outcome) == (1, "received", None)
    assert [(clock.law.clock, clock.state) for clock in opened.clocks] == [(CLOCK, "open")]
    assert desk.case("complaint.acknowledged", "dora").state == "acknowledged"

    answer = {"outcome": "overturned", "seen_decision": in_force(desk, uid), "time": "2026-06-02T12:00:00Z"}
    taken = desk.act("complaint.answered", "dora", **answer)
    assert taken.decided is not None
    assert (taken.decided.record.decision, outcomes(desk.store, uid)) == ("allow", ["hold", "block", "allow"])
    assert [entry.corrects for entry in ledger(desk.store, USER)] == [None, 1]
    assert (taken.case.state, taken.case.outcome, taken.case.clocks[0].state) == ("answered", "overturned", "met")
    assert taken.case.act is not None
    assert (taken.case.act.actor, taken.case.act.role, taken.case.act.seen) == ("dora", "complaints-officer", 2)
    assert desk.act("complaint.answered", "dora", **answer, seen=2) == taken
    assert desk.case("complaint.closed", "dora").state == "closed"


def test_what_is_upheld_is_decided_once_more_and_stays(desk: Desk) -> None:
    uid = blocked(desk)
    complain(desk, uid)
    taken = desk.act("complaint.answered", "dora", outcome="upheld", seen_decision=in_force(desk, uid))
    assert outcomes(desk.store, uid) == ["hold", "block", "block"]
    assert (taken.case.outcome, len(ledger(desk.store, USER))) == ("upheld", 1)


def test_what_was_allowed_is_blocked_where_a_complaint_about_it_overturns_it(desk: Desk) -> None:
    uid = stored(desk.store, decision(outcome="allow"))
    complain(desk, uid)
    desk.act("complaint.answered", "dora", outcome="overturned", seen_decision=in_force(desk, uid))
    assert outcomes(desk.store, uid) == ["allow", "block"]


def test_who_decided_first_decides_neither_the_complaint_nor_the_appeal(desk: Desk) -> None:
    uid = blocked(desk, "carla")
    desk.case("appeal.opened", about={"event_uid": uid})
    with pytest.raises(SamePersonError):
        desk.act("appeal.decided", "carla", outcome="overturned", seen_decision=in_force(desk, uid))
    assert outcomes(desk.store, uid) == ["hold", "block"]
    newest = desk.work.newest(case_uid("appeal", "#K-17"))
    assert newest is not None
    assert newest.version == 1


@pytest.mark.parametrize(
    ("more", "refused", "why"),
    [
        ({}, ActRefusedError, "which decision the actor saw"),
        ({"seen_decision": "0" * 64}, ActOvertakenError, "not in force"),
    ],
)
def test_nothing_is_decided_about_what_was_not_seen(
    desk: Desk, more: dict[str, Any], refused: type[Exception], why: str
) -> None:
    uid = blocked(desk)
    complain(desk, uid)
    with pytest.raises(refused, match=why):
        desk.act("complaint.answered", "dora", outcome="overturned", **more)


def test_what_is_still_held_is_reviewed_first(desk: Desk) -> None:
    uid = stored(desk.store, decision())
    complain(desk, uid)
    with pytest.raises(ActRefusedError, match="is held"):
        desk.act("complaint.answered", "dora", outcome="upheld", seen_decision=decision_id(uid))
    assert desk.case("complaint.answered", "dora", name="without-outcome").state == "answered"


# Reviews that name a case


@pytest.mark.parametrize(
    ("kind", "verdict", "outcome"), [("appeal", "release", "overturned"), ("complaint", "refuse", "upheld")]
)
def test_a_review_for_a_case_answers_it_and_stops_its_clock(desk: Desk, kind: str, verdict: str, outcome: str) -> None:
    uid = blocked(desk)
    dates = {"received_at": "2026-06-01T10:00:00Z", "due_at": "2026-06-09T10:00:00Z"}
    desk.work(activity("1", f"{kind}.updated", jurisdictions=["EU"], **{kind: {"id": "A-1", **dates}}))
    order = review(desk.store, uid, verdict, "dora", case="A-1")
    said = desk.reviewing(order).record
    case = desk.acting.of_review(order, said)
    assert case is not None
    assert ([clock.state for clock in case.clocks], case.outcome, case.version) == (["met"], outcome, 2)
    assert case.act is not None
    assert (case.act.actor, case.act.seen_decision) == ("dora", said.supersedes)
    assert desk.acting.of_review(order, said) == case


def test_a_review_enters_no_case_that_there_is_not_or_that_is_about_another_event(desk: Desk) -> None:
    uid, other = blocked(desk), stored(desk.store, decision("post-2", "allow"))
    complain(desk, other)
    order = review(desk.store, uid, "release", "dora", case="K-17")
    assert desk.acting.of_review(order, desk.reviewing(order).record) is None


# Who may, and what may follow


def test_whoever_may_not_is_refused_and_nothing_is_done(desk: Desk) -> None:
    complain(desk, None)
    before = done(desk.store)  # type: ignore[arg-type]
    for by, role, why in (
        ("anna", "reviewer", "may not handle complaints"),
        ("dora", "admin", "does not have the role"),
        ("vera", "complaints-officer", "does not have the role"),
    ):
        with pytest.raises(RoleRefusedError, match=why):
            desk.act("complaint.acknowledged", by, role=role)
    assert done(desk.store) == before  # type: ignore[arg-type]


def test_who_acts_for_some_places_handles_the_cases_of_these_alone() -> None:
    desk = Desk(StoreSimulator("content", "records"), operators(jurisdictions=("EU",)))
    complain(desk, None)
    with pytest.raises(RoleRefusedError, match="does not act for IN, where the case is"):
        desk.act("complaint.acknowledged", "dora")
    complain(desk, None, case="K-18", jurisdictions=["DE"])
    assert desk.case("complaint.acknowledged", "dora", case="K-18").version == 2


def test_the_public_is_heard_while_nobody_is_known_who_may_act() -> None:
    desk = Desk(StoreSimulator("content", "records"), ReferenceSets.empty())
    assert complain(desk, None).version == 1
    with pytest.raises(OperatorsMissingError):
        desk.act("complaint.acknowledged", "dora")


def test_an_act_on_a_version_that_was_not_seen_is_refused(desk: Desk) -> None:
    complain(desk, None)
    desk.act("complaint.acknowledged", "dora")
    with pytest.raises(ActOvertakenError, match="which is 2"):
        desk.act("complaint.answered", "dora", seen=1)


def steps() -> Iterator[tuple[str, str | None, str]]:
    for kind, table in MAY_FOLLOW.items():
        every = dict.fromkeys(state for states in table.values() for state in states)
        for before in (None, *every):
            for state in every:
                yield kind, before, state


def way_to(kind: Any, state: Any) -> list[str]:
    """The acts that lead to a state, from the table alone."""
    ways: dict[Any, list[str]] = {None: []}
    todo: list[Any] = [None]
    for before in todo:
        for after in MAY_FOLLOW[kind].get(before, ()):
            if after not in ways:
                ways[after] = [*ways[before], f"{kind}.{after}"]
                todo.append(after)
    return ways[state]


@pytest.mark.parametrize(("kind", "before", "state"), list(steps()))
def test_the_table_of_states_alone_says_what_may_follow(desk: Desk, kind: str, before: str | None, state: str) -> None:
    for what in way_to(kind, before):
        desk.act(what, "dora")
    if state in MAY_FOLLOW[kind].get(before, ()):  # type: ignore[index, call-overload]
        assert desk.case(f"{kind}.{state}", "dora", name="next").state == state
    else:
        with pytest.raises(ActRefusedError, match="may not be done now"):
            desk.act(f"{kind}.{state}", "dora", name="next")


def test_the_acts_of_the_contract_are_those_of_the_table_and_each_needs_a_permission() -> None:
    acts = schemas.load("case-act.v1")["properties"]["act"]["enum"]
    assert set(acts) == {f"{kind}.{state}" for kind, _, state in steps()}
    assert {permission_for(act) for act in acts} == {"complaint", "appeal", "incident", "alert"}
    assert {step_of(act).state for act in acts} <= set(schemas.load("case.v1")["properties"]["state"]["enum"])


def test_who_may_not_do_a_step_cannot_say_that_it_was_done(desk: Desk) -> None:
    case = complain(desk, None, complaint={"answered_at": "2026-06-01T12:00:00Z", "urgent": True})
    assert (case.facts["complaint.urgent"], case.clocks[0].state) == (True, "open")
    assert "complaint.answered_at" not in case.facts


def test_a_case_is_about_one_thing_and_only_its_party_replies(desk: Desk) -> None:
    complain(desk, "a" * 64)
    desk.act("complaint.asked-back", "dora")
    with pytest.raises(ActRefusedError, match="another event_uid"):
        desk.act("complaint.answered", "dora", about={"event_uid": "b" * 64})
    with pytest.raises(ActRefusedError, match="another party"):
        desk.act("complaint.replied", party={"id_hash": "somebody"}, name="somebody's")
    case = desk.case("complaint.replied", party={"id_hash": "user-1"}, about={"account": "c" * 64})
    assert case.about is not None
    assert (case.about.event_uid, case.about.account, case.state) == ("a" * 64, "c" * 64, "replied")


# What is kept and said


def test_the_party_is_hashed_stored_and_not_published_and_the_words_of_the_public_are_kept_nowhere(desk: Desk) -> None:
    document = {"sha256": "d" * 64, "uri": "s3://sealstream-records/complaints/1"}
    case = complain(desk, "a" * 64, documents=[document])
    said = orjson.loads(encode(case, source="//here").value)
    assert (case.party, said["party"]) == (account_of("user-1"), None)
    assert said["documents"] == [
        {**document, "mime": None, "addressee": None, "act": "complaint.received", "at": "2026-06-01T12:00:00.000Z"}
    ]
    for told in (said, orjson.loads(to_json(case))):
        assert schemas.first_violation(schemas.validator("case.v1"), told) is None


def test_an_activity_and_an_act_speak_of_the_same_case(desk: Desk) -> None:
    received = {"id": "K-17", "received_at": "2026-06-01T10:00:00Z"}
    by_activity = desk.work(activity("1", "complaint.updated", complaint=received))
    assert by_activity is not None
    assert by_activity.state == "received"
    assert desk.case("complaint.acknowledged", "dora").state == "acknowledged"
    answered = desk.work(
        activity("2", "complaint.updated", complaint={"id": "K-17", "answered_at": "2026-06-02T10:00:00Z"})
    )
    assert answered is not None
    assert (answered.state, answered.version, answered.act) == ("answered", 3, None)


def test_a_report_to_an_authority_ends_the_clock_and_another_one_changes_no_date(desk: Desk) -> None:
    """Deep Synthesis Provisions Art. 10: the cyberspace administration and the authorities concerned are told."""
    opening = {"jurisdictions": ["CN"], "incident": {"kind": "illegal"}, "time": "2026-06-01T10:00:00Z"}
    desk.act("incident.opened", "dora", case="I-3", **opening)
    desk.act("incident.disposed", "dora", case="I-3", time="2026-06-01T10:10:00Z")
    sent = {"sha256": "d" * 64, "uri": "s3://sealstream-records/v1/reports/1.pdf", "addressee": "cyberspace office"}
    told = desk.case("incident.reported", "dora", case="I-3", documents=[sent], time="2026-06-01T10:30:00Z")
    clock = next(
        candidate for candidate in told.clocks if candidate.law.clock == "cn.deep-synthesis.art10.report-clock"
    )
    assert (told.state, clock.state) == ("reported", "met")

    again = {**sent, "sha256": "e" * 64, "addressee": "public security office"}
    later = desk.case("incident.reported", "dora", case="I-3", name="2", documents=[again], time="2026-06-09T10:00:00Z")
    assert [(document.sha256[0], document.addressee, document.at[:10]) for document in later.documents] == [
        ("d", "cyberspace office", "2026-06-01"),
        ("e", "public security office", "2026-06-09"),
    ]
    assert later.facts["incident.reported_at"] == "2026-06-01T10:30:00.000Z"
    assert [case_clock.state for case_clock in later.clocks] == [case_clock.state for case_clock in told.clocks]
    said = orjson.loads(encode(later, source="//here").value)
    assert schemas.first_violation(schemas.validator("case.v1"), said) is None


def test_an_emergency_and_a_licence_have_their_steps(desk: Desk) -> None:
    desk.act("licence.known", "dora", jurisdictions=["US-CA"], licence={"licensee_broke_latent": True})
    case = desk.case("licence.revoked", "dora")
    assert (case.facts["licence.revoked"], case.state) == (True, "revoked")
    desk.act("emergency.opened", "dora")
    assert desk.case("emergency.ended", "dora").facts["emergency.ended_at"] == "2026-06-01T12:00:00.000Z"


def test_an_order_that_suspends_puts_its_service_into_the_registry_until_it_was_carried_out(desk: Desk) -> None:
    more = {"jurisdictions": ["CN"], "order": {"kind": "suspend-registration"}, "service": {"id": "studio"}}
    case = desk.case("order.received", "dora", **more)
    entry = suspension_by(case)
    assert entry is not None
    assert schemas.first_violation(schemas.validator("service.v1"), orjson.loads(to_json(entry))) is None
    understood = parse_entry("services", entry.id, orjson.loads(to_json(entry)))
    assert ReferenceSets.empty().put(understood).suspended == {"studio": {"suspend-registration"}}
    again = suspension_by(desk.case("order.contested", "dora"))
    assert again is not None
    assert msgspec.structs.replace(again, version=entry.version) == entry
    assert suspension_by(desk.case("order.done", "dora")) is None
    assert suspension_by(desk.case("order.received", "dora", case="O-2", order={"kind": "rectify"})) is None


def test_an_order_that_widens_under_the_same_number_is_taken_and_what_was_put_before_is_not_taken_again(
    desk: Desk,
) -> None:
    more = {"jurisdictions": ["CN"], "service": {"id": "studio"}}
    desk.case("order.received", "dora", **more, order={"kind": "suspend-registration"})
    uid = case_uid("order", "#K-17")
    first = restated_order(desk, uid)
    desk.case("order.contested", "dora", order={"kind": "suspend-service"})
    wider = restated_order(desk, uid)
    assert (first.id, first.version >= 2) == (wider.id, True)
    before, after = (parse_entry("services", order.id, orjson.loads(to_json(order))) for order in (first, wider))
    sets = ReferenceSets.empty().put(before).put(after)
    assert sets.suspended == {"studio": {"suspend-service"}}
    with pytest.raises(StaleEntryError):
        sets.put(before)


def restated_order(desk: Desk, uid: str) -> ServiceOrder:
    """What a loss of the topics has said again of an order."""
    (order,) = (
        output for output in Restating(store=desk.store, layout=LAYOUT).of_case(uid) if isinstance(output, ServiceOrder)
    )
    return order


def test_the_same_identity_with_other_data_is_refused(desk: Desk) -> None:
    complain(desk, None)
    with pytest.raises(IdentityReusedError):
        complain(desk, "a" * 64)


# Crashes and races


def attempt(order: CaseAct) -> Callable[[ObjectStore], None]:
    def acting(store: ObjectStore) -> None:
        with contextlib.suppress(WorldError, ActRefusedError):
            Desk(store).acting(order)

    return acting


@pytest.mark.parametrize("trouble", ["fail", "lose answer"])
@pytest.mark.parametrize("calls", range(0, 40, 3))
def test_a_crash_anywhere_repeats_the_work_whatever_others_did_meanwhile(calls: int, trouble: Trouble) -> None:
    desk = Desk(StoreSimulator("content", "records"))
    uid = blocked(desk)
    complain(desk, uid)
    answer = desk.order("complaint.answered", "dora", outcome="overturned", seen_decision=in_force(desk, uid))
    take_turns(desk.store, [attempt(answer)], [*[(0, None)] * calls, (0, trouble)])
    has_decided = outcomes(desk.store, uid)[-1] == "allow"
    with contextlib.suppress(ActRefusedError):  # where it was answered before
        desk.act("complaint.acknowledged", "dora")
    attempt(answer)(desk.store)
    newest = desk.work.newest(answer_case := case_uid("complaint", "#K-17"))
    assert newest is not None
    assert newest.case_uid == answer_case
    if has_decided:
        assert (outcomes(desk.store, uid), newest.outcome) == (["hold", "block", "allow"], "overturned")
        assert [entry.corrects for entry in ledger(desk.store, USER)] == [None, 1]
    else:  # the officer had not seen that somebody acknowledged it
        assert (outcomes(desk.store, uid), newest.state) == (["hold", "block"], "acknowledged")


@given(turns=st.lists(st.tuples(st.integers(0, 1), st.none()), max_size=60))
@settings(max_examples=30, deadline=None)
def test_of_two_who_answer_at_one_moment_exactly_one_is_heard(turns: list[Turn]) -> None:
    desk = Desk(StoreSimulator("content", "records"))
    uid = blocked(desk)
    desk.case("appeal.opened", about={"event_uid": uid})
    orders = [
        desk.order("appeal.decided", by, outcome=outcome, seen_decision=in_force(desk, uid))
        for by, outcome in (("dora", "overturned"), ("carla", "upheld"))
    ]
    take_turns(desk.store, [attempt(order) for order in orders], turns)
    for order in orders:
        attempt(order)(desk.store)
    case = desk.work.newest(case_uid("appeal", "#K-17"))
    assert case is not None
    assert case.version == 2
    assert len(outcomes(desk.store, uid)) == 3
    assert (case.outcome == "overturned") == (outcomes(desk.store, uid)[-1] == "allow")


# Alerts


def looked_at(desk: Desk, what: str, by: str, *ids: str) -> Case:
    return desk.case(what, by, case="a" * 64, name=f"{by}-{what}-{ids}", alert={"ids": list(ids)})


def test_alerts_are_acknowledged_and_closed_and_open_again_with_the_next_one(desk: Desk) -> None:
    first, second = "1" * 64, "2" * 64
    case = looked_at(desk, "alert.acknowledged", "anna", first)
    assert (case.state, case.facts["alert.ids"], case.jurisdictions, case.clocks) == ("acknowledged", (first,), (), ())
    assert looked_at(desk, "alert.closed", "ben", first).state == "closed"
    case = looked_at(desk, "alert.acknowledged", "dora", first, second)
    assert (case.state, case.facts["alert.ids"]) == ("acknowledged", (first, second))
    with pytest.raises(RoleRefusedError, match="may not say that an alert was looked at"):
        looked_at(desk, "alert.closed", "vera", first)


# Steps against accounts


def due_step(desk: Desk, name: str = "post-1") -> tuple[Enforcement, CarryingOut]:
    """A step that the ladder of an account leads to, and what keeps its case."""
    step = desk.reviewing.escalation(violation(name))
    assert step is not None
    return step, CarryingOut(casework=desk.work, laws={step.rules[0].id: "CN"})


def test_a_step_is_a_case_from_its_announcement_until_somebody_says_that_it_was_taken(desk: Desk) -> None:
    step, carry_out = due_step(desk)
    opened = carry_out(step)
    assert (opened.kind, opened.id, opened.state) == ("enforcement", step.enforcement_id, "announced")
    assert (opened.jurisdictions, opened.facts["enforcement.step"]) == (("CN",), step.step)
    (clock,) = opened.clocks
    assert (clock.law.clock, clock.state, clock.law.length) == ("cn.deep-synthesis.art10.step-clock", "open", "P1D")
    assert carry_out(step) == opened

    taken = desk.case("enforcement.taken", "dora", case=step.enforcement_id, at="2026-06-01T15:00:00Z")
    assert (taken.state, taken.clocks[0].state) == ("taken", "met")
    assert taken.act is not None
    assert (taken.act.actor, taken.act.at) == ("dora", "2026-06-01T15:00:00.000Z")


def test_a_step_that_was_taken_back_asks_for_nothing_any_more(desk: Desk) -> None:
    uid = stored(desk.store, decision())
    desk.reviewing(review(desk.store, uid, "refuse", "anna"))
    (entry,) = ledger(desk.store, USER)
    step = desk.reviewing.escalation.said_of(entry)
    assert isinstance(step, Enforcement)
    carry_out = CarryingOut(casework=desk.work, laws={step.rules[0].id: "CN"})
    carry_out(step)
    complain(desk, uid)
    overturned = {"outcome": "overturned", "seen_decision": in_force(desk, uid)}
    decided = desk.act("complaint.answered", "dora", **overturned).decided
    assert decided is not None
    assert decided.enforcement is not None
    case = carry_out(decided.enforcement)
    assert (case.id, case.state, case.clocks[0].state) == (step.enforcement_id, "reversed", "withdrawn")
    with pytest.raises(ActRefusedError, match="reversed"):
        desk.case("enforcement.taken", "dora", case=step.enforcement_id)


def test_a_step_that_nobody_announced_cannot_be_said_to_be_taken(desk: Desk) -> None:
    with pytest.raises(ActRefusedError, match="no such case"):
        desk.case("enforcement.taken", "dora", case="e" * 64)
