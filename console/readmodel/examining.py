"""Looks at the database of a read model without changing anything: what would keep a console from starting."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from agents.diagnosis import CheckResults, disk_of
from agents.postgres_address import PostgresAddress
from agents.topics import Topics
from console.readmodel.opening import signature_of
from console.readmodel.port import ModelReader

__all__ = ["examined"]

_OTHERS: Final = "other brokers, other topics or another version"
_EMPTIED: Final = f"was made for {_OTHERS}: a console that starts empties it, and reads all topics anew."
_TESTED: Final = 15
"""The oldest version of PostgreSQL that the product is tested with."""


def examined(database: Path | PostgresAddress, topics: Topics, *, source: str) -> CheckResults:
    """What is found there.

    Args:
        database: where the read model is, or is to be.
        topics: what it is fed by.
        source: the brokers.

    Raises:
        OperatorError: a package is missing, or the address cannot be used.
        WorldError: the PostgreSQL server does not answer.
    """
    wanted = signature_of(topics, source)
    if isinstance(database, Path):
        return _of_file(database, wanted)
    return _of_server(database, wanted)


def _of_file(path: Path, wanted: str) -> CheckResults:
    is_sound = True
    for state, said in disk_of(path):
        is_sound = is_sound and state != "fault"
        yield state, said
    if not is_sound:
        return
    if not path.exists() or not path.stat().st_size:
        yield "ok", f"there is no {path} yet; a console makes it"
        return
    try:
        with _unchanged(path) as connection:
            has_tables = connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None
            columns = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info('meta')")}
            found = _signature(connection) if {"name", "value"} <= columns else None
    except sqlite3.Error as error:
        yield "fault", f"{path} cannot be read: {error}. Name another file, or delete this one: it is made anew."
        return
    if has_tables and found is None:
        yield (
            "fault",
            f"The database {path} is none that a console made. Name another file: where there is none, it is made.",
        )
    elif has_tables and found != wanted:
        yield "warning", f"{path} {_EMPTIED}"
    else:
        yield "ok", f"{path} can be used"


@contextmanager
def _unchanged(path: Path) -> Iterator[sqlite3.Connection]:
    # Without its log beside it all is in the file, and to make that log would be to write.
    has_log = path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.absolute().as_uri()}?{'mode=ro' if has_log else 'immutable=1'}"
    connection = sqlite3.connect(uri, uri=True, timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def _of_server(address: PostgresAddress, wanted: str) -> CheckResults:
    from console.readmodel.opening import postgres_at  # noqa: PLC0415 - consoles with a file do without it

    database = postgres_at(address)
    try:
        yield from _of_database(database.name, database.reader, wanted)
    finally:
        database.close()


def _of_database(name: str, reader: ModelReader, wanted: str) -> CheckResults:
    from console.readmodel.postgres import SCHEMA  # noqa: PLC0415 - as above

    version, encoding = (str(_one(reader, f"SHOW {setting}")) for setting in ("server_version", "server_encoding"))
    yield "ok", f"{name} answers, PostgreSQL {version}"
    if int(version.partition(".")[0]) < _TESTED:
        yield "warning", f"PostgreSQL {version} is older than {_TESTED}, the oldest that a console is tested with."
    if encoding != "UTF8":
        made = "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
        yield "fault", f"{name} keeps text as {encoding}, which has not every character. Make one with: {made}."
    if _one(reader, "SELECT count(*) FROM pg_namespace WHERE nspname = ?", SCHEMA):
        yield from _of_schema(f"The schema {SCHEMA} of {name}", SCHEMA, reader, wanted)
    elif _one(reader, "SELECT has_database_privilege(current_database(), 'CREATE')"):
        yield "ok", f"there is no schema {SCHEMA} yet; a console makes it"
    else:
        yield "fault", f"This user may not make the schema {SCHEMA} in {name}. Let it: GRANT CREATE ON DATABASE ...."


def _of_schema(named: str, schema: str, reader: ModelReader, wanted: str) -> CheckResults:
    if not all(_may_in_schema(reader, schema, right) for right in ("USAGE", "CREATE")):
        yield "fault", f"{named} is closed to this user. Let it own that: ALTER SCHEMA {schema} OWNER TO ...."
        return
    tables = [table for (table,) in reader.execute("SELECT tablename FROM pg_tables WHERE schemaname = ?", (schema,))]
    foreign = [table for table in tables if not _is_ours(reader, f"{schema}.{table}")]
    asked = "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname IN ('name', 'value')"
    if foreign:
        yield "fault", f"{named} has tables that this user does not own. Let it, or drop the schema: it is made anew."
        return
    found = _signature(reader) if _one(reader, asked, f"{schema}.meta") == 2 else None  # noqa: PLR2004 - both
    if tables and found is None:
        yield "fault", f"{named} is none that a console made. Name another database."
    elif tables and found != wanted and _is_used(reader):
        yield "fault", f"{named} is used by a console of {_OTHERS}. Stop that one, or name another database."
    elif tables and found != wanted:
        yield "warning", f"{named} {_EMPTIED}"
    else:
        yield "ok", f"the schema {schema} can be used"


def _is_used(reader: ModelReader) -> bool:
    """Whether a console that runs holds the lock that it shares with others of its kind."""
    from console.readmodel.postgres import IN_USE  # noqa: PLC0415 - as above

    asked = """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = ? AND objid = ?
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
    return bool(_one(reader, asked, IN_USE >> 32, IN_USE & 0xFFFFFFFF))


def _may_in_schema(reader: ModelReader, schema: str, right: str) -> bool:
    return bool(_one(reader, "SELECT has_schema_privilege(?::text, ?::text)", schema, right))


def _is_ours(reader: ModelReader, table: str) -> bool:
    """Whether this user may do with a table what a console does: to make it anew one has to own it."""
    owns = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(?)"
    return bool(_one(reader, owns, table))


def _signature(reader: Any) -> str | None:
    found = reader.execute("SELECT value FROM meta WHERE name = 'signature'").fetchone()
    return None if found is None else str(found[0])


def _one(reader: ModelReader, question: str, *given: object) -> Any:
    return reader.execute(question, given).fetchone()[0]
