"""Starts the program, with its own packages before those of others.

The packages of this product have short names (`pipeline`, `agents`, …), and so have those of others: openai-agents
installs a package `agents`. An installed sealstream therefore keeps them in a folder of its own, `sealstream/house`,
into which only its own processes look. In a checkout they lie beside this package.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

__all__ = ["main"]

_HERE: Final = Path(__file__).resolve().parent
_OURS: Final = ("agents", "console", "devstack", "pipeline", "schemas")
_CONFIGURATION: Final = 2


def main() -> None:
    """Run the program with the arguments of the process."""
    house = _HERE / "house" if (_HERE / "house").is_dir() else _HERE.parent
    sys.path.insert(0, str(house))
    # Processes that the program starts look there first, too.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(house), os.environ.get("PYTHONPATH"))))
    _require_ours(house)
    from agents.cli import main as run  # noqa: PLC0415 - it can be found now

    run()


def _require_ours(house: Path) -> None:
    """End where another program has loaded packages of these names before us: it would run in place of ours."""
    for name in _OURS:
        spec = find_spec(name)
        if spec is None or spec.origin is None or not Path(spec.origin).resolve().is_relative_to(house):
            where = "not there" if spec is None else f"somebody else's ({spec.origin})"
            print(  # noqa: T201 - this is the command line
                f"sealstream: Its package `{name}` is {where}. Install sealstream into an environment of its own.",
                file=sys.stderr,
            )
            raise SystemExit(_CONFIGURATION)
