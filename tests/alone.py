"""Runs the tests that watch how long things take, away from all others: the kill run, and beside it whatever else does.

Both wait more than they compute, so that together they leave a machine of two cores time enough for each.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import IO, Final

__all__ = ["HOUSES"]

_KILL_RUN: Final = "tests/broker/kill"
HOUSES: Final = ("tests/broker", "tests/unit/isolation")
"""Where such tests are; nothing else is collected for them."""


def _pytest(arguments: Sequence[str], output: IO[str] | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pytest", "-m", "kill", *arguments]
    return subprocess.Popen(command, stdout=output, stderr=output, text=True)


def main() -> int:
    """Run both, show what the kill run says while it does and then what the others said; returns the worse end."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        others = _pytest([*HOUSES, f"--ignore={_KILL_RUN}"], said)
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
