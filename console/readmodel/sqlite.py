"""The read model in SQLite: one process writes, everybody reads; rows and offsets in one transaction."""

import logging
import sqlite3
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from agents.delivery import TopicPartition
from agents.following.port import Positions
from agents.reference.records import sets_by_topic
from agents.topics import Topics
from console.readmodel.port import RebuildNote
from console.readmodel.rows import SEVERITIES, ModelRow
from console.readmodel.standing import (
    Held,
    act_of_decision,
    act_of_update,
    record_as_held,
    state_of_alerts,
    waiting_row,
)
from pipeline.errors import OperatorError

__all__ = ["SqliteRows", "open_rows"]

logger = logging.getLogger(__name__)

_TABLES: Final = (Path(__file__).parent / "tables.sql").read_text(encoding="utf-8")
_SIGNATURE: Final = "6"
"""Of the tables and of what is put into them: with another one, everything is read anew."""

_NEWER: Final = "WHERE excluded.version > {table}.version"
_WRITTEN: Final[Mapping[str, tuple[int, str]]] = {
    # Under one identity the same is said each time, so the first one is kept.
    "decisions": (7, "INSERT OR IGNORE INTO decisions VALUES"),
    "records": (4, "INSERT OR IGNORE INTO records VALUES"),
    "acts": (8, "INSERT OR IGNORE INTO acts VALUES"),
    "sent": (7, "INSERT OR IGNORE INTO sent VALUES"),
    "case_acts": (7, "INSERT OR IGNORE INTO case_acts VALUES"),
    "accesses": (10, "INSERT OR IGNORE INTO accesses VALUES"),
    "digests": (3, "INSERT OR IGNORE INTO digests VALUES"),
    "descents": (2, "INSERT OR IGNORE INTO descents VALUES"),
    "entries": (7, "INSERT OR IGNORE INTO entries VALUES"),
    "refusals": (4, "INSERT OR IGNORE INTO refusals VALUES"),
    "alerts": (6, "INSERT INTO alerts VALUES"),
    "announcements": (4, "INSERT OR IGNORE INTO announcements VALUES"),
    "steps": (5, "INSERT OR IGNORE INTO steps VALUES"),
    # What came of an act tells it, and takes the place of what its sender's message said.
    "taken_case_acts": (7, "INSERT INTO case_acts VALUES"),
    # Named by several messages, and told by one of them.
    "case_steps": (5, "INSERT INTO case_steps VALUES"),
    # These are said anew, the newest version counts.
    "cases": (5, "INSERT INTO cases VALUES"),
    "looked_at": (4, "INSERT INTO looked_at VALUES"),
    "clocks": (6, "INSERT INTO clocks VALUES"),
    "operators": (3, "INSERT INTO operators VALUES"),
}
_FROM_THE_TOPIC: Final = """ON CONFLICT (alert_id) DO UPDATE SET event_uid = excluded.event_uid, kind = excluded.kind,
  severity = excluded.severity, at = excluded.at, body = excluded.body
  WHERE alerts.at IS NULL AND excluded.at IS NOT NULL"""
_AS_TAKEN: Final = """ON CONFLICT (uid) DO UPDATE SET what = excluded.what, actor = excluded.actor,
  role = excluded.role, reason = excluded.reason, at = excluded.at"""
_KEYS: Final = {"cases": "case_uid", "looked_at": "event_uid", "clocks": "clock_id", "operators": "id"}
_NEW_VALUES: Final = {
    "cases": "version = excluded.version, kind = excluded.kind, at = excluded.at, body = excluded.body",
    "looked_at": "version = excluded.version, state = excluded.state, body = excluded.body",
    "clocks": "case_uid = excluded.case_uid, version = excluded.version, state = excluded.state, due = excluded.due, "
    "body = excluded.body",
    "operators": "version = excluded.version, body = excluded.body",
}


