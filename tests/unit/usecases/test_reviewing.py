"""Reviews of version 1, which development takes: released or refused once, and a refusal counts."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from pipeline.duties import Oversight, ReviewRefusedError
from pipeline.errors import BugError, ProducerError, WorldError
from pipeline.events.identity import event_uid, review_id
from pipeline.events.inputs import Review
from pipeline.events.intake import intake_review
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import Decision, EnforcedRule, ManifestRecord, ReviewOutcome
from pipeline.policy.ladder import parse_ladder
from pipeline.policy.reference import ReferenceSets
from pipeline.store import ObjectStore
from pipeline.store.simulator import StoreSimulator
from pipeline.usecases.escalation import Escalation
from pipeline.usecases.frame import Outcome
from pipeline.usecases.reviewing import Reviewing
from tests.unit.turns import take_turns
from tests.unit.violations import CITATION, LAYOUT, RULE, USER, clock, decision, done, ledger, manifest_record

SECRETS = ("reviewer-17", "It shows", USER)


@pytest.fixture
def store() -> StoreSimulator:
    return StoreSimulator("content", "records")


@pytest.fixture
def decide(store: StoreSimulator) -> Reviewing:
    return reviewing(store)


def reviewing(store: ObjectStore) -> Reviewing:
    times = clock()
    ladder = parse_ladder("warn:1,restrict:2,suspend:3,close:5", 365)
    escalation = Escalation(store=store, layout=LAYOUT, ladder=ladder, now=lambda: next(times))
    open_to_all = Oversight(references=ReferenceSets.empty, without_operators=True)
    return Reviewing(store=store, layout=LAYOUT, oversight=open_to_all, escalation=escalation, now=lambda: next(times))


def held(store: ObjectStore, record: Decision | ManifestRecord) -> str:
    """Store the record of an event and return the event's identity."""
    store.create(LAYOUT.record(record.event_uid), to_json(record), media_type="application/json")
    return record.event_uid


def review(uid: str, verdict: str = "refuse", *, review_name: str = "review-1", **more: Any) -> Review:
    data = {
        "event_uid": uid,
        "verdict": verdict,
        "reviewer": {"id": "reviewer-17"},
        "reason": "It shows an event that did not happen.",
    }
    event = {
        "specversion": "1.0",
        "id": review_name,
        "source": "/trust-and-safety",
        "type": "sealstream.review.v1",
        "time": "2026-06-01T13:00:00Z",
        "data": {**data, **more},
    }
    return intake_review(orjson.dumps(event), ())


def test_a_released_event_is_allowed_and_counts_against_nobody(decide: Reviewing, store: StoreSimulator) -> None:
    said = decide(review(held(store, decision()), "release"))
    assert (said.record.decision, said.alerts, said.enforcement) == ("allow", (), None)
    assert ledger(store) == []


def test_a_refused_event_is_blocked_and_counts_against_the_account(decide: Reviewing, store: StoreSimulator) -> None:
    said = decide(review(held(store, decision()), "refuse"))
    assert said.record.decision == "block"
    assert said.enforcement is not None
    assert (said.enforcement.account, said.enforcement.step) == (USER, "warn")
    assert said.enforcement.rules == (EnforcedRule(id=RULE, citation=CITATION),)
    assert said.enforcement.record_uri == said.record.record_uri


def test_a_refused_event_for_which_no_account_answers_is_blocked_all_the_same(
    decide: Reviewing, store: StoreSimulator
) -> None:
    said = decide(review(held(store, decision(account=None)), "refuse"))
    assert (said.record.decision, said.enforcement) == ("block", None)


def test_the_decision_repeats_what_was_found_and_says_who_decided_and_why(
    decide: Reviewing, store: StoreSimulator
) -> None:
    record = decision()
    order = review(held(store, record), "refuse")
    said = decide(order).record
    assert said == msgspec.structs.replace(
        record,
        decision_id=review_id(record.event_uid),
        supersedes=record.decision_id,
        decision="block",
        record_uri=LAYOUT.review(record.event_uid).uri,
        decided_at="2026-06-01T12:00:00.000+00:00",
        review=ReviewOutcome(
            verdict="refuse",
            reviewer="reviewer-17",
            reason="It shows an event that did not happen.",
            reviewed_at="2026-06-01T13:00:00Z",
            event=order.reference,
            event_digest=order.digest,
        ),
    )
    assert msgspec.json.decode(store.require(LAYOUT.review(record.event_uid)).body, type=Decision) == said


