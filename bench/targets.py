"""What this project has set itself, and how far it is: ratios within one run, which hold on any machine."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bench.results import Figures, Malformed
from bench.table import median_cpu

__all__ = ["BASE", "TARGETS", "Target"]

BASE: Final = "71aa9a7"
"""The build that targets are held against, where it took part."""

_OURS: Final = "sealstream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One ratio, and what it may be at most."""

    title: str
    most: float
    found: Callable[[Figures], float | None]
    """The ratio in a run; None where that did not measure it."""


def _cpu(title: str, other: str, part: str = "costs") -> Callable[[Figures], float | None]:
    def found(results: Figures) -> float | None:
        section = results.sections.get(part)
        efforts = section.efforts.get(title, {}) if section else {}
        if _OURS not in efforts or other not in efforts:
            return None
        return median_cpu(efforts[_OURS]) / median_cpu(efforts[other])

    return found


def _command(line: str) -> Callable[[Figures], float | None]:
    def found(results: Figures) -> float | None:
        section = results.sections.get("commands")
        trees = section.commands.get(line, {}) if section else {}
        return statistics.median(trees[_OURS]) / statistics.median(trees[BASE]) if BASE in trees else None

    return found


def _stalled(results: Figures) -> float | None:
    section = results.sections.get("stall")
    texts = section.stalls.get(_OURS) if section else None
    return texts.behind.p50_ms / texts.alone.p50_ms if texts else None


def _waiting(results: Figures) -> float | None:
    section = results.sections.get("waiting")
    peaks = section.waiting_mb if section else {}
    return peaks[_OURS] / peaks[BASE] if BASE in peaks else None


def _flood(measure: Callable[[Malformed], float]) -> Callable[[Figures], float | None]:
    def found(results: Figures) -> float | None:
        section = results.sections.get("malformed")
        floods = section.malformed if section else {}
        if _OURS not in floods or BASE not in floods:
            return None
        return statistics.median(map(measure, floods[_OURS])) / statistics.median(map(measure, floods[BASE]))

    return found


TARGETS: Final = (
    Target(title="CPU of a JPEG of 200 KB, against the plain loop", most=1.0, found=_cpu("JPEG 200 KB", "plain")),
    Target(title="CPU of a text of 2 KB, against the plain loop", most=1.0, found=_cpu("text 2 KB", "plain")),
    Target(title="CPU of a PNG of 800 KB, against the plain loop", most=1.2, found=_cpu("PNG 800 KB", "plain")),
    Target(title="CPU of an MP4 of 5 MB, against the plain loop", most=1.5, found=_cpu("MP4 5 MB, 10 s", "plain")),
    Target(title=f"CPU of a JPEG of 200 KB, against build {BASE}", most=0.30, found=_cpu("JPEG 200 KB", BASE)),
    Target(
        title=f"CPU of an unmarked JPEG that is published, against build {BASE}",
        most=0.30,
        found=_cpu("unmarked JPEG", BASE, "publications"),
    ),
    Target(title=f"CPU of a text of 250 KB, against build {BASE}", most=0.10, found=_cpu("text 250 KB", BASE)),
    Target(title="median time of a text beside two long videos, against alone", most=3.0, found=_stalled),
    Target(title=f"peak memory while large events wait, against build {BASE}", most=0.5, found=_waiting),
    Target(
        title=f"CPU of malformed messages, against build {BASE}",
        most=0.5,
        found=_flood(lambda flood: flood.cpu_seconds),
    ),
    Target(
        title=f"log of malformed messages, against build {BASE}", most=0.05, found=_flood(lambda flood: flood.log_bytes)
    ),
    Target(title=f"CPU of `sealstream --help`, against build {BASE}", most=0.25, found=_command("sealstream --help")),
    Target(
        title=f"CPU of `sealstream --version`, against build {BASE}", most=0.25, found=_command("sealstream --version")
    ),
)
