"""The example files of the contract, and how to take documents apart."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import schemas

EXAMPLES = Path(schemas.__file__).parent / "examples"
ASSET_EVENTS = ("generation-event.v1", "publication-event.v1")
ENTRIES = ("consent.v1", "feature.v1", "inventory-item.v1", "news-source.v1", "operator.v1", "service.v1")
INPUTS = (
    *ASSET_EVENTS,
    "activity-event.v1",
    "review.v1",
    "review.v2",
    "review-act.v1",
    "case-act.v1",
    "access.v1",
    *ENTRIES,
)
SUPERSEDED = ("alert.v1", "decision.v1", "manifest-record.v1")
OUTPUTS = (
    "alert.v2",
    "case.v1",
    "clock-announcement.v1",
    "clock.v1",
    "dead-letter.v1",
    "decision.v2",
    "enforcement.v1",
    "enforcement-reversal.v1",
    "manifest-record.v2",
    "review-update.v1",
    *SUPERSEDED,
)
POLICY_FILES = ("policy-examples.v1", "policy-pack.v1")
SHARED = ("common.v1", "common.v2")
EXPORTS = ("export-statement-of-reasons.v1",)


def examples(
    kind: str, of: tuple[str, ...] = (*INPUTS, *OUTPUTS, *POLICY_FILES), holding: Callable[[Any], bool] = bool
) -> list[Any]:
    """Test parameters: the schema name and the path of every example of a kind, valid or invalid."""
    return [
        pytest.param(name, path, id=f"{name}-{path.stem}")
        for name in of
        for path in sorted((EXAMPLES / name / kind).glob("*.json"))
        if holding(read(path))
    ]


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def example(name: str, stem: str) -> dict[str, Any]:
    return read(EXAMPLES / name / "valid" / f"{stem}.json")


def violation_of(name: str, instance: object) -> schemas.Violation | None:
    return schemas.first_violation(schemas.validator(name), instance)


def nodes(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value in a document, with the way to it."""
    yield path, node
    if isinstance(node, dict | list):
        for step, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from nodes(inner, (*path, step))


def replaced(document: Any, path: tuple[Any, ...], value: object) -> Any:
    """The document with another value at one place."""
    if not path:
        return value
    copy = document.copy()
    copy[path[0]] = replaced(document[path[0]], path[1:], value)
    return copy