@pytest.mark.parametrize("make", [decision, manifest_record])
def test_what_is_published_keeps_to_its_schema(
    decide: Reviewing, store: StoreSimulator, make: Callable[[], Decision | ManifestRecord]
) -> None:
    said = decide(review(held(store, make())))
    assert said.enforcement is not None
    for schema, message in (("decision.v2", said.record), ("enforcement.v1", said.enforcement)):
        assert schemas.first_violation(schemas.validator(schema), orjson.loads(to_json(message))) is None


def test_the_record_of_the_held_event_stays_as_it_is(decide: Reviewing, store: StoreSimulator) -> None:
    uid = held(store, decision())
    before = store.require(LAYOUT.record(uid))
    decide(review(uid))
    assert store.require(LAYOUT.record(uid)) == before


def test_a_held_generation_is_decided_on_its_sealed_asset(decide: Reviewing, store: StoreSimulator) -> None:
    record = manifest_record()
    said = decide(review(held(store, record), "release")).record
    assert said.content is not None
    assert (said.content.id, said.content.mime) == (record.content.id, record.content.mime)
    assert (said.content.sha256, said.content.size) == (record.sealed.sha256, record.sealed.size)
    assert (said.decision, said.declared) == ("allow", "ai")
    assert (said.credential, said.findings, said.judged_by) == (record.credential, record.findings, record.judged_by)


def test_a_held_activity_has_no_content_to_decide_on(decide: Reviewing, store: StoreSimulator) -> None:
    record = msgspec.structs.replace(decision(), content=None, credential=None)
    said = decide(review(held(store, record), "release")).record
    assert (said.content, said.credential, said.decision) == (None, None, "allow")


@pytest.mark.parametrize("verdict", ["release", "refuse"])
def test_the_same_review_again_says_the_same_byte_for_byte(
    decide: Reviewing, store: StoreSimulator, verdict: str
) -> None:
    order = review(held(store, decision()), verdict)
    first = to_json(decide(order))
    stored = store.objects
    assert to_json(decide(order)) == first
    assert store.objects == stored


@pytest.mark.parametrize("verdict", ["release", "refuse"])
def test_a_second_review_is_told_what_was_decided_when_and_where_to_see_by_whom(
    decide: Reviewing, store: StoreSimulator, verdict: str
) -> None:
    uid = held(store, decision())
    decide(review(uid, "release"))
    stored = done(store)
    with pytest.raises(ReviewRefusedError) as late:
        decide(review(uid, verdict, review_name="review-2"))
    assert "release" in late.value.what
    assert "2026-06-01T12:00:00.000+00:00" in late.value.what
    assert LAYOUT.review(uid).uri in late.value.what
    assert done(store) == stored


def test_a_review_of_an_event_that_nobody_knows_is_refused(decide: Reviewing, store: StoreSimulator) -> None:
    uid = event_uid("/platform", "nobody")
    with pytest.raises(ReviewRefusedError, match="no record"):
        decide(review(uid))
    assert not done(store)


@pytest.mark.parametrize("outcome", ["allow", "block"])
@pytest.mark.parametrize("make", [decision, manifest_record])
def test_a_review_of_an_event_that_is_not_held_is_refused(
    decide: Reviewing, store: StoreSimulator, make: Callable[[str, Any], Decision | ManifestRecord], outcome: str
) -> None:
    uid = held(store, make("post-1", outcome))
    with pytest.raises(ReviewRefusedError, match=f"is {outcome}"):
        decide(review(uid))
    assert list(done(store)) == [LAYOUT.record(uid)]


def test_a_review_cannot_be_reviewed(decide: Reviewing, store: StoreSimulator) -> None:
    order = review(held(store, decision()))
    decide(order)
    with pytest.raises(ReviewRefusedError, match="no record"):
        decide(review(order.uid, review_name="review-2"))


