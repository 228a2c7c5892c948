"""What a producer is told when an event breaks its schema, and what holds for every document."""

import json
import time
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from tests.contract.documents import (
    ASSET_EVENTS,
    INPUTS,
    OUTPUTS,
    example,
    examples,
    nodes,
    read,
    replaced,
    violation_of,
)


def test_a_violation_says_where_what_and_what_belongs_there() -> None:
    event = example("generation-event.v1", "edited-image-with-parents")
    event["content"]["parents"][0]["sha256"] = "D41D8CD9"
    assert violation_of("generation-event.v1", event) == schemas.Violation(
        path="$.content.parents[0].sha256",
        keyword="pattern",
        value_type="string",
        message="It does not match ^[0-9a-f]{64}$. A SHA-256 digest in lowercase hexadecimal.",
    )


def test_a_missing_member_is_told_by_its_own_path() -> None:
    assert violation_of("publication-event.v1", {"content": {"id": "a", "text": "b"}}) == schemas.Violation(
        path="$.content.mime",
        keyword="required",
        value_type="missing",
        message="It is missing. The media type of the bytes.",
    )


def test_the_location_rule_is_told_in_words() -> None:
    violation = violation_of("generation-event.v1", {"content": {"id": "a", "mime": "image/png", "operation": "none"}})
    assert violation is not None
    assert "Exactly one of `uri`, `text` and `base64`" in violation.message


def test_a_description_is_found_for_what_stands_beside_a_reference_too() -> None:
    event = {"content": {"id": "a", "mime": "image/png", "operation": "none", "uri": "s3://inbox/a", "size": 3}}
    violation = violation_of("generation-event.v1", event)
    assert violation is not None
    assert violation.keyword == "dependentRequired"
    assert "The digest of the asset's bytes." in violation.message


def test_a_document_with_a_hundred_thousand_violations_is_answered_at_once() -> None:
    event = example("generation-event.v1", "minimal")
    event["content"]["biometric"] = [1] * 100_000
    started = time.perf_counter()
    violation = violation_of("generation-event.v1", event)
    assert time.perf_counter() - started < 1
    assert violation is not None
    assert (violation.path, violation.keyword) == ("$.content.biometric", "maxItems")


def test_a_nullable_object_is_judged_as_the_object_it_was_meant_to_be() -> None:
    decision = example("decision.v2", "block-tampered")
    decision["credential"]["signer"]["not_after"] = "next year"
    violation = violation_of("decision.v2", decision)
    assert violation is not None
    assert (violation.path, violation.keyword) == ("$.credential.signer.not_after", "format")


def test_a_member_name_that_is_no_identifier_is_quoted_in_the_path() -> None:
    decision = example("decision.v2", "hold-unlabeled")
    decision["findings"][1]["evidence"]["content.news_source_listed"] = {}
    violation = violation_of("decision.v2", decision)
    assert violation is not None
    assert violation.path == "$.findings[1].evidence['content.news_source_listed']"


def test_schemas_that_are_not_ours_are_explained_without_descriptions() -> None:
    foreign = jsonschema_rs.Draft202012Validator({"type": "object", "description": "Not ours.", "required": ["a"]})
    assert schemas.first_violation(foreign, {}) == schemas.Violation(
        path="$.a", keyword="required", value_type="missing", message="It is missing."
    )


@pytest.mark.parametrize("depth", [50, 100, 900])
def test_no_depth_of_nesting_keeps_a_violation_from_being_told(depth: int) -> None:
    nested = json.loads("[" * depth + "]" * depth)
    event = example("generation-event.v1", "minimal") | {"x_nested": nested}
    assert violation_of("generation-event.v1", event) is None
    violation = violation_of("generation-event.v1", event | {"service": nested})
    assert violation is not None
    assert (violation.path, violation.keyword, violation.value_type) == ("$.service", "type", "array")


# What holds for every document

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
input_examples = st.sampled_from([case.values for case in examples("valid", of=INPUTS)])


@given(st.sampled_from([*INPUTS, *OUTPUTS]), json_values)
def test_any_json_is_answered(name: str, value: object) -> None:
    violation = violation_of(name, value)
    assert (violation is None) == schemas.validator(name).is_valid(value)


@given(st.sampled_from([case.values for case in examples("valid")]), st.data(), json_values)
def test_what_is_wrong_is_told_at_or_below_the_place_where_it_is(
    named: tuple[str, Path], data: st.DataObject, value: object
) -> None:
    name, path = named
    document = read(path)
    way, _ = data.draw(st.sampled_from([node for node in nodes(document) if "evidence" not in node[0]]))
    violation = violation_of(name, replaced(document, way, value))
    assert violation is None or violation.place[: len(way)] == tuple(way)


@given(input_examples, st.data())
def test_no_violation_repeats_the_value(named: tuple[str, Path], data: st.DataObject) -> None:
    name, path = named
    event = read(path)
    way, _ = data.draw(st.sampled_from(list(nodes(event))))
    secret = data.draw(st.sampled_from(["SECRET", ["SECRET"], {"SECRET": "SECRET"}, "SECRET\n"]))
    violation = violation_of(name, replaced(event, way, secret))
    assert violation is None or "SECRET" not in str(violation)


@given(input_examples, st.data(), st.text(min_size=1), json_values)
def test_members_of_inputs_that_nobody_knows_are_ignored(
    named: tuple[str, Path], data: st.DataObject, member: str, value: object
) -> None:
    name, path = named
    event = read(path)
    objects = [way for way, node in nodes(event) if isinstance(node, dict)]
    way = data.draw(st.sampled_from(objects))
    node = dict(nodes(event))[way]
    assert violation_of(name, replaced(event, way, {f"x_{member}": value, **node})) is None


@given(st.sets(st.sampled_from(["uri", "text", "base64"])), st.sampled_from(ASSET_EVENTS))
def test_an_asset_is_in_exactly_one_place(places: set[str], name: str) -> None:
    content = {"id": "a", "mime": "image/png", "operation": "generated", "sha256": "0" * 64, "size": 3}
    every_place = {"uri": "s3://sealstream-inbox/a", "text": "abc", "base64": "YWJj"}
    violation = violation_of(name, {"content": content | {place: every_place[place] for place in places}})
    assert (violation is None) == (len(places) == 1)
