"""What `publish` takes for an event, for an asset, and for neither."""

import json
from pathlib import Path
from typing import Any

import pytest

from agents.cli.publishing import next_step, publish, ready_made
from agents.topics import Topics
from pipeline.errors import EnvelopeError
from pipeline.events.identity import decision_id, event_uid

EVENT = {
    "specversion": "1.0",
    "id": "1",
    "source": "/studio",
    "type": "sealstream.publication.v1",
    "data": {"content": {"id": "a", "mime": "text/plain", "text": "x"}},
}


def renamed(old: str, new: str) -> dict[str, Any]:
    return {new if name == old else name: value for name, value in EVENT.items()}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (renamed("specversion", "spec_version"), "but `spec_version`"),
        (renamed("specversion", "specVersion"), "but `specVersion`"),
        ({name: EVENT[name] for name in ("id", "source", "type", "data")}, "has no member `specversion`"),
        ({"event_type": "app.listing", "jurisdictions": ["CN"]}, "has no member `specversion`"),
        ([EVENT, EVENT], "is a list of events"),
    ],
)
def test_json_that_looks_like_an_event_and_is_none_is_not_sealed_as_an_asset(
    document: object, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(EnvelopeError, match=said) as error:
        publish([file])
    assert "--asset" in error.value.remedy


SAMPLES = Path(__file__).parents[3] / "samples" / "events"


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_event_can_be_sent_and_has_no_member_that_nobody_knows(sample: Path) -> None:
    ready = ready_made(sample, sample.read_bytes())
    assert ready.answer.unknown_members == ()
    assert ready.answer.source == "//samples.example"


def test_there_is_a_sample_of_each_kind_of_event() -> None:
    kinds = {json.loads(sample.read_bytes())["type"] for sample in SAMPLES.glob("*.json")}
    told = ("generation.v1", "publication.v1", "activity.v1", "review.v2", "review-act.v1", "case-act.v1")
    assert kinds == {f"sealstream.{kind}" for kind in told}


def test_the_sample_claim_and_review_are_about_the_sample_that_is_held() -> None:
    held = event_uid("//samples.example", "sample-deepfake")
    for name in ("claim", "review"):
        said = json.loads((SAMPLES / f"{name}.json").read_bytes())["data"]
        assert (said["event_uid"], said["seen"]) == (held, decision_id(held))


@pytest.mark.parametrize(
    ("sample", "step"),
    [
        ("activity", "sealstream lookup --event //samples.example sample-activity"),
        ("review", f"sealstream reviews show {event_uid('//samples.example', 'sample-deepfake')}"),
    ],
)
def test_what_is_next_shows_what_became_of_the_event(sample: str, step: str) -> None:
    file = SAMPLES / f"{sample}.json"
    assert next_step(ready_made(file, file.read_bytes()).answer, Topics("sealstream.")) == step
