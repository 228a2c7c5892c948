"""Which way an event takes through the house, and how the house is built: files, hops, lines, rooms, arrows.

    python tools/walk_house.py [--files] [TREE ...]

Shown is a column for each source tree, this one without any: an older build checked out elsewhere, say. Each tree is
walked in a process of its own, by its own use cases over the in-memory store of its tests, with all parsing in that
process; child processes, Kafka and health are not on the way. An event goes from a record's bytes to the bytes that
are published, a second one after a first has warmed everything up.

- Files and functions are those of the product that are entered; a hop is a call from one file into another one.
- A room is a package or a module that lies directly in `pipeline` or `agents`; an arrow is an import of another one.
- An import goes through the face where it names the room, and around it where it names a module inside.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any, Final

import grimp
from rich.console import Console
from rich.table import Table

ROOT: Final = Path(__file__).parents[1]
STOREYS: Final = ("pipeline", "agents")
PRODUCT: Final = (*STOREYS, "schemas")


class Way:
    """Notes which of the product's functions a call enters.

    Args:
        tree: where the product lies.
    """

    def __init__(self, tree: Path) -> None:
        self._tree = tree
        self._roots = tuple(f"{tree / name}{os.sep}" for name in PRODUCT)
        self.files: Counter[str] = Counter()
        self.functions: set[tuple[str, str]] = set()
        self.hops = 0

    def walk(self, call: Callable[[], object]) -> None:
        """Make a call and note its way."""
        sys.setprofile(self._note)
        try:
            call()
        finally:
            sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        path = frame.f_code.co_filename
        if event != "call" or not path.startswith(self._roots):
            return
        self.files[path] += 1
        self.functions.add((path, frame.f_code.co_qualname))
        caller = frame.f_back
        while caller is not None and not caller.f_code.co_filename.startswith(self._roots):
            caller = caller.f_back
        self.hops += caller is not None and caller.f_code.co_filename != path

    def _rooms(self) -> set[str]:
        return {"/".join(Path(path).relative_to(self._tree).parts[:2]) for path in self.files}

    def figures(self, name: str) -> Mapping[str, int]:
        """What is shown of it."""
        return {
            f"{name}: rooms entered": len(self._rooms()),
            f"{name}: files entered": len(self.files),
            f"{name}: functions entered": len(self.functions),
            f"{name}: hops between files": self.hops,
            f"{name}: calls": sum(self.files.values()),
        }


def walked(tree: Path) -> Mapping[str, Any]:
    """Walk this process's tree: a generated JPEG, and the same published once it was sealed."""
    # Imported here, for they are those of the tree that is walked.
    from pipeline.credentials.development import development_chain  # noqa: PLC0415
    from pipeline.credentials.in_process import InProcessCredentialService  # noqa: PLC0415
    from pipeline.events.outgoing import encode  # noqa: PLC0415
    from tests.unit.house import House, generation, publication  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as directory:
        chain = development_chain(Path(directory))
        house = House(InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors))
    picture = (tree / "samples" / "harbour.jpg").read_bytes()
    maker = {"service": {"provider_name": "studio"}, "user": {"id_hash": "5c4d"}}

    def seal(event_id: str) -> Any:
        content = {**original, "operation": "generated"}
        said = house.seal(generation({"content": content, **maker}, event_id=event_id))
        for output in (said.record, *said.alerts):
            encode(output, source="walk")
        return said

    def inspect(event_id: str, content: Mapping[str, Any]) -> None:
        said = house.inspect(publication({"content": {**content, "synthetic": "yes"}}, event_id=event_id))
        decision = said.record if hasattr(said, "record") else said.decision
        for output in (decision, *said.alerts):
            encode(output, source="walk")

    original = house.put("harbour.jpg", picture, "image/jpeg")
    record = seal("warm").record
    sealed = house.put("sealed.jpg", house.stored(record.sealed.uri), "image/jpeg")
    inspect("warm-sealed", sealed)
    generated, published = Way(tree), Way(tree)
    generated.walk(lambda: seal("walked"))
    published.walk(lambda: inspect("walked-sealed", sealed))
    return {
        "figures": {**generated.figures("generated JPEG"), **published.figures("sealed JPEG, published")},
        "files": {
            name: sorted(Path(path).relative_to(tree).as_posix() for path in way.files)
            for name, way in (("generated JPEG", generated), ("sealed JPEG, published", published))
        },
    }


def built(tree: Path) -> Mapping[str, int]:
    """How the house is built."""
    graph = grimp.build_graph(*STOREYS, cache_dir=None)
    rooms = {_room(module) for module in graph.modules if module.count(".")}
    arrows, through, around = set(), 0, 0
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            here, there = _room(importer), _room(imported)
            if here == there or not imported.count("."):
                continue
            arrows.add((here, there))
            through, around = through + (imported == there), around + (imported != there)
    files = [path for name in PRODUCT for path in (tree / name).rglob("*.py")]
    lines = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
    return {
        "files": len(lines),
        "lines": sum(lines),
        "lines of the middle file": lines[len(lines) // 2],
        "lines of the longest file": lines[-1],
        "rooms of pipeline": sum(room.startswith("pipeline.") for room in rooms),
        "arrows between these": sum(
            there.startswith("pipeline.") and here.startswith("pipeline.") for here, there in arrows
        ),
        "rooms of pipeline and agents": len(rooms),
        "arrows between all these": len(arrows),
        "imports of another room through its face": through,
        "imports around it": around,
    }


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _asked(tree: Path) -> Mapping[str, Any]:
    """What a process of its own finds in a tree."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, str(Path(__file__).resolve()), "--here", str(tree)]
    answer = subprocess.run(command, cwd=tree, env=environment, check=True, capture_output=True, text=True)
    found: Mapping[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "trees", nargs="*", type=Path, metavar="TREE", help="source trees to walk; this one without any"
    )
    parser.add_argument("--files", action="store_true", help="list the files that are entered, too")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    trees = [tree.resolve() for tree in given.trees] or [ROOT]
    if given.here:
        (tree,) = trees
        found = walked(tree)
        print(json.dumps({**found, "figures": {**built(tree), **found["figures"]}}))
        return
    answers = [_asked(tree) for tree in trees]
    console, table = Console(), Table("", *(tree.name for tree in trees))
    for name in answers[0]["figures"]:
        table.add_row(name, *(f"{answer['figures'][name]:,}" for answer in answers))
    console.print(table)
    if given.files:
        for tree, answer in zip(trees, answers, strict=True):
            for way, files in answer["files"].items():
                console.print(f"\n{way}, {tree}:", *files, sep="\n  ", highlight=False)


if __name__ == "__main__":
    main()
