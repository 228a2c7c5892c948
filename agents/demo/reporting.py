"""The demo's last scene: the report on what it made, sealed, and inspected by the same program."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from pipeline.errors import BugError

__all__ = ["CommandRunner", "report_lines", "sealstream"]

CommandRunner = Callable[..., subprocess.CompletedProcess[str]]
"""Runs a command of sealstream with arguments, to its end."""

_OPERATORS: Final = 2
"""The exit code of what is for the operator to mend: a package or a font that is not there."""


class _Inspected(msgspec.Struct):
    credential: str
    trust: str


def report_lines(directory: Path, begun: date, today: date, run: CommandRunner) -> Iterator[str]:
    """Make the incident report of the demo's days, and say where it lies and what `sealstream inspect` calls it.

    Where it cannot be made on this machine, say what is missing, in one line. The environment reaches the stack.

    Args:
        directory: where the file goes.
        begun: the day when the demo began, UTC.
        today: the day when it ended.
        run: runs commands.

    Raises:
        BugError: a command failed for another reason.
    """
    days = f"{begun}" if begun == today else f"{begun}..{today}"
    file = directory / "incident-report.pdf"
    made = run("report", "incident", "--period", days, "--out", file)
    if made.returncode == _OPERATORS:
        yield f"No report: {' '.join(made.stderr.split())}"
        return
    _require_done(made)
    inspected = run("inspect", file, "--json")
    _require_done(inspected)
    said = msgspec.json.decode(inspected.stdout, type=_Inspected)
    yield f"The incident report of what happened here, as PDF: {file}"
    yield f"      sealstream inspect says of its seal: credential {said.credential}, {said.trust}"


def sealstream(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command as a person would, in a process of its own; what it prints is not shown."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "agents.cli", *map(str, arguments)],
        # Messages of one line each, however narrow the terminal is.
        env={**os.environ, "COLUMNS": "1000"},
        capture_output=True,
        text=True,
        check=False,
    )


def _require_done(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        raise BugError(
            what=f"A command of the demo's report ended with {done.returncode}: {done.stderr}",
            remedy="Report it, with this message.",
        )
