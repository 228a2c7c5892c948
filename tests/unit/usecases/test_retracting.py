"""Later verdicts: what is out and found illegal is retracted, its bytes are blocked, what comes near is held."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import schemas
from pipeline.assets import sha256_hex
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.duties import ActOvertakenError, OperatorsMissingError, Oversight, ReviewRefusedError, RoleRefusedError
from pipeline.errors import IdentityReusedError, WorldError
from pipeline.events.identity import account_of, decision_id, event_uid
from pipeline.events.inputs import ActivityEvent, Review
from pipeline.events.intake import intake_review
from pipeline.events.outgoing import encode, to_json
from pipeline.events.outputs import Decision, Enforcement, FeatureAddition
from pipeline.policy.judge import Judge
from pipeline.policy.pack_files import load_packs
from pipeline.policy.reference import ReferenceSets, parse_entry
from pipeline.store import ObjectStore
from pipeline.store.keys import account_prefix
from pipeline.usecases.retracting import Retraction
from tests.unit.films import each_second, film
from tests.unit.house import House, activity, generation, png, publication, review
from tests.unit.turns import take_turns

WORDS = (
    "The ferry leaves the harbour at seven every morning, with a crew of four and whatever the islanders have bought "
    "the day before: flour and lamp oil, a new rudder, two goats. By noon it lies at the pier of the outermost island, "
    "where nobody has ever counted the gulls. In winter it stays away for weeks, and the postmistress reads the old "
    "letters aloud to whoever comes in for warmth. "
)
AUTH = {"issuer": "https://login.example", "at": "2026-06-01T11:58:00Z"}
AUTHOR, STRANGER = account_of("author"), account_of("stranger")


def published(house: House, body: str, name: str, user: str | None = "author") -> Decision:
    """A text by a person that was published: nothing asks more of it than that nobody found it illegal."""
    who = {} if user is None else {"user": {"id_hash": user, "identity": {"status": "verified", "method": "mobile"}}}
    content = {"id": name, "mime": "text/plain", "text": body, "synthetic": "no"}
    said = house.inspect(publication({"content": content, **who}, event_id=name))
    assert said.record.decision == "allow", said.record.findings
    return said.record


def found(sha256: str, name: str = "verdict", **review_facts: Any) -> ActivityEvent:
    """An activity: a review ended, and these bytes are illegal."""
    facts = {"verdict": "illegal", **review_facts}
    data = {"event_type": "review.completed", "content": {"sha256": sha256}, "review": facts}
    event: ActivityEvent = activity(data, event_id=name)
    return event


def seen_illegal(uid: str, seen: str | None = None, *, name: str = "seen", **more: Any) -> Review:
    """A review: a person who saw a decision, the first one unless it is said, found the content of an event illegal."""
    data = {
        "event_uid": uid,
        "verdict": "illegal",
        "actor": {"id": "reviewer-7", "role": "reviewer"},
        "auth": AUTH,
        "seen": seen or decision_id(uid),
        "reason": "It shows it.",
        **more,
    }
    return people_say(data, name)


def people_say(data: dict[str, Any], name: str) -> Review:
    event = {"specversion": "1.0", "id": name, "source": "/people", "type": "sealstream.review.v2", "data": data}
    return intake_review(orjson.dumps(event), ())


def follow(house: House, event: ActivityEvent) -> Retraction:
    """What follows from an activity that retracts."""
    said = house.retract.of_activity(event, house.assess(event).record)
    assert said is not None
    return said


def sha_of(decision: Decision) -> str:
    assert decision.content is not None
    return decision.content.sha256


def learn(house: House, *additions: FeatureAddition) -> None:
    """Let a worker know what is on the topic of features, as its follower would."""
    for addition in additions:
        data = orjson.loads(encode(addition, source="here").value)
        assert schemas.first_violation(schemas.validator("feature.v1"), data) is None
        house.references = house.references.put(parse_entry("features", addition.id, data))


def entries(house: House, account: str) -> int:
    """How many entries an account's ledger has."""
    return sum(key.startswith(account_prefix(account)) for key in house.records())


