"""The schemas, their examples, and what a producer is told when an event breaks them."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from schemas.loader import registry

EXAMPLES = Path(schemas.__file__).parent / "examples"
INPUTS = ("generation-event.v1", "publication-event.v1")
OUTPUTS = ("alert.v1", "dead-letter.v1", "decision.v1", "manifest-record.v1")


def _examples(kind: str, of: tuple[str, ...] = (*INPUTS, *OUTPUTS), holding: Callable[[Any], bool] = bool) -> list[Any]:
    return [
        pytest.param(name, path, id=f"{name}-{path.stem}")
        for name in of
        for path in sorted((EXAMPLES / name / kind).glob("*.json"))
        if holding(_read(path))
    ]


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _example(name: str, stem: str) -> dict[str, Any]:
    return _read(EXAMPLES / name / "valid" / f"{stem}.json")


def _violation(name: str, instance: object) -> schemas.Violation | None:
    return schemas.first_violation(schemas.validator(name), instance)


def _nodes(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value in a document, with the way to it."""
    yield path, node
    if isinstance(node, dict | list):
        for step, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _nodes(inner, (*path, step))


def _replaced(document: Any, path: tuple[Any, ...], value: object) -> Any:
    if not path:
        return value
    copy = document.copy()
    copy[path[0]] = _replaced(document[path[0]], path[1:], value)
    return copy


# The files


def test_every_message_of_the_contract_has_a_schema() -> None:
    assert set(schemas.names()) == {*INPUTS, *OUTPUTS}


def test_every_schema_has_examples_of_both_kinds_and_every_example_a_schema() -> None:
    for kind in ("valid", "invalid"):
        assert {path.parent.parent.name for path in EXAMPLES.glob(f"*/{kind}/*.json")} == set(schemas.names())


@pytest.mark.parametrize("name", [*INPUTS, *OUTPUTS, "common.v1"])
def test_a_schema_is_valid_json_schema_2020_12_and_named_like_its_file(name: str) -> None:
    schema = schemas.load(name)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].rpartition("/")[2] == f"{name}.schema.json"
    jsonschema_rs.meta.validate(schema)


@pytest.mark.parametrize("name", [*INPUTS, *OUTPUTS, "common.v1"])
def test_every_reference_in_a_schema_resolves(name: str) -> None:
    schema = schemas.load(name)
    resolver = registry().resolver(schema["$id"])
    for path, value in _nodes(schema):
        if path and path[-1] == "$ref":
            assert resolver.lookup(value).contents


@pytest.mark.parametrize("name", [*INPUTS, *OUTPUTS, "common.v1"])
def test_every_property_is_described(name: str) -> None:
    schema = schemas.load(name)
    resolver = registry().resolver(schema["$id"])
    properties = [(path, node) for path, node in _nodes(schema) if path[-2:-1] in {("properties",), ("$defs",)}]
    assert properties
    for path, node in properties:
        described = node if "description" in node else resolver.lookup(node["$ref"]).contents
        assert described.get("description"), path


@pytest.mark.parametrize("name", OUTPUTS)
def test_outputs_are_closed_and_always_whole(name: str) -> None:
    whole = jsonschema_rs.dereference(schemas.load(name), registry=registry(), offline=True)
    objects = [node for _, node in _nodes(whole) if isinstance(node, dict) and "properties" in node]
    assert objects
    for node in objects:
        assert node["additionalProperties"] is False
        assert set(node["required"]) == set(node["properties"])


def test_loading_gives_a_dictionary_of_ones_own() -> None:
    schemas.load("alert.v1").clear()
    assert schemas.load("alert.v1")["title"] == "Alert, version 1"


def test_an_unknown_schema_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(LookupError, match=r"'alert'.*alert\.v1.*publication-event\.v1"):
        schemas.validator("alert")


# The examples


@pytest.mark.parametrize(("name", "path"), _examples("valid"))
def test_a_valid_example_is_valid(name: str, path: Path) -> None:
    assert _violation(name, _read(path)) is None


@pytest.mark.parametrize(("name", "path"), _examples("invalid"))
def test_an_invalid_example_is_refused_for_the_reason_it_gives(name: str, path: Path) -> None:
    example = _read(path)
    violation = _violation(name, example["data"])
    assert violation is not None, example["reason"]
    assert (violation.path, violation.keyword) == (example["path"], example["keyword"]), example["reason"]


@pytest.mark.parametrize(("name", "path"), _examples("valid", of=INPUTS, holding=lambda e: "uri" not in e["content"]))
def test_the_digests_of_inline_examples_are_those_of_their_bytes(name: str, path: Path) -> None:
    content = _read(path)["content"]
    inline = content["text"].encode() if "text" in content else base64.b64decode(content["base64"], validate=True)
    assert content.get("sha256", hashlib.sha256(inline).hexdigest()) == hashlib.sha256(inline).hexdigest()
    assert content.get("size", len(inline)) == len(inline)


@pytest.mark.parametrize(("name", "path"), _examples("valid", of=("alert.v1", "decision.v1", "manifest-record.v1")))
def test_the_ids_and_places_in_output_examples_derive_from_their_event(name: str, path: Path) -> None:
    example = _read(path)
    uid = hashlib.sha256(f"{example['event']['source']}\0{example['event']['id']}".encode()).hexdigest()
    assert example["event_uid"] == uid
    if example["record_uri"] is not None:
        assert example["record_uri"] == f"s3://sealstream-records/v1/records/{uid[:2]}/{uid[2:4]}/{uid}.json"
    match name:
        case "alert.v1":
            identity = f"{uid}\0{example['rule']['id']}"
            assert example["alert_id"] == hashlib.sha256(identity.encode()).hexdigest()
        case "decision.v1":
            assert example["decision_id"] == hashlib.sha256(f"{uid}\0decision".encode()).hexdigest()
        case "manifest-record.v1":
            sealed = example["sealed"]["sha256"]
            place = f"s3://sealstream/v1/sha256/{sealed[:2]}/{sealed[2:4]}/{sealed}/{uid}.c2pa"
            assert example["manifest"]["uri"] == place
            assert example["sealed"]["uri"].startswith(f"s3://sealstream/v1/assets/{uid[:2]}/{uid[2:4]}/{uid}.")
            is_unchanged = example["original"]["sha256"] == sealed
            assert is_unchanged == (example["manifest"]["binding"] == "sidecar")


