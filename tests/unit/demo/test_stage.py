"""The stage: every message is one that users could send, and everything that comes of it finds its scene."""

from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from agents.demo.scenes import NOW, ActivityScene, BrokenScene, CaseScene, EntryScene, ReviewScene, Scene, SceneFacts
from agents.demo.stage import Stage
from agents.demo.story import STORY
from agents.messages import KafkaMessage
from agents.reference.messages import understood
from agents.topics import Topics
from pipeline.errors import ProducerError
from pipeline.events.intake import intake_activity, intake_generation, intake_publication, intake_review
from pipeline.events.outgoing import DEAD_LETTER_HEADER
from pipeline.events.outputs import ReferenceVersions
from pipeline.policy.judge import Judge
from pipeline.policy.pack_files import load_packs
from pipeline.policy.reference import ReferenceSets, Removal
from pipeline.store.simulator import StoreSimulator
from tests.unit.violations import decision

SAMPLES = Path(__file__).parents[3] / "samples"
TOPICS = Topics("demo.")
SERVICE = ActivityScene(title="a change", facts={"event_type": "service.changed", "jurisdictions": ["CN"]})
PUT = EntryScene(
    title="put", name="features", entry_id="f-1", entry={"version": 1, "verdict": "illegal", "phrase": "x"}
)
BAD = EntryScene(title="bad", name="features", entry_id="f-1", entry={"version": 1}, is_good=False)
GONE = EntryScene(title="gone", name="news-sources", entry_id="n-1", entry=None)


@pytest.fixture
def stage() -> Stage:
    return Stage(StoreSimulator("inbox", "content", "records"), TOPICS, SAMPLES, "inbox")


def outcomes(stage: Stage) -> list[str | None]:
    return [played.outcome for played in stage.played.values()]


def is_over(stage: Stage) -> bool:
    return not stage.is_open


def output(topic: str, document: Any, headers: tuple[tuple[str, bytes], ...] = ()) -> KafkaMessage:
    return KafkaMessage(topic=topic, key=b"key", value=msgspec.json.encode(document), headers=headers)


def decided(key: str, outcome: str = "block", **more: Any) -> dict[str, Any]:
    """A decision about the event of a scene, with one finding to be alerted of."""
    made = msgspec.to_builtins(decision("post-1", "hold"))
    event = {**made["event"], "id": key}
    findings = [{**made["findings"][0], "action": "block"}]
    return {**made, "event": event, "decision": outcome, "findings": findings, "counts_against": None, **more}


def alert_about(event: dict[str, Any], kind: str = "identity-unverified") -> dict[str, Any]:
    finding = decided("any")["findings"][0]
    shared = {name: finding[name] for name in ("severity", "action", "outcome", "code", "message", "evidence")}
    return {
        **shared,
        "alert_id": "a" * 64,
        "event_uid": "b" * 64,
        "event": event,
        "kind": kind,
        "rule": {"id": "rule", "citation": None},
        "subject": {"content_id": None, "mime": None, "sha256": None},
        "record_uri": None,
    }


def step_about(key: str) -> dict[str, Any]:
    return {
        "enforcement_id": "c" * 64,
        "account": "d" * 64,
        "step": "warn",
        "violations": 1,
        "window_days": 365,
        "event_uid": "b" * 64,
        "event": decided(key)["event"],
        "rules": [],
        "record_uri": "s3://records/review",
        "entry_uri": "s3://records/entry",
        "entered_at": NOW,
    }


def test_every_entry_of_the_story_is_understood_as_it_says(stage: Stage) -> None:
    sets = ReferenceSets.empty()
    for scene in [scene for act in STORY for scene in act.scenes if isinstance(scene, EntryScene)]:
        message = stage.play(scene)
        change = understood(scene.name, message) if scene.entry else Removal(scene.name, scene.entry_id)
        updated = sets.updated([change])
        assert (message.value is None) is isinstance(change, Removal)
        assert bool(updated.refused) is not scene.is_good, scene.title
        sets = updated.sets


def test_every_event_of_the_first_acts_can_be_taken_in_and_names_a_law_there_is(stage: Stage) -> None:
    judge = Judge(load_packs())
    known = {pack.jurisdiction for pack in load_packs()}
    for scene in STORY[1].scenes:
        assert isinstance(scene, Scene)
        message = stage.play(scene)
        event = intake_generation(message.value, message.headers)
        assert set(event.facts.get("jurisdictions", ())) <= known  # type: ignore[call-overload]
    assert judge.packs


