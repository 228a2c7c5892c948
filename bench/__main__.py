"""Measure what an event costs, beside peers and other source trees.

For a look, with ratios against another checkout:
`python -m bench --short --only costs --kinds jpeg,text-2kb --against before=../checkout`.
"""

import argparse
import asyncio
import dataclasses
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from bench.charts import draw_all
from bench.contents import CONTENT_KINDS
from bench.measuring import Bystanders
from bench.page import performance_page
from bench.results import Figures, Section
from bench.run import HERE, OURS, PARTS, TITLES, Run
from bench.scale import FULL, LONG, SHORT
from bench.sections import Sender
from bench.stand import Stand
from bench.table import show_table


def main() -> None:
    """Measure, print, write."""
    asked = _arguments()
    begun = time.monotonic()
    trees = {OURS: HERE, **dict(map(_named_tree, asked.against))}
    earlier = Figures(titles={}, sections={})
    if asked.add or asked.none:
        earlier = msgspec.json.decode(asked.json.read_bytes(), type=Figures)
    measured = earlier if asked.none else asyncio.run(_measure(asked, trees))
    results = Figures(titles={**earlier.titles, **measured.titles}, sections={**earlier.sections, **measured.sections})
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    show_table(results)
    if asked.page:
        draw_all(results, asked.page.parent / asked.page.stem)
        asked.page.write_text(performance_page(results), encoding="utf-8")
    sys.stderr.write(f"{asked.json} was written after {time.monotonic() - begun:.0f} s\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--short", dest="scale", action="store_const", const=SHORT, default=FULL, help="for a look")
    form.add_argument("--long", dest="scale", action="store_const", const=LONG, help="growth up to 100,000 events")
    parser.add_argument("--against", action="append", default=[], metavar="[NAME=]TREE", help="another source tree")
    parser.add_argument("--only", type=_listed(list(PARTS)), default=list(PARTS), metavar="PART,...")
    names = [kind.name for kind in CONTENT_KINDS]
    parser.add_argument("--kinds", type=_listed(names), default=names, metavar="KIND,...")
    parser.add_argument("--rounds", type=int, metavar="N", help="in place of what the form has")
    parser.add_argument("--json", type=Path, default=HERE / "build" / "bench" / "figures.json", metavar="FILE")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the page, and its charts beside it")
    parser.add_argument("--add", action="store_true", help="keep the parts of FILE that are not measured now")
    parser.add_argument("--none", action="store_true", help="measure nothing: show what FILE has")
    return parser.parse_args()


def _listed(known: Sequence[str]) -> Callable[[str], list[str]]:
    """The type of an argument that lists some of what is known."""

    def listed(said: str) -> list[str]:
        names = said.split(",")
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
        return names

    return listed


def _named_tree(said: str) -> tuple[str, Path]:
    name, _, tree = said.rpartition("=")
    path = Path(tree).resolve()
    if not (path / "agents").is_dir():
        sys.exit(f"{tree} is no source tree of sealstream.")
    return name or path.name, path


async def _measure(asked: argparse.Namespace, trees: dict[str, Path]) -> Figures:
    scale = dataclasses.replace(asked.scale, rounds=asked.rounds or asked.scale.rounds)
    done: dict[str, Section] = {}
    with (
        tempfile.TemporaryDirectory(prefix="sealstream-bench-", ignore_cleanup_errors=True) as directory,
        Stand(Path(directory)) as stand,
    ):
        kinds = [kind for kind in CONTENT_KINDS if kind.name in asked.kinds]
        run = Run(stand=stand, sender=Sender(stand), trees=trees, kinds=kinds, scale=scale)
        for part in asked.only:
            others = Bystanders()
            section = await PARTS[part](run)
            taken = msgspec.structs.replace(section.taken, others=round(others.share(), 3))
            done[part] = msgspec.structs.replace(section, taken=taken)
    return Figures(titles={**{name: name for name in trees}, **TITLES}, sections=done)


if __name__ == "__main__":
    main()
