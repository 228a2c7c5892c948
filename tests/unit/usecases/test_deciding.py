"""People decide: who may, on the sight of what, after whom; and decisions are reversed, never edited."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
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
    OversightFacts,
    ReviewRefusedError,
    RoleRefusedError,
    SamePersonError,
    oversight_facts,
)
from pipeline.errors import WorldError
from pipeline.events.identity import decision_id, enforcement_id, review_id
from pipeline.events.inputs import Review
from pipeline.events.intake import intake_review
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import Decision, DecisionOutcome, Enforcement, EnforcementReversal, ManifestRecord
from pipeline.policy.ladder import parse_ladder
from pipeline.policy.pack_files import shipped_pack
from pipeline.policy.reference import OperatorEntry, ReferenceSets
from pipeline.store import ObjectStore
from pipeline.store.chain import chain_of
from pipeline.store.simulator import StoreSimulator
from pipeline.usecases.escalation import Escalation, counted_against
from pipeline.usecases.frame import Outcome
from pipeline.usecases.reviewing import Reviewing
from tests.unit.turns import Trouble, take_turns
from tests.unit.violations import LAYOUT, RULE, USER, clock, decision, done, ledger, manifest_record

BEGAN = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When attempts begin that publish what tests store then."""

PEOPLE: Mapping[str, tuple[str, ...]] = {
    "anna": ("reviewer",),
    "ben": ("reviewer", "second-reviewer"),
    "carla": ("second-reviewer",),
    "dora": ("complaints-officer",),
    "vera": ("viewer",),
    "ada": ("admin",),
    "nobody": (),
}
TWO = OversightFacts(places={"cn-deep-synthesis-2023": "CN"}, second_eyes=frozenset({RULE}))
ONE = OversightFacts(places={"cn-deep-synthesis-2023": "CN"})


def operators(people: Mapping[str, tuple[str, ...]] = PEOPLE, **more: Any) -> ReferenceSets:
    entries = [
        msgspec.convert({"id": name, "version": 1, "roles": roles, **more}, OperatorEntry)
        for name, roles in people.items()
    ]
    return ReferenceSets.empty().updated(entries).sets


@pytest.fixture
def store() -> StoreSimulator:
    return StoreSimulator("content", "records")


def reviewing(store: ObjectStore, facts: OversightFacts = ONE, sets: ReferenceSets | None = None) -> Reviewing:
    times = clock()
    known = operators() if sets is None else sets
    return Reviewing(
        store=store,
        layout=LAYOUT,
        oversight=Oversight(references=lambda: known, facts=facts),
        escalation=escalation(store, times),
        now=lambda: next(times),
    )


def escalation(store: ObjectStore, times: Iterator[Any] | None = None) -> Escalation:
    ladder = parse_ladder("warn:1,restrict:2,suspend:3,close:5", 365)
    times = times or clock()
    return Escalation(store=store, layout=LAYOUT, ladder=ladder, now=lambda: next(times))


def stored(store: ObjectStore, record: Decision | ManifestRecord) -> str:
    """Store the record of an event and return the event's identity; what it blocks is counted."""
    store.create(LAYOUT.record(record.event_uid), to_json(record), media_type="application/json")
    against = counted_against(record)
    if against is not None:
        escalation(store)(against)
    return record.event_uid


def review(
    store: ObjectStore, uid: str, verdict: str, by: str = "anna", role: str | None = None, **more: Any
) -> Review:
    """A review of version 2 by somebody who looked just now."""
    chain = chain_of(store, LAYOUT, uid)
    seen = more.pop("seen", None if chain is None else chain.decision_id)
    data = {
        "event_uid": uid,
        "verdict": verdict,
        "actor": {"id": by, "role": role or PEOPLE[by][0]},
        "auth": {"issuer": "https://login.example", "at": "2026-06-01T08:00:00Z"},
        "seen": seen or "0" * 64,
        "reason": "It shows an event that did not happen.",
    }
    event = {
        "specversion": "1.0",
        "id": more.pop("name", f"{by}-{verdict}-{seen}"),
        "source": "/trust-and-safety",
        "type": "sealstream.review.v2",
        "time": "2026-06-01T13:00:00Z",
        "data": {**data, **more},
    }
    return intake_review(orjson.dumps(event), ())


