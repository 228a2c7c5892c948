"""One name, one thing: no public class is defined twice."""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("sealstream", "pipeline", "agents", "console", "schemas", "devstack", "bench")


def public_classes(source: str) -> set[str]:
    return {
        node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }


def test_no_public_class_is_defined_twice() -> None:
    found = Counter(
        name
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for name in public_classes(path.read_text(encoding="utf-8"))
    )
    twice = {name for name, count in found.items() if count > 1}
    assert twice == set(), "give the new one a name of its own"
