"""Keeps the read model, in SQL that SQLite and PostgreSQL both speak: rows and offsets in one transaction."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec

from agents.delivery import TopicPartition
from agents.following.port import Positions
from agents.reference.records import sets_by_topic
from agents.topics import Topics
from console.readmodel.port import Choose, ModelDatabase, ModelReader, ModelWriter, RebuildNote
from console.readmodel.rows import ModelRow
from console.readmodel.several import rows_about, rows_by_key
from console.readmodel.standing import (
    Held,
    act_of_decision,
    act_of_update,
    facets_of,
    record_as_held,
    state_of_alerts,
    waiting_row,
)
from pipeline.events.outputs import SEVERITIES

__all__ = ["KeptRows"]

_ONCE: Final = "ON CONFLICT DO NOTHING"
"""Under one identity the same is said each time, so the first one is kept."""

_NEWER: Final = "WHERE excluded.version > {table}.version"
_COLUMNS: Final[Mapping[str, int]] = {
    "decisions": 7,
    "records": 4,
    "acts": 8,
    "sent": 7,
    "case_acts": 7,
    "accesses": 10,
    "digests": 3,
    "descents": 2,
    "entries": 7,
    "refusals": 4,
    "alerts": 6,
    "announcements": 4,
    "steps": 5,
    "taken_case_acts": 7,
    "case_steps": 5,
    "cases": 5,
    "looked_at": 4,
    "clocks": 6,
    "operators": 3,
}
_FROM_THE_TOPIC: Final = """ON CONFLICT (alert_id) DO UPDATE SET event_uid = excluded.event_uid, kind = excluded.kind,
  severity = excluded.severity, at = excluded.at, body = excluded.body
  WHERE alerts.at IS NULL AND excluded.at IS NOT NULL"""
_AS_TAKEN: Final = """ON CONFLICT (uid) DO UPDATE SET what = excluded.what, actor = excluded.actor,
  role = excluded.role, reason = excluded.reason, at = excluded.at"""
"""What came of an act tells it, and takes the place of what its sender's message said."""

_NAMED_BY_SEVERAL: Final = """ON CONFLICT (act) DO UPDATE SET at = excluded.at, body = excluded.body
  WHERE case_steps.at IS NULL"""
_KEYS: Final = {"cases": "case_uid", "looked_at": "event_uid", "clocks": "clock_id", "operators": "id"}
"""What is said anew: the newest version counts."""

_NEW_VALUES: Final = {
    "cases": "version = excluded.version, kind = excluded.kind, at = excluded.at, body = excluded.body",
    "looked_at": "version = excluded.version, state = excluded.state, body = excluded.body",
    "clocks": "case_uid = excluded.case_uid, version = excluded.version, state = excluded.state, due = excluded.due, "
    "body = excluded.body",
    "operators": "version = excluded.version, body = excluded.body",
}
_CONFLICTS: Final = {
    "alerts": _FROM_THE_TOPIC,
    "taken_case_acts": _AS_TAKEN,
    "case_steps": _NAMED_BY_SEVERAL,
    **{
        table: f"ON CONFLICT ({key}) DO UPDATE SET {_NEW_VALUES[table]} {_NEWER.format(table=table)}"
        for table, key in _KEYS.items()
    },
}
_INTO: Final = {table: f"INSERT INTO {table.removeprefix('taken_')} VALUES" for table in _COLUMNS}
_STATEMENTS: Final = {
    table: f"{_INTO[table]} ({', '.join('?' * columns)}) {_CONFLICTS.get(table, _ONCE)}"
    for table, columns in _COLUMNS.items()
}


