"""The read model in a PostgreSQL database that several consoles share, in a schema of its own."""

import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import InsufficientPrivilege, ProgramLimitExceeded
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from psycopg.types.numeric import Int8Dumper

from agents.postgres_address import PostgresAddress
from console.readmodel.port import FoundRows, ModelReader, ModelWriter
from pipeline.errors import OperatorError, WorldError

__all__ = ["IN_USE", "SCHEMA", "PostgresDatabase"]

logger = logging.getLogger(__name__)

SCHEMA: Final = "sealstream_console"

_WRITING: Final = 0x5EA1_57EA_0001
"""The advisory lock of the one transaction that writes."""

IN_USE: Final = 0x5EA1_57EA_0002
"""The advisory lock that every console shares as long as it runs: nobody makes tables anew under it."""

_CONNECTION: Final[Mapping[str, str | int]] = {
    "application_name": "sealstream console",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
"""Unless the address says something else."""

_SESSION: Final = f"""SET search_path = {SCHEMA}; SET client_encoding = 'UTF8'; SET jit = off;
SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"""

# A console that hangs in the middle of its writing, or whose machine is gone, keeps the others from it no longer.
_TO_WRITE: Final = "SET lock_timeout = '60s'; SET idle_in_transaction_session_timeout = '60s'"

# Pages are found by an index, whatever is asked for: a plan for any limit and any filter may be another one.
_TO_READ: Final = """SET default_transaction_read_only = on; SET default_transaction_isolation = 'repeatable read';
SET plan_cache_mode = force_custom_plan"""

_WORDS: Final = {
    r"\bTEXT\b": 'TEXT COLLATE "C"',  # by bytes, as SQLite compares and sorts
    r"\bINTEGER\b": "BIGINT",
    r"\bBLOB\b": "BYTEA",
    r"\) WITHOUT ROWID, STRICT;": ");",
    r"\) STRICT;": ");",
}
"""What `tables.sql` says in words of SQLite."""

Connection = psycopg.Connection[TupleRow]


class PostgresDatabase:
    """The adapter. Its connection for writing is used by one thread at a time; each thread that reads has its own.

    Args:
        address: where the database is.
    """

    def __init__(self, address: PostgresAddress) -> None:
        self._address = address
        self._readers = threading.local()
        self._writer: Connection | None = None
        self._signature: str | None = None

    @property
    def name(self) -> str:
        """Its address, without a password."""
        return str(self._address)

    @property
    def reader(self) -> ModelReader:
        """The connection of this thread, which cannot write."""
        found: _Reader | None = getattr(self._readers, "reader", None)
        if found is None:
            found = self._readers.reader = _Reader(self._address)
        return found

    @contextmanager
    def transaction(self) -> Iterator[ModelWriter]:
        """Write all of it or, where an exception leaves it, nothing. Whoever writes meanwhile is waited for.

        Raises:
            WorldError: the database does not answer, or did not do it.
        """
        with _told(self.name):
            connection = self._connected()
            connection.execute("BEGIN")
            try:
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_WRITING,))
                yield _Writer(connection)
            except BaseException:
                if not connection.closed:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def begin(self, signature: str, tables: str, *, is_made_anew: bool) -> None:
        """Make the tables where there are none, or where those of others are used by nobody and may be dropped.

        Raises:
            OperatorError: they were made for others, or are none of a read model.
            WorldError: the database does not answer.
        """
        with self.transaction() as writer:
            (encoding,) = writer.execute("SHOW server_encoding").fetchone()
            if encoding != "UTF8":
                raise OperatorError(
                    what=f"The database {self.name} keeps text as {encoding}, which has not every character.",
                    remedy="Make one with: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.",
                )
            found = self._made_for(writer)
            if found not in {None, signature}:
                self._require_unused(writer, found, is_made_anew=is_made_anew)
            if found != signature:
                _make_tables(writer, signature, tables)
        self._signature = signature
        with _told(self.name):
            self._use(self._connected())

    def close(self) -> None:
        """End the connection for writing, and that of this thread."""
        if self._writer is not None:
            self._writer.close()
        self._readers.__dict__.clear()

    def _connected(self) -> Connection:
        """The connection for writing; another one where it broke, if the tables are still the same."""
        if self._writer is None or self._writer.closed:
            self._writer = _connect(self._address, _TO_WRITE)
            if self._signature is not None:
                self._use(self._writer)
        return self._writer

    def _use(self, connection: Connection) -> None:
        """Have nobody make the tables anew; the lock ends with the connection."""
        connection.execute("SELECT pg_advisory_lock_shared(%s)", (IN_USE,))
        found = self._made_for(_Writer(connection))
        if found != self._signature:
            connection.close()
            raise OperatorError(
                what=f"The read model in {self.name} was made anew for others meanwhile: {found}.",
                remedy="Give each console of other brokers, other topics or another version a database of its own.",
            )

    def _made_for(self, writer: ModelWriter) -> str | None:
        """What the tables were made for; None where there are none."""
        if writer.execute("SELECT 1 FROM pg_tables WHERE schemaname = ?", (SCHEMA,)).fetchone() is None:
            return None
        asked = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0"
        columns = {name for (name,) in writer.execute(asked, (f"{SCHEMA}.meta",))}
        found = None
        if {"name", "value"} <= columns:
            found = writer.execute("SELECT value FROM meta WHERE name = 'signature'").fetchone()
        if found is None:
            raise OperatorError(
                what=f"The schema {SCHEMA} of {self.name} is none that a console made; nothing was changed in it.",
                remedy="Name another database.",
            )
        return str(found[0])

    def _require_unused(self, writer: ModelWriter, found: str | None, *, is_made_anew: bool) -> None:
        what = f"The read model in {self.name} was made for other brokers, other topics or another version: {found}"
        if not is_made_anew:
            raise OperatorError(
                what=f"{what}.",
                remedy=f"Use the settings of its console (SEALSTREAM_KAFKA_...), or drop the schema {SCHEMA}.",
            )
        (is_free,) = writer.execute("SELECT pg_try_advisory_xact_lock(?)", (IN_USE,)).fetchone()
        if not is_free:
            raise OperatorError(
                what=f"{what}, and a console that runs is using it.",
                remedy="Stop that one first, or give this one a database of its own.",
            )