def test_what_was_published_before_is_retracted_event_by_event_under_its_own_key(house: House) -> None:
    events = [published(house, WORDS, "one"), published(house, WORDS, "two", "stranger")]
    other = published(house, WORDS.upper(), "another text")
    said = follow(house, found(sha_of(events[0])))
    assert {retracted.event_uid for retracted in said.decisions} == {event.event_uid for event in events}
    assert other.event_uid not in {retracted.event_uid for retracted in said.decisions}
    for decision in said.decisions:
        outgoing = encode(decision, source="here")
        assert decision.decision == "retracted"
        assert decision.content is not None
        assert outgoing.key == decision.content.id.encode()
        assert schemas.first_violation(schemas.validator("decision.v2"), orjson.loads(outgoing.value)) is None


def test_a_retraction_says_why_by_which_article_and_by_which_verdict(credentials: InProcessCredentialService) -> None:
    house = House(credentials, jurisdictions=("CN",))
    content = {"id": "one", "mime": "text/plain", "text": WORDS, "synthetic": "no"}
    user = {"id_hash": "author", "identity": {"status": "verified", "method": "mobile"}}
    house.inspect(publication({"content": content, "user": user}, event_id="one"))
    verdict = found(house_digest(WORDS), categories=["other"])
    (decision,) = follow(house, verdict).decisions
    assert decision.retraction is not None
    assert (decision.retraction.event, decision.retraction.event_digest) == (verdict.reference, verdict.digest)
    assert decision.retraction.categories == ("other",)
    cited = {finding.rule: finding.citation for finding in decision.findings}
    assert cited.keys() == {"illegal.retracted", "cn.deep-synthesis.art10.retract"}
    assert str(cited["cn.deep-synthesis.art10.retract"]).endswith("(Deep Synthesis Provisions), Art. 10")


def house_digest(text: str) -> str:
    return sha256_hex(text.encode())


def test_the_same_bytes_are_blocked_from_then_on_and_the_match_names_its_entry(house: House) -> None:
    sha256 = sha_of(published(house, WORDS, "one"))
    learn(house, *follow(house, found(sha256)).additions)
    content = {"id": "again", "mime": "text/plain", "text": WORDS, "synthetic": "no"}
    again = house.inspect(publication({"content": content}, event_id="again")).record
    assert again.decision == "block"
    (finding,) = (candidate for candidate in again.findings if candidate.rule == "illegal.content")
    assert finding.evidence["matched_features"] == (f"illegal:{sha256}",)


def test_what_a_verdict_calls_it_is_what_a_match_says_it_is(house: House) -> None:
    sha256 = sha_of(published(house, WORDS, "one"))
    learn(house, *follow(house, found(sha256, categories=["ncii"])).additions)
    content = {"id": "again", "mime": "text/plain", "text": WORDS, "synthetic": "no"}
    again = house.inspect(publication({"content": content}, event_id="again")).record
    assert {"illegal.content", "illegal.intimate"} <= {finding.rule for finding in again.findings}


def test_what_comes_near_is_held_for_a_person_and_not_blocked(house: House) -> None:
    learn(house, *follow(house, found(sha_of(published(house, WORDS, "one")))).additions)
    near = {"id": "near", "mime": "text/plain", "text": WORDS.replace("seven", "eight"), "synthetic": "no"}
    said = house.inspect(publication({"content": near}, event_id="near"))
    assert said.record.decision == "hold"
    (finding,) = (candidate for candidate in said.record.findings if candidate.action == "hold")
    assert (finding.rule, finding.outcome) == ("illegal.resembles", "unknown")
    assert said.record.counts_against is None
    far = {"id": "far", "mime": "text/plain", "text": "Of cabbages and kings. " * 20, "synthetic": "no"}
    assert house.inspect(publication({"content": far}, event_id="far")).record.decision == "allow"


def test_what_is_made_anew_and_comes_near_is_held_too(house: House) -> None:
    learn(house, *follow(house, found(sha_of(published(house, WORDS, "one")))).additions)
    made = {"id": "near", "mime": "text/plain", "text": WORDS.replace("seven", "eight"), "operation": "generated"}
    record = house.seal(generation({"content": made}, event_id="near")).record
    assert "illegal.resembles" in {finding.rule for finding in record.findings if finding.action == "hold"}


