"""What is no CloudEvent is refused with an error that helps its producer and repeats nothing of the record."""

import json
import traceback
from base64 import b64encode
from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import EnvelopeError
from pipeline.events.envelope import parse
from tests.unit.events.records import EVENT, attributes, binary, json_values, nested, structured, to_json, with_header

SECRET: Final = "kingfisher-4711"

_Headers = Sequence[tuple[str, bytes | None]]

BINARY_VALUE, BINARY_HEADERS = binary(EVENT)
STRUCTURED_VALUE, STRUCTURED_HEADERS = structured(EVENT)


def _binary_with(name: str, *texts: bytes | None) -> tuple[bytes, _Headers]:
    return BINARY_VALUE, with_header(BINARY_HEADERS, name, *texts)


def _plain_with(**members: object) -> tuple[bytes, _Headers]:
    return to_json({**attributes(EVENT), "data": {}, **members}), []


SECRET_BYTES: Final = SECRET.encode()
NOT_UTF_8: Final = b"\xff" + SECRET_BYTES

REFUSALS: Final[dict[str, tuple[bytes | None, _Headers, str]]] = {
    "a tombstone": (None, BINARY_HEADERS, "tombstone"),
    "an empty value": (b"", BINARY_HEADERS, "not JSON"),
    "text that is no JSON": (SECRET_BYTES, BINARY_HEADERS, "not JSON"),
    "JSON cut short": (b'{"a": "' + SECRET_BYTES, BINARY_HEADERS, "not JSON"),
    "two JSON documents": (b'{"a": 1}{"b": "' + SECRET_BYTES + b'"}', BINARY_HEADERS, "not JSON"),
    "a byte order mark": (b"\xef\xbb\xbf" + BINARY_VALUE, BINARY_HEADERS, "byte order mark"),
    "UTF-16": (BINARY_VALUE.decode().encode("utf-16"), BINARY_HEADERS, "UTF-16"),
    "bytes that are not UTF-8": (b'{"a": "' + NOT_UTF_8 + b'"}', BINARY_HEADERS, "not JSON"),
    "a raw control character in a string": (b'{"a": "\x00' + SECRET_BYTES + b'"}', BINARY_HEADERS, "not JSON"),
    "a surrogate in the bytes": (b'{"a": "\xed\xa0\x80' + SECRET_BYTES + b'"}', BINARY_HEADERS, "not JSON"),
    "an escaped lone surrogate": (b'{"a": "\\ud800' + SECRET_BYTES + b'"}', BINARY_HEADERS, "not JSON"),
    "NaN": (b'{"a": NaN}', BINARY_HEADERS, "not JSON"),
    "infinity": (b'{"a": -Infinity}', BINARY_HEADERS, "not JSON"),
    "a number beyond every float": (b'{"a": 1e400}', BINARY_HEADERS, "not JSON"),
    "an integer of a million digits": (b'{"a": ' + b"9" * 1_000_000 + b"}", BINARY_HEADERS, "not JSON"),
    "arrays without end": (b"[" * 1_000_000, BINARY_HEADERS, "not JSON"),
    "objects without end": (b'{"a":' * 100_000 + b"0" + b"}" * 100_000, BINARY_HEADERS, "not JSON"),
    "a schema-registry prefix": (b"\x00\x00\x00\x00\x07" + BINARY_VALUE, BINARY_HEADERS, "schema-registry"),
    "an array": (to_json([SECRET]), BINARY_HEADERS, "a JSON array"),
    "a string": (to_json(SECRET), BINARY_HEADERS, "a JSON string"),
    "a number": (b"4711", BINARY_HEADERS, "a JSON number"),
    "a fraction": (b"47.11", BINARY_HEADERS, "a JSON number"),
    "a boolean": (b"true", BINARY_HEADERS, "a JSON boolean"),
    "null, the JSON one": (b"null", BINARY_HEADERS, "a JSON null"),
    "JSON that is no CloudEvent": (to_json({"id": SECRET}), [], "no CloudEvent"),
    "another CloudEvents version in a header": (*_binary_with("ce_specversion", SECRET_BYTES), "specversion"),
    "another CloudEvents version in a member": (*_plain_with(specversion=SECRET), "specversion"),
    "a version that is a number": (*_plain_with(specversion=1.0), "specversion"),
    "structured mode without a version": (to_json({"data": {}}), STRUCTURED_HEADERS, "specversion"),
    "a header that is not UTF-8": (*_binary_with("ce_subject", NOT_UTF_8), "`ce_subject` is not UTF-8"),
    "a content type that is not UTF-8": (*_binary_with("content-type", NOT_UTF_8), "`content-type` is not UTF-8"),
    "a header sent twice": (*_binary_with("ce_id", SECRET_BYTES, b"other"), "`ce_id` is there more than once"),
    "a header sent twice in other cases": (
        BINARY_VALUE,
        [*BINARY_HEADERS, ("CE_Id", SECRET_BYTES)],
        "`ce_id` is there more than once",
    ),
    "binary data that is no JSON": (*_binary_with("content-type", b"image/" + SECRET_BYTES), "content type"),
    "structured mode in another format": (
        STRUCTURED_VALUE,
        [("content-type", b"application/cloudevents+" + SECRET_BYTES)],
        "structured mode",
    ),
    "a batch": (
        b"[" + STRUCTURED_VALUE + b"]",
        [("content-type", b"Application/CloudEvents-Batch+JSON; charset=utf-8")],
        "batch",
    ),
    "structured mode without data": (to_json(attributes(EVENT)), STRUCTURED_HEADERS, "no member `data`"),
    "data as base64 that is none": (
        to_json({**attributes(EVENT), "data_base64": SECRET}),
        STRUCTURED_HEADERS,
        "is not base64",
    ),
    "data as base64 that is no string": (
        to_json({**attributes(EVENT), "data_base64": {SECRET: SECRET}}),
        STRUCTURED_HEADERS,
        "the latter is no string",
    ),
    "data as base64 of what is no JSON": (
        to_json({**attributes(EVENT), "data_base64": b64encode(SECRET_BYTES).decode()}),
        STRUCTURED_HEADERS,
        "not JSON",
    ),
    "data twice": (
        to_json({**attributes(EVENT), "data": {}, "data_base64": "e30="}),
        STRUCTURED_HEADERS,
        "both members",
    ),
    "data that is text": (*_plain_with(data=SECRET), "of type string, not object"),
    "data that is a list": (*_plain_with(data=[SECRET]), "of type array, not object"),
    "data that is null": (*_plain_with(data=None), "of type null, not object"),
    "data of 65 levels": (*_plain_with(data=nested(65)), "more than 64 levels"),
    "data of 65 levels in binary mode": (to_json(nested(65)), BINARY_HEADERS, "more than 64 levels"),
    "data of 900 levels": (*_plain_with(data=nested(900)), "more than 64 levels"),
    "no id": (*_binary_with("ce_id"), "`id` is missing"),
    "an id that is null": (*_plain_with(id=None), "`id` is missing"),
    "an id header without a value": (*_binary_with("ce_id", None), "`id` is missing"),
    "no source": (*_binary_with("ce_source"), "`source` is missing"),
    "no type": (*_binary_with("ce_type"), "`type` is missing"),
    "an id that is empty": (*_binary_with("ce_id", b""), "`id` is empty"),
    "an id that is a number": (*_plain_with(id=4711), "`id` is of type number, not string"),
    "an id that is a list": (*_plain_with(id=[SECRET]), "`id` is of type array, not string"),
    "a source that is an object": (*_plain_with(source={SECRET: 1}), "`source` is of type object, not string"),
    "a type that is a boolean": (*_plain_with(type=True), "`type` is of type boolean, not string"),
    "a subject that is empty": (*_binary_with("ce_subject", b""), "`subject` is empty"),
    "an id of 2049 characters": (*_plain_with(id="x" * 2049), "`id` is longer than 2048 characters"),
    "an id with a NUL": (*_plain_with(id=f"{SECRET}\x00"), "`id` contains a character"),
    "a source header with a NUL": (*_binary_with("ce_source", b"\x00" + SECRET_BYTES), "`source` contains a character"),
    "an id with a line break": (*_plain_with(id=f"{SECRET}\r\n"), "`id` contains a character"),
    "an id with a C1 control": (*_plain_with(id=f"{SECRET}\x85"), "`id` contains a character"),
    "an id with a noncharacter": (*_plain_with(id=f"{SECRET}\ufdd0"), "`id` contains a character"),
    "an id with the other noncharacter of a plane": (*_plain_with(id=f"{SECRET}\ufffe"), "`id` contains a character"),
    "an id with a noncharacter of another plane": (*_plain_with(id=f"{SECRET}\U0001ffff"), "`id` contains a character"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refused(refusal: str) -> None:
    value, headers, because = REFUSALS[refusal]
    with pytest.raises(EnvelopeError) as caught:
        parse(value, headers)
    assert because in caught.value.what
    assert caught.value.remedy
    assert len(str(caught.value)) < 400
    assert SECRET not in _all_that_is_shown(caught.value)


@pytest.mark.parametrize(
    "time",
    [
        "yesterday",
        "2026-01-31",
        "2026-01-31T08:30:00",
        "2026-01-31 08:30:00Z",
        "20260131T083000Z",
        "2026-W05-6T08:30:00Z",
        "2026-031T08:30:00Z",
        "2026-01-31T08Z",
        "2026-01-31T08:30Z",
        "2026-01-31T08:30:00,5Z",
        "2026-01-31T08:30:00.Z",
        "2026-01-31T08:30:00 Z",
        "2026-01-31T08:30:00+0800",
        "2026-01-31T08:30:00+08",
        "2026-01-31T08:30:00+00:00:30",
        "2026-01-31T08:30:00+00:60",
        "2026-01-31T08:30:00+24:00",
        "2026-02-30T08:30:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T08:60:00Z",
        "٢٠٢٦-01-31T08:30:00Z",
        "2026-01-31T08:30:00Z ",
    ],
)
def test_a_time_that_is_no_rfc_3339_timestamp_is_refused(time: str) -> None:
    with pytest.raises(EnvelopeError, match="`time` is no RFC 3339 timestamp"):
        parse(*_plain_with(time=time))


@given(st.none() | st.binary(), st.lists(st.tuples(st.text(), st.none() | st.binary())))
def test_arbitrary_bytes_are_an_event_or_refused(value: bytes | None, headers: _Headers) -> None:
    _parse_or_refuse(value, headers)


NAMES: Final = ("ce_specversion", "ce_id", "CE_Source", "ce_type", "ce_time", "ce_subject", "content-type")
header_names = st.sampled_from(NAMES) | st.builds(lambda text: f"ce_{SECRET}{text}", st.text(max_size=5))
header_texts = st.one_of(
    st.none(),
    st.sampled_from([b"1.0", b"application/json", b"application/cloudevents+json", b"2026-01-31T08:30:00Z", b""]),
    st.builds(lambda before, after: before + SECRET_BYTES + after, st.binary(max_size=5), st.binary(max_size=5)),
)
secret_texts = st.builds(lambda before, after: before + SECRET + after, st.text(max_size=5), st.text(max_size=5))
members = st.dictionaries(
    st.sampled_from(["specversion", "id", "source", "type", "time", "subject", "data"]) | secret_texts,
    st.just("1.0") | secret_texts | st.lists(secret_texts) | st.dictionaries(secret_texts, json_values, max_size=2),
)
values = st.one_of(
    st.none(),
    members.map(json.dumps).map(str.encode),
    st.builds(lambda document, end: json.dumps(document).encode()[:end], members, st.integers(-20, 40)),
    st.builds(lambda before, after: before + SECRET_BYTES + after, st.binary(max_size=10), st.binary(max_size=10)),
)


@given(values, st.lists(st.tuples(header_names, header_texts), max_size=8))
def test_no_refusal_repeats_anything_of_the_record(value: bytes | None, headers: _Headers) -> None:
    _parse_or_refuse(value, headers)


@given(st.integers(0, 3000), st.sampled_from([b"[", b'{"a":', b'[{"a":']))
def test_any_depth_of_nesting_is_an_event_or_refused(depth: int, opening: bytes) -> None:
    closing = opening.translate(bytes.maketrans(b"[{", b"]}"), b'"a:')[::-1]
    _parse_or_refuse(b'{"data":' + opening * depth + b"0" + closing * depth + b"}", BINARY_HEADERS)


def _parse_or_refuse(value: bytes | None, headers: _Headers) -> None:
    refused = None
    try:
        parse(value, headers)
    except EnvelopeError as error:
        refused = error
    assert refused is None or SECRET not in _all_that_is_shown(refused)


def _all_that_is_shown(error: BaseException) -> str:
    """What a log with tracebacks, or a debugger, would show of an error."""
    return "".join((*traceback.format_exception(error), str(error), repr(error)))
