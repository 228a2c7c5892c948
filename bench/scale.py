"""How much is done: for a look, for the page, and for what only shows after many events."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

__all__ = ["FULL", "LONG", "SHORT", "Scale"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Numbers of rounds and events."""

    rounds: int
    events: float
    """Share of each kind's events in a round."""

    latency: Mapping[str, int]
    """Events of each kind, by its name."""

    stalled_texts: int
    waiting: int
    malformed: int
    growth: int
    growth_step: int


_FILES: Final = {"jpeg": 300, "png": 100, "mp4": 10}

SHORT: Final = Scale(
    rounds=2,
    events=0.25,
    latency={"text-2kb": 150, "jpeg": 60},
    stalled_texts=60,
    waiting=400,
    malformed=4000,
    growth=1000,
    growth_step=250,
)
FULL: Final = Scale(
    rounds=5,
    events=1.0,
    latency={"text-2kb": 1000, **_FILES},
    stalled_texts=120,
    waiting=2000,
    malformed=20_000,
    growth=10_000,
    growth_step=1000,
)
LONG: Final = replace(FULL, latency={**FULL.latency, "text-2kb": 2000}, growth=100_000, growth_step=10_000)