def test_a_video_that_is_made_anew_and_comes_near_is_held_though_its_key_frames_are_elsewhere(house: House) -> None:
    first = {**house.put("first.mp4", each_second(), "video/mp4"), "operation": "generated"}
    sealed = house.seal(generation({"content": first}, event_id="first")).record.sealed
    learn(house, *follow(house, found(sealed.sha256)).additions)
    again = {**house.put("again.mp4", film(g="999", sc_threshold="0"), "video/mp4"), "operation": "generated"}
    record = house.seal(generation({"content": again}, event_id="again")).record
    assert "illegal.resembles" in {finding.rule for finding in record.findings if finding.action == "hold"}


def test_of_what_was_sealed_the_original_the_sealed_asset_and_its_publications_go_together(house: House) -> None:
    content = {**house.put("cat.png", png(7), "image/png"), "operation": "generated"}
    record = house.seal(generation({"content": content}, event_id="made")).record
    sealed = house.put("sealed.png", house.stored(record.sealed.uri), "image/png")
    shown = house.inspect(publication({"content": {**sealed, "synthetic": "yes"}}, event_id="shown")).record
    assert shown.decision == "allow"
    said = follow(house, found(record.original.sha256))
    assert {decision.event_uid for decision in said.decisions} == {record.event_uid, shown.event_uid}
    assert {addition.sha256 for addition in said.additions if addition.sha256} == {
        record.original.sha256,
        record.sealed.sha256,
    }
    assert follow(house, found(record.sealed.sha256, "another")).decisions == said.decisions


def test_each_event_counts_once_against_the_user_who_published_it(house: House) -> None:
    sha256 = sha_of(published(house, WORDS, "one"))
    published(house, WORDS, "two")
    published(house, WORDS, "three", "stranger")
    published(house, WORDS, "four", None)
    said = follow(house, found(sha256))
    assert sorted((enforcement.account, enforcement.step) for enforcement in said.enforcements) == sorted(
        [(AUTHOR, "warn"), (AUTHOR, "restrict"), (STRANGER, "warn")]
    )
    assert follow(house, found(sha256)) == said
    assert follow(house, found(sha256, "another verdict")).enforcements == said.enforcements
    assert (entries(house, AUTHOR), entries(house, STRANGER)) == (2, 1)


def test_an_account_is_kept_in_the_store_and_told_on_no_topic_of_content(house: House) -> None:
    decision = published(house, WORDS, "one")
    assert decision.account == AUTHOR
    assert AUTHOR.encode() in house.stored(decision.record_uri)
    assert AUTHOR.encode() not in encode(decision, source="here").value


def test_the_first_verdict_about_bytes_counts_and_a_second_one_changes_nothing_that_was_said(house: House) -> None:
    sha256 = sha_of(published(house, WORDS, "one"))
    first = follow(house, found(sha256))
    second = follow(house, found(sha256, "another", categories=["other"]))
    assert second.decisions == first.decisions
    assert {addition.category for addition in second.additions} == {"other"}


def test_a_verdict_that_names_no_bytes_retracts_nothing_and_asks_for_them(house: House) -> None:
    event = activity({"event_type": "review.completed", "review": {"verdict": "illegal"}})
    said = house.assess(event)
    assert house.retract.of_activity(event, said.record) is None
    (alert,) = said.alerts
    assert alert.rule.id == "illegal.known-later"
    assert "content.sha256" in str(alert.remedy)


@pytest.mark.parametrize(
    "facts", [{"verdict": "harmful"}, {"verdict": "ok"}, {"verdict": "ok", "categories": ["other"]}]
)
def test_a_milder_verdict_retracts_nothing(house: House, facts: dict[str, Any]) -> None:
    event = found(sha_of(published(house, WORDS, "one")), **facts)
    assert house.retract.of_activity(event, house.assess(event).record) is None


def test_an_incident_is_told_of_once_by_an_alert(house: House) -> None:
    event = found(sha_of(published(house, WORDS, "one")))
    alerts = house.assess(event).alerts
    assert [(alert.rule.id, alert.kind, alert.severity) for alert in alerts] == [
        ("illegal.retracted", "illegal-content", "critical")
    ]


