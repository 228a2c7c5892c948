"""Conditions are three-valued: true, false, or unknown because the field is missing."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.policy.rules import Condition

json_scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
json_values = st.recursive(
    json_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
tests_of_a_field = st.one_of(
    st.fixed_dictionaries({"is": json_scalars.filter(lambda one: one is not None)}),
    st.fixed_dictionaries({"one_of": st.lists(json_scalars.filter(lambda one: one is not None), min_size=1)}),
    st.fixed_dictionaries({"any_of": st.lists(json_scalars.filter(lambda one: one is not None), min_size=1)}),
)


def condition(**tests: object) -> Condition:
    return msgspec.convert({"field": "group.name", **tests}, Condition)


def holds(value: object, **tests: object) -> bool | None:
    return condition(**tests).holds({"group": {"name": value}})


@pytest.mark.parametrize(
    ("tests", "value", "expected"),
    [
        ({"is": "verified"}, "verified", True),
        ({"is": "verified"}, "expired", False),
        ({"is": "verified"}, "Verified", False),
        ({"is": "verified"}, None, None),
        ({"is": "verified"}, "unknown", None),
        ({"is": True}, "unknown", None),
        ({"one_of": ["granted"]}, "unknown", None),
        ({"is": True}, True, True),
        ({"is": True}, False, False),
        ({"is": False}, False, True),
        ({"is": False}, None, None),
        ({"is": 0}, 0, True),
        ({"is": ""}, "", True),
        ({"one_of": ["granted", "not_needed"]}, "not_needed", True),
        ({"one_of": ["granted", "not_needed"]}, "revoked", False),
        ({"one_of": ["granted", "not_needed"]}, None, None),
        ({"any_of": ["face", "voice"]}, ["gesture", "voice"], True),
        ({"any_of": ["face", "voice"]}, ["gesture"], False),
        ({"any_of": ["face", "voice"]}, [], False),
        ({"any_of": ["face", "voice"]}, None, None),
    ],
)
def test_truth(tests: dict[str, object], value: object, expected: object) -> None:
    assert holds(value, **tests) is expected


@pytest.mark.parametrize(
    ("expected", "value"),
    [(True, 1), (1, True), (False, 0), (0, False), (1.0, True), ("true", True), (True, "true"), (1, "1"), (1, [1])],
)
def test_values_of_different_json_types_are_never_the_same(expected: object, value: object) -> None:
    assert holds(value, **{"is": expected}) is False
    assert holds(value, one_of=[expected]) is False
    assert holds([value], any_of=[expected]) is False


def test_json_has_one_kind_of_number() -> None:
    assert holds(1.0, **{"is": 1}) is holds(1, **{"is": 1.0}) is holds([1.0], any_of=[1]) is True


@pytest.mark.parametrize("facts", [{}, {"group": {}}, {"group": {"name": None}}, {"group": None}, {"group": {"n": 1}}])
def test_missing_and_null_are_unknown(facts: dict[str, object]) -> None:
    assert condition(one_of=["a"]).holds(facts) is None


@pytest.mark.parametrize("group", ["name", ["name"], 1, True])
def test_a_field_of_what_is_no_object_is_unknown(group: object) -> None:
    assert condition(**{"is": "a"}).holds({"group": group}) is None


@given(tests_of_a_field, json_values | st.just("unknown"))
def test_a_condition_is_unknown_exactly_where_the_field_is(tests: dict[str, object], value: object) -> None:
    assert (holds(value, **tests) is None) == (value is None or value == "unknown")


@given(json_scalars.filter(lambda one: one is not None), json_values)
def test_is_says_the_same_as_one_of_with_one_value(expected: object, value: object) -> None:
    assert holds(value, **{"is": expected}) is holds(value, one_of=[expected])
