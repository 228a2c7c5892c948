"""One name, one thing: no public name is defined twice, and variables say what they hold."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("sealstream", "pipeline", "agents", "console", "schemas", "devstack", "bench")

FAMILIES = {
    "pipeline/labels/implicit/carriers/": {"read", "write"},
    "pipeline/assets/promises/": {"promises", "reason_to_leave"},
    "console/": {"routes"},
    "agents/cli/": {"app"},
    "": {"main"},
}
"""Modules that are told apart by their own names: one for each format, page or command, with the same face."""


def defined(tree: ast.Module) -> Iterator[str]:
    """What a module itself calls by a name: classes, functions, constants and types."""
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case _:
                pass


def public_names(source: str, path: str) -> set[str]:
    tree = ast.parse(source)
    exported = {
        name.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for name in ast.walk(node.value)
        if isinstance(name, ast.Constant)
    }
    shared = set().union(*(names for place, names in FAMILIES.items() if path.startswith(place)))
    return (set(defined(tree)) & exported) - shared


def test_no_public_name_is_defined_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))):
        at = path.relative_to(ROOT).as_posix()
        for name in public_names(path.read_text(encoding="utf-8"), at):
            places[name].append(at)
    assert "Decision" in places
    twice = {name: found for name, found in places.items() if len(found) > 1}
    assert twice == {}, "give the new one a name of its own"


def test_no_variable_is_called_one() -> None:
    for path in (path for folder in (*PACKAGES, "client", "tools", "tests") for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_one = "one" in (getattr(node, "id", ""), getattr(node, "arg", "") if isinstance(node, ast.arg) else "")
            assert not is_one, f"{path}:{getattr(node, 'lineno', 0)}: say what it holds"
