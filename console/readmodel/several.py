"""Asking about many at once: as many statements for a page of fifty as for one of three."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from console.readmodel.port import FoundRows, ModelReader

__all__ = ["rows_about", "rows_by_key", "values_of"]

_AT_ONCE: Final = 500
"""So many are asked for in one statement."""


class _Asked(Protocol):
    """What can be asked: a reader, or what writes."""

    def execute(self, statement: str, given: Sequence[object] = (), /) -> FoundRows:
        """Ask."""


def rows_about(
    db: _Asked, keys: Collection[str], asked: str, given: Sequence[object] = ()
) -> Iterator[tuple[str, Sequence[Any]]]:
    """What is found of these events, acts, cases or clocks: each row behind the key by which it was found.

    Args:
        db: where.
        keys: their identities.
        asked: the question; its first column is the key, and `{}` stands wherever that has to be one of them. What it
            puts in order is in that order under each key.
        given: what goes before the keys, for question marks.
    """
    every = sorted(keys)
    for first in range(0, len(every), _AT_ONCE):
        some = every[first : first + _AT_ONCE]
        values = (*given, *some) * asked.count("{}")
        for key, *row in db.execute(asked.replace("{}", f"IN ({', '.join('?' * len(some))})"), values).fetchall():
            yield key, row


def rows_by_key(
    db: _Asked, keys: Collection[str], asked: str, given: Sequence[object] = ()
) -> Mapping[str, Sequence[Sequence[Any]]]:
    """The same as rows by key; none for a key of which nothing is found."""
    groups: dict[str, list[Sequence[Any]]] = defaultdict(list)
    for key, row in rows_about(db, keys, asked, given):
        groups[key].append(row)
    return groups


def values_of(db: ModelReader, table: str, column: str) -> tuple[str, ...]:
    """The values of an indexed column: from each to the next, and not row by row."""
    found = db.execute(
        f"WITH RECURSIVE one (value) AS (SELECT min({column}) FROM {table} UNION ALL "  # noqa: S608 - names of ours
        f"SELECT (SELECT min({column}) FROM {table} WHERE {column} > one.value) FROM one WHERE one.value IS NOT NULL) "
        "SELECT value FROM one WHERE value IS NOT NULL AND value <> ''"
    )
    return tuple(value for (value,) in found)
