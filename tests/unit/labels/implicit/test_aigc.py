"""The AIGC object: both shapes are read, one is written, and everything wrong with one has a name."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.labels.implicit import AigcFault, AigcLabel, ImplicitRefusedError, aigc_json, first_write, parse_aigc
from pipeline.labels.implicit.aigc import KEYS, Shape

ALLOWED = "".join(chr(code_point) for code_point in range(0x21, 0x7F) if chr(code_point) not in '"\\')
values = st.text(ALLOWED, max_size=60)
reserved = st.text("".join(chr(code_point) for code_point in range(0x20, 0x7F)), max_size=60)
marks = st.builds(
    AigcLabel,
    label=st.sampled_from(["1", "2", "3"]),
    content_producer=values,
    produce_id=values,
    reserved_code1=reserved,
    content_propagator=values,
    propagate_id=values,
    reserved_code2=reserved,
)
shapes = st.sampled_from(["wrapped", "bare"])

CONFORMING: dict[str, Any] = {
    "Label": "1",
    "ContentProducer": "p",
    "ProduceID": "1",
    "ReservedCode1": "",
    "ContentPropagator": "p",
    "PropagateID": "1",
    "ReservedCode2": "",
}


@given(marks, shapes)
def test_what_is_written_is_read(mark: AigcLabel, shape: Shape) -> None:
    assert parse_aigc(aigc_json(mark, shape=shape)) == mark


@given(marks)
def test_the_wrapped_shape_is_the_bare_one_in_an_object(mark: AigcLabel) -> None:
    bare = aigc_json(mark, shape="bare")
    assert json.loads(aigc_json(mark)) == {"AIGC": json.loads(bare)}
    assert list(json.loads(bare)) == list(KEYS)
    assert bare.isascii()
    assert "\n" not in bare


def test_who_generates_content_is_the_first_to_spread_it() -> None:
    mark = first_write("studio", "n-1")
    assert (mark.content_propagator, mark.propagate_id, mark.label) == ("studio", "n-1", "1")
    assert mark.is_first_write
    assert json.loads(aigc_json(mark, shape="bare")) == {
        "Label": "1",
        "ContentProducer": "studio",
        "ProduceID": "n-1",
        "ReservedCode1": "",
        "ContentPropagator": "studio",
        "PropagateID": "n-1",
        "ReservedCode2": "",
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", AigcFault(code="not-json")),
        ("AIGC", AigcFault(code="not-json")),
        ("{" * 20_000, AigcFault(code="not-json")),
        ("[" * 20_000, AigcFault(code="not-json")),
        ("1" * 20_000, AigcFault(code="not-json")),
        ("[]", AigcFault(code="not-an-object")),
        ('{"AIGC": "1"}', AigcFault(code="not-an-object")),
        ('{"Label": "1", "Label": "2"}', AigcFault(code="duplicate-key")),
        ("{}", AigcFault(code="missing-key", key="Label")),
        ('{"Label": "AIGC", "ContentProducer": "p"}', AigcFault(code="missing-key", key="ProduceID")),
        ("x" * 40_000, AigcFault(code="too-long")),
    ],
)
def test_what_is_no_mark_says_why(text: str, fault: AigcFault) -> None:
    assert parse_aigc(text) == fault


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"Label": 1}, AigcFault(code="not-a-string", key="Label")),
        ({"Label": "4"}, AigcFault(code="bad-label", key="Label")),
        ({"Label": "AIGC"}, AigcFault(code="bad-label", key="Label")),
        ({"ProduceID": None}, AigcFault(code="not-a-string", key="ProduceID")),
        ({"ContentProducer": "豆包"}, AigcFault(code="bad-characters", key="ContentProducer")),
        ({"ContentProducer": "a b"}, AigcFault(code="bad-characters", key="ContentProducer")),
        ({"PropagateID": 'a"b'}, AigcFault(code="bad-characters", key="PropagateID")),
        ({"PropagateID": "a\\b"}, AigcFault(code="bad-characters", key="PropagateID")),
        ({"ReservedCode1": "a\nb"}, AigcFault(code="bad-characters", key="ReservedCode1")),
        ({"ReservedCode2": {"SecurityData": {}}}, AigcFault(code="not-a-string", key="ReservedCode2")),
        ({"ProduceID": "x" * 1025}, AigcFault(code="too-long", key="ProduceID")),
        ({"ReservedCode1": "x" * 4097}, AigcFault(code="too-long", key="ReservedCode1")),
    ],
)
@pytest.mark.parametrize("shape", ["wrapped", "bare"])
def test_a_member_that_does_not_conform_is_named(changed: dict[str, Any], fault: AigcFault, shape: str) -> None:
    members = CONFORMING | changed
    assert parse_aigc(json.dumps({"AIGC": members} if shape == "wrapped" else members)) == fault


def test_a_reserved_code_may_hold_an_object_as_text() -> None:
    found = parse_aigc(json.dumps(CONFORMING | {"ReservedCode1": '{"SecurityData":{"Type":"1"}}'}))
    assert isinstance(found, AigcLabel)
    assert parse_aigc(aigc_json(found)) == found


def test_members_beside_the_seven_are_left_alone() -> None:
    assert isinstance(parse_aigc(json.dumps(CONFORMING | {"Tool": "x"})), AigcLabel)


@pytest.mark.parametrize(("producer", "produce_id"), [("", "1"), ("p", ""), ("a b", "1"), ("p", "x" * 2000)])
def test_a_mark_that_would_not_conform_cannot_be_made(producer: str, produce_id: str) -> None:
    with pytest.raises(ImplicitRefusedError) as refused:
        first_write(producer, produce_id)
    assert refused.value.remedy
    assert "x" * 50 not in str(refused.value)


@given(st.text() | st.recursive(st.none() | st.text(), st.lists).map(json.dumps))
def test_any_text_at_all_has_an_answer(text: str) -> None:
    assert isinstance(parse_aigc(text), AigcLabel | AigcFault)


@given(st.dictionaries(st.sampled_from([*KEYS, "Other"]), st.text() | st.integers() | st.none()), shapes)
def test_any_object_is_a_mark_only_if_it_conforms(members: dict[str, Any], shape: Shape) -> None:
    found = parse_aigc(json.dumps({"AIGC": members} if shape == "wrapped" else members))
    if isinstance(found, AigcLabel):
        assert {key: members[key] for key in KEYS} == json.loads(aigc_json(found, shape="bare"))
