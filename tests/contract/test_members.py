"""Members that the contract does not know are named, with what was meant."""

import json
from pathlib import Path

import pytest

from schemas.members import unknown_members

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
EVENTS = ("generation-event.v1", "publication-event.v1", "activity-event.v1", "review.v2")


def test_slips_are_named_with_what_was_meant_wherever_they_are() -> None:
    data = {
        "jurisdiction": ["CN"],
        "user": {"identiy": {"status": "verified"}, "zzz": 1},
        "content": {"id": "x", "mime": "a/b", "text": "x", "parents": ["a", {"id": "b", "sha_256": "secret"}]},
    }
    assert [str(member) for member in unknown_members("publication-event.v1", data)] == [
        "$.jurisdiction (did you mean `jurisdictions`?)",
        "$.user.identiy (did you mean `identity`?)",
        "$.user.zzz",
        "$.content.parents[1].sha_256 (did you mean `sha256`?)",
    ]


@pytest.mark.parametrize(
    "example",
    [path for event in EVENTS for path in sorted((EXAMPLES / event / "valid").glob("*.json"))],
    ids=lambda path: f"{path.parts[-3]}/{path.stem}",
)
def test_nothing_is_said_of_what_the_contract_has(example: Path) -> None:
    found = unknown_members(example.parts[-3], json.loads(example.read_text(encoding="utf-8")))
    assert [member.path for member in found] == (
        ["$.content.x_team", "$.energy", "$.service.region"] if example.stem == "members-of-tomorrow" else []
    )


def test_however_many_there_are_a_few_are_named_and_long_names_are_cut() -> None:
    found = unknown_members("review.v1", {f"{number}" * 100: "" for number in range(100)})
    assert len(found) == 16
    assert max(len(member.path) for member in found) == len("$.") + 64