class KeptRows:
    """The read model in a database. One thread at a time changes it; any thread may read.

    Args:
        database: where it is.
        topics: what it is fed by.
    """

    def __init__(self, database: ModelDatabase, topics: Topics) -> None:
        self._database = database
        self._topics = topics

    @property
    def reader(self) -> ModelReader:
        """The connection of this thread, which cannot write."""
        return self._database.reader

    def positions(self) -> Positions:
        """How far every partition was read."""
        with self._database.transaction() as writer:
            return _positions(writer)

    def keep(self, choose: Choose) -> None:
        """Take rows in, in their order, and note how far they reach."""
        with self._database.transaction() as writer:
            rows, positions = choose(_positions(writer))
            # The order counts within a table alone: each is fed by one topic.
            for table, group in groupby(sorted(rows, key=lambda row: row.table), key=lambda row: row.table):
                _write(writer, table, tuple(group))
            events = _uids(rows, "decisions", 1) | _uids(rows, "records", 0)
            by_acts = _uids(rows, "decisions", 5)
            _judge(writer, events)
            _gather(writer, events | by_acts | _uids(rows, "alerts", 1) | _uids(rows, "looked_at", 0))
            _settle(writer, by_acts | _uids(rows, "acts", 2) | _uids(rows, "sent", 0))
            _date(writer, _uids(rows, "case_acts", 0) | _uids(rows, "case_steps", 0))
            writer.executemany(
                "INSERT INTO offsets VALUES (?, ?, ?) ON CONFLICT (topic, part) DO UPDATE SET next = excluded.next",
                [(partition.topic, partition.partition, offset) for partition, offset in positions.items()],
            )

    def note_rebuild(self, progress: float) -> None:
        """Note how far a rebuild is, for whoever shows pages meanwhile."""
        with self._database.transaction() as writer:
            found = writer.execute("SELECT value FROM meta WHERE name = 'rebuild'").fetchone()
            writes = 1 if found is None else msgspec.json.decode(found[0], type=RebuildNote).writes + 1
            note = RebuildNote(progress=progress, at=time.time(), writes=writes)
            writer.execute(
                "INSERT INTO meta VALUES ('rebuild', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (msgspec.json.encode(note).decode(),),
            )

    def rebuild(self) -> RebuildNote | None:
        """How far the last rebuild is; None where there was none."""
        found = self._database.reader.execute("SELECT value FROM meta WHERE name = 'rebuild'").fetchone()
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
        with self._database.transaction() as writer:
            for topic in topics:
                for table in fed.get(topic, ()):
                    writer.execute(f"DELETE FROM {table}")  # noqa: S608 - a name from the table above
                writer.execute("DELETE FROM entries WHERE set_name = ?", (sets.get(topic),))
                writer.execute("DELETE FROM offsets WHERE topic = ?", (topic,))
            if {self._topics.decisions, self._topics.manifests} & set(topics):
                known = "SELECT event_uid FROM waiting UNION SELECT event_uid FROM decisions"
                found = writer.execute(f"{known} UNION SELECT event_uid FROM records").fetchall()  # noqa: S608 - ours
                _judge(writer, {uid for (uid,) in found})
            if self._topics.case_updates in topics:
                found = writer.execute("SELECT event_uid FROM alerted WHERE facet = ''").fetchall()
                _gather(writer, {uid for (uid,) in found})

    def close(self) -> None:
        """End the connection for writing, and that of this thread."""
        self._database.close()


def _positions(writer: ModelWriter) -> Positions:
    found = writer.execute("SELECT topic, part, next FROM offsets")
    return {TopicPartition(topic, part): offset for topic, part, offset in found}


def _uids(rows: Iterable[ModelRow], table: str, column: int) -> set[str]:
    found = {row.columns[column] for row in rows if row.table == table}
    return {str(uid) for uid in found if uid is not None}


def _write(writer: ModelWriter, table: str, rows: Sequence[ModelRow]) -> None:
    for is_gone, group in groupby(rows, key=lambda row: row.is_gone):
        columns = [row.columns for row in group]
        if is_gone:
            writer.executemany(f"DELETE FROM {table} WHERE {_KEYS[table]} = ?", columns)  # noqa: S608 - names of ours
        else:
            writer.executemany(_STATEMENTS[table], columns)


