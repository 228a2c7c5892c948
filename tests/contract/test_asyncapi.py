"""The AsyncAPI document against the schemas, the examples, the code that sends and receives, and its own standard."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import yaml

import schemas
from agents.topics import Topics
from pipeline.events.envelope import parse
from pipeline.events.intake import intake_activity, intake_generation, intake_publication, intake_review
from pipeline.events.outgoing import DEAD_LETTER_HEADER, Output, encode
from pipeline.events.outputs import (
    Alert,
    Announcement,
    Case,
    Decision,
    Enforcement,
    EnforcementReversal,
    ManifestRecord,
    ReviewUpdate,
    RunningClock,
)
from tests.contract.documents import SHARED, SUPERSEDED

HERE = Path(schemas.__file__).parent
DOCUMENT: dict[str, Any] = yaml.safe_load((HERE / "asyncapi.yaml").read_text(encoding="utf-8"))
MESSAGES: dict[str, Any] = DOCUMENT["components"]["messages"]
BASE = "https://sealstream.invalid/schemas/"
STANDARD = Path(__file__).parent / "asyncapi"


INPUTS = {
    "generationEvent": "generation-event.v1",
    "publicationEvent": "publication-event.v1",
    "activityEvent": "activity-event.v1",
    "review": "review.v2",
    "reviewAct": "review-act.v1",
    "caseAct": "case-act.v1",
    "access": "access.v1",
    "uncheckedReview": "review.v1",
    "service": "service.v1",
    "newsSource": "news-source.v1",
    "feature": "feature.v1",
    "consent": "consent.v1",
    "operator": "operator.v1",
    "inventoryItem": "inventory-item.v1",
}
ENTRIES = ("service", "newsSource", "feature", "consent", "operator", "inventoryItem")
OUTPUTS: dict[str, type[Output]] = {
    "manifestRecord": ManifestRecord,
    "decision": Decision,
    "alert": Alert,
    "enforcement": Enforcement,
    "enforcementReversal": EnforcementReversal,
    "case": Case,
    "clock": RunningClock,
    "clockAnnouncement": Announcement,
    "reviewUpdate": ReviewUpdate,
}
SCHEMA_OF = {
    **INPUTS,
    **{f"{message}Structured": name for message, name in INPUTS.items()},
    "manifestRecord": "manifest-record.v2",
    "decision": "decision.v2",
    "alert": "alert.v2",
    "enforcement": "enforcement.v1",
    "enforcementReversal": "enforcement-reversal.v1",
    "case": "case.v1",
    "clock": "clock.v1",
    "clockAnnouncement": "clock-announcement.v1",
    "reviewUpdate": "review-update.v1",
    "deadLetter": "dead-letter.v1",
}
TYPES = {
    **{message: f"sealstream.{name.replace('-event', '')}" for message, name in INPUTS.items()},
    "manifestRecord": "sealstream.manifest.v2",
    "decision": "sealstream.decision.v2",
    "alert": "sealstream.alert.v2",
    "enforcement": "sealstream.enforcement.v1",
    "enforcementReversal": "sealstream.enforcement-reversal.v1",
    "case": "sealstream.case.v1",
    "clock": "sealstream.clock.v1",
    "clockAnnouncement": "sealstream.clock-announcement.v1",
    "reviewUpdate": "sealstream.review-update.v1",
}


@pytest.fixture(scope="module")
def registry() -> jsonschema_rs.Registry:
    """The document and every schema, each under the address that relative references give it."""
    files = {f"{name}.schema.json": schemas.load(name) for name in (*schemas.names(), *SHARED, "policy-pack.v1")}
    resources = [(BASE + name, resource) for name, resource in {**files, "asyncapi.yaml": DOCUMENT}.items()]
    return jsonschema_rs.Registry(resources, draft=jsonschema_rs.Draft202012)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from _references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _references(inner)


def _validator(place: str, registry: jsonschema_rs.Registry) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"{BASE}asyncapi.yaml#/components/{place}"}, registry=registry, validate_formats=True, offline=True
    )


def _schema_of(message: str, part: str) -> str:
    is_multi_format = "schemaFormat" in MESSAGES[message][part]
    return f"messages/{message}/{part}{'/schema' if is_multi_format else ''}"


def _examples() -> list[Any]:
    return [
        pytest.param(message, example, id=f"{message}-{example['name']}")
        for message, content in MESSAGES.items()
        for example in content["examples"]
    ]


# The document and the schemas


def test_every_reference_resolves(registry: jsonschema_rs.Registry) -> None:
    resolver = registry.resolver(f"{BASE}asyncapi.yaml")
    references = list(_references(DOCUMENT))
    assert references
    for reference in references:
        assert resolver.lookup(reference).contents


def test_every_schema_is_used_by_its_own_message_and_no_other() -> None:
    used = {
        message: {Path(ref).name.removesuffix(".schema.json") for ref in _references(content) if ref.startswith("./")}
        for message, content in MESSAGES.items()
    }
    assert used == {message: {name} for message, name in SCHEMA_OF.items()}
    assert set(SCHEMA_OF.values()) == set(schemas.names()) - set(SUPERSEDED)


def test_every_message_is_sent_or_received_on_exactly_one_channel() -> None:
    carried = [ref for channel in DOCUMENT["channels"].values() for ref in _references(channel["messages"])]
    assert sorted(carried) == sorted(f"#/components/messages/{message}" for message in MESSAGES)
    for operation in DOCUMENT["operations"].values():
        channel = operation["channel"]["$ref"].rpartition("/")[2]
        named = [ref["$ref"] for ref in operation["messages"]]
        carried = [f"#/channels/{channel}/messages/{name}" for name in DOCUMENT["channels"][channel]["messages"]]
        # What is sent on a topic that is read, too, is sent in one of the shapes that are read there.
        assert named in (carried, carried[:1] if channel in ("features", "services", "audit") else carried)


def test_inputs_are_received_and_outputs_are_sent() -> None:
    actions: dict[str, str] = {}
    for op in DOCUMENT["operations"].values():
        channel = op["channel"]["$ref"].rpartition("/")[2]
        actions[channel] = f"{actions[channel]}, {op['action']}" if channel in actions else op["action"]
    assert actions == {
        "generation": "receive",
        "publication": "receive",
        "activities": "receive",
        "reviews": "receive",
        "cases": "receive",
        "audit": "receive, send",  # the console writes down who looks, and shows it
        "services": "receive, send",  # an order puts entries
        "newsSources": "receive",
        "features": "receive, send",  # a later verdict puts entries
        "consents": "receive",
        "operators": "receive",
        "inventory": "receive",
        "manifests": "send",
        "decisions": "send",
        "alerts": "send",
        "enforcement": "send",
        "caseUpdates": "send",
        "clocks": "send",
        "reviewUpdates": "send",
        "deadLetters": "send",
    }


# The document and the code


def test_the_topics_are_those_that_are_created_configured_in_the_same_way() -> None:
    planned = {plan.name: dict(plan.config) for plan in Topics("sealstream.").plans()}
    documented = {}
    for channel in DOCUMENT["channels"].values():
        binding = channel["bindings"]["kafka"]
        assert binding["topic"] == channel["address"]
        documented[channel["address"]] = {
            name: ",".join(value) if isinstance(value, list) else str(value)
            for name, value in binding.get("topicConfiguration", {}).items()
        }
    assert documented == planned


KEYS = {
    "keyedByContent": {"generationEvent", "publicationEvent", "manifestRecord"},
    "keyedByContentOrEvent": {"decision", "alert"},
    "keyedBySender": {"activityEvent"},
    "keyedByReviewed": {"review", "reviewAct", "uncheckedReview", "reviewUpdate"},
    "keyedByActor": {"access"},
    "keyedByCaseNumber": {"caseAct"},
    "keyedByEntry": set(ENTRIES),
    "keyedByAccount": {"enforcement", "enforcementReversal"},
    "keyedByCase": {"case"},
    "keyedByClock": {"clock"},
    "keyedByAnnouncement": {"clockAnnouncement"},
}


def test_every_message_but_a_dead_letter_says_what_its_key_is() -> None:
    bindings = DOCUMENT["components"]["messageBindings"]
    assert bindings.keys() == KEYS.keys()
    assert all(binding["kafka"]["key"]["description"] for binding in bindings.values())
    for message, content in MESSAGES.items():
        keyed_by = content["bindings"].get("$ref", "").rpartition("/")[2]
        assert message == "deadLetter" or message.removesuffix("Structured") in KEYS[keyed_by]


@pytest.mark.parametrize(("message", "example"), [case for case in _examples() if case.values[0] in OUTPUTS])
def test_what_is_sent_has_the_documented_key_headers_and_value(message: str, example: dict[str, Any]) -> None:
    sent = encode(msgspec.convert(example["payload"], OUTPUTS[message]), source=example["headers"]["ce_source"])
    assert {name: value.decode() for name, value in sent.headers} == example["headers"]
    assert json.loads(sent.value) == example["payload"]
    assert sent.key.decode() == example["headers"]["ce_subject"]
    assert set(example["headers"]) <= DOCUMENT["components"]["schemas"]["binaryMode"]["properties"].keys()


def test_what_is_sent_is_on_the_channel_of_its_name() -> None:
    for message, output in OUTPUTS.items():
        example = MESSAGES[message]["examples"][0]
        channel = encode(msgspec.convert(example["payload"], output), source="//x").channel
        (documented,) = (
            candidate
            for candidate in DOCUMENT["channels"].values()
            if candidate["address"] == Topics("sealstream.").of(channel)
        )
        assert message in documented["messages"]


def test_a_dead_letter_is_explained_in_the_documented_header() -> None:
    assert DEAD_LETTER_HEADER in MESSAGES["deadLetter"]["headers"]["schema"]["required"]


def _inputs(*messages: str) -> list[Any]:
    return [case for case in _examples() if case.values[0].removesuffix("Structured") in messages]


def _record(example: dict[str, Any]) -> tuple[bytes, list[tuple[str, bytes]]]:
    return json.dumps(example["payload"]).encode(), [(k, v.encode()) for k, v in example["headers"].items()]


@pytest.mark.parametrize(("message", "example"), _inputs("generationEvent", "publicationEvent"))
def test_every_example_with_an_asset_is_taken_in(message: str, example: dict[str, Any]) -> None:
    intake = intake_generation if message.startswith("generation") else intake_publication
    event = intake(*_record(example))
    assert event.content.id == example["payload"].get("data", example["payload"])["content"]["id"]


@pytest.mark.parametrize(("message", "example"), _inputs("activityEvent"))
def test_every_example_of_an_activity_is_taken_in(message: str, example: dict[str, Any]) -> None:
    assert intake_activity(*_record(example)).facts == example["payload"].get("data", example["payload"])


@pytest.mark.parametrize(("message", "example"), _inputs("review", "uncheckedReview"))
def test_every_example_of_a_review_is_taken_in(message: str, example: dict[str, Any]) -> None:
    review = intake_review(*_record(example))
    data = example["payload"].get("data", example["payload"])
    assert (review.event_uid, review.verdict, review.reviewer.id) == (
        data["event_uid"],
        data["verdict"],
        data.get("actor", data.get("reviewer"))["id"],
    )


@pytest.mark.parametrize(("message", "example"), _inputs(*ENTRIES))
def test_every_example_of_an_entry_is_a_cloud_event(message: str, example: dict[str, Any]) -> None:
    event = parse(*_record(example))
    assert event.type == TYPES[message.removesuffix("Structured")]
    assert event.data == example["payload"].get("data", example["payload"])


# The examples in the document


@pytest.mark.parametrize("message", TYPES)
def test_the_type_of_a_message_is_fixed_in_its_headers(message: str, registry: jsonschema_rs.Registry) -> None:
    headers = _validator(_schema_of(message, "headers"), registry)
    example = MESSAGES[message]["examples"][0]["headers"]
    assert example["ce_type"] == TYPES[message]
    assert not headers.is_valid(example | {"ce_type": "sealstream.other.v1"})
    for name in ("ce_id", "ce_source", "ce_specversion", "ce_type"):
        assert not headers.is_valid({other: value for other, value in example.items() if other != name})


@pytest.mark.parametrize(("message", "example"), _examples())
def test_every_example_is_valid(message: str, example: dict[str, Any], registry: jsonschema_rs.Registry) -> None:
    for part in ("headers", "payload"):
        violation = schemas.first_violation(
            _validator(_schema_of(message, part), registry), example["headers" if part == "headers" else "payload"]
        )
        assert violation is None


@pytest.mark.parametrize(("message", "example"), _examples())
def test_every_example_is_that_of_the_example_file_it_names(message: str, example: dict[str, Any]) -> None:
    name = SCHEMA_OF[message]
    file = json.loads((HERE / "examples" / name / "valid" / f"{example['name']}.json").read_text(encoding="utf-8"))
    match message:
        case "deadLetter":
            shown = json.loads(example["headers"][DEAD_LETTER_HEADER])
        case structured if structured.endswith("Structured"):
            shown = example["payload"]["data"]
        case _:
            shown = example["payload"]
    assert shown == file


def test_the_dead_letter_example_is_refused_as_its_header_says() -> None:
    example = MESSAGES["deadLetter"]["examples"][0]
    letter = json.loads(example["headers"][DEAD_LETTER_HEADER])
    violation = schemas.first_violation(schemas.validator("generation-event.v1"), example["payload"])
    assert violation is not None
    assert (violation.path, violation.keyword, violation.value_type, violation.message) == (
        letter["path"],
        letter["rule"],
        letter["value_type"],
        letter["remedy"],
    )
    assert example["headers"]["__connect.errors.exception.message"] == f"{letter['what']} {letter['remedy']}"


# The document and the AsyncAPI standard


@pytest.fixture(scope="module")
def standard() -> jsonschema_rs.Validator:
    """The AsyncAPI project's own JSON Schema, from its npm package."""
    package = STANDARD / "node_modules" / "@asyncapi" / "specs"
    if not package.exists():
        command = [shutil.which("npm") or "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            subprocess.run(command, cwd=STANDARD, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            if "CI" in os.environ:
                raise
            pytest.skip(f"npm, which has the AsyncAPI project's own schema, is not there or fails: {error}")
    version = DOCUMENT["asyncapi"]
    schema = json.loads((package / "schemas" / f"{version}-without-$id.json").read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for(schema, offline=True)


def test_the_document_follows_the_asyncapi_standard(standard: jsonschema_rs.Validator) -> None:
    assert [(error.instance_path, error.message) for error in standard.iter_errors(DOCUMENT)] == []


def test_the_standard_is_one_that_refuses(standard: jsonschema_rs.Validator) -> None:
    assert not standard.is_valid(DOCUMENT | {"asyncapi": "2.6.0"})
    assert not standard.is_valid(DOCUMENT | {"operations": {"receiveGeneration": {"action": "subscribe"}}})
