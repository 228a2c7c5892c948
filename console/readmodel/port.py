"""What keeps the read model: the port. `sqlite` is its adapter; reading it is `console.readmodel.asking`."""

from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from agents.following.port import Positions
from console.readmodel.rows import ModelRow

__all__ = ["RebuildNote", "RowKeeper"]


class RebuildNote(msgspec.Struct, frozen=True, kw_only=True):
    """How far the last rebuild from the records bucket has come.

    Args:
        progress: which part is done; 1 where it is at its end.
        at: when that was noted, in seconds since 1970.
        writes: how often something was noted: grows with everything that a rebuild has written.
    """

    progress: float
    at: float
    writes: int


class RowKeeper(Protocol):
    """Keeps rows and how far they reach, both at once or neither. One task at a time changes it."""

    def positions(self) -> Positions:
        """How far every partition was read: where reading goes on."""

    def keep(self, rows: Sequence[ModelRow], positions: Positions) -> None:
        """Take rows in, in their order, and note how far they reach."""

    def note_rebuild(self, progress: float) -> None:
        """Note how far a rebuild is, for whoever shows pages meanwhile."""

    def rebuild(self) -> RebuildNote | None:
        """How far the last rebuild is; None where there was none."""

    def forget(self, topics: Collection[str]) -> None:
        """Drop what these topics said; they are read from their beginning."""
