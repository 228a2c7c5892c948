"""The three shapes of a Kafka record say the same CloudEvent."""

import base64

import hypothesis.strategies as st
import pytest
from hypothesis import given

from pipeline.events.envelope import CloudEvent, parse
from tests.unit.events.records import (
    ATTRIBUTE_NAMES,
    EVENT,
    SHAPES,
    attribute_texts,
    attributes,
    binary,
    cloud_events,
    flat,
    nested,
    plain,
    structured,
    to_json,
    with_header,
)


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_gives_the_same_event(shape: str) -> None:
    assert parse(*SHAPES[shape](EVENT)) == EVENT


@given(cloud_events())
def test_any_event_survives_binary_structured_and_plain(event: CloudEvent) -> None:
    assert parse(*binary(event)) == parse(*structured(event)) == parse(*plain(event)) == event


@given(cloud_events())
def test_any_data_without_members_named_as_attributes_survives_flat(event: CloudEvent) -> None:
    event = CloudEvent(
        id=event.id,
        source=event.source,
        type=event.type,
        data={name: member for name, member in event.data.items() if name not in ATTRIBUTE_NAMES | {"data"}},
    )
    assert parse(*flat(event)) == event


def test_no_attribute_is_taken_for_data_in_the_flat_shape() -> None:
    every_attribute = {**attributes(EVENT), "datacontenttype": "application/json", "dataschema": "urn:schema"}
    assert parse(to_json({**every_attribute, "content": {}}), []).data == {"content": {}}


def test_binary_data_may_have_members_named_as_attributes() -> None:
    data = {"id": 1, "specversion": "0.3", "data": {"type": None}}
    event = CloudEvent(id="a", source="b", type="c", data=data)
    assert parse(*binary(event)) == event


def test_what_an_event_does_not_say_is_none() -> None:
    event = parse(*binary(CloudEvent(id="a", source="b", type="c", data={})))
    assert (event.time, event.subject, event.data) == (None, None, {})


def test_an_attribute_that_is_null_was_not_sent() -> None:
    value = to_json({"specversion": "1.0", "id": "a", "source": "b", "type": "c", "time": None, "data": {}})
    assert parse(value, []).time is None


@pytest.mark.parametrize("headers", [[], [("content-type", b"application/cloudevents+json")]])
def test_data_may_come_as_base64_of_what_was_serialised_before(headers: list[tuple[str, bytes]]) -> None:
    encoded = base64.b64encode(to_json(EVENT.data)).decode()
    assert parse(to_json({**attributes(EVENT), "data_base64": encoded}), headers) == EVENT


def test_attributes_of_documented_extensions_are_no_data_in_the_flat_shape() -> None:
    sent = {**attributes(EVENT), **EVENT.data, "traceparent": "00-1-2-03", "partitionkey": "harbour.png"}
    assert parse(to_json(sent), []) == EVENT


@pytest.mark.parametrize(
    "data", [{"data": EVENT.data}, {"data_base64": base64.b64encode(to_json(EVENT.data)).decode()}]
)
def test_an_event_that_is_sent_in_both_ways_at_once_is_read_once(data: dict[str, object]) -> None:
    value, headers = to_json({**attributes(EVENT), **data}), binary(EVENT)[1]
    assert parse(value, headers) == EVENT


# Which shape it is


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/cloudevents+json",
        b"application/cloudevents",
        b"Application/CloudEvents+JSON; charset=UTF-8",
        b"  APPLICATION/CLOUDEVENTS ;charset=utf-8;x=y",
    ],
)
def test_the_content_type_of_structured_mode_may_be_written_in_any_case_with_parameters(content_type: bytes) -> None:
    value, _ = structured(EVENT)
    assert parse(value, [("Content-Type", content_type)]) == EVENT


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/json",
        b"Application/JSON;charset=utf-8",
        b"application/vnd.studio.generation+json; v=2",
        b"",
        None,
    ],
)
def test_binary_data_is_json_whatever_its_content_type_calls_it(content_type: bytes | None) -> None:
    value, headers = binary(EVENT)
    assert parse(value, with_header(headers, "content-type", content_type)) == EVENT


def test_binary_data_may_come_without_a_content_type() -> None:
    value, headers = binary(EVENT)
    assert parse(value, with_header(headers, "content-type")) == EVENT


def test_the_content_type_decides_before_the_headers_do() -> None:
    value, headers = structured(EVENT)
    other = binary(CloudEvent(id="another", source="b", type="c", data={}))[1]
    assert parse(value, with_header(other, "content-type", *(text for _, text in headers))) == EVENT