# A person's review


def test_a_review_finds_what_was_allowed_illegal(house: House) -> None:
    decision = published(house, WORDS, "one")
    said = house.retract.of_review(seen_illegal(decision.event_uid, categories=["other"]))
    (retracted,) = said.decisions
    assert retracted.retraction is not None
    assert (retracted.retraction.reviewer, retracted.retraction.reason) == ("reviewer-7", "It shows it.")
    assert [alert.rule.id for alert in said.alerts] == ["illegal.retracted"]
    assert f"illegal:{sha_of(decision)}:other" in {addition.id for addition in said.additions}
    assert [step.account for step in said.enforcements] == [AUTHOR]


def test_a_review_is_judged_by_the_law_of_the_places_that_it_names(house: House) -> None:
    decision = published(house, WORDS, "one")
    (retracted,) = house.retract.of_review(seen_illegal(decision.event_uid, jurisdictions=["CN"])).decisions
    assert "cn.deep-synthesis.art10.retract" in {finding.rule for finding in retracted.findings}


def test_what_was_retracted_is_not_released(house: House) -> None:
    content = {"id": "held", "mime": "text/plain", "text": WORDS, "synthetic": "yes"}
    decision = house.inspect(publication({"content": content}, event_id="held")).record
    assert decision.decision == "hold"
    house.retract.of_review(seen_illegal(decision.event_uid))
    release = {"event_uid": decision.event_uid, "verdict": "release", "reviewer": {"id": "r"}, "reason": "Fine."}
    with pytest.raises(ReviewRefusedError, match="found illegal"):
        house.review(review(release, event_id="late"))


def test_what_was_released_is_retracted_all_the_same(house: House) -> None:
    content = {"id": "held", "mime": "text/plain", "text": WORDS, "synthetic": "yes"}
    decision = house.inspect(publication({"content": content}, event_id="held")).record
    release = {"event_uid": decision.event_uid, "verdict": "release", "reviewer": {"id": "r"}, "reason": "Fine."}
    released = house.review(review(release, event_id="early")).record
    assert released.decision == "allow"
    (retracted,) = house.retract.of_review(seen_illegal(decision.event_uid, released.decision_id)).decisions
    assert retracted.decision == "retracted"


def test_what_was_blocked_and_released_on_appeal_counts_again_when_it_is_retracted(house: House) -> None:
    learn(house, FeatureAddition(id="f", version=1, verdict="illegal", sha256=house_digest(WORDS), category=None))
    user = {"id_hash": "author", "identity": {"status": "verified", "method": "mobile"}}
    content = {"id": "one", "mime": "text/plain", "text": WORDS, "synthetic": "no"}
    blocked = house.inspect(publication({"content": content, "user": user}, event_id="one"))
    assert blocked.record.decision == "block"
    assert isinstance(blocked.enforcement, Enforcement)
    uid = blocked.record.event_uid
    appeal = {"event_uid": uid, "verdict": "release", "reason": "It does not.", "case": "A-1", "seen": decision_id(uid)}
    actor = {"actor": {"id": "d", "role": "complaints-officer"}, "auth": AUTH}
    released = house.review(people_say({**appeal, **actor}, "appeal")).record
    assert (released.decision, entries(house, AUTHOR)) == ("allow", 2)
    verdict = seen_illegal(uid, released.decision_id)
    (step,) = house.retract.of_review(verdict).enforcements
    assert step.enforcement_id != blocked.enforcement.enforcement_id
    assert entries(house, AUTHOR) == 3
    assert [enforcement.enforcement_id for enforcement in house.retract.of_review(verdict).enforcements] == [
        step.enforcement_id
    ]
    assert entries(house, AUTHOR) == 3


