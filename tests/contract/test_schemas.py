"""The schemas and their examples."""

import base64
import hashlib
from pathlib import Path

import jsonschema_rs
import pytest

import schemas
from pipeline.policy.pack_files import read_pack
from pipeline.policy.reference import SetName, parse_entry
from schemas.loader import registry
from tests.contract.documents import (
    ASSET_EVENTS,
    EXAMPLES,
    EXPORTS,
    INPUTS,
    OUTPUTS,
    POLICY_FILES,
    SHARED,
    SUPERSEDED,
    examples,
    nodes,
    read,
    violation_of,
)

SETS: dict[str, SetName] = {
    "consent.v1": "consents",
    "feature.v1": "features",
    "inventory-item.v1": "inventory",
    "news-source.v1": "news-sources",
    "operator.v1": "operators",
    "service.v1": "services",
}
EVERY_SCHEMA = (*INPUTS, *OUTPUTS, *POLICY_FILES, *SHARED, *EXPORTS)

# The files


def test_every_message_of_the_contract_has_a_schema() -> None:
    assert set(schemas.names()) == {*INPUTS, *OUTPUTS}


def test_every_schema_has_examples_of_both_kinds_and_every_example_a_schema() -> None:
    for kind in ("valid", "invalid"):
        shown = {path.parent.parent.name for path in EXAMPLES.glob(f"*/{kind}/*.json")}
        assert shown == {*schemas.names(), *POLICY_FILES}


@pytest.mark.parametrize("name", EVERY_SCHEMA)
def test_a_schema_is_valid_json_schema_2020_12_and_named_like_its_file(name: str) -> None:
    schema = schemas.load(name)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].rpartition("/")[2] == f"{name}.schema.json"
    jsonschema_rs.meta.validate(schema)


@pytest.mark.parametrize("name", EVERY_SCHEMA)
def test_every_reference_in_a_schema_resolves(name: str) -> None:
    schema = schemas.load(name)
    resolver = registry().resolver(schema["$id"])
    for path, value in nodes(schema):
        if path and path[-1] == "$ref":
            assert resolver.lookup(value).contents


@pytest.mark.parametrize("name", EVERY_SCHEMA)
def test_every_property_is_described(name: str) -> None:
    schema = schemas.load(name)
    resolver = registry().resolver(schema["$id"])
    properties = [(path, node) for path, node in nodes(schema) if path[-2:-1] in {("properties",), ("$defs",)}]
    assert properties
    for path, node in properties:
        described = node if "description" in node else resolver.lookup(node["$ref"]).contents
        assert described.get("description"), path


@pytest.mark.parametrize("name", OUTPUTS)
def test_outputs_are_closed_and_always_whole(name: str) -> None:
    whole = jsonschema_rs.dereference(schemas.load(name), registry=registry(), offline=True)
    objects = [node for _, node in nodes(whole) if isinstance(node, dict) and "properties" in node]
    assert objects
    for node in objects:
        assert node["additionalProperties"] is False
        assert set(node["required"]) == set(node["properties"])


@pytest.mark.parametrize("name", POLICY_FILES)
def test_files_that_people_write_are_closed_so_that_a_misspelt_member_is_told(name: str) -> None:
    whole = jsonschema_rs.dereference(schemas.load(name), registry=registry(), offline=True)
    objects = [node for _, node in nodes(whole) if isinstance(node, dict) and "properties" in node]
    assert objects
    assert all(node["additionalProperties"] is False for node in objects)


@pytest.mark.parametrize("name", SUPERSEDED)
def test_a_superseded_schema_says_by_what_and_that_is_there(name: str) -> None:
    successor = name.replace(".v1", ".v2")
    assert schemas.load(name)["description"].startswith(f"Superseded by {successor} ")
    assert successor in schemas.names()


@pytest.mark.parametrize("name", SUPERSEDED)
def test_a_successor_has_every_member_of_what_it_supersedes(name: str) -> None:
    successor = schemas.load(name.replace(".v1", ".v2"))
    assert schemas.load(name)["properties"].keys() <= successor["properties"].keys()