def test_a_plain_event_may_have_any_content_type() -> None:
    value, _ = plain(EVENT)
    assert parse(value, [("content-type", b"text/plain")]) == EVENT


# Headers


@given(st.data())
def test_headers_may_come_in_any_order_and_case_among_foreign_ones(data: st.DataObject) -> None:
    value, headers = binary(EVENT)
    foreign = data.draw(st.lists(st.tuples(st.text(), st.binary() | st.none()), max_size=3))
    own = [(data.draw(_any_case(name)), text) for name, text in headers]
    mixed = data.draw(st.permutations([*own, *((f"x-{name}", text) for name, text in foreign)]))
    assert parse(value, mixed) == EVENT


def _any_case(name: str) -> st.SearchStrategy[str]:
    return st.lists(st.booleans(), min_size=len(name), max_size=len(name)).map(
        lambda upper: "".join(
            letter.upper() if is_upper else letter for letter, is_upper in zip(name, upper, strict=True)
        )
    )


def test_a_header_repeated_with_the_same_text_is_one_header() -> None:
    value, headers = binary(EVENT)
    assert parse(value, [*headers, *((name.upper(), text) for name, text in headers)]) == EVENT


def test_extension_attributes_are_not_read_whatever_they_hold() -> None:
    value, headers = binary(EVENT)
    extensions = [("ce_traceparent", b"00-1"), ("ce_traceparent", b"00-2"), ("ce_blob", b"\xff"), ("ce_null", None)]
    assert parse(value, [*headers, *extensions]) == EVENT


def test_a_header_without_a_value_is_no_header() -> None:
    value, headers = binary(EVENT)
    without = parse(value, with_header(headers, "ce_subject", None))
    assert (without.id, without.subject) == (EVENT.id, None)


def test_a_schema_id_in_a_header_keeps_the_value_plain() -> None:
    value, headers = binary(EVENT)
    assert parse(value, [*headers, ("__value_schema_id", b"\x01\x00\x00\x00\x07")]) == EVENT


# Attributes


@pytest.mark.parametrize(
    "text",
    ["图像 一号", "a\u3000b", "a\u00a0b", "\U0001f469\u200d\U0001f680", "\u05d0\u200f", "x" * 2048, " ", "\U0010fffd"],
    ids=ascii,
)
@pytest.mark.parametrize("shape", SHAPES)
def test_attributes_are_any_text_that_cloudevents_allows(shape: str, text: str) -> None:
    event = CloudEvent(id=text, source=text, type=text, subject=text, data={})
    assert parse(*SHAPES[shape](event)) == event


@given(attribute_texts)
def test_binary_and_structured_mode_agree_on_every_allowed_text(text: str) -> None:
    event = CloudEvent(id=text, source=text, type=text, data={})
    assert parse(*binary(event)) == parse(*structured(event)) == event


@pytest.mark.parametrize(
    "time",
    [
        "2026-01-31T08:30:00Z",
        "2026-01-31T08:30:00.123456789+08:00",
        "0001-01-01T00:00:00-23:59",
        "2026-01-31t08:30:00z",
    ],
)
def test_a_time_is_kept_as_it_was_written(time: str) -> None:
    value, headers = binary(EVENT)
    assert parse(value, with_header(headers, "ce_time", time.encode())).time == time


# Values


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b'{"n": 9007199254740993}', {"n": 9007199254740993}),
        (b'{"n": 18446744073709551615}', {"n": 2**64 - 1}),
        (b'{"n": 1e308}', {"n": 1e308}),
        (b'{"s": "\\u0000"}', {"s": "\x00"}),
        (b'{"s": "\\ud83d\\ude00"}', {"s": "\U0001f600"}),
        (b' \r\n\t{"a": []}\n', {"a": []}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
    ],
    ids=[
        "beyond 2^53",
        "64 bits",
        "large float",
        "escaped NUL",
        "surrogate pair",
        "white space",
        "the last one counts",
    ],
)
def test_corners_of_json_are_read_exactly(written: bytes, read: dict[str, object]) -> None:
    _, headers = binary(EVENT)
    assert parse(written, headers).data == read


@pytest.mark.parametrize("shape", SHAPES)
def test_data_may_be_64_levels_deep(shape: str) -> None:
    event = CloudEvent(id="a", source="b", type="c", data=nested(64))
    assert parse(*SHAPES[shape](event)) == event
