"""What keeps the read model: the ports. `keeping` says in SQL what is kept; `sqlite` and `postgres` are where."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

import msgspec

from agents.following.port import Positions
from console.readmodel.rows import ModelRow

__all__ = ["Choose", "FoundRows", "Kept", "ModelDatabase", "ModelReader", "ModelWriter", "RebuildNote", "RowKeeper"]


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


class Kept(NamedTuple):
    """Rows to take in, and how far they reach."""

    rows: Sequence[ModelRow]
    positions: Positions


Choose = Callable[[Positions], Kept]
"""What is to be taken in, where everything was read as far as it is told."""


class RowKeeper(Protocol):
    """Keeps rows and how far they reach, both at once or neither. Several processes may do so side by side."""

    def positions(self) -> Positions:
        """How far every partition was read: where reading goes on."""

    def keep(self, choose: Choose) -> None:
        """Take rows in, in their order, and note how far they reach.

        Args:
            choose: chooses them, told how far everything was read. Nobody else writes meanwhile; what it raises leaves
                everything as it was.
        """

    def note_rebuild(self, progress: float) -> None:
        """Note how far a rebuild is, for whoever shows pages meanwhile."""

    def rebuild(self) -> RebuildNote | None:
        """How far the last rebuild is; None where there was none."""

    def forget(self, topics: Collection[str]) -> None:
        """Drop what these topics said; they are read from their beginning."""


class FoundRows(Protocol):
    """The rows that were found, as tuples or what can be taken apart like them."""

    def fetchone(self) -> Any:
        """The next one; None where there is none."""

    def fetchall(self) -> list[Any]:
        """All that are left."""

    def __iter__(self) -> Iterator[Any]:
        """One after the other."""


class ModelReader(Protocol):
    """A connection of one thread, which cannot write. Values are given for question marks.

    Whatever is asked between BEGIN and COMMIT is answered by what was known at one time.
    """

    @property
    def in_transaction(self) -> bool:
        """Whether BEGIN was said and COMMIT was not."""

    def execute(self, statement: str, given: Sequence[object] = (), /) -> FoundRows:
        """Ask.

        Raises:
            WorldError: the database is elsewhere, and does not answer.
        """


class ModelWriter(Protocol):
    """What is written by one transaction."""

    def execute(self, statement: str, given: Sequence[object] = (), /) -> FoundRows:
        """Ask, or write."""

    def executemany(self, statement: str, given: Sequence[Sequence[object]], /) -> object:
        """Write the same for each of these."""


class ModelDatabase(Protocol):
    """Where a read model is. One transaction writes at a time, whoever begins it."""

    @property
    def name(self) -> str:
        """What messages call it; without a password."""

    @property
    def reader(self) -> ModelReader:
        """The connection of this thread."""

    def transaction(self) -> AbstractContextManager[ModelWriter]:
        """Write all of it or, where an exception leaves it, nothing."""

    def begin(self, signature: str, tables: str, *, is_made_anew: bool) -> None:
        """Make the tables where there are none, or those of others.

        Args:
            signature: what they are for; where it is there already, they stay as they are.
            tables: the statements that make them, in the words of SQLite.
            is_made_anew: whether those of others are dropped; they are refused otherwise.

        Raises:
            OperatorError: they were made for others, or are none of a read model.
            WorldError: the database is elsewhere, and does not answer.
        """

    def close(self) -> None:
        """End the connection for writing, and that of this thread."""
