"""Runs the tests that watch how long things take, away from all others: the kill run, and beside it whatever else does.

Both wait more than they compute, so that two cores are time enough for both. The kill run is the patient one: what it
counts is what was lost, not how long that took. So it lets the others have the processor first.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import IO, Final

__all__ = ["HOUSES"]

_KILL_RUN: Final = "tests/broker/kill"
HOUSES: Final = ("tests/broker", "tests/unit/isolation")
"""Where such tests are; nothing else is collected for them."""
_GIVING_WAY: Final = 5
"""How nice the kill run is."""


def _pytest(arguments: Sequence[str], output: IO[str] | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pytest", "-m", "kill", *arguments]
    return subprocess.Popen(command, stdout=output, stderr=output, text=True)


def main() -> int:
    """Run both, show what the kill run says while it does and then what the others said; returns the worse end."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        others = _pytest([*HOUSES, f"--ignore={_KILL_RUN}"], said)
        os.nice(_GIVING_WAY)
        try:
            codes = [_pytest([_KILL_RUN]).wait(), others.wait()]
        finally:
            others.terminate()
            others.wait()
        said.seek(0)
        sys.stdout.write(said.read())
    return max(codes, key=abs)


if __name__ == "__main__":
    sys.exit(main())