def _judge(writer: ModelWriter, uids: Collection[str]) -> None:
    """Say anew of these events whether they wait."""
    known: dict[str, list[Held]] = defaultdict(list)
    decided = "SELECT event_uid, decision_id, supersedes, outcome, at, body FROM decisions WHERE event_uid {}"
    for uid, row in rows_about(writer, uids, decided):
        known[uid].append(Held(*row))
    recorded = "SELECT event_uid, outcome, at, body FROM records WHERE event_uid {}"
    for uid, row in rows_about(writer, uids, recorded):
        known[uid].append(record_as_held(uid, *row))
    rows = (waiting_row(uid, held) for uid, held in known.items())
    waiting = [row.columns for row in rows if row is not None]
    writer.executemany("DELETE FROM waiting WHERE event_uid = ?", [(uid,) for uid in uids])
    writer.executemany("INSERT INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", waiting)


def _gather(writer: ModelWriter, uids: Collection[str]) -> None:
    """Say anew of these events under which facets their alerts are listed, and where in the list."""
    raised = "SELECT event_uid, alert_id, kind, severity, at FROM alerts WHERE event_uid {}"
    alerts = rows_by_key(writer, uids, raised)
    decided = _decided_at(writer, alerts)
    looked = rows_about(writer, alerts, "SELECT event_uid, body FROM looked_at WHERE event_uid {}")
    cases = {uid: body for uid, (body,) in looked}
    rows: dict[tuple[str, str], tuple[object, ...]] = {}
    for uid, found in alerts.items():
        newest = decided.get(uid, max(when or 0 for *_, when in found))
        state = state_of_alerts((name for name, *_ in found), cases.get(uid))
        for _, kind, severity, _ in found:
            for facet in ("", *facets_of(kind, SEVERITIES[severity])):
                rows[facet, uid] = (facet, uid, state, newest)
    writer.executemany("DELETE FROM alerted WHERE event_uid = ?", [(uid,) for uid in alerts])
    writer.executemany("INSERT INTO alerted VALUES (?, ?, ?, ?)", list(rows.values()))


def _decided_at(writer: ModelWriter, uids: Collection[str]) -> Mapping[str, int]:
    """When that was decided which alerts of events are about, as far as something was and somebody knows."""
    first: dict[str, int] = {}
    for asked in (
        "SELECT event_uid, at FROM records WHERE event_uid {}",
        "SELECT event_uid, at FROM decisions WHERE supersedes IS NULL AND event_uid {}",
        "SELECT act, at FROM decisions WHERE act {}",
    ):
        for uid, (at,) in rows_about(writer, uids, asked):
            first[uid] = min(at, first.get(uid, at))
    return first


def _settle(writer: ModelWriter, uids: Collection[str]) -> None:
    """Say anew of these acts, where they were taken, what persons did and when, as it stands in what came of them."""
    taken: dict[str, tuple[object, ...]] = {}
    decided = "SELECT act, at, body FROM decisions WHERE act {} ORDER BY at DESC, decision_id DESC"
    first: dict[str, Any] = dict(rows_about(writer, uids, decided))  # of several the first, which comes last
    noted = dict(rows_about(writer, uids, "SELECT act, body FROM acts WHERE act {}"))
    for uid in uids:
        sent = act_of_decision(uid, *first[uid]) if uid in first else None
        if sent is None and uid in noted:
            sent = act_of_update(uid, *noted[uid])
        if sent is not None:
            taken[uid] = sent.columns
    writer.executemany(f"INSERT INTO sent VALUES (?, ?, ?, ?, ?, ?, ?) {_AS_TAKEN}", list(taken.values()))  # noqa: S608


def _date(writer: ModelWriter, uids: Collection[str]) -> None:
    """Say of these acts on cases, where they were taken, when they were, whichever of both came first."""
    writer.executemany(
        "UPDATE case_acts SET at = step.at FROM case_steps AS step "
        "WHERE step.act = case_acts.uid AND step.at IS NOT NULL AND case_acts.uid = ?",
        [(uid,) for uid in uids],
    )
