"""Replays: the same event again gets the same answer; another event under its identity never does."""

from typing import Any

import msgspec
import orjson
import pytest

from pipeline.errors import IdentityReusedError, WorldError
from pipeline.events.identity import event_digest
from pipeline.events.intake import intake_publication
from pipeline.events.outgoing import to_json
from pipeline.store import Location
from tests.unit.house import House, activity, generation, publication, review

GOOD = {"id": "good", "mime": "text/plain", "text": "a human wrote this\n", "synthetic": "no"}
BAD = {"id": "bad", "mime": "text/plain", "text": "machine wrote this without a label\n", "synthetic": "yes"}
MADE = {"id": "story", "mime": "text/markdown", "operation": "generated", "text": "Once upon a time.\n"}

OTHERS: dict[str, dict[str, Any]] = {
    "another content": BAD,
    "another content under the same id": {**BAD, "id": "good"},
    "the same bytes under another id": {**GOOD, "id": "bad"},
}


def without_digest(house: House, uri: str) -> None:
    """Make a record what builds before digests were kept wrote."""
    at = Location.parse(uri)
    stored = house.store._buckets[at.bucket][at.key]
    old = {name: value for name, value in orjson.loads(stored.body).items() if name != "event_digest"}
    if old.get("review"):
        del old["review"]["event_digest"]
    body = orjson.dumps(old)
    house.store._buckets[at.bucket][at.key] = type(stored)(
        media_type=stored.media_type, metadata={}, size=len(body), body=body
    )


@pytest.mark.parametrize("from_before", [False, True], ids=["kept now", "of builds without digests"])
class TestPublication:
    def test_the_same_event_again_is_answered_alike(self, house: House, *, from_before: bool) -> None:
        first = house.inspect(publication({"content": GOOD}))
        if from_before:
            without_digest(house, first.record.record_uri)
        again = house.inspect(publication({"content": GOOD}))
        assert to_json(msgspec.structs.replace(again.record, event_digest=first.record.event_digest)) == to_json(
            first.record
        )

    @pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
    def test_another_event_under_its_identity_is_refused(
        self, house: House, other: dict[str, Any], *, from_before: bool
    ) -> None:
        first = house.inspect(publication({"content": GOOD}))
        if from_before:
            without_digest(house, first.record.record_uri)
        with pytest.raises(IdentityReusedError, match="same source and id"):
            house.inspect(publication({"content": other}))


def test_the_same_content_with_other_facts_is_another_event(house: House) -> None:
    house.inspect(publication({"content": GOOD}))
    with pytest.raises(IdentityReusedError):
        house.inspect(publication({"content": GOOD, "jurisdictions": ["CN"]}))


@pytest.mark.parametrize("from_before", [False, True], ids=["kept now", "of builds without digests"])
def test_another_generation_under_a_used_identity_is_neither_sealed_nor_answered(
    house: House, *, from_before: bool
) -> None:
    first = house.seal(generation({"content": MADE})).record
    if from_before:
        without_digest(house, first.record_uri)
    stored = set(house.store.objects)
    with pytest.raises(IdentityReusedError, match=first.sealed_at[:10]):
        house.seal(generation({"content": {**MADE, "text": "Another story.\n"}}))
    assert set(house.store.objects) == stored
    assert house.seal(generation({"content": MADE})).record.sealed == first.sealed


def dies_before_the_record(house: House, data: dict[str, Any]) -> None:
    """Seal an event as far as a worker that dies between (3) and (4): there is an asset and no record."""
    calls = len(house.store.calls)
    house.seal(generation(data, event_id="measured"))
    house.store.fail(len(house.store.calls) - calls)
    with pytest.raises(WorldError):
        house.seal(generation(data))


def test_an_asset_that_a_dead_worker_left_is_not_taken_for_that_of_another_event(house: House) -> None:
    """Whose it is, is in its metadata."""
    dies_before_the_record(house, {"content": MADE})
    with pytest.raises(IdentityReusedError):
        house.seal(generation({"content": MADE, "user": {"id_hash": "u-another"}}))
    assert house.seal(generation({"content": MADE})).record.content.id == "story"


def test_of_two_contents_the_one_whose_record_comes_first_counts_and_the_other_is_refused(house: House) -> None:
    dies_before_the_record(house, {"content": MADE})
    other = generation({"content": {**MADE, "text": "Another story.\n"}})
    sealed = house.seal(other)
    with pytest.raises(IdentityReusedError):
        house.seal(generation({"content": MADE}))
    assert house.seal(other) == sealed


def test_another_activity_under_a_used_identity_is_refused(house: House) -> None:
    first = activity({"event_type": "app.listing", "app": {"ai_declared": True}})
    house.assess(first)
    house.assess(first)
    with pytest.raises(IdentityReusedError):
        house.assess(activity({"event_type": "app.listing", "app": {"ai_declared": False}}))


@pytest.mark.parametrize("from_before", [False, True], ids=["kept now", "of builds without digests"])
def test_another_review_under_a_used_identity_is_refused(house: House, *, from_before: bool) -> None:
    held = house.inspect(publication({"content": BAD})).record
    assert held.decision == "hold"
    said = {"event_uid": held.event_uid, "verdict": "refuse", "reviewer": {"id": "r"}, "reason": "why"}
    first = house.review(review(said)).record
    if from_before:
        without_digest(house, first.record_uri)
    assert house.review(review(said)).record.decision == "block"
    with pytest.raises(IdentityReusedError):
        house.review(review({**said, "verdict": "release"}))


def test_the_way_an_event_came_does_not_make_it_another_one() -> None:
    data = {"content": GOOD, "user": {"age": 17, "tags": ["é", "\u2028"]}}
    attributes = {"specversion": "1.0", "id": "1", "source": "/s", "type": "sealstream.publication.v1"}
    headers = (*((f"ce_{name}", text.encode()) for name, text in attributes.items()), ("ce_traceparent", b"00-1-2-3"))
    shapes = [
        (orjson.dumps({**attributes, "data": data}), ()),
        (orjson.dumps({**attributes, "time": "2026-01-01T00:00:00Z", **dict(reversed(data.items()))}), ()),
        (orjson.dumps({**attributes, "traceparent": "00-1-2-3", "partitionkey": "k", **data}), ()),
        (orjson.dumps(data, option=orjson.OPT_INDENT_2), headers),
        (
            orjson.dumps({"data": data, **attributes, "traceparent": "00-1-2-3"}),
            (("content-type", b"application/cloudevents+json; charset=utf-8"),),
        ),
    ]
    assert {intake_publication(value, sent).digest for value, sent in shapes} == {event_digest(data)}
