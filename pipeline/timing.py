"""The steps of an event that are worth timing, and the port through which whoever times them hears of each."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Literal, get_args

__all__ = ["STEPS", "Timed", "TimedStep", "untimed"]

TimedStep = Literal["fetch", "seal", "read", "store", "judge", "publish"]
"""Fetch the asset; label, seal and read back; read what an asset says of itself; write to the store; judge; publish."""

STEPS: Final[tuple[TimedStep, ...]] = get_args(TimedStep)

Timed = Callable[[TimedStep], AbstractContextManager[None]]
"""Goes around a step; safe to use from several threads, and never raises by itself."""


def untimed(_: TimedStep) -> AbstractContextManager[None]:
    """For whoever does not time anything."""
    return nullcontext()
