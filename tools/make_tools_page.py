"""Write docs/tools.md anew: `python -m tools.make_tools_page`, from what was measured last.

With `--measure` everything is tried first, on this machine, and tests/outsiders/measured.json is written anew as well;
`make outsiders` does that, with every tool installed. It takes about two minutes, and says what differs from before.
"""

import argparse
import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from shutil import which
from typing import Final

from tests.media.exhibits import EXHIBITS
from tests.outsiders.page import render
from tests.outsiders.running import before, needed, tried, version_of
from tests.outsiders.table import Measured, attempts, measured, store, tools

PAGE: Final = Path(__file__).parents[1] / "docs" / "tools.md"


def main() -> None:
    """Write the page, and measure first if that is asked for."""
    parser = argparse.ArgumentParser(description="Write docs/tools.md from what was measured last.")
    parser.add_argument("--measure", action="store_true", help="try everything first; needs every tool")
    if parser.parse_args().measure:
        old = measured()
        store(measure())
        print("\n".join(differences(old, measured())) or "Nothing differs from what was measured last.")
    PAGE.write_text(render(measured()), encoding="utf-8")


def measure() -> Measured:
    """Try everything; ends the program where a tool is not installed."""
    absent = sorted({program for tool in tools().values() for program in needed(tool) if which(program) is None})
    if absent:
        sys.exit(f"Not installed: {', '.join(absent)}. `make outsiders` installs them all, on Debian and as root.")
    rows = {}
    for number, attempt in enumerate(attempts(), start=1):
        print(f"{number} of {len(attempts())}: {attempt.key}", flush=True)
        rows[attempt.key] = tried(attempt)
    return Measured(
        date=datetime.now(tz=UTC).date().isoformat(),
        system=platform.freedesktop_os_release()["PRETTY_NAME"],
        library=f"c2pa-python {version('c2pa-python')}",
        versions={name: version_of(tool) for name, tool in tools().items()},
        formats={name: before(name) for name in EXHIBITS if any(attempt.format == name for attempt in attempts())},
        rows=rows,
    )


def differences(old: Measured, new: Measured) -> Iterator[str]:
    """What is not as it was, a line each."""
    for what, was, now in (
        ("version of", old.versions, new.versions),
        ("sealed", old.formats, new.formats),
        ("row", old.rows, new.rows),
    ):
        for name in sorted({*was, *now}):
            if was.get(name) != now.get(name):
                yield f"{what} {name}\n  was {was.get(name)}\n  is  {now.get(name)}"


if __name__ == "__main__":
    main()
