"""Opens the read model where the settings say that it is: an SQLite file, or a PostgreSQL database."""

import sqlite3
from pathlib import Path
from typing import Final

from agents.postgres_address import PostgresAddress
from agents.topics import Topics
from console.readmodel.keeping import KeptRows
from console.readmodel.port import ModelDatabase
from console.readmodel.sqlite import SqliteDatabase
from pipeline.errors import OperatorError

__all__ = ["open_rows", "postgres_at", "signature_of"]

_TABLES: Final = (Path(__file__).parent / "tables.sql").read_text(encoding="utf-8")
_SIGNATURE: Final = "7"
"""Of the tables and of what is put into them: with another one, everything is read anew."""


def open_rows(database: Path | PostgresAddress, topics: Topics, *, source: str, is_made_anew: bool = True) -> KeptRows:
    """Open the read model, or make it.

    Args:
        database: where it is.
        topics: what it is fed by.
        source: the brokers and the prefix of the topics: what others said is forgotten.
        is_made_anew: whether a read model that was made for others is emptied; it is refused otherwise.

    Raises:
        OperatorError: it cannot be used, was made for others, or is something else than a read model.
        WorldError: the PostgreSQL server does not answer.
    """
    opened = _sqlite(database) if isinstance(database, Path) else postgres_at(database)
    try:
        opened.begin(signature_of(topics, source), _TABLES, is_made_anew=is_made_anew)
    except sqlite3.Error as error:
        raise _unusable(opened.name, error) from error
    return KeptRows(opened, topics)


def signature_of(topics: Topics, source: str) -> str:
    """What a read model is made for: with another one, everything is read anew.

    Args:
        topics: what it is fed by.
        source: the brokers.
    """
    return f"{_SIGNATURE} {source} {topics.prefix}"


def _sqlite(path: Path) -> ModelDatabase:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteDatabase(path)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(str(path), error) from error


def _unusable(path: str, error: Exception) -> OperatorError:
    return OperatorError(
        what=f"The read model in {path} cannot be used: {error}.",
        remedy="Name another file with --database, or delete this one: it is made anew from the topics.",
    )


def postgres_at(address: PostgresAddress) -> ModelDatabase:
    """The database on a server, which is not asked anything yet.

    Raises:
        OperatorError: what it takes is not installed.
    """
    try:
        from console.readmodel.postgres import PostgresDatabase  # noqa: PLC0415 - consoles with a file do without it
    except ImportError as error:
        raise OperatorError(
            what=f"A read model in PostgreSQL needs a package that is not installed here ({error.name}).",
            remedy="Install it with: pip install 'sealstream[postgres]'.",
        ) from error
    return PostgresDatabase(address)
