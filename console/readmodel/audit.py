"""The log of people: what they did, and what they were handed, as one list."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Final

import msgspec

from console.readmodel.placing import BEHIND_ALL, instant_of, place_name
from console.readmodel.port import ModelReader

__all__ = ["AuditFilter", "AuditPage", "AuditRow", "audit_of"]


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the log; empty for all of it. Days are of UTC, and `until` is in it."""

    actor: str = ""
    what: str = ""
    about: str = ""
    since: str = ""
    until: str = ""

    @property
    def times(self) -> tuple[int, int]:
        """The first millisecond that is in it, and the first that is not any more.

        Raises:
            ValueError: a day is none.
        """
        first = _millis(date.fromisoformat(self.since)) if self.since else -1
        last = date.fromisoformat(self.until) if self.until else date.max
        return first, BEHIND_ALL if last == date.max else _millis(
            last + timedelta(days=1)
        )  # no day comes after that one

    @property
    def words(self) -> str:
        """The filter as the address of the page says it."""
        return "&".join(f"{name}={value}" for name, value in msgspec.structs.asdict(self).items() if value)


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did or was handed.

    `state` of an act is what became of it: `taken`, `refused` or `waiting` for the worker; what was handed out is
    `handed-out`, and has the digest of the bytes; an export also which part of the log it has, and how many entries.
    """

    at: str
    actor: str
    role: str | None
    what: str
    event_uid: str | None
    case_uid: str | None
    reason: str
    state: str
    refused: str | None
    sha256: str | None
    filter: str | None
    rows: int | None
    uid: str


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the log, the newest first; `next` is where the rest of it begins."""

    rows: tuple[AuditRow, ...]
    next: str | None
    filter: AuditFilter


_ACTS: Final = """SELECT at, uid, actor, role, what, event_uid, reason,
  CASE WHEN EXISTS (SELECT 1 FROM decisions WHERE decisions.act = one.uid)
    OR EXISTS (SELECT 1 FROM acts WHERE acts.act = one.uid) THEN 'taken'
    WHEN EXISTS (SELECT 1 FROM refusals WHERE refusals.uid = one.uid) THEN 'refused' ELSE 'waiting' END,
  (SELECT what FROM refusals WHERE refusals.uid = one.uid), NULL, NULL, NULL, NULL FROM sent AS one"""

_CASE_ACTS: Final = """SELECT at, uid, actor, role, what, NULL, reason,
  CASE WHEN EXISTS (SELECT 1 FROM case_steps WHERE case_steps.act = one.uid) THEN 'taken'
    WHEN EXISTS (SELECT 1 FROM refusals WHERE refusals.uid = one.uid) THEN 'refused' ELSE 'waiting' END,
  (SELECT what FROM refusals WHERE refusals.uid = one.uid), NULL, NULL, NULL, case_uid FROM case_acts AS one"""

_ACCESSES: Final = """SELECT at, uid, actor, role, act AS what, event_uid, reason,
  'handed-out', NULL, sha256, filter, rows, NULL FROM accesses AS one"""

_SOURCES: Final = (
    (_ACTS, "what", "event_uid"),
    (_CASE_ACTS, "what", "case_uid"),
    (_ACCESSES, "act", "event_uid"),
)
"""What the log is read from, and which columns say there what was done, and what it was about."""


def audit_of(db: ModelReader, wanted: AuditFilter, after: tuple[int, str], rows: int) -> AuditPage:
    """A part of the log.

    Args:
        db: where to read.
        wanted: which part.
        after: the place behind which it begins: a time and an identity.
        rows: how many entries at most.

    Raises:
        ValueError: a day of the filter is none.
    """
    found = tuple(islice(_newest(db, wanted, after, rows + 1), rows + 1))
    return AuditPage(
        rows=tuple(_row(entry) for entry in found[:rows]),
        next=place_name(int(str(found[rows - 1][0])), str(found[rows - 1][1])) if len(found) > rows else None,
        filter=wanted,
    )


def _newest(db: ModelReader, wanted: AuditFilter, after: tuple[int, str], rows: int) -> Iterator[Sequence[object]]:
    first, end = wanted.times
    lists = []
    for select, what, about in _SOURCES:
        asked = {"actor": wanted.actor, what: wanted.what, about: wanted.about}
        given = {name: value for name, value in asked.items() if value}
        where = " AND ".join([*(f"{name} = ?" for name in given), "at >= ? AND at < ? AND (at, uid) < (?, ?)"])
        query = f"{select} WHERE {where} ORDER BY at DESC, uid DESC LIMIT ?"
        lists.append(db.execute(query, (*given.values(), first, end, *after, rows)).fetchall())
    return merge(*lists, key=lambda row: (row[0], row[1]), reverse=True)


def _row(found: Sequence[object]) -> AuditRow:
    at, uid, actor, role, what, event_uid, reason, state, refused, sha256, part, rows, case_uid = found
    when = instant_of(int(str(at)))
    told = {"actor": actor, "role": role, "what": what, "event_uid": event_uid, "reason": reason, "state": state}
    more = {"refused": refused, "sha256": sha256, "filter": part, "rows": rows, "case_uid": case_uid, "uid": uid}
    return msgspec.convert({"at": when, **told, **more}, AuditRow)


def _millis(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