def test_policy_packs_speak_of_the_events_and_roles_that_there_are() -> None:
    common, pack = schemas.load("common.v1")["$defs"], schemas.load("policy-pack.v1")
    events = [schemas.load(name)["properties"]["event_type"]["enum"] for name in (*ASSET_EVENTS, "activity-event.v1")]
    rule = pack["$defs"]["rule"]["properties"]
    assert rule["on"]["items"]["enum"] == [event_type for group in events for event_type in group]
    assert set(rule["binds"]["items"]["enum"]) == set(common["actor"]["properties"]["role"]["enum"])


def test_loading_gives_a_dictionary_of_ones_own() -> None:
    schemas.load("alert.v1").clear()
    assert schemas.load("alert.v1")["title"] == "Alert, version 1"


def test_an_unknown_schema_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(LookupError, match=r"'alert'.*alert\.v1.*publication-event\.v1"):
        schemas.validator("alert")


# The examples


@pytest.mark.parametrize(("name", "path"), examples("valid", of=("policy-pack.v1",)))
def test_a_pack_that_is_valid_can_be_used(name: str, path: Path, tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    file.write_bytes(path.read_bytes())  # every JSON document is a YAML document
    assert read_pack(file).name == read(path)["pack"]


@pytest.mark.parametrize(("name", "path"), examples("valid", of=tuple(SETS)))
def test_an_entry_that_is_valid_can_be_used(name: str, path: Path) -> None:
    data = read(path)
    entry = parse_entry(SETS[name], data["id"], data)
    assert (entry.id, entry.version) == (data["id"], data["version"])


@pytest.mark.parametrize(("name", "path"), examples("valid"))
def test_a_valid_example_is_valid(name: str, path: Path) -> None:
    assert violation_of(name, read(path)) is None


@pytest.mark.parametrize(("name", "path"), examples("invalid"))
def test_an_invalid_example_is_refused_for_the_reason_it_gives(name: str, path: Path) -> None:
    document = read(path)
    violation = violation_of(name, document["data"])
    assert violation is not None, document["reason"]
    assert (violation.path, violation.keyword) == (document["path"], document["keyword"]), document["reason"]


@pytest.mark.parametrize(
    ("name", "path"), examples("valid", of=ASSET_EVENTS, holding=lambda e: "uri" not in e["content"])
)
def test_the_digests_of_inline_examples_are_those_of_their_bytes(name: str, path: Path) -> None:
    content = read(path)["content"]
    inline = content["text"].encode() if "text" in content else base64.b64decode(content["base64"], validate=True)
    assert content.get("sha256", hashlib.sha256(inline).hexdigest()) == hashlib.sha256(inline).hexdigest()
    assert content.get("size", len(inline)) == len(inline)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _record_uri(directory: str, uid: str) -> str:
    return f"s3://sealstream-records/v1/{directory}/{uid[:2]}/{uid[2:4]}/{uid}.json"


OF_CASES = ("case.v1", "clock-announcement.v1", "clock.v1")


@pytest.mark.parametrize(("name", "path"), examples("valid", of=OF_CASES))
def test_the_ids_in_examples_of_cases_derive_as_the_contract_says(name: str, path: Path) -> None:
    document = read(path)
    kind, number = document.get("case_kind") or document["kind"], document.get("case_id") or document["id"]
    case = document["case_uid"]
    assert case == _digest("case", kind, f"#{number}")
    for clock in document.get("clocks", [document] if name == "clock.v1" else []):
        assert clock["clock_id"] == _digest("clock", case, clock["law"]["clock"], clock["starts_at"])
    if name == "clock-announcement.v1":
        stage = document["stage"] if document["share"] is None else f"{document['stage']}-{document['share']}"
        assert document["announcement_id"] == _digest("announcement", document["clock_id"], stage)
    if name == "case.v1":
        place = 100_000_000 - document["version"]
        assert document["record_uri"] == f"s3://sealstream-records/v1/cases/{case[:2]}/{case[2:4]}/{case}/{place}.json"
        assert document["events"][-1] == document["event_uid"]
        assert document["event_uid"] == _digest(document["event"]["source"], document["event"]["id"])
        assert len(document["events"]) == min(document["version"], 32)


@pytest.mark.parametrize(
    ("name", "path"), examples("valid", of=tuple(name for name in OUTPUTS if name not in ("dead-letter.v1", *OF_CASES)))
)
def test_the_ids_and_places_in_output_examples_derive_from_their_event(name: str, path: Path) -> None:
    document = read(path)
    uid = _digest(document["event"]["source"], document["event"]["id"])
    if name == "review-update.v1":  # whose `event` is the act, and not what it is about
        number = str(document["number"])
        assert document["update_id"] == _digest(document["event_uid"], "review-update", number)
        return
    assert document["event_uid"] == uid
    is_review = path.stem in {"released-by-review", "refused-by-review"}
    is_retracted = path.stem == "retracted"
    if is_retracted:
        assert document["record_uri"] == _record_uri("retractions", uid)
    elif name == "enforcement-reversal.v1":  # by the second decision of a person
        assert document["record_uri"] == f"{_record_uri('reviews', uid).removesuffix('.json')}/99999998.json"
    elif document["event"]["type"] != "sealstream.clock-announcement.v1":  # whose record is that of its case
        assert document["record_uri"] in {None, _record_uri("reviews" if is_review else "records", uid)}
    match name.partition(".")[0]:
        case "alert":
            assert document["alert_id"] == _digest(uid, document["rule"]["id"])
        case "decision":
            word = "review" if is_review else "retraction" if is_retracted else "decision"
            assert document["decision_id"] == _digest(uid, word)
            assert is_retracted == bool(document.get("retraction"))
            assert is_review == bool(document.get("review"))
            assert document.get("supersedes") == (_digest(uid, "decision") if is_review or is_retracted else None)
        case "enforcement" | "enforcement-reversal":
            account = document["account"]
            directory, _, file = document["entry_uri"].rpartition("/")
            assert directory == f"s3://sealstream-records/v1/accounts/{account[:2]}/{account[2:4]}/{account}"
            number = 100_000_000 - int(file.removesuffix(".json"))
            assert document["enforcement_id"] == _digest("enforcement", account, str(number))
        case "manifest-record":
            sealed = document["sealed"]["sha256"]
            place = f"s3://sealstream/v1/sha256/{sealed[:2]}/{sealed[2:4]}/{sealed}/{uid}.c2pa"
            assert document["manifest"]["uri"] == place
            original = document["original"]["sha256"]
            assert document["sealed"]["uri"].startswith(
                f"s3://sealstream/v1/assets/{uid[:2]}/{uid[2:4]}/{uid}."
                if name.endswith(".v1")
                else f"s3://sealstream/v1/sha256/{original[:2]}/{original[2:4]}/{original}/{uid}.sealed."
            )
            is_unchanged = original == sealed
            assert is_unchanged == (document["manifest"]["binding"] == "sidecar")


@pytest.mark.parametrize(("name", "path"), examples("valid", of=("decision.v2", "manifest-record.v2")))
def test_in_examples_the_strictest_finding_decides_until_a_review_does(name: str, path: Path) -> None:
    document = read(path)
    actions = {finding["action"] for finding in document["findings"]}
    by_rules = next((decision for decision in ("block", "hold") if decision in actions), "allow")
    if review := document.get("review"):
        assert by_rules == "hold"
        assert document["decision"] == {"release": "allow", "refuse": "block"}[review["verdict"]]
    elif document.get("retraction"):
        assert document["decision"] == "retracted"
    else:
        assert document["decision"] == by_rules


def test_the_input_examples_show_every_group_of_the_vocabulary() -> None:
    shown = {
        member for _, path in (example.values for example in examples("valid", of=INPUTS)) for member in read(path)
    }
    for name in INPUTS:
        assert schemas.load(name)["properties"].keys() <= shown


def test_an_activity_tells_the_same_facts_as_an_event_with_an_asset() -> None:
    groups = [schemas.load(name)["properties"] for name in (*ASSET_EVENTS, "activity-event.v1")]
    kinds = [set(group.pop("event_type")["enum"]) for group in groups]
    assert not kinds[2] & (kinds[0] | kinds[1])
    assert groups[0].keys() - {"explicit_order"} == groups[1].keys() == groups[2].keys() | {"prompt"}
    content = schemas.load("common.v1")["$defs"]["content"]["properties"].keys()
    activity = schemas.load("common.v1")["$defs"]["activity_content"]["properties"].keys()
    assert content - activity == {"uri", "text", "base64", "size", "parents"}
    assert activity <= content
