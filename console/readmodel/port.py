"""What keeps the read model: the port. `sqlite` is its adapter; reading it is `console.readmodel.asking`."""

from collections.abc import Collection, Sequence
from typing import Protocol

from agents.following.port import Positions
from console.readmodel.rows import ModelRow

__all__ = ["RowKeeper"]


class RowKeeper(Protocol):
    """Keeps rows and how far they reach, both at once or neither. One task at a time changes it."""

    def positions(self) -> Positions:
        """How far every partition was read: where reading goes on."""

    def keep(self, rows: Sequence[ModelRow], positions: Positions) -> None:
        """Take rows in, in their order, and note how far they reach."""

    def forget(self, topics: Collection[str]) -> None:
        """Drop what these topics said; they are read from their beginning."""
