"""Labels as they are met: what `Label` says, and by name what is missing or does not conform."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.labels.implicit import AigcFault, parse_aigc
from pipeline.labels.implicit.aigc import KEYS, AigcLabel
from pipeline.labels.implicit.lenient import reading_of
from pipeline.labels.implicit.model import found_in_text, placed_label
from tests.unit.labels.implicit.test_aigc import CONFORMING


def faults(text: str) -> set[tuple[str, str | None]]:
    reading = reading_of(text, named=True)
    assert reading is not None
    return {(fault.code, fault.key) for fault in reading.faults}


def label(text: str) -> str | None:
    reading = reading_of(text, named=True)
    assert reading is not None
    return reading.label


@pytest.mark.parametrize("shape", [CONFORMING, {"AIGC": CONFORMING}])
def test_what_conforms_has_no_faults(shape: dict[str, Any]) -> None:
    text = json.dumps(shape)
    reading = reading_of(text, named=False)
    assert reading is not None
    assert (reading.label, reading.faults, reading.conforming) == ("1", (), parse_aigc(text))


@pytest.mark.parametrize(("number", "said"), [(1, "1"), (2, "2"), (3.0, "3"), (" 2 ", "2")])
def test_a_number_is_as_good_as_its_text(number: object, said: str) -> None:
    text = json.dumps(CONFORMING | {"Label": number})
    assert label(text) == said
    assert {key for _, key in faults(text)} == {"Label"}


@pytest.mark.parametrize("wrong", [True, False, 0, 4, -1, 1.5, None, "", "AIGC", "yes", [], {}, 10**400])
def test_anything_else_in_its_place_says_nothing(wrong: object) -> None:
    assert label(json.dumps(CONFORMING | {"Label": wrong})) is None


def test_names_in_other_letters_are_read_and_named() -> None:
    spelled = {"label": "1", "contentProducer": "p", "produceId": "1", "reserved_code_1": ""}
    text = json.dumps({"aigc": spelled})
    assert label(text) == "1"
    missing = {("missing-key", key) for key in ("ContentPropagator", "PropagateID", "ReservedCode2")}
    others = {("misspelled-key", key) for key in ("Label", "ContentProducer", "ProduceID", "ReservedCode1")}
    assert faults(text) == missing | others


@pytest.mark.parametrize("ascii_only", [True, False])
def test_names_of_people_in_their_own_script_are_read_and_named(*, ascii_only: bool) -> None:
    text = json.dumps(CONFORMING | {"ContentProducer": "云汀"}, ensure_ascii=ascii_only)
    assert (label(text), faults(text)) == ("1", {("bad-characters", "ContentProducer")})


def test_one_member_is_enough_where_the_place_is_named() -> None:
    assert label('{"Label":"3"}') == "3"
    assert {key for code, key in faults('{"Label":"3"}') if code == "missing-key"} == {*KEYS} - {"Label"}
    assert reading_of('{"Label":"3"}', named=False) is None
    assert reading_of('{"AIGC":{"Label":"3"}}', named=False) is not None


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(json.dumps(CONFORMING)),
        json.dumps({"AIGC": json.dumps(CONFORMING)}),
        json.dumps({"AIGC": {"AIGC": CONFORMING}}),
        json.dumps([{"AIGC": CONFORMING}]),
    ],
    ids=["text-in-text", "text-in-object", "object-in-object", "in-a-list"],
)
def test_an_object_inside_another_or_inside_a_text_is_read_and_named(text: str) -> None:
    assert (label(text), faults(text)) == ("1", {("nested", None)})


@pytest.mark.parametrize("head", ["AIGC", "aigc:", "AIGC = "])
def test_a_name_glued_to_the_object_is_taken_off(head: str) -> None:
    reading = reading_of(head + json.dumps(CONFORMING), named=False)
    assert reading is not None
    assert isinstance(reading.conforming, AigcLabel)


def test_of_two_members_of_one_name_the_stronger_counts() -> None:
    text = '{"Label":"2","Label":"1"}'
    assert label(text) == "1"
    assert ("duplicate-key", "Label") in faults(text)


def test_members_beside_the_seven_are_left_alone() -> None:
    assert faults(json.dumps(CONFORMING | {"Tool": "x"})) == set()


def test_something_without_a_label_is_a_broken_mark_and_nothing_is_claimed() -> None:
    for text in ("", "AIGC", "{}", "[]", "yes", '{"Label":"9"}', "{" * 20_000, "[" * 20_000, '"' * 10, "x" * 40_000):
        mark = placed_label(text, carrier="xmp")
        assert (mark.conforming, mark.label) == (None, None)
        assert mark.faults


def test_a_provider_without_a_label_is_no_label() -> None:
    found = found_in_text('{"AIGC":{"ServiceProvider":"云汀云\\n"}}', carrier="exif.ImageDescription", named=False)
    assert (found.aigc, [sign.vendor for sign in found.signs]) == ((), ["云汀云"])
    labeled = found_in_text('{"AIGC":{"ServiceProvider":"x","Label":"1"}}', carrier="exif.ImageDescription")
    assert ([mark.label for mark in labeled.aigc], labeled.signs) == (["1"], ())


@pytest.mark.parametrize(
    "text", ["", "a harbour", "{}", '{"Label":"1"}', '{"label":"a tag","title":"b"}', "AIGC", '"AIGC"', "{AIGC}"]
)
def test_ordinary_texts_are_no_labels(text: str) -> None:
    assert reading_of(text, named=False) is None


@given(st.text() | st.recursive(st.none() | st.text() | st.integers() | st.floats(), st.lists).map(json.dumps))
def test_any_text_at_all_has_an_answer(text: str) -> None:
    assert reading_of(text, named=True) is not None
    reading_of(text, named=False)


@given(
    st.dictionaries(
        st.sampled_from([*KEYS, "label", "AIGC", "ServiceProvider"]),
        st.text() | st.integers() | st.none() | st.dictionaries(st.sampled_from([*KEYS]), st.text()),
    )
)
def test_any_object_conforms_only_if_the_strict_reader_says_so(members: dict[str, Any]) -> None:
    text = json.dumps(members)
    reading = reading_of(text, named=True)
    assert reading is not None
    strict = parse_aigc(text)
    assert reading.conforming == (strict if isinstance(strict, AigcLabel) else None)
    assert bool(reading.faults) == isinstance(strict, AigcFault)