def test_records_from_before_reviews_can_be_released_and_refused(decide: Reviewing, store: StoreSimulator) -> None:
    """Version 1 had neither packs nor accounts, but it held events."""
    record = decision()
    old = orjson.loads(to_json(record))
    old = {name: old[name] for name in old if name not in ("judged_by", "counts_against", "review")}
    store.create(LAYOUT.record(record.event_uid), orjson.dumps(old), media_type="application/json")
    said = decide(review(record.event_uid))
    assert (said.record.decision, said.enforcement) == ("block", None)


@pytest.mark.parametrize("body", [b"{}", b"\xff", b"[]"])
def test_what_is_no_record_is_our_fault_and_not_the_reviewers(
    decide: Reviewing, store: StoreSimulator, body: bytes
) -> None:
    uid = event_uid("/platform", "post-1")
    store.create(LAYOUT.record(uid), body, media_type="application/json")
    with pytest.raises(BugError):
        decide(review(uid))


def test_what_is_no_review_is_our_fault_and_not_the_reviewers(decide: Reviewing, store: StoreSimulator) -> None:
    uid = held(store, decision())
    store.create(LAYOUT.review(uid), to_json(decision()), media_type="application/json")
    with pytest.raises(BugError):
        decide(review(uid))


def test_no_error_names_the_reviewer_the_reason_or_the_account(decide: Reviewing, store: StoreSimulator) -> None:
    uid = held(store, decision("post-1"))
    decide(review(uid))
    refused = [
        review(uid, review_name="another"),
        review(held(store, decision("post-2", "allow"))),
        review(event_uid("/platform", "nobody")),
    ]
    for order in refused:
        with pytest.raises(ProducerError) as error:
            decide(order)
        assert not any(secret in str(error.value) for secret in SECRETS)


CALLS = 11
"""Of the store, for the refusal of an event whose account has no ledger yet."""


@pytest.mark.parametrize("trouble", ["fail", "lose answer"])
@pytest.mark.parametrize("nth", range(1, CALLS + 1))
def test_a_crash_anywhere_is_repeated_to_the_same_end(
    decide: Reviewing, store: StoreSimulator, trouble: str, nth: int
) -> None:
    """Also between the decision and the ledger, and between the ledger and what would have been published."""
    uid = held(store, decision())
    {"fail": store.fail, "lose answer": store.lose_answer}[trouble](nth)
    with pytest.raises(WorldError):
        decide(review(uid))
    said = decide(review(uid))
    assert said.record.decision == "block"
    assert said.enforcement is not None
    assert (said.enforcement.step, said.enforcement.violations) == ("warn", 1)
    assert [entry.event_uid for entry in ledger(store)] == [uid]
    assert decide(review(uid)) == said


def test_a_refusal_takes_as_many_calls_as_the_test_of_crashes_lets_fail(
    decide: Reviewing, store: StoreSimulator
) -> None:
    uid = held(store, decision())
    before = len(store.calls)
    decide(review(uid))
    assert len(store.calls) - before == CALLS


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["release", "refuse"]), st.integers(1, 2)), min_size=2, max_size=3),
    st.lists(st.integers(0, 2), max_size=24),
)
def test_of_reviews_at_the_same_time_one_decides_and_the_others_are_told(
    votes: list[tuple[str, int]], order: list[int]
) -> None:
    """Several reviewers, each of whom may send a review more than once."""
    store = StoreSimulator("content", "records")
    uid = held(store, decision())
    jobs = [job([review(uid, verdict, review_name=f"review-{n}")] * times) for n, (verdict, times) in enumerate(votes)]
    said = take_turns(store, jobs, [(place, None) for place in order])

    winners = [place for place, results in enumerate(said) if not any(isinstance(result, str) for result in results)]
    assert len(winners) == 1
    decided = said[winners[0]]
    assert len({to_json(result) for result in decided if isinstance(result, Outcome)}) == 1
    assert all(
        isinstance(result, str) for place, results in enumerate(said) if place not in winners for result in results
    )
    assert len(ledger(store)) == (votes[winners[0]][0] == "refuse")


def job(orders: Sequence[Review]) -> Callable[[ObjectStore], list[Outcome[Decision] | str]]:
    def send(store: ObjectStore) -> list[Outcome[Decision] | str]:
        decide, said = reviewing(store), list[Outcome[Decision] | str]()
        for order in orders:
            try:
                said.append(decide(order))
            except ReviewRefusedError as refusal:
                said.append(refusal.what)
        return said

    return send