def outcomes(store: ObjectStore, uid: str) -> list[str]:
    """What was decided about an event, one after the other."""
    chain = chain_of(store, LAYOUT, uid)
    assert chain is not None
    return [decided.decision for decided in (chain.record, *chain.taken)]


# Who may


@pytest.mark.parametrize(("verdict", "outcome"), [("release", "allow"), ("refuse", "block")])
@pytest.mark.parametrize(("by", "role"), [("anna", "reviewer"), ("ben", "reviewer"), ("carla", "second-reviewer")])
def test_a_reviewer_decides_about_what_is_held(
    store: StoreSimulator, verdict: str, outcome: str, by: str, role: str
) -> None:
    uid = stored(store, decision())
    said = reviewing(store)(review(store, uid, verdict, by, role)).record
    assert (said.decision, said.supersedes, said.decision_id) == (outcome, decision_id(uid), review_id(uid))
    assert said.review is not None
    assert (said.review.reviewer, said.review.role, said.review.stage) == (by, role, None)
    assert said.review.operators == operators().operators_version


@pytest.mark.parametrize(
    ("by", "role", "why"),
    [
        ("vera", "viewer", "viewer may not review"),
        ("vera", "reviewer", "does not have the role reviewer"),
        ("dora", "complaints-officer", "may not review"),
        ("ada", "admin", "may not review"),
        ("nobody", "reviewer", "does not have the role"),
        ("stranger", "reviewer", "not in the operators set"),
    ],
)
def test_whoever_may_not_is_refused_and_nothing_is_done(store: StoreSimulator, by: str, role: str, why: str) -> None:
    uid = stored(store, decision())
    before = done(store)
    with pytest.raises(RoleRefusedError, match=why) as error:
        reviewing(store)(review(store, uid, "release", by, role))
    assert done(store) == before
    assert by not in str(error.value).split()


@pytest.mark.parametrize("places", [("CN",), ("*",), ("KR", "CN"), ("EU",)])
def test_who_acts_for_some_places_decides_by_their_law_only(store: StoreSimulator, places: tuple[str, ...]) -> None:
    uid = stored(store, msgspec.structs.replace(decision(), findings=tuple(by_pack(decision()))))
    decide = reviewing(store, sets=operators(jurisdictions=places))
    order = review(store, uid, "release")
    if places != ("EU",):
        assert decide(order).record.decision == "allow"
    else:
        with pytest.raises(RoleRefusedError, match="CN"):
            decide(order)


def by_pack(record: Decision) -> Iterator[Any]:
    assert record.judged_by is not None
    for finding in record.findings:
        yield msgspec.structs.replace(finding, pack=record.judged_by.packs[0])


