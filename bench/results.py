"""The figures of a run, as they are written to JSON and read again for the page."""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench.contestants import Effort

__all__ = ["Delay", "Figures", "GrowthStep", "Malformed", "Section", "Stall", "Taken", "taken_now", "version_of"]


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """When figures were taken, and on what machine: wall times mean nothing without it."""

    at: str
    machine: str
    load: float
    """How many processes wanted a processor in the minute before, those of earlier measurements among them."""

    others: float | None = None
    """Which share of all processors' time went to other processes meanwhile, from 0 to 1; None where nobody looked."""

    versions: Mapping[str, str]
    """Which commit each contestant was, by name."""


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """From the moment an event is sent until its manifest record is seen."""

    rate: float
    """Events a second."""

    events: int
    p50_ms: float
    p99_ms: float


class Stall(msgspec.Struct, frozen=True, kw_only=True):
    """Texts, alone and while long videos get their labels."""

    alone: Delay
    behind: Delay
    videos: str
    """What became of the videos."""


class Malformed(msgspec.Struct, frozen=True, kw_only=True):
    """What a flood of messages cost that are no events; each is a dead letter by then."""

    messages: int
    cpu_seconds: float
    """Of the worker and all its descendants."""

    log_bytes: int
    """What the worker wrote to its log meanwhile."""


class GrowthStep(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of many events through one worker."""

    events: int
    """From the start until the end of this stretch."""

    cpu_ms: float
    """For each event of this stretch."""

    memory_mb: float
    open_files: int


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a run; only that which was measured in it is there."""

    taken: Taken
    efforts: Mapping[str, Mapping[str, Sequence[Effort]]] = {}
    """By what was done and by who did it: a round each."""

    delays: Mapping[str, Mapping[str, Delay]] = {}
    growth: Mapping[str, Sequence[GrowthStep]] = {}
    waiting_mb: Mapping[str, float] = {}
    """Peak memory of a worker's family while many large events wait."""

    stalls: Mapping[str, Stall] = {}
    malformed: Mapping[str, Sequence[Malformed]] = {}
    """A flood of messages that are no events, by worker: a round each."""

    commands: Mapping[str, Mapping[str, Sequence[float]]] = {}
    """CPU seconds of commands, by command line and by source tree."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    titles: Mapping[str, str]
    """What each contestant is called, ours first."""

    sections: Mapping[str, Section]


def version_of(tree: Path) -> str:
    """The commit of a source tree, and whether anything but documents has changed since: the page is one itself."""
    commit = _git(tree, "describe", "--always", "--exclude=*")
    changed = _git(tree, "status", "--porcelain", "--untracked-files=no", "--", ".", ":(exclude)docs")
    return f"{commit}-dirty" if commit and changed else commit or "unknown"


def _git(tree: Path, *command: str) -> str:
    said = subprocess.run(["git", "-C", str(tree), *command], capture_output=True, text=True, check=False)
    return said.stdout.strip()


def taken_now(versions: Mapping[str, str]) -> Taken:
    """When and where it is now."""
    return Taken(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=f"{os.cpu_count()} processors ({_processor()}), Python {platform.python_version()}",
        load=round(os.getloadavg()[0], 1),
        versions=versions,
    )


def _processor() -> str:
    names = (
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if "model name" in line
    )
    return next(names, platform.machine())