def _statement(table: str) -> str:
    columns, insert = _WRITTEN[table]
    values = f"{insert} ({', '.join('?' * columns)})"
    if table == "alerts":
        return f"{values} {_FROM_THE_TOPIC}"
    if table == "taken_case_acts":
        return f"{values} {_AS_TAKEN}"
    if table == "case_steps":
        return f"{values} ON CONFLICT (act) DO UPDATE SET at = excluded.at, body = excluded.body WHERE at IS NULL"
    if table not in _KEYS:
        return values
    return f"{values} ON CONFLICT ({_KEYS[table]}) DO UPDATE SET {_NEW_VALUES[table]} {_NEWER.format(table=table)}"


_STATEMENTS: Final = {table: _statement(table) for table in _WRITTEN}


def open_rows(path: Path, topics: Topics, *, source: str, is_made_anew: bool = True) -> "SqliteRows":
    """Open the read model, or make it.

    Args:
        path: its file.
        topics: what it is fed by.
        source: the brokers and the prefix of the topics: what others said is forgotten.
        is_made_anew: whether a read model that was made for others is emptied; it is refused otherwise.

    Raises:
        OperatorError: the file cannot be used, was made for others, or is something else than a read model.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = SqliteRows(path, topics)
        rows.make(f"{_SIGNATURE} {source} {topics.prefix}", is_made_anew=is_made_anew)
    except (OSError, sqlite3.Error) as error:
        raise OperatorError(
            what=f"The read model in {path} cannot be used: {error}.",
            remedy="Name another file with --database, or delete this one: it is made anew from the topics.",
        ) from error
    return rows


class SqliteRows:
    """The adapter. Its connection for writing is used by one thread at a time; each thread that reads has its own."""

    def __init__(self, path: Path, topics: Topics) -> None:
        self._path = path
        self._topics = topics
        self._readers = threading.local()
        self._writer = _connect(path)
        self.changes = 0
        """How often something was taken in: whoever shows it asks again when this has grown."""

    @property
    def reader(self) -> sqlite3.Connection:
        """The connection of this thread, which cannot write."""
        found: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if found is None:
            found = _connect(self._path)
            found.execute("PRAGMA query_only = ON")
            self._readers.connection = found
        return found

    def make(self, signature: str, *, is_made_anew: bool) -> None:
        """Make the tables where the file has none, or has those of others.

        Args:
            signature: what they are for; where it is there already, they stay as they are.
            is_made_anew: whether those of others are dropped; they are refused otherwise.

        Raises:
            OperatorError: they were made for others, or the file is something else than a read model.
        """
        with self._transaction() as cursor:
            found = _made_for(cursor, self._path)
            if found not in {None, signature} and not is_made_anew:
                raise OperatorError(
                    what=f"The read model in {self._path} was made for other brokers, other topics or another version: "
                    f"{found}.",
                    remedy="Use the settings of its console (SEALSTREAM_KAFKA_...), or delete the file.",
                )
            if found != signature:
                _make_tables(cursor, signature)
        self._writer.execute("PRAGMA journal_mode = WAL")  # kept in the file: not before it is known to be ours

    def positions(self) -> Positions:
        """How far every partition was read."""
        found = self._writer.execute("SELECT topic, part, next FROM offsets")
        return {TopicPartition(topic, part): offset for topic, part, offset in found}

    def keep(self, rows: Sequence[ModelRow], positions: Positions) -> None:
        """Take rows in, in their order, and note how far they reach."""
        with self._transaction() as cursor:
            # The order counts within a table alone: each is fed by one topic.
            for table, group in groupby(sorted(rows, key=lambda row: row.table), key=lambda row: row.table):
                _write(cursor, table, tuple(group))
            events = _uids(rows, "decisions", 1) | _uids(rows, "records", 0)
            by_acts = _uids(rows, "decisions", 5)
            _judge(cursor, events)
            _gather(cursor, events | by_acts | _uids(rows, "alerts", 1) | _uids(rows, "looked_at", 0))
            _settle(cursor, by_acts | _uids(rows, "acts", 2) | _uids(rows, "sent", 0))
            _date(cursor, _uids(rows, "case_acts", 0) | _uids(rows, "case_steps", 0))
            cursor.executemany(
                "INSERT INTO offsets VALUES (?, ?, ?) ON CONFLICT (topic, part) DO UPDATE SET next = excluded.next",
                [(partition.topic, partition.partition, offset) for partition, offset in positions.items()],
            )
        if rows:
            self.changes += 1

    def note_rebuild(self, progress: float) -> None:
        """Note how far a rebuild is, for whoever shows pages meanwhile."""
        with self._transaction() as cursor:
            found = cursor.execute("SELECT value FROM meta WHERE name = 'rebuild'").fetchone()
            writes = 1 if found is None else msgspec.json.decode(found[0], type=RebuildNote).writes + 1
            note = RebuildNote(progress=progress, at=time.time(), writes=writes)
            value = msgspec.json.encode(note).decode()
            cursor.execute("INSERT OR REPLACE INTO meta VALUES ('rebuild', ?)", (value,))

    def rebuild(self) -> RebuildNote | None:
        """How far the last rebuild is; None where there was none."""
        found = self.reader.execute("SELECT value FROM meta WHERE name = 'rebuild'").fetchone()
        return None if found is None else msgspec.json.decode(found[0], type=RebuildNote)

    def forget(self, topics: Collection[str]) -> None:
        """Drop what these topics said; they are read from their beginning."""
        fed = {
            self._topics.decisions: ("decisions",),
            self._topics.manifests: ("records", "digests", "descents"),
            self._topics.review_updates: ("acts",),
            self._topics.reviews: ("sent",),
            self._topics.cases: ("case_acts",),
            self._topics.audit: ("accesses",),
            self._topics.dead_letters: ("refusals",),
            self._topics.alerts: ("alerts", "alerted"),
            self._topics.case_updates: ("cases", "case_steps", "looked_at"),
            self._topics.clocks: ("clocks", "announcements"),
            self._topics.enforcement: ("steps",),
            self._topics.operators: ("operators",),
        }
        sets = sets_by_topic(self._topics)
        with self._transaction() as cursor:
            for topic in topics:
                for table in fed.get(topic, ()):
                    cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - a name from the table above
                cursor.execute("DELETE FROM entries WHERE set_name = ?", (sets.get(topic),))
                cursor.execute("DELETE FROM offsets WHERE topic = ?", (topic,))
            if {self._topics.decisions, self._topics.manifests} & set(topics):
                uids = cursor.execute("SELECT event_uid FROM waiting UNION SELECT event_uid FROM decisions").fetchall()
                uids += cursor.execute("SELECT event_uid FROM records").fetchall()
                _judge(cursor, {uid for (uid,) in uids})
            if self._topics.case_updates in topics:
                _gather(cursor, {uid for (uid,) in cursor.execute("SELECT event_uid FROM alerted WHERE facet = ''")})
        self.changes += 1

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        cursor = self._writer.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            yield cursor
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    # What a crash of the machine takes is read once more: rows and offsets go together.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -2000")  # of every thread that reads
    return connection


def _made_for(cursor: sqlite3.Cursor, path: Path) -> str | None:
    """What the tables of a file were made for; None where there are none.

    Raises:
        OperatorError: they are none of a read model.
    """
    if cursor.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
        return None
    columns = {name for (name,) in cursor.execute("SELECT name FROM pragma_table_info('meta')")}
    found = None
    if {"name", "value"} <= columns:
        found = cursor.execute("SELECT value FROM meta WHERE name = 'signature'").fetchone()
    if found is None:
        raise OperatorError(
            what=f"The database {path} is none that a console made; nothing was changed in it.",
            remedy="Name another file with --database: where there is none, it is made.",
        )
    return str(found[0])


def _make_tables(cursor: sqlite3.Cursor, signature: str) -> None:
    """Drop all tables, and make empty ones."""
    names = [name for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in names:
        cursor.execute(f'DROP TABLE "{name}"')
    for statement in _TABLES.split(";"):
        cursor.execute(statement)
    cursor.execute("INSERT INTO meta VALUES ('signature', ?)", (signature,))


def _uids(rows: Iterable[ModelRow], table: str, column: int) -> set[str]:
    found = {row.columns[column] for row in rows if row.table == table}
    return {str(uid) for uid in found if uid is not None}


def _write(cursor: sqlite3.Cursor, table: str, rows: Sequence[ModelRow]) -> None:
    for is_gone, group in groupby(rows, key=lambda row: row.is_gone):
        columns = [row.columns for row in group]
        if is_gone:
            cursor.executemany(f"DELETE FROM {table} WHERE {_KEYS[table]} = ?", columns)  # noqa: S608 - names of ours
        else:
            cursor.executemany(_STATEMENTS[table], columns)


def _judge(cursor: sqlite3.Cursor, uids: Collection[str]) -> None:
    """Say anew of these events whether they wait."""
    waiting = []
    for uid in uids:
        known = [
            Held(*found)
            for found in cursor.execute(
                "SELECT decision_id, supersedes, outcome, at, body FROM decisions WHERE event_uid = ?", (uid,)
            )
        ]
        for outcome, at, body in cursor.execute("SELECT outcome, at, body FROM records WHERE event_uid = ?", (uid,)):
            known.append(record_as_held(uid, outcome, at, body))
        row = waiting_row(uid, known)
        if row is not None:
            waiting.append(row.columns)
    cursor.executemany("DELETE FROM waiting WHERE event_uid = ?", [(uid,) for uid in uids])
    cursor.executemany("INSERT INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", waiting)


def _gather(cursor: sqlite3.Cursor, uids: Collection[str]) -> None:
    """Say anew of these events under which facets their alerts are listed, and where in the list."""
    facets: dict[tuple[str, str], int] = {}
    for uid in uids:
        found = cursor.execute("SELECT alert_id, kind, severity, at FROM alerts WHERE event_uid = ?", (uid,)).fetchall()
        if not found:
            continue
        at = _decided_at(cursor, uid)
        newest = max(when or 0 for *_, when in found) if at is None else at
        row = cursor.execute("SELECT body FROM looked_at WHERE event_uid = ?", (uid,)).fetchone()
        state = state_of_alerts((name for name, *_ in found), None if row is None else row[0])
        for _, kind, severity, _ in found:
            for facet in ("", f"kind:{kind}", f"severity:{SEVERITIES[severity]}", f"state:{state}"):
                facets[facet, uid] = newest
    gathered = {uid for _, uid in facets}
    cursor.executemany("DELETE FROM alerted WHERE event_uid = ?", [(uid,) for uid in gathered])
    cursor.executemany("INSERT INTO alerted VALUES (?, ?, ?)", [(*facet, at) for facet, at in facets.items()])


def _decided_at(cursor: sqlite3.Cursor, uid: str) -> int | None:
    """When that was decided which alerts of an event are about; None where nothing was, or nobody knows."""
    found = cursor.execute(
        "SELECT min(at) FROM (SELECT at FROM records WHERE event_uid = ?1 "
        "UNION ALL SELECT at FROM decisions WHERE event_uid = ?1 AND supersedes IS NULL "
        "UNION ALL SELECT at FROM decisions WHERE act = ?1)",
        (uid,),
    ).fetchone()
    return None if found[0] is None else int(found[0])


def _settle(cursor: sqlite3.Cursor, uids: Collection[str]) -> None:
    """Say anew of these acts, where they were taken, what persons did and when, as it stands in what came of them."""
    taken = []
    for uid in uids:
        found = cursor.execute(
            "SELECT at, body FROM decisions WHERE act = ? ORDER BY at, decision_id LIMIT 1", (uid,)
        ).fetchone()
        row = None if found is None else act_of_decision(uid, *found)
        if row is None:
            noted = cursor.execute("SELECT body FROM acts WHERE act = ?", (uid,)).fetchone()
            row = None if noted is None else act_of_update(uid, noted[0])
        if row is not None:
            taken.append(row.columns)
    cursor.executemany(
        f"INSERT INTO sent VALUES (?, ?, ?, ?, ?, ?, ?) {_AS_TAKEN}",  # noqa: S608 - ours
        taken,
    )


def _date(cursor: sqlite3.Cursor, uids: Collection[str]) -> None:
    """Say of these acts on cases, where they were taken, when they were, whichever of both came first."""
    cursor.executemany(
        "UPDATE case_acts SET at = step.at FROM case_steps AS step "
        "WHERE step.act = case_acts.uid AND step.at IS NOT NULL AND case_acts.uid = ?",
        [(uid,) for uid in uids],
    )
