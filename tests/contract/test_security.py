"""SECURITY.md: each row of the threat model names tests that there are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| who | could")
]
TESTS = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_there_is_a_threat_model() -> None:
    assert len(ROWS) >= 20
    assert all(len(row) == 5 for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[1]}"[:80])
def test_what_stops_them_is_shown_by_tests_that_there_are(row: list[str]) -> None:
    named = TESTS.findall(row[3])
    assert named, "no test shows it"
    assert "; ".join(f"`{file}::{name}`" for file, name in named).replace(";", ",") == row[3]
    for file, name in named:
        body = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
        functions = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in functions, f"{file} has no {name}"