def test_a_refusal_that_is_published_after_the_retraction_has_it_said_again(house: House) -> None:
    content = {"id": "held", "mime": "text/plain", "text": WORDS, "synthetic": "yes"}
    held = house.inspect(publication({"content": content}, event_id="held")).record
    assert held.decision == "hold"
    refusal = {"event_uid": held.event_uid, "verdict": "refuse", "reviewer": {"id": "r-7"}, "reason": "A fake."}
    refused = house.review(review(refusal, event_id="refusal")).record
    assert house.retract.late(refused) is None, "nothing was found illegal"
    retracted = house.retract.of_review(seen_illegal(held.event_uid, seen=refused.decision_id))
    late = house.retract.late(refused)
    assert late is not None
    assert late.decisions == retracted.decisions


def test_a_review_of_what_has_no_record_or_no_bytes_is_refused(house: House) -> None:
    complaint = house.assess(activity({"event_type": "complaint.updated"}, event_id="complaint")).record
    for uid in (event_uid("/studio", "nobody"), complaint.event_uid):
        with pytest.raises(ReviewRefusedError):
            house.retract.of_review(seen_illegal(uid, name=uid))


def test_a_verdict_that_no_rule_takes_up_is_refused_for_good_and_a_new_review_is_asked_for(house: House) -> None:
    decision = published(house, WORDS, "one")
    packs = [pack for pack in load_packs() if pack.name != "illegal"]
    without = replace(house.retract, policy=replace(house.retract.policy, judge=Judge(packs)))
    with pytest.raises(ReviewRefusedError, match="No rule in use") as error:
        without.of_review(seen_illegal(decision.event_uid))
    assert "send a new review" in error.value.remedy
    with pytest.raises(ReviewRefusedError, match="No rule in use"):
        house.retract.of_review(seen_illegal(decision.event_uid))
    assert house.retract.of_review(seen_illegal(decision.event_uid, name="anew")).decisions


def test_who_did_not_see_what_is_in_force_retracts_nothing(house: House) -> None:
    decision = published(house, WORDS, "one")
    with pytest.raises(ActOvertakenError):
        house.retract.of_review(seen_illegal(decision.event_uid, decision_id("another")))
    assert not any("illegal" in at.key or "retractions" in at.key for at in house.store.objects)


def test_another_verdict_with_the_source_and_id_of_the_first_one_is_refused(house: House) -> None:
    record = published(house, WORDS, "one")
    assert house.retract.of_review(seen_illegal(record.event_uid)) == house.retract.of_review(
        seen_illegal(record.event_uid)
    )
    with pytest.raises(IdentityReusedError):
        house.retract.of_review(seen_illegal(record.event_uid, reason="It shows something else."))


def test_who_may_not_review_retracts_nothing(house: House) -> None:
    decision = published(house, WORDS, "one")
    nobody = replace(house.retract, oversight=Oversight(references=lambda: house.references))
    with pytest.raises(OperatorsMissingError):
        nobody.of_review(seen_illegal(decision.event_uid))
    entry = parse_entry("operators", "reviewer-7", {"id": "reviewer-7", "version": 1, "roles": ["complaints-officer"]})
    house.references = house.references.put(entry)
    with pytest.raises(RoleRefusedError):
        nobody.of_review(seen_illegal(decision.event_uid))


def test_a_verdict_that_was_begun_goes_on_whatever_the_person_may_do_by_then(house: House) -> None:
    decision = published(house, WORDS, "one")
    people = replace(house.retract, oversight=Oversight(references=lambda: house.references))
    entry = {"id": "reviewer-7", "version": 1, "roles": ["reviewer"]}
    house.references = house.references.put(parse_entry("operators", "reviewer-7", entry))
    first = people.of_review(seen_illegal(decision.event_uid))
    house.references = house.references.put(
        parse_entry("operators", "reviewer-7", {**entry, "version": 2, "roles": []})
    )
    assert people.of_review(seen_illegal(decision.event_uid)) == first


# Crashes, and orders of things


