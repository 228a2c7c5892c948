"""Intake: a Kafka record becomes a typed event, or an error that tells the producer what to mend."""

import traceback
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import EnvelopeError, EventInvalidError
from pipeline.events.envelope import CloudEvent, Headers
from pipeline.events.identity import event_digest, event_uid
from pipeline.events.inputs import (
    Content,
    GenerationEvent,
    Model,
    ParentReference,
    PublicationEvent,
    PublishedContent,
    Service,
    Sidecar,
)
from pipeline.events.intake import GENERATION, PUBLICATION, intake_generation, intake_publication
from pipeline.events.outputs import EventReference
from tests.unit.events.records import SHAPES, binary, json_values, nested

SECRET: Final = "kingfisher-4711"
SHA_256: Final = "ab" * 32

IMAGE: Final[dict[str, object]] = {
    "id": "harbour.png",
    "mime": "image/png",
    "operation": "generated",
    "uri": "s3://sealstream-inbox/harbour.png",
    "sha256": SHA_256,
    "size": 4711,
}


def generation(**data: object) -> GenerationEvent:
    return intake_generation(*binary(cloud_event(GENERATION, data)))


def publication(**data: object) -> PublicationEvent:
    return intake_publication(*binary(cloud_event(PUBLICATION, data)))


def cloud_event(event_type: str, data: dict[str, object]) -> CloudEvent:
    return CloudEvent(id="1", source="urn:studio", type=event_type, time="2026-01-31T08:30:00Z", data=data)


# What is taken


