"""What `publish` takes for an event, for an asset, and for neither."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from agents.cli.publishing import next_step, publish, ready_made
from agents.topics import Topics
from pipeline.errors import AssetRefusedError, EnvelopeError, ProducerError
from pipeline.events.identity import decision_id, event_uid
from tests.unit.house import png

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


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b'{"specversion": "1.0", "id"', "line 4: The value is not JSON"),
        (b"7", "line 4: The value is a JSON number"),
        (b'"data"', "line 4: The value is a JSON string"),
        (b"null", "line 4: The value is a JSON null"),
        (json.dumps({**EVENT, "data": {"content": 7}}).encode(), r"line 4: .*content"),
        (json.dumps({**EVENT, "type": "other"}).encode(), "line 4: The event's type is unknown"),
    ],
    ids=["cut off", "number", "string", "null", "against its schema", "of no type"],
)
def test_a_bad_line_is_refused_by_its_file_and_number(bad: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join([json.dumps(EVENT).encode(), b"", json.dumps(EVENT).encode(), bad]))
    with pytest.raises(ProducerError, match=said) as error:
        publish([file])
    assert error.value.what.startswith(f"{file}, line 4: ")


@pytest.mark.parametrize("first", [b'{"specversion": "1.0", "id"', b"[1, 2]"], ids=["cut off", "list"])
def test_events_behind_a_bad_line_are_not_sealed_as_an_asset(first: bytes, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(first + b"\n" + json.dumps(EVENT).encode())
    with pytest.raises(EnvelopeError, match="line 1: The value is"):
        publish([file])


def test_a_single_event_is_refused_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps({**EVENT, "id": 7}))
    with pytest.raises(EnvelopeError) as error:
        publish([file])
    assert error.value.what.startswith(f"{file}: The CloudEvents attribute `id`")


@pytest.mark.parametrize("document", [b"{", b"7", b"\xff"])
def test_what_is_no_event_at_all_is_refused(document: bytes) -> None:
    with pytest.raises(EnvelopeError):
        ready_made(Path("event.json"), document)


def test_a_file_whose_name_is_no_utf_8_is_refused_by_a_name_that_can_be_printed(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.png")
    file.write_bytes(png())
    with pytest.raises(AssetRefusedError, match=r"caf\\xe9\.png is no UTF-8") as error:
        publish([file])
    assert str(error.value).isascii()


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