def test_without_operators_reviews_wait(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    with pytest.raises(OperatorsMissingError, match="operators set is empty"):
        reviewing(store, sets=ReferenceSets.empty())(review(store, uid, "release"))
    assert outcomes(store, uid) == ["hold"]


def test_a_review_of_version_1_is_refused_where_there_are_operators(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    old = msgspec.structs.replace(review(store, uid, "release"), auth=None, seen=None)
    with pytest.raises(RoleRefusedError, match="version 1"):
        reviewing(store)(old)


def test_what_was_decided_stays_decided_after_the_person_lost_the_role(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    order = review(store, uid, "release")
    said = reviewing(store)(order)
    assert reviewing(store, sets=operators({"anna": ()}))(order) == said


# On the sight of what


def test_an_act_on_what_was_not_seen_is_refused_and_says_what_came_first(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    late = review(store, uid, "release", "ben")
    reviewing(store)(review(store, uid, "refuse", "anna"))
    with pytest.raises(ActOvertakenError, match=r"not in force any more.*refuse, decided at") as error:
        reviewing(store)(late)
    assert "anna" not in str(error.value)
    assert outcomes(store, uid) == ["hold", "block"]


def test_an_act_on_another_events_decision_is_refused(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    with pytest.raises(ActOvertakenError, match="none about this event"):
        reviewing(store)(review(store, uid, "release", seen=decision_id("0" * 64)))


# After whom


def test_two_have_to_agree_where_a_pack_says_so(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    decide = reviewing(store, TWO)
    first = decide(review(store, uid, "refuse", "anna"))
    assert (first.record.decision, first.enforcement) == ("hold", None)
    assert first.record.review is not None
    assert first.record.review.stage == "first"
    with pytest.raises(RoleRefusedError, match="second look"):
        decide(review(store, uid, "refuse", "ben", "reviewer", name="in-another-role"))
    second = decide(review(store, uid, "refuse", "ben", "second-reviewer"))
    assert second.record.review is not None
    assert (second.record.decision, second.record.review.stage) == ("block", "second")
    assert second.record.supersedes == first.record.decision_id
    assert isinstance(second.enforcement, Enforcement)
    assert len(ledger(store)) == 1


def test_packs_say_where_they_are_law_and_which_rules_one_person_does_not_decide_about() -> None:
    pack = shipped_pack("illegal")
    first, *others = pack.rules
    strict = msgspec.structs.replace(pack, rules=(msgspec.structs.replace(first, second_eyes=True), *others))
    laws = {rule.id: "*" for rule in pack.rules}
    assert oversight_facts([strict]) == OversightFacts(
        places={"illegal": "*"}, second_eyes=frozenset({first.id}), laws=laws
    )
    assert oversight_facts([pack]).second_eyes == frozenset()


def test_the_second_look_is_another_persons(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    decide = reviewing(store, TWO)
    decide(review(store, uid, "refuse", "ben", "reviewer"))
    with pytest.raises(SamePersonError):
        decide(review(store, uid, "refuse", "ben", "second-reviewer"))
    assert outcomes(store, uid) == ["hold", "hold"]


def test_where_two_disagree_a_third_decides(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    decide = reviewing(store, TWO, operators({**PEOPLE, "emil": ("second-reviewer",)}))
    decide(review(store, uid, "refuse", "anna"))
    assert decide(review(store, uid, "release", "carla")).record.decision == "hold"
    third = decide(review(store, uid, "release", "emil", "second-reviewer"))
    assert third.record.decision == "allow"
    assert ledger(store) == []


def test_what_is_escalated_waits_for_a_second_reviewer_who_is_somebody_else(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    decide = reviewing(store)
    assert decide(review(store, uid, "escalate", "ben", "reviewer")).record.decision == "hold"
    with pytest.raises(RoleRefusedError):
        decide(review(store, uid, "release", "anna"))
    with pytest.raises(SamePersonError):
        decide(review(store, uid, "release", "ben", "second-reviewer"))
    assert decide(review(store, uid, "release", "carla")).record.decision == "allow"


# Decisions are reversed


@pytest.mark.parametrize("make", [decision, manifest_record])
def test_an_appeal_reverses_a_block_and_the_ledger_is_corrected_by_an_entry_of_its_own(
    store: StoreSimulator, make: Callable[[str, Any], Decision | ManifestRecord]
) -> None:
    uid = stored(store, make("post-1", "block"))
    (before,) = ledger(store)
    said = reviewing(store)(review(store, uid, "release", "dora", case="appeal-7"))
    assert (said.record.decision, said.record.supersedes) == ("allow", decision_id(uid))
    assert said.record.review is not None
    assert (said.record.review.stage, said.record.review.case) == ("appeal", "appeal-7")
    first, correction = ledger(store)
    assert first == before
    assert (correction.corrects, correction.step, correction.violations, correction.tally) == (1, None, 0, {})
    assert isinstance(said.enforcement, EnforcementReversal)
    assert (said.enforcement.step, said.enforcement.due, said.enforcement.account) == ("warn", None, USER)
    assert said.enforcement.reverses == enforcement_id(USER, 1)
    for schema, message in (("decision.v2", said.record), ("enforcement-reversal.v1", said.enforcement)):
        assert schemas.first_violation(schemas.validator(schema), orjson.loads(to_json(message))) is None


def test_after_a_reversal_the_next_violation_counts_as_if_the_first_had_not_been(store: StoreSimulator) -> None:
    uid = stored(store, decision("post-1", "block"))
    stored(store, decision("post-2", "block"))
    said = reviewing(store)(review(store, uid, "release", "dora", case="appeal-7")).enforcement
    assert isinstance(said, EnforcementReversal)
    assert (said.step, said.due, said.violations) == ("warn", "warn", 1)
    stored(store, decision("post-3", "block"))
    assert [(entry.number, entry.violations, entry.step) for entry in ledger(store)] == [
        (1, 1, "warn"),
        (2, 2, "restrict"),
        (3, 1, None),
        (4, 2, "restrict"),
    ]


def test_what_is_blocked_again_counts_again(store: StoreSimulator) -> None:
    uid = stored(store, decision("post-1", "block"))
    people = operators({**PEOPLE, "emil": ("complaints-officer",), "fritz": ("complaints-officer",)})
    decide = reviewing(store, sets=people)
    decide(review(store, uid, "release", "dora", case="1"))
    again = decide(review(store, uid, "refuse", "emil", "complaints-officer", case="2"))
    assert isinstance(again.enforcement, Enforcement)
    assert again.enforcement.violations == 1
    decide(review(store, uid, "release", "fritz", "complaints-officer", case="3"))
    assert outcomes(store, uid) == ["block", "allow", "block", "allow"]
    assert [entry.corrects for entry in ledger(store)] == [None, 1, None, 3]
    assert ledger(store)[-1].tally == {}


def test_an_upheld_complaint_blocks_what_was_allowed(store: StoreSimulator) -> None:
    uid = stored(store, decision("post-1", "allow"))
    said = reviewing(store)(review(store, uid, "refuse", "dora", case="complaint-3"))
    assert said.record.decision == "block"
    assert isinstance(said.enforcement, Enforcement)


def test_an_appeal_that_is_turned_down_is_a_decision_too_and_changes_no_ledger(store: StoreSimulator) -> None:
    uid = stored(store, decision("post-1", "block"))
    before = ledger(store)
    said = reviewing(store)(review(store, uid, "refuse", "dora", case="appeal-7"))
    assert (said.record.decision, said.enforcement) == ("block", None)
    assert said.record.supersedes == decision_id(uid)
    assert ledger(store) == before


def test_who_decided_first_does_not_decide_the_appeal(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    decide = reviewing(store)
    decide(review(store, uid, "refuse", "ben", "reviewer"))
    with pytest.raises(SamePersonError, match="decided about this event before"):
        decide(review(store, uid, "release", "ben", "second-reviewer", case="appeal-7"))
    assert decide(review(store, uid, "release", "carla", case="appeal-7")).record.decision == "allow"


def test_a_case_is_decided_once(store: StoreSimulator) -> None:
    uid = stored(store, decision("post-1", "block"))
    decide = reviewing(store)
    decide(review(store, uid, "release", "dora", case="appeal-7"))
    with pytest.raises(ReviewRefusedError, match="case was decided before"):
        decide(review(store, uid, "refuse", "carla", case="appeal-7"))


@pytest.mark.parametrize("by", ["anna", "vera", "ada"])
def test_an_appeal_is_not_for_everybody_to_decide(store: StoreSimulator, by: str) -> None:
    uid = stored(store, decision("post-1", "block"))
    with pytest.raises(RoleRefusedError, match="decision again"):
        reviewing(store)(review(store, uid, "release", by, case="appeal-7"))


@pytest.mark.parametrize("more", [{}, {"case": "appeal-7", "verdict": "escalate"}])
def test_without_a_case_or_a_verdict_a_decision_stands(store: StoreSimulator, more: dict[str, Any]) -> None:
    uid = stored(store, decision("post-1", "block"))
    with pytest.raises(ReviewRefusedError, match="not held: the decision about it is block"):
        reviewing(store)(review(store, uid, **{"verdict": "release", "by": "dora", **more}))


# Whatever happens


def test_the_decision_in_force_is_said_once_more_by_whoever_publishes_an_earlier_one(store: StoreSimulator) -> None:
    """After a crash, or at one moment, they come in any order; every publisher asks, and the last word is the same."""
    held = decision("post")
    uid = stored(store, held)
    decide = reviewing(store)
    assert decide.newer(held, BEGAN) is None
    refused = decide(review(store, uid, "refuse")).record
    allowed = decide(review(store, uid, "release", "dora", case="appeal-7")).record
    assert [decide.newer(said, BEGAN) for said in (held, refused, allowed)] == [allowed, allowed, None]


@pytest.mark.parametrize("outcome", ["allow", "block"])
def test_of_what_nobody_decides_about_in_that_moment_the_store_is_not_asked(
    store: StoreSimulator, outcome: DecisionOutcome
) -> None:
    said = decision("post", outcome)
    stored(store, said)
    before = len(store.calls)
    assert reviewing(store).newer(said, BEGAN) is None
    assert len(store.calls) == before


@pytest.mark.parametrize("outcome", ["allow", "block"])
def test_what_was_decided_on_appeal_is_said_after_a_replay_of_what_was_decided_long_before(
    store: StoreSimulator, outcome: DecisionOutcome
) -> None:
    said = decision("post", outcome)
    uid = stored(store, said)
    verdict = "release" if outcome == "block" else "refuse"
    appealed = reviewing(store)(review(store, uid, verdict, "dora", case="appeal-7")).record
    assert reviewing(store).newer(said, BEGAN + timedelta(hours=1)) == appealed


def reversed_after_refusal(store: ObjectStore) -> tuple[Review, Review]:
    """A refusal, and the appeal against it, both seen as they will be."""
    uid = stored(store, decision())
    first = review(store, uid, "refuse", "anna")
    return first, review(store, uid, "release", "dora", case="appeal-7", seen=review_id(uid))


CALLS = 20
"""Of the store, for an appeal that takes an entry out of the ledger, and a few more."""


@pytest.mark.parametrize("trouble", ["fail", "lose answer"])
@pytest.mark.parametrize("nth", range(1, CALLS + 1))
def test_a_crash_anywhere_is_repeated_to_the_same_end(store: StoreSimulator, trouble: str, nth: int) -> None:
    """Also where the refusal crashed before it was counted: the appeal counts it first, and then takes it back."""
    first, appeal = reversed_after_refusal(store)
    said: list[Outcome[Decision]] = []
    {"fail": store.fail, "lose answer": store.lose_answer}[trouble](nth)
    for order in (first, appeal, first, appeal, first):
        try:
            if order is appeal and outcomes(store, first.event_uid) == ["hold"]:
                continue  # nobody appeals against what is not decided
            said.append(reviewing(store)(order))
        except (WorldError, ActRefusedError):
            continue
    assert outcomes(store, first.event_uid) == ["hold", "block", "allow"]
    assert [(entry.corrects, entry.violations) for entry in ledger(store)] == [(None, 1), (1, 0)]
    assert len({to_json(outcome) for outcome in said}) == 2


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.none()), max_size=24))
def test_the_same_review_at_two_workers_is_one_review_to_both(turns: list[tuple[int, None]]) -> None:
    store = StoreSimulator("content", "records")
    order = review(store, stored(store, decision()), "refuse")
    outcome, other = take_turns(store, [lambda door: reviewing(door)(order)] * 2, turns)
    assert to_json(outcome) == to_json(other)
    assert len(ledger(store)) == 1


Act = tuple[str, str, str, str | None]
ACTS: Sequence[Act] = (
    ("refuse", "anna", "reviewer", None),
    ("release", "ben", "second-reviewer", None),
    ("refuse", "carla", "second-reviewer", None),
    ("release", "dora", "complaints-officer", "appeal-7"),
    ("escalate", "anna", "reviewer", None),
)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([ONE, TWO]),
    st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 2)), min_size=2, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, None, None, "fail", "lose answer"])), max_size=40),
)
def test_whoever_acts_at_the_same_time_decisions_are_one_chain_and_the_ledger_agrees_with_it(
    facts: OversightFacts, acts: list[tuple[Act, int]], turns: list[tuple[int, Trouble | None]]
) -> None:
    """Several people at several workers, each of whom looks before acting, with deliveries repeated after trouble."""
    store = StoreSimulator("content", "records")
    uid = stored(store, decision())
    jobs = [job(facts, uid, act, times, number) for number, (act, times) in enumerate(acts)]
    take_turns(store, jobs, turns)

    chain = chain_of(store, LAYOUT, uid)
    assert chain is not None
    before = decision_id(uid)
    for taken in chain.taken:
        assert taken.supersedes == before
        before = taken.decision_id
    reviewers = [decided.review.reviewer for decided in chain.taken if decided.review is not None]
    assert len(reviewers) == len(set(reviewers))
    assert sum(-1 if entry.corrects else 1 for entry in ledger(store)) == (chain.outcome == "block")


def job(facts: OversightFacts, uid: str, act: Act, times: int, number: int) -> Callable[[ObjectStore], None]:
    verdict, by, role, case = act

    def send(store: ObjectStore) -> None:
        order: Review | None = None
        done = 0
        while done < times:
            try:
                order = order or review(
                    store, uid, verdict, by, role, case=case or f"none-{number}", name=f"act-{number}"
                )
                reviewing(store, facts)(order)
            except ActRefusedError:
                return
            except WorldError:
                continue
            done += 1

    return send