def test_activities_and_reviews_of_the_story_can_be_taken_in(stage: Stage) -> None:
    for scene in [scene for act in STORY for scene in act.scenes if isinstance(scene, ActivityScene)]:
        message = stage.play(scene)
        assert intake_activity(message.value, message.headers).event_type == scene.facts["event_type"]


def test_reviews_are_about_scenes_of_acts_before() -> None:
    titles: set[str] = set()
    for act in STORY:
        for scene in act.scenes:
            assert not isinstance(scene, ReviewScene | CaseScene) or scene.about in (None, *titles)
        titles |= {scene.title for scene in act.scenes}


def test_what_is_broken_is_refused_by_the_intake_or_names_what_is_not_there(stage: Stage) -> None:
    refused = 0
    for scene in [scene for act in STORY for scene in act.scenes if isinstance(scene, BrokenScene)]:
        message = stage.play(scene)
        try:
            intake_generation(message.value, message.headers)
        except ProducerError:
            refused += 1
    assert refused == 3


def test_a_published_asset_is_put_into_the_inbox(stage: Stage) -> None:
    scene = Scene(
        title="t", file="notes.md", kind="publication", asset="sample", facts={"content": {"synthetic": "yes"}}
    )
    message = stage.play(scene)
    event = intake_publication(message.value, message.headers)

    assert event.content.size == (SAMPLES / "notes.md").stat().st_size
    assert event.declared == "ai"


@pytest.mark.parametrize("alert_first", [True, False])
def test_a_scene_is_settled_when_its_decision_and_its_alerts_arrived(stage: Stage, *, alert_first: bool) -> None:
    key = stage.play(SERVICE).key.decode()  # type: ignore[union-attr]
    arrivals = [
        output(TOPICS.decisions, decided(key)),
        output(TOPICS.alerts, alert_about(decided(key)["event"])),
    ]
    for message in reversed(arrivals) if alert_first else arrivals:
        assert not is_over(stage)
        stage.see(message)
        stage.see(message)  # delivered at least once

    assert is_over(stage)
    assert len(stage.played[key].alerts) == 1


def test_what_counts_against_an_account_waits_for_the_step(stage: Stage) -> None:
    key = stage.play(SERVICE).key.decode()  # type: ignore[union-attr]
    against = {"account": "d" * 64, "rules": ["rule"]}
    stage.see(output(TOPICS.decisions, decided(key, findings=[], counts_against=against)))
    assert not is_over(stage)

    stage.see(output(TOPICS.enforcement, step_about(key)))

    assert is_over(stage)


def test_a_review_has_its_own_decision_and_the_step_it_led_to(stage: Stage) -> None:
    held = stage.play(SERVICE).key.decode()  # type: ignore[union-attr]
    against = {"account": "d" * 64, "rules": ["rule"]}
    made = decided(held, "hold", findings=[], counts_against=against)
    stage.see(output(TOPICS.decisions, made))
    message = stage.play(ReviewScene(title="refused", about="a change", verdict="refuse", reason="Because."))
    review = intake_review(message.value, message.headers)
    assert message.key == made["event_uid"].encode() == review.event_uid.encode()

    outcome = {
        "verdict": "refuse",
        "reviewer": "reviewer-17",
        "reason": "Because.",
        "reviewed_at": NOW,
        "event": msgspec.to_builtins(review.reference),
    }
    stage.see(output(TOPICS.decisions, {**made, "decision": "block", "review": outcome}))
    assert not is_over(stage)
    stage.see(output(TOPICS.enforcement, step_about(held)))

    assert is_over(stage)
    assert stage.played[held].outcome == "hold"
    assert stage.played[review.reference.id].outcome == "block"
    assert stage.played[review.reference.id].step is not None


def test_a_verdict_is_told_by_the_retraction_of_what_it_is_about_and_that_stays_as_it_was_told(stage: Stage) -> None:
    stage.play(SERVICE)
    (published,) = stage.played
    made = decided(published, "allow", findings=[])
    stage.see(output(TOPICS.decisions, made))
    message = stage.play(ReviewScene(title="illegal", about="a change", verdict="illegal", reason="Because."))
    review = intake_review(message.value, message.headers)
    assert review.jurisdictions == ("CN",)

    event = msgspec.to_builtins(review.reference)
    by = {
        "reviewer": "reviewer-17",
        "reason": "Because.",
        "found_at": NOW,
        "event": event,
        "event_digest": review.digest,
    }
    outcome = {"verdict": "illegal", "categories": [], **by}
    retracted = {**decided(published), "decision": "retracted", "retraction": outcome}
    stage.see(output(TOPICS.decisions, {**retracted, "event": {**made["event"], "id": "another"}}))
    assert stage.played[review.reference.id].outcome is None
    stage.see(output(TOPICS.decisions, retracted))
    assert not is_over(stage)  # there is an alert of it
    assert (stage.played[published].outcome, stage.played[review.reference.id].outcome) == ("allow", "retracted")