class _Writer:
    """What is written by one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, given: Sequence[object] = (), /) -> FoundRows:
        return self._connection.execute(_translated(statement), _taken(given), binary=True)

    def executemany(self, statement: str, given: Sequence[Sequence[object]], /) -> None:
        rows = [_taken(row) for row in given]
        if not rows:
            return
        try:
            with self._connection.transaction(), self._connection.cursor() as cursor:  # a savepoint
                cursor.executemany(_translated(statement), rows)
        except (psycopg.DataError, ProgramLimitExceeded):
            self._one_by_one(statement, rows)

    def _one_by_one(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        for row in rows:
            try:
                with self._connection.transaction():
                    self._connection.execute(_translated(statement), row)
            except (psycopg.DataError, ProgramLimitExceeded) as error:
                # Such as a name of 3000 letters, which no index takes. It must not stop all that comes after it.
                what, why = " ".join(statement.split()[:3]), type(error).__name__
                logger.warning("A row is left out of the pages: PostgreSQL does not take it (%s: %s).", what, why)


class _Reader:
    """The connection of one thread, which cannot write. Where it broke, what is asked next opens another one."""

    def __init__(self, address: PostgresAddress) -> None:
        self._address = address
        self._connection: Connection | None = None

    @property
    def in_transaction(self) -> bool:
        """Whether BEGIN was said and COMMIT was not."""
        connection = self._connection
        status = None if connection is None or connection.closed else connection.info.transaction_status
        return status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}

    def execute(self, statement: str, given: Sequence[object] = (), /) -> FoundRows:
        """Ask; once more where the connection had broken since the last time."""
        is_first = not self.in_transaction
        with _told(str(self._address)):
            try:
                return self._asked(statement, given)
            except psycopg.OperationalError:
                if not is_first or self._connection is None or not self._connection.closed:
                    raise
                return self._asked(statement, given)

    def _asked(self, statement: str, given: Sequence[object]) -> FoundRows:
        if self._connection is None or self._connection.closed:
            self._connection = _connect(self._address, _TO_READ)
        return self._connection.execute(_translated(statement), _taken(given), binary=True)

    def __del__(self) -> None:
        """Threads of a server come and go."""
        if self._connection is not None:
            self._connection.close()


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Has trouble with the database told without what is in it."""
    try:
        yield
    except InsufficientPrivilege as error:
        raise OperatorError(
            what=f"The user of {name} may not make or use the schema {SCHEMA} there.",
            remedy=f"Let it: GRANT CREATE ON DATABASE ..., or CREATE SCHEMA {SCHEMA} AUTHORIZATION ....",
        ) from error
    except psycopg.Error as error:
        # Without a code it is about the connection; what the server says of a statement may have its values in it.
        why = f"{type(error).__name__} ({error.sqlstate})" if error.sqlstate else " ".join(str(error).split())
        raise WorldError(
            what=f"The database of the read model, {name}, does not answer as it should: {why}.",
            remedy="See whether it is up and reachable, and whether address, user and password are right.",
        ) from error


def _connect(address: PostgresAddress, session: str) -> Connection:
    told = conninfo_to_dict(address.url)
    ours: dict[str, Any] = {name: value for name, value in _CONNECTION.items() if name not in told}
    connection = psycopg.connect(make_conninfo(address.url, **ours), autocommit=True)
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.execute(f"{_SESSION}; {session}".encode())
    return connection


@lru_cache
def _translated(statement: str) -> bytes:
    """A statement with psycopg's places for values."""
    return statement.replace("?", "%s").encode()


def _taken(given: Sequence[object]) -> Sequence[object]:
    """Values as PostgreSQL takes them: text cannot have the character NUL in it."""
    return [value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in given]


def _make_tables(writer: ModelWriter, signature: str, tables: str) -> None:
    """Drop all tables, and make empty ones."""
    if writer.execute("SELECT 1 FROM pg_namespace WHERE nspname = ?", (SCHEMA,)).fetchone() is None:
        writer.execute(f"CREATE SCHEMA {SCHEMA}")
    found = writer.execute("SELECT tablename FROM pg_tables WHERE schemaname = ?", (SCHEMA,)).fetchall()
    for (name,) in found:
        writer.execute(f'DROP TABLE {SCHEMA}."{name}" CASCADE')
    for words, ours in _WORDS.items():
        tables = re.sub(words, ours, tables)
    for statement in tables.split(";"):
        writer.execute(statement)
    writer.execute("INSERT INTO meta VALUES ('signature', ?)", (signature,))