def test_a_crash_anywhere_is_repeated_to_the_same_end(credentials: InProcessCredentialService) -> None:
    def whole(nth: int | None, trouble: str) -> tuple[Retraction, int, int]:
        house = House(credentials)
        sha256 = sha_of(published(house, WORDS, "one"))
        published(house, WORDS, "two")
        event, before = found(sha256), len(house.store.calls)
        if nth is not None:
            {"fail": house.store.fail, "lose answer": house.store.lose_answer}[trouble](nth)
            with pytest.raises(WorldError):
                follow(house, event)
        said = follow(house, event)
        return said, len(house.store.calls) - before, entries(house, AUTHOR)

    expected, calls, _ = whole(None, "")
    for nth in range(1, calls + 1):
        for trouble in ("fail", "lose answer"):
            said, _, counted = whole(nth, trouble)
            assert (said, counted) == (expected, 2), (nth, trouble)


Turns = list[tuple[int, Any]]

MOST = 40
"""More calls of the store than anybody here makes."""


@pytest.mark.parametrize("first", [0, 1])
def test_wherever_one_of_both_stops_for_the_other_the_last_word_is_that_it_is_retracted(
    credentials: InProcessCredentialService, first: int
) -> None:
    """A publication and a verdict: one makes so many calls, then the other all of its own."""
    words = {
        meet(credentials, [(first, None)] * calls + [(1 - first, None)] * MOST, knows=False) for calls in range(MOST)
    }
    assert {word[-1] for word in words} == {"retracted"}
    assert words >= ({("retracted", "allow", "retracted")} if first == 0 else {("allow", "retracted")})


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    turns=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([None, None, None, "fail", "lose answer"])),
        min_size=20,
        max_size=60,
    ),
    knows=st.booleans(),
)
def test_however_a_publication_and_two_verdicts_meet_the_last_word_is_that_it_is_retracted(
    credentials: InProcessCredentialService, turns: Turns, *, knows: bool
) -> None:
    """Each of them begins again after a crash."""
    words = meet(credentials, turns, knows=knows, verdicts=2)
    assert words[-1] == ("retracted" if "retracted" in words else "block")


def meet(credentials: InProcessCredentialService, turns: Turns, *, knows: bool, verdicts: int = 1) -> tuple[str, ...]:
    """One worker publishes and others take verdicts about the same bytes; what the topic says of the publication.

    `knows` says whether who publishes hears of the entries of the feature database in time.
    """
    house, topic = House(credentials), list[Decision]()
    first = published(house, WORDS, "earlier")
    content = {"id": "two", "mime": "text/plain", "text": WORDS, "synthetic": "no"}
    user = {"id_hash": "stranger", "identity": {"status": "verified", "method": "mobile"}}
    event = publication({"content": content, "user": user}, event_id="two")

    def publishing(store: ObjectStore) -> None:
        said = replace(house.inspect, store=store, escalation=replace(house.inspect.escalation, store=store))(event)
        store.head(house.layout.record(event.uid))  # time passes before it is published
        topic.append(said.record)
        late = at(store).late(said.record)
        topic.extend(() if late is None else late.decisions)

    def taking(verdict: ActivityEvent) -> Callable[[ObjectStore], None]:
        decided = house.assess(verdict).record

        def take(store: ObjectStore) -> None:
            said = at(store).of_activity(verdict, decided)
            assert said is not None
            if knows:
                house.references = _with(house.references, said.additions)
            topic.extend(said.decisions)

        return take

    def at(store: ObjectStore) -> Any:
        return replace(house.retract, store=store, escalation=replace(house.retract.escalation, store=store))

    jobs = [publishing, *(taking(found(sha_of(first), f"verdict-{number}")) for number in range(verdicts))]
    take_turns(house.store, [until_done(job) for job in jobs], turns)
    said = [decision for decision in topic if decision.event_uid == event.uid]
    assert len({to_json(decision) for decision in said if decision.decision == "retracted"}) <= 1
    assert entries(house, STRANGER) == 1
    assert entries(house, AUTHOR) == 1
    return tuple(decision.decision for decision in said)


def until_done(work: Callable[[ObjectStore], None]) -> Callable[[ObjectStore], None]:
    def again(store: ObjectStore) -> None:
        for _ in count():
            try:
                return work(store)
            except WorldError:
                pass
        return None

    return again


def _with(sets: ReferenceSets, additions: tuple[FeatureAddition, ...]) -> ReferenceSets:
    for addition in additions:
        sets = sets.put(parse_entry("features", addition.id, orjson.loads(to_json(addition))))
    return sets