def test_the_input_examples_show_every_group_of_the_vocabulary() -> None:
    shown = {
        member for _, path in (example.values for example in _examples("valid", of=INPUTS)) for member in _read(path)
    }
    for name in INPUTS:
        assert schemas.load(name)["properties"].keys() <= shown


# What a producer is told


def test_a_violation_says_where_what_and_what_belongs_there() -> None:
    event = _example("generation-event.v1", "edited-image-with-parents")
    event["content"]["parents"][0]["sha256"] = "D41D8CD9"
    assert _violation("generation-event.v1", event) == schemas.Violation(
        path="$.content.parents[0].sha256",
        keyword="pattern",
        value_type="string",
        message="It does not match ^[0-9a-f]{64}$. A SHA-256 digest in lowercase hexadecimal.",
    )


def test_a_missing_member_is_told_by_its_own_path() -> None:
    assert _violation("publication-event.v1", {"content": {"id": "a", "text": "b"}}) == schemas.Violation(
        path="$.content.mime",
        keyword="required",
        value_type="missing",
        message="It is missing. The media type of the bytes.",
    )


def test_the_location_rule_is_told_in_words() -> None:
    violation = _violation("generation-event.v1", {"content": {"id": "a", "mime": "image/png", "operation": "none"}})
    assert violation is not None
    assert "Exactly one of `uri`, `text` and `base64`" in violation.message


def test_a_description_is_found_for_what_stands_beside_a_reference_too() -> None:
    event = {"content": {"id": "a", "mime": "image/png", "operation": "none", "uri": "s3://inbox/a", "size": 3}}
    violation = _violation("generation-event.v1", event)
    assert violation is not None
    assert violation.keyword == "dependentRequired"
    assert "The digest of the asset's bytes." in violation.message


def test_of_several_violations_the_one_nearest_to_the_root_is_told() -> None:
    event = {"content": {"id": "", "parents": [{"id": ""}]}, "jurisdictions": "CN"}
    violation = _violation("publication-event.v1", event)
    assert violation is not None
    assert violation.path == "$.jurisdictions"


def test_a_nullable_object_is_judged_as_the_object_it_was_meant_to_be() -> None:
    decision = _example("decision.v1", "block-tampered")
    decision["credential"]["signer"]["not_after"] = "next year"
    violation = _violation("decision.v1", decision)
    assert violation is not None
    assert (violation.path, violation.keyword) == ("$.credential.signer.not_after", "format")


def test_a_member_name_that_is_no_identifier_is_quoted_in_the_path() -> None:
    decision = _example("decision.v1", "hold-unlabeled")
    decision["findings"][1]["evidence"]["consent.status"] = {}
    violation = _violation("decision.v1", decision)
    assert violation is not None
    assert violation.path == "$.findings[1].evidence['consent.status']"


def test_schemas_that_are_not_ours_are_explained_without_descriptions() -> None:
    foreign = jsonschema_rs.Draft202012Validator({"type": "object", "description": "Not ours.", "required": ["a"]})
    assert schemas.first_violation(foreign, {}) == schemas.Violation(
        path="$.a", keyword="required", value_type="missing", message="It is missing."
    )


# What holds for every document

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
input_examples = st.sampled_from([example.values for example in _examples("valid", of=INPUTS)])


@given(st.sampled_from([*INPUTS, *OUTPUTS]), json_values)
def test_any_json_is_answered(name: str, value: object) -> None:
    violation = _violation(name, value)
    assert (violation is None) == schemas.validator(name).is_valid(value)


@given(input_examples, st.data())
def test_no_violation_repeats_the_value(example: tuple[str, Path], data: st.DataObject) -> None:
    name, path = example
    event = _read(path)
    way, _ = data.draw(st.sampled_from(list(_nodes(event))))
    secret = data.draw(st.sampled_from(["SECRET", ["SECRET"], {"SECRET": "SECRET"}, "SECRET\n"]))
    violation = _violation(name, _replaced(event, way, secret))
    assert violation is None or "SECRET" not in str(violation)


@given(input_examples, st.data(), st.text(min_size=1), json_values)
def test_members_of_inputs_that_nobody_knows_are_ignored(
    example: tuple[str, Path], data: st.DataObject, member: str, value: object
) -> None:
    name, path = example
    event = _read(path)
    objects = [way for way, node in _nodes(event) if isinstance(node, dict)]
    way = data.draw(st.sampled_from(objects))
    node = dict(_nodes(event))[way]
    assert _violation(name, _replaced(event, way, {f"x_{member}": value, **node})) is None


@given(st.sets(st.sampled_from(["uri", "text", "base64"])), st.sampled_from(INPUTS))
def test_an_asset_is_in_exactly_one_place(places: set[str], name: str) -> None:
    content = {"id": "a", "mime": "image/png", "operation": "generated", "sha256": "0" * 64, "size": 3}
    every_place = {"uri": "s3://sealstream-inbox/a", "text": "abc", "base64": "YWJj"}
    violation = _violation(name, {"content": content | {place: every_place[place] for place in places}})
    assert (violation is None) == (len(places) == 1)
