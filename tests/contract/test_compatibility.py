"""What may change in a released schema without a new version, and what the check catches."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import schemas
from schemas.compatibility import Promise, incompatible_changes, promise_of
from tests.contract.documents import POLICY_FILES, SHARED

Schema = dict[str, Any]
Change = Callable[[Schema], object]

EVERY_SCHEMA = (*schemas.names(), *POLICY_FILES, *SHARED)


def _changes(tmp_path: Path, change: Change, *files: str) -> list[str]:
    """What the check says when the same change is made to schemas that were released as they are now."""
    released, current = tmp_path / "released", tmp_path / "current"
    for directory in (released, current):
        directory.mkdir()
        for name in EVERY_SCHEMA:
            schema = schemas.load(name)
            if directory is current and name in files:
                change(schema)
            (directory / f"{name}.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    return incompatible_changes(released, current)


def test_nothing_released_is_broken() -> None:
    assert incompatible_changes() == []


def test_inputs_and_policy_files_promise_backward_and_outputs_full_compatibility() -> None:
    assert {name: promise_of(name) for name in (*schemas.names(), *POLICY_FILES)} == {
        "activity-event.v1": Promise.BACKWARD,
        "access.v1": Promise.BACKWARD,
        "alert.v1": Promise.FULL,
        "alert.v2": Promise.FULL,
        "case-act.v1": Promise.BACKWARD,
        "case.v1": Promise.FULL,
        "clock-announcement.v1": Promise.FULL,
        "clock.v1": Promise.FULL,
        "consent.v1": Promise.BACKWARD,
        "dead-letter.v1": Promise.FULL,
        "decision.v1": Promise.FULL,
        "decision.v2": Promise.FULL,
        "enforcement.v1": Promise.FULL,
        "feature.v1": Promise.BACKWARD,
        "generation-event.v1": Promise.BACKWARD,
        "inventory-item.v1": Promise.BACKWARD,
        "manifest-record.v1": Promise.FULL,
        "manifest-record.v2": Promise.FULL,
        "news-source.v1": Promise.BACKWARD,
        "policy-examples.v1": Promise.BACKWARD,
        "policy-pack.v1": Promise.BACKWARD,
        "publication-event.v1": Promise.BACKWARD,
        "review.v1": Promise.BACKWARD,
        "review.v2": Promise.BACKWARD,
        "review-act.v1": Promise.BACKWARD,
        "review-update.v1": Promise.FULL,
        "operator.v1": Promise.BACKWARD,
        "enforcement-reversal.v1": Promise.FULL,
        "service.v1": Promise.BACKWARD,
    }


def test_a_released_schema_may_not_disappear(tmp_path: Path) -> None:
    for name in (*SHARED, "generation-event.v1", "policy-pack.v1"):
        text = json.dumps(schemas.load(name))
        (tmp_path / f"{name}.schema.json").write_text(text, encoding="utf-8")
    assert "alert.v1 was released and is gone." in incompatible_changes(current=tmp_path)


NARROWED_INPUTS: dict[str, tuple[Change, str]] = {
    "a new required member": (lambda c: c["content"]["required"].append("media"), "$.content (required)"),
    "a required member in a group": (lambda c: c["actor"].update(required=["id"]), "$.actor (required)"),
    "a narrowed enum": (lambda c: c["content"]["properties"]["media"]["enum"].pop(), "$.content.media (enum)"),
    "a narrowed enum of items": (
        lambda c: c["content"]["properties"]["biometric"]["items"]["enum"].remove("voice"),
        "$.content.biometric[*] (enum)",
    ),
    "another type": (
        lambda c: c["consent"]["properties"]["separate"].update(type="string"),
        "$.consent.separate (type)",
    ),
    "null no longer allowed": (
        lambda c: c["service"]["properties"]["filing_no"].update(type="string"),
        "$.service.filing_no (type)",
    ),
    "a shorter limit": (
        lambda c: c["content"]["properties"]["text"].update(maxLength=10),
        "$.content.text (maxLength)",
    ),
    "a lower maximum": (lambda c: c["content"]["properties"]["ds_category"].update(maximum=5), "$.content.ds_category"),
    "a limit where there was none": (lambda c: c["incident"]["properties"]["age_hours"].update(minimum=0), "age_hours"),
    "fewer items": (lambda c: c["content"]["properties"]["parents"].update(maxItems=8), "$.content.parents (maxItems)"),
    "another pattern": (lambda c: c["media_type"].update(pattern="^image/"), "$.content.mime (pattern)"),
    "a format where there was none": (lambda c: c["content_id"].update(format="uuid"), "$.content.id (format)"),
    "a new dependency": (
        lambda c: c["content"]["dependentRequired"].update(text=["sha256"]),
        "$.content (dependentRequired)",
    ),
    "a location taken away": (lambda c: c["content"]["oneOf"].pop(), "$.content (oneOf)"),
    "unknown members refused": (lambda c: c["log"].update(additionalProperties=False), "$.log (additionalProperties)"),
    "a constraint deep in an item": (
        lambda c: c["parent"]["dependentRequired"]["uri"].append("id2"),
        "$.content.parents[*] (dependentRequired)",
    ),
}


@pytest.mark.parametrize(("change", "told"), NARROWED_INPUTS.values(), ids=NARROWED_INPUTS)
def test_what_producers_may_send_is_never_narrowed(change: Change, told: str, tmp_path: Path) -> None:
    problems = _changes(tmp_path, lambda common: change(common["$defs"]), "common.v1")
    assert any(p.startswith("generation-event.v1, ") and told in p and "refuse what was valid" in p for p in problems)


WIDENED_INPUTS: dict[str, Change] = {
    "a new optional member": lambda c: c["content"]["properties"].update(mood={"type": "string"}),
    "a new group": lambda c: c["service"]["properties"].update(region={"type": "object", "properties": {"id": {}}}),
    "a wider enum": lambda c: c["content"]["properties"]["biometric"]["items"]["enum"].append("gait"),
    "null allowed": lambda c: c["actor"]["properties"].update(id={"type": ["string", "null"]}),
    "a longer limit": lambda c: c["content"]["properties"]["text"].update(maxLength=1_000_000),
    "no limit": lambda c: c["content"]["properties"]["parents"].pop("maxItems"),
    "a dependency less": lambda c: c["content"].pop("dependentRequired"),
    "other words": lambda c: c["content"].update(description="Another description."),
}


@pytest.mark.parametrize("change", WIDENED_INPUTS.values(), ids=WIDENED_INPUTS)
def test_what_producers_may_send_may_be_widened(change: Change, tmp_path: Path) -> None:
    assert _changes(tmp_path, lambda common: change(common["$defs"]), "common.v1") == []


def test_a_policy_pack_that_was_valid_stays_so(tmp_path: Path) -> None:
    def narrowed(pack: Schema) -> None:
        pack["$defs"]["rule"]["required"].append("basis")

    assert _changes(tmp_path, narrowed, "policy-pack.v1") == [
        "policy-pack.v1, $.rules[*] (required) may refuse what was valid."
    ]


def test_a_policy_pack_may_get_new_optional_members(tmp_path: Path) -> None:
    def widened(pack: Schema) -> None:
        pack["$defs"]["rule"]["properties"]["note"] = {"type": "string"}

    assert _changes(tmp_path, widened, "policy-pack.v1") == []


CHANGED_OUTPUTS: dict[str, tuple[Change, str]] = {
    "a new member": (lambda a: a["properties"].update(note={"type": "string"}), "may allow what was not valid"),
    "a new required member": (
        lambda a: (a["properties"].update(note={"type": "string"}), a["required"].append("note")),
        "may refuse what was valid",
    ),
    "a member no longer required": (lambda a: a["required"].remove("code"), "$ (required) may allow"),
    "a member gone": (
        lambda a: (a["properties"].pop("evidence"), a["required"].remove("evidence")),
        "may refuse what was valid",
    ),
    "open to unknown members": (lambda a: a.pop("additionalProperties"), "$ (additionalProperties) may allow"),
    "null where there was none": (
        lambda a: a["properties"].update(message={"type": ["string", "null"], "minLength": 1}),
        "$.message (type) may allow",
    ),
    "never null any more": (
        lambda a: a["properties"].update(record_uri={"$ref": "common.v1.schema.json#/$defs/s3_uri"}),
        "$.record_uri (anyOf",
    ),
    "a wider enum": (
        lambda a: a["properties"].update(action={"enum": ["block", "hold", "alert", "record", "report"]}),
        "$.action (enum) may allow",
    ),
    "a narrower enum": (
        lambda a: a["properties"].update(action={"enum": ["block", "hold"]}),
        "$.action (enum) may refuse",
    ),
}


@pytest.mark.parametrize(("change", "told"), CHANGED_OUTPUTS.values(), ids=CHANGED_OUTPUTS)
def test_what_consumers_receive_never_changes(change: Change, told: str, tmp_path: Path) -> None:
    problems = _changes(tmp_path, change, "alert.v1")
    assert any(problem.startswith("alert.v1, ") and told in problem for problem in problems)


def test_the_words_of_an_output_may_change(tmp_path: Path) -> None:
    assert (
        _changes(tmp_path, lambda alert: alert["properties"]["subject"].update(description="Else."), "alert.v1") == []
    )


def test_a_shared_definition_is_held_to_the_promise_of_every_message_that_uses_it(tmp_path: Path) -> None:
    problems = _changes(tmp_path, lambda common: common["$defs"]["severity"]["enum"].append("info"), "common.v1")
    assert problems == [
        "alert.v1, $.severity (enum) may allow what was not valid.",
        "alert.v2, $.severity (enum) may allow what was not valid.",
        "case.v1, $.clocks[*].law.severity (enum) may allow what was not valid.",
        "clock-announcement.v1, $.law.severity (enum) may allow what was not valid.",
        "clock.v1, $.law.severity (enum) may allow what was not valid.",
        "decision.v1, $.findings[*].severity (enum) may allow what was not valid.",
        "decision.v2, $.findings[*].severity (enum) may allow what was not valid.",
        "decision.v2, $.observed (anyOf) may allow what was not valid.",
        "manifest-record.v1, $.findings[*].severity (enum) may allow what was not valid.",
        "manifest-record.v2, $.findings[*].severity (enum) may allow what was not valid.",
        "manifest-record.v2, $.observed (anyOf) may allow what was not valid.",
    ]