def test_the_types_that_are_taken() -> None:
    assert (GENERATION, PUBLICATION) == ("sealstream.generation.v1", "sealstream.publication.v1")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_generation_event_is_read_from_every_shape(shape: str) -> None:
    data: dict[str, object] = {
        "content": {**IMAGE, "parents": ["sketch.png", {"id": "photo.jpg"}]},
        "model": {"name": "Aurora", "human_oversight": "prompt_guided"},
        "service": {"provider_name": "Studio"},
        "user": {"identity": {"status": "verified"}},
    }
    event = intake_generation(*SHAPES[shape](cloud_event(GENERATION, data)))
    assert event == GenerationEvent(
        uid=event_uid("urn:studio", "1"),
        reference=EventReference(source="urn:studio", id="1", type=GENERATION, time="2026-01-31T08:30:00Z"),
        digest=event_digest(data),
        content=Content(
            id="harbour.png",
            mime="image/png",
            operation="generated",
            uri="s3://sealstream-inbox/harbour.png",
            sha256=SHA_256,
            size=4711,
            parents=("sketch.png", ParentReference(id="photo.jpg")),
        ),
        model=Model(name="Aurora", human_oversight="prompt_guided"),
        service=Service(provider_name="Studio"),
        facts=data,
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_a_publication_event_is_read_from_every_shape(shape: str) -> None:
    data: dict[str, object] = {
        "content": {"id": "note", "mime": "text/plain", "text": "Fog.", "manifest": {"base64": "AAAA"}},
        "declaration": {"made": True, "value": "ai"},
    }
    event = intake_publication(*SHAPES[shape](cloud_event(PUBLICATION, data)))
    assert event.content == PublishedContent(id="note", mime="text/plain", text="Fog.", manifest=Sidecar(base64="AAAA"))
    assert event.declared == "ai"
    assert event.facts == data


def test_what_is_left_out_is_unknown() -> None:
    event = generation(content=IMAGE)
    assert (event.model, event.service, event.content.synthetic) == (Model(), Service(), None)


def test_members_that_the_contract_does_not_know_are_ignored_and_kept_as_facts() -> None:
    event = generation(content={**IMAGE, "mood": "calm"}, weather={"wind": 3})
    assert event.facts == {"content": {**IMAGE, "mood": "calm"}, "weather": {"wind": 3}}


@pytest.mark.parametrize("size", [4711.0, 1e3])
def test_a_whole_number_may_be_written_with_a_point_or_an_exponent(size: float) -> None:
    parent = {"id": "a", "mime": "image/png", "uri": "s3://bucket/a", "sha256": SHA_256, "size": size}
    event = generation(content={**IMAGE, "size": size, "parents": [parent]})
    assert event.content.size == size


@pytest.mark.parametrize("member", ["none", {"base64": 1}])
def test_a_member_that_only_publication_events_have_is_ignored_in_a_generation_event(member: object) -> None:
    assert not hasattr(generation(content={**IMAGE, "manifest": member}).content, "manifest")


# What is refused


def test_an_event_on_the_topic_of_another_is_refused() -> None:
    with pytest.raises(EnvelopeError, match=GENERATION):
        intake_generation(*binary(cloud_event(PUBLICATION, {"content": IMAGE})))
    with pytest.raises(EnvelopeError, match=PUBLICATION) as caught:
        intake_publication(*binary(cloud_event(SECRET, {"content": IMAGE})))
    assert SECRET not in _all_that_is_shown(caught.value)


@pytest.mark.parametrize(
    ("content", "path", "rule", "value_type"),
    [
        ({"size": SECRET}, "$.content.size", "type", "string"),
        ({"size": True}, "$.content.size", "type", "boolean"),
        ({"size": 0}, "$.content.size", "minimum", "integer"),
        ({"size": 2**64}, "$.content.size", "maximum", "number"),
        ({"sha256": SHA_256.upper()}, "$.content.sha256", "pattern", "string"),
        ({"sha256": f"{SHA_256}\n"}, "$.content.sha256", "pattern", "string"),
        ({"uri": f"file:///{SECRET}"}, "$.content.uri", "pattern", "string"),
        ({"uri": f"https://{SECRET}.example/a"}, "$.content.uri", "pattern", "string"),
        ({"id": ""}, "$.content.id", "minLength", "string"),
        ({"id": f"{SECRET}\x00"}, "$.content.id", "pattern", "string"),
        ({"mime": SECRET}, "$.content.mime", "pattern", "string"),
        ({"operation": SECRET}, "$.content.operation", "enum", "string"),
        ({"synthetic": None}, "$.content.synthetic", "enum", "null"),
        ({"text": SECRET}, "$.content", "oneOf", "object"),
        ({"parents": ["a"] * 17}, "$.content.parents", "maxItems", "array"),
        ({"parents": [{"name": SECRET}]}, "$.content.parents[0].id", "required", "missing"),
        ({"biometric": [SECRET]}, "$.content.biometric[0]", "enum", "string"),
    ],
)
def test_an_invalid_event_is_told_where_and_why_and_nothing_of_what_it_says(
    content: dict[str, object], path: str, rule: str, value_type: str
) -> None:
    with pytest.raises(EventInvalidError) as caught:
        generation(content={**IMAGE, **content})
    error = caught.value
    assert (error.path, error.rule, error.value_type) == (path, rule, value_type)
    assert SECRET not in _all_that_is_shown(error)


def test_a_generation_event_needs_to_say_what_was_done() -> None:
    without = {name: member for name, member in IMAGE.items() if name != "operation"}
    assert publication(content=without).content.operation is None
    with pytest.raises(EventInvalidError) as caught:
        generation(content=without)
    assert (caught.value.path, caught.value.rule) == ("$.content.operation", "required")


def test_content_needs_exactly_one_place_where_its_bytes_are() -> None:
    with pytest.raises(EventInvalidError):
        publication(content={"id": "a", "mime": "text/plain"})
    with pytest.raises(EventInvalidError):
        publication(content={"id": "a", "mime": "text/plain", "text": "x", "base64": "AAAA"})


@pytest.mark.parametrize("content_id", ["a\x85", "a\ufdd0", "a\uffff"], ids=ascii)
def test_a_content_id_that_could_not_be_the_subject_of_our_own_events_is_refused(content_id: str) -> None:
    with pytest.raises(EventInvalidError):
        generation(content={**IMAGE, "id": content_id})


# Whatever comes

_Members = dict[tuple[str, str], object]
_Intake = Callable[[bytes | None, Headers], GenerationEvent | PublicationEvent]
_PLACES: Final = (
    *(("content", name) for name in (*PublishedContent.__struct_fields__, "biometric", "is_news", "width")),
    *(("model", name) for name in Model.__struct_fields__),
    *(("service", name) for name in Service.__struct_fields__),
    *(("declaration", name) for name in ("made", "value")),
    *(("user", name) for name in ("identity", "id_hash")),
)
_odd_values = st.one_of(
    json_values,
    st.sampled_from([SECRET, "", "yes", "ai", 1, 0, -1, 2**53, 2**63, True, None, [], {}, [[]], [{}], {"id": SECRET}]),
    st.builds(lambda key, value: {SECRET: value, key: SECRET}, st.text(), json_values),
    st.lists(st.sampled_from(["a", SECRET, 1, None, {}, {"id": SECRET, "uri": "s3://bucket/a"}]), max_size=3),
    st.integers(1, 60).map(nested),
    st.fixed_dictionaries(
        {}, optional={"base64": st.just("AAAA"), "uri": st.just("s3://bucket/a"), "size": json_values}
    ),
).filter(lambda value: not isinstance(value, float))


_odd_members = st.dictionaries(st.sampled_from(_PLACES), _odd_values, min_size=1, max_size=4)


@given(_odd_members)
def test_a_publication_event_with_odd_members_is_taken_or_refused(odd: _Members) -> None:
    _take_or_refuse(intake_publication, cloud_event(PUBLICATION, _with_members(odd)))


@given(_odd_members)
def test_a_generation_event_with_odd_members_is_taken_or_refused(odd: _Members) -> None:
    _take_or_refuse(intake_generation, cloud_event(GENERATION, _with_members(odd)))


def _with_members(odd: _Members) -> dict[str, object]:
    data: dict[str, dict[str, object]] = {"content": dict(IMAGE)}
    for (group, name), value in odd.items():
        data.setdefault(group, {})[name] = value
    return dict(data)


def _take_or_refuse(intake: _Intake, event: CloudEvent) -> None:
    """Either is right; anything else, and any word of the event in the refusal, is not."""
    refused = None
    try:
        assert intake(*binary(event)).facts == event.data
    except EventInvalidError as error:
        refused = error
    assert refused is None or SECRET not in _all_that_is_shown(refused)


@given(json_values)
def test_any_data_is_an_event_or_refused(data: object) -> None:
    with pytest.raises((EnvelopeError, EventInvalidError)):
        publication(content=data)


def _all_that_is_shown(error: BaseException) -> str:
    return "".join((*traceback.format_exception(error), str(error), repr(error)))
