"""The read model in an SQLite file: one transaction writes at a time, everybody reads."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.readmodel.port import ModelReader, ModelWriter
from pipeline.errors import OperatorError, WorldError

__all__ = ["SqliteDatabase"]


class SqliteDatabase:
    """The adapter. Its connection for writing is used by one thread at a time; each thread that reads has its own.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._readers = threading.local()
        self._writer = _connect(path)
        self._file: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """The file."""
        return str(self._path)

    @property
    def reader(self) -> ModelReader:
        """The connection of this thread, which cannot write.

        Raises:
            WorldError: somebody deleted the file, or put another one in its place.
        """
        self._require_file()
        found: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if found is None:
            found = _connect(self._path)
            found.execute("PRAGMA query_only = ON")
            self._readers.connection = found
        return found

    @contextmanager
    def transaction(self) -> Iterator[ModelWriter]:
        """Write all of it or, where an exception leaves it, nothing.

        Raises:
            WorldError: somebody deleted the file, or put another one in its place.
        """
        self._require_file()
        cursor = self._writer.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            yield cursor
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")

    def begin(self, signature: str, tables: str, *, is_made_anew: bool) -> None:
        """Make the tables where the file has none, or has those of others, and may have them dropped.

        Raises:
            OperatorError: they were made for others, or the file is something else than a read model.
        """
        with self.transaction() as writer:
            found = self._made_for(writer)
            if found not in {None, signature} and not is_made_anew:
                raise OperatorError(
                    what=f"The read model in {self._path} was made for other brokers, other topics or another version: "
                    f"{found}.",
                    remedy="Use the settings of its console (SEALSTREAM_KAFKA_...), or delete the file.",
                )
            if found != signature:
                _make_tables(writer, signature, tables)
        self._writer.execute("PRAGMA journal_mode = WAL")  # kept in the file: not before it is known to be ours
        self._file = _identity(self._path)

    def close(self) -> None:
        """End the connection for writing, and that of this thread."""
        self._writer.close()
        reader: sqlite3.Connection | None = self._readers.__dict__.pop("connection", None)
        if reader is not None:
            reader.close()

    def _require_file(self) -> None:
        """See that the file is still where it was: a connection would go on without it, and nobody would know."""
        if self._file is not None and _identity(self._path) != self._file:
            raise WorldError(
                what=f"The read model in {self._path} was deleted or replaced while its console runs.",
                remedy="Stop the console, delete the file with its -wal and -shm, and start it: it is made anew.",
            )

    def _made_for(self, writer: ModelWriter) -> str | None:
        """What the tables were made for; None where there are none."""
        if writer.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
            return None
        columns = {name for (name,) in writer.execute("SELECT name FROM pragma_table_info('meta')")}
        found = None
        if {"name", "value"} <= columns:
            found = writer.execute("SELECT value FROM meta WHERE name = 'signature'").fetchone()
        if found is None:
            raise OperatorError(
                what=f"The database {self._path} is none that a console made; nothing was changed in it.",
                remedy="Name another file with --database: where there is none, it is made.",
            )
        return str(found[0])


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file is at a path; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    # What a crash of the machine takes is read once more: rows and offsets go together.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -2000")  # of every thread that reads
    return connection


def _make_tables(writer: ModelWriter, signature: str, tables: str) -> None:
    """Drop all tables, and make empty ones."""
    names = [name for (name,) in writer.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in names:
        writer.execute(f'DROP TABLE "{name}"')
    for statement in tables.split(";"):
        writer.execute(statement)
    writer.execute("INSERT INTO meta VALUES ('signature', ?)", (signature,))