@pytest.mark.parametrize("reversal_first", [False, True])
def test_an_appeal_has_the_step_that_it_takes_back_whichever_comes_first(stage: Stage, *, reversal_first: bool) -> None:
    held = stage.play(SERVICE).key.decode()  # type: ignore[union-attr]
    against = {"account": "d" * 64, "rules": ["rule"]}
    made = decided(held, "hold", findings=[], counts_against=against)
    stage.see(output(TOPICS.decisions, made))
    message = stage.play(ReviewScene(title="reversed", about="a change", verdict="release", reason="No.", case="a-1"))
    review = intake_review(message.value, message.headers)
    outcome = {
        "verdict": "release",
        "reviewer": "officer-2",
        "reason": "No.",
        "reviewed_at": NOW,
        "event": msgspec.to_builtins(review.reference),
        "stage": "appeal",
        "case": "a-1",
    }
    taken_back = {**step_about(held), "reverses": "ab" * 32, "due": None}
    reversed_ = {**made, "decision": "allow", "review": outcome, "record_uri": taken_back["record_uri"]}
    seen = [
        output(TOPICS.decisions, reversed_),
        output(TOPICS.enforcement, taken_back, (("ce_type", b"sealstream.enforcement-reversal.v1"),)),
    ]
    for number, said in enumerate(reversed(seen) if reversal_first else seen):
        assert is_over(stage) is False, number
        stage.see(said)
    assert is_over(stage)
    assert stage.played[review.reference.id].step is not None


def answered(stage: Stage, question: KafkaMessage, versions: ReferenceVersions) -> None:
    """Let a decision say by which versions of the reference sets it was made."""
    event = intake_activity(question.value, question.headers)
    made = decided(event.reference.id, "allow", findings=[])
    judged_by = {"packs": [], "reference_sets": msgspec.to_builtins(versions)}
    stage.see(output(TOPICS.decisions, {**made, "judged_by": judged_by}))


def test_updates_are_in_force_when_a_decision_was_made_by_all_of_them(stage: Stage) -> None:
    message = stage.play(PUT)
    stage.play(GONE)
    versions = ReferenceSets.empty().put(understood("features", message)).versions

    first = stage.ask()
    assert first is not None
    assert stage.ask() is None, "one question at a time"
    answered(stage, first, ReferenceSets.empty().versions)
    assert outcomes(stage) == [None, None]

    second = stage.ask()
    assert second is not None
    assert event_uid_of(first) != event_uid_of(second)
    answered(stage, second, versions)
    assert outcomes(stage) == ["in force", "deleted"]
    assert stage.ask() is None


def event_uid_of(message: KafkaMessage) -> str:
    return intake_activity(message.value, message.headers).uid


def test_an_update_is_refused_when_operators_hear_of_it(stage: Stage) -> None:
    stage.play(BAD)
    assert stage.ask() is None

    event = {"source": "kafka:demo.features", "id": "0/1", "type": "sealstream.feature.v1", "time": None}
    stage.see(output(TOPICS.alerts, alert_about(event, "operations")))

    assert outcomes(stage) == ["refused"]
    assert is_over(stage)


def test_a_dead_letter_finds_its_event_by_its_id_or_its_key(stage: Stage) -> None:
    def refused(message: KafkaMessage) -> KafkaMessage:
        letter = {
            "dead_letter_id": "e" * 64,
            "event_uid": None,
            "stage": "intake",
            "error": "EnvelopeError",
            "what": "The value is not JSON.",
            "remedy": "Send JSON.",
            "path": None,
            "rule": None,
            "value_type": None,
            "input": {"topic": message.topic, "partition": 0, "offset": 0, "timestamp": None},
            "attempts": 1,
        }
        headers = (*message.headers, (DEAD_LETTER_HEADER, orjson.dumps(letter)))
        return msgspec.structs.replace(message, topic=TOPICS.dead_letters, headers=headers)

    content: SceneFacts = {"mime": "image/jpeg", "operation": "generated"}
    for scene in (BrokenScene(title="no asset", content=content), BrokenScene(title="no JSON", raw=b"{")):
        stage.see(refused(stage.play(scene)))

    assert outcomes(stage) == ["dead letter", "dead letter"]


def test_what_others_sent_is_passed_over(stage: Stage) -> None:
    stage.see(output(TOPICS.decisions, decided("somebody-elses")))

    assert stage.played == {}
