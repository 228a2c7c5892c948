"""Asking the read model: what pages show. Each question reads by an index, a page at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

import msgspec

from console.readmodel.audit import AuditFilter, AuditPage, audit_of
from console.readmodel.lineage import Kinship, lineage_of
from console.readmodel.port import ModelReader
from console.readmodel.registers import EntryHistory, RegisterPage, RegisterSize, entries_of, history_of, sizes_of
from console.readmodel.rows import SEVERITIES
from console.readmodel.shown import (
    AccountPage,
    ActOutcome,
    AlertedEvent,
    AlertPage,
    CasePage,
    CaseStep,
    ClockPage,
    ClockRow,
    EventPage,
    QueueFilter,
    QueuePage,
    QueueRow,
    ShownCase,
    ShownClaim,
    StepRow,
    Today,
)
from console.readmodel.standing import Held, in_force, record_as_held, state_of_alerts
from pipeline.events.identity import case_uid
from pipeline.events.outputs import (
    Alert,
    Case,
    Decision,
    Enforcement,
    EnforcementReversal,
    ManifestRecord,
    ReviewUpdate,
    RunningClock,
    TakenCaseAct,
)
from pipeline.policy.reference import OperatorEntry

__all__ = ["MOST_COUNTED", "PAGE_ROWS", "DeskQuestions"]

PAGE_ROWS: Final = 50
MOST_COUNTED: Final = 10_000
"""Up to so many are counted: to count a million takes longer than anybody looks at it."""

_OPEN: Final = "open"
_NO_TIME: Final = 2**62


_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


def _of_one_state(
    question: "Callable[Concatenate[DeskQuestions, _Given], _Answer]",
) -> "Callable[Concatenate[DeskQuestions, _Given], _Answer]":
    """A question that is asked in several parts, and answered by what was known at one time."""

    @wraps(question)
    def asked(self: "DeskQuestions", /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
        with self.of_one_state():
            return question(self, *args, **kwargs)

    return asked


class DeskQuestions:
    """What can be asked.

    Args:
        reader: the connection of the thread that asks.
        now: milliseconds since 1970.
    """

    def __init__(self, reader: Callable[[], ModelReader], now: Callable[[], int]) -> None:
        self._reader = reader
        self._now = now

    @contextmanager
    def of_one_state(self) -> Iterator[None]:
        """Whatever this thread asks inside is answered by what was known at one time; it may be nested."""
        db = self._reader()
        if db.in_transaction:
            yield
            return
        db.execute("BEGIN")
        try:
            yield
        finally:
            db.execute("COMMIT")

    @_of_one_state
    def queue(self, wanted: QueueFilter, after: str | None = None) -> QueuePage:
        """What waits for a person, the oldest first."""
        db = self._reader()
        where, given = _queue_where(wanted)
        counted = f"SELECT count(*) FROM (SELECT 1 FROM waiting WHERE {where} LIMIT {MOST_COUNTED + 1}) AS few"  # noqa: S608
        (count,) = db.execute(counted, given).fetchone()
        at, uid = _place(after, (-1, ""))
        found = db.execute(
            "SELECT event_uid, since, seen, severity, kind, rule, law, citation, mime, content_id "  # noqa: S608
            f"FROM waiting WHERE {where} AND (since, event_uid) > (?, ?) ORDER BY since, event_uid LIMIT ?",
            (*given, at, uid, PAGE_ROWS + 1),
        ).fetchall()
        return QueuePage(
            rows=tuple(self._queue_row(db, row) for row in found[:PAGE_ROWS]),
            waiting=min(count, MOST_COUNTED),
            is_more=count > MOST_COUNTED,
            next=_name(found[PAGE_ROWS - 1][1], found[PAGE_ROWS - 1][0]) if len(found) > PAGE_ROWS else None,
            laws=_distinct(db, "waiting", "law"),
            filter=wanted,
        )

    @_of_one_state
    def event(self, uid: str) -> EventPage | None:
        """All that is known of an event; None where nothing is."""
        db = self._reader()
        decided = db.execute(
            "SELECT decision_id, supersedes, outcome, at, body FROM decisions WHERE event_uid = ? "
            "ORDER BY at, decision_id",
            (uid,),
        ).fetchall()
        sealed = db.execute("SELECT outcome, at, body FROM records WHERE event_uid = ?", (uid,)).fetchone()
        known = [Held(*row) for row in decided] + ([] if sealed is None else [record_as_held(uid, *sealed)])
        held = in_force(known)
        if held is None:
            return None
        updates = db.execute("SELECT body FROM acts WHERE event_uid = ? ORDER BY number", (uid,)).fetchall()
        sent = db.execute(f"{_ACTS} WHERE sent.event_uid = ? ORDER BY sent.at, sent.uid", (uid,)).fetchall()
        return EventPage(
            event_uid=uid,
            standing=held.outcome,
            seen=held.decision_id,
            is_waiting=held.outcome == "hold",
            record=None if sealed is None else msgspec.json.decode(sealed[2], type=ManifestRecord),
            decisions=tuple(msgspec.json.decode(row[4], type=Decision) for row in decided),
            alerts=self._alerts(db, uid),
            updates=tuple(msgspec.json.decode(body, type=ReviewUpdate) for (body,) in updates),
            claim=self._claim(db, uid, held.decision_id),
            acts=tuple(_act(row) for row in sent),
        )

    def act(self, uid: str) -> ActOutcome | None:
        """What became of an act about an event or a case, by its identity; None where it is not on a topic yet."""
        either = f"{_ACTS} WHERE sent.uid = ? UNION ALL {_CASE_ACTS} WHERE sent.uid = ?"
        found = self._reader().execute(either, (uid, uid)).fetchone()
        return None if found is None else _act(found)

    @_of_one_state
    def alerts(self, kind: str = "", severity: str = "", state: str = "", after: str | None = None) -> AlertPage:
        """The events that alerts are about, the newest first."""
        db = self._reader()
        wanted = {"kind": kind, "severity": severity, "state": state}
        first, *others = [f"{name}:{value}" for name, value in wanted.items() if value] or [""]
        also = "AND EXISTS (SELECT 1 FROM alerted WHERE event_uid = one.event_uid AND facet = ?) " * len(others)
        at, uid = _place(after, (_NO_TIME, ""))
        found = db.execute(
            f"SELECT event_uid, at FROM alerted AS one WHERE facet = ? AND (at, event_uid) < (?, ?) {also}"  # noqa: S608
            "ORDER BY at DESC, event_uid DESC LIMIT ?",
            (first, at, uid, *others, PAGE_ROWS + 1),
        ).fetchall()
        kinds = _distinct(db, "alerted", "facet")
        return AlertPage(
            events=tuple(self._alerted(db, one, when) for one, when in found[:PAGE_ROWS]),
            next=_name(found[PAGE_ROWS - 1][1], found[PAGE_ROWS - 1][0]) if len(found) > PAGE_ROWS else None,
            kinds=tuple(name.removeprefix("kind:") for name in kinds if name.startswith("kind:")),
            kind=kind,
            severity=severity,
            state=state,
        )

    @_of_one_state
    def alerts_of(self, uid: str) -> AlertedEvent | None:
        """The alerts of one event; None where there are none."""
        db = self._reader()
        found = db.execute("SELECT at FROM alerted WHERE facet = '' AND event_uid = ?", (uid,)).fetchone()
        return None if found is None else self._alerted(db, uid, found[0])

    @_of_one_state
    def clocks(self, state: str = _OPEN, after: str | None = None) -> ClockPage:
        """The clocks in one state, the one that is due next first; those that nobody can date come last."""
        db = self._reader()
        at, name = _place(after, (-1, ""))
        found = db.execute(
            "SELECT clock_id, due, body FROM clocks WHERE state = ? AND (due, clock_id) > (?, ?) "
            "ORDER BY due, clock_id LIMIT ?",
            (state, at, name, PAGE_ROWS + 1),
        ).fetchall()
        if after is None and len(found) <= PAGE_ROWS:
            found += db.execute(
                "SELECT clock_id, due, body FROM clocks WHERE state = ? AND due IS NULL ORDER BY clock_id LIMIT ?",
                (state, PAGE_ROWS),
            ).fetchall()
        is_more = len(found) > PAGE_ROWS and found[PAGE_ROWS - 1][1] is not None
        return ClockPage(
            clocks=tuple(_clock(db, clock_id, body) for clock_id, _, body in found[:PAGE_ROWS]),
            next=_name(found[PAGE_ROWS - 1][1], found[PAGE_ROWS - 1][0]) if is_more else None,
            state=state,
        )

    def cases(self, kind: str = "", after: str | None = None) -> CasePage:
        """The cases, the one that changed last first."""
        db = self._reader()
        at, uid = _place(after, (_NO_TIME, ""))
        of_kind, given = ("kind = ? AND ", (kind,)) if kind else ("", ())
        found = db.execute(
            f"SELECT case_uid, at, body FROM cases WHERE {of_kind}(at, case_uid) < (?, ?) "  # noqa: S608
            "ORDER BY at DESC, case_uid DESC LIMIT ?",
            (*given, at, uid, PAGE_ROWS + 1),
        ).fetchall()
        return CasePage(
            cases=tuple(msgspec.json.decode(body, type=Case) for _, _, body in found[:PAGE_ROWS]),
            next=_name(found[PAGE_ROWS - 1][1], found[PAGE_ROWS - 1][0]) if len(found) > PAGE_ROWS else None,
            kinds=_distinct(db, "cases", "kind"),
            kind=kind,
        )

    @_of_one_state
    def case(self, uid: str) -> ShownCase | None:
        """A case with its clocks; None where there is none."""
        db = self._reader()
        found = db.execute("SELECT body FROM cases WHERE case_uid = ?", (uid,)).fetchone()
        if found is None:
            return None
        clocks = db.execute("SELECT clock_id, body FROM clocks WHERE case_uid = ? ORDER BY clock_id", (uid,)).fetchall()
        steps = db.execute("SELECT version, at, body FROM case_steps WHERE case_uid = ? ORDER BY version", (uid,))
        sent = db.execute(f"{_CASE_ACTS} WHERE sent.case_uid = ? ORDER BY sent.at, sent.uid", (uid,)).fetchall()
        return ShownCase(
            case=msgspec.json.decode(found[0], type=Case),
            clocks=tuple(_clock(db, clock_id, body) for clock_id, body in clocks),
            steps=tuple(_case_step(*row) for row in steps),
            acts=tuple(_act(row) for row in sent),
        )

    def account(self, account: str) -> AccountPage:
        """What became due against an account."""
        db = self._reader()
        found = db.execute(
            "SELECT body, reverses, EXISTS (SELECT 1 FROM steps AS later WHERE later.reverses = steps.enforcement_id) "
            "FROM steps WHERE account = ? ORDER BY at DESC, enforcement_id DESC LIMIT ?",
            (account, 4 * PAGE_ROWS),
        ).fetchall()
        return AccountPage(account=account, steps=tuple(self._with_case(_step(*row)) for row in found))

    def accounts(self) -> AccountPage:
        """What became due last, against any account."""
        found = self._reader().execute(
            "SELECT body, reverses, EXISTS (SELECT 1 FROM steps AS later WHERE later.reverses = steps.enforcement_id) "
            "FROM steps ORDER BY at DESC, enforcement_id DESC LIMIT ?",
            (PAGE_ROWS,),
        )
        return AccountPage(account="", steps=tuple(self._with_case(_step(*row)) for row in found.fetchall()))

    def _with_case(self, row: StepRow) -> StepRow:
        """A step, and whether somebody said that it was taken."""
        uid = case_uid("enforcement", f"#{row.step.enforcement_id}")
        found = self._reader().execute("SELECT body FROM cases WHERE case_uid = ?", (uid,)).fetchone()
        if found is None:
            return row
        taken_at = msgspec.json.decode(found[0], type=Case).facts.get("enforcement.taken_at")
        return msgspec.structs.replace(row, case=uid, taken_at=str(taken_at) if taken_at else None)

    def audit(self, wanted: AuditFilter, after: str | None = None, rows: int | None = None) -> AuditPage:
        """What persons did and were handed, the newest first.

        Raises:
            ValueError: a day of the filter is none.
        """
        return audit_of(self._reader(), wanted, _place(after, (_NO_TIME, "")), rows or PAGE_ROWS)

    def lineage(self, event: EventPage) -> Kinship | None:
        """What the content of an event was made from, and what was made from it; None where it has none."""
        decided = [one for one in event.decisions if one.content is not None]
        return lineage_of(self._reader(), event.record, decided[0] if decided else None)

    def registers(self, names: tuple[str, ...]) -> tuple[RegisterSize, ...]:
        """How large these reference sets are."""
        return sizes_of(self._reader(), names, MOST_COUNTED)

    def register(self, name: str, begins: str = "", after: str = "") -> RegisterPage:
        """Some entries of a reference set, those whose ids begin so, behind another one."""
        return entries_of(self._reader(), name, begins, after, PAGE_ROWS)

    def entry(self, name: str, entry_id: str) -> EntryHistory:
        """Everything that was sent of an entry of a reference set."""
        return history_of(self._reader(), name, entry_id)

    def operators(self) -> Mapping[str, OperatorEntry]:
        """Who may act, by pseudonym."""
        found = self._reader().execute("SELECT id, body FROM operators ORDER BY id")
        return {name: msgspec.json.decode(body, type=OperatorEntry) for name, body in found}

    def operator(self, name: str) -> OperatorEntry | None:
        """Somebody who may act; None for whom nobody knows."""
        found = self._reader().execute("SELECT body FROM operators WHERE id = ?", (name,)).fetchone()
        return None if found is None else msgspec.json.decode(found[0], type=OperatorEntry)

    @_of_one_state
    def today(self) -> Today:
        """How much there is of everything."""
        db = self._reader()

        def count(table: str, where: str, *given: object) -> int:
            limited = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {where} LIMIT {MOST_COUNTED}) AS few"  # noqa: S608
            return int(db.execute(limited, given).fetchone()[0])

        def first(column: str, table: str, where: str, *given: object) -> str | None:
            found = db.execute(f"SELECT {column} FROM {table} WHERE {where}", given).fetchone()  # noqa: S608
            return _instant(found[0])

        return Today(
            waiting=count("waiting", "TRUE"),
            oldest_since=first("min(since)", "waiting", "TRUE"),
            alerts=count("alerted", "facet = 'state:open'"),
            newest_alert=first("max(at)", "alerted", "facet = 'state:open'"),
            open_clocks=count("clocks", "state = 'open'"),
            next_due=first("min(due)", "clocks", "state = 'open' AND due >= ?", self._now()),
            late_clocks=count("clocks", "state = 'open' AND due < ?", self._now()),
            cases=count("cases", "TRUE"),
            most=MOST_COUNTED,
        )

    def _queue_row(self, db: ModelReader, row: Sequence[object]) -> QueueRow:
        uid, since, seen, severity, kind, rule, law, citation, mime, content_id = row
        return msgspec.convert(
            {
                "event_uid": uid,
                "since": _instant(since),
                "seen": seen,
                "severity": SEVERITIES[severity] if isinstance(severity, int) and severity >= 0 else None,
                "kind": kind,
                "rule": rule,
                "law": law,
                "citation": citation,
                "mime": mime,
                "content_id": content_id,
                "claim": self._claim(db, str(uid), str(seen)),
            },
            QueueRow,
        )

    def _claim(self, db: ModelReader, uid: str, seen: str) -> ShownClaim | None:
        found = db.execute(
            "SELECT seen, claimed_by, until FROM acts WHERE event_uid = ? ORDER BY number DESC LIMIT 1", (uid,)
        ).fetchone()
        if found is None or found[0] != seen or found[1] is None or found[2] <= self._now():
            return None
        return ShownClaim(actor=found[1], until=_instant(found[2]) or "")

    def _alerts(self, db: ModelReader, uid: str) -> tuple[Alert, ...]:
        found = db.execute("SELECT body FROM alerts WHERE event_uid = ? ORDER BY severity DESC, alert_id", (uid,))
        return tuple(msgspec.json.decode(body, type=Alert) for (body,) in found)

    def _alerted(self, db: ModelReader, uid: str, at: int) -> AlertedEvent:
        decided = db.execute("SELECT decision_id, supersedes, outcome, at FROM decisions WHERE event_uid = ?", (uid,))
        known = [Held(name, supersedes, outcome, when, b"") for name, supersedes, outcome, when in decided]
        for outcome, when in db.execute("SELECT outcome, at FROM records WHERE event_uid = ?", (uid,)):
            known.append(record_as_held(uid, outcome, when, b""))
        held = in_force(known)
        standing = None if held is None else held.outcome
        alerts = self._alerts(db, uid)
        row = db.execute("SELECT body FROM looked_at WHERE event_uid = ?", (uid,)).fetchone()
        case = None if row is None else msgspec.json.decode(row[0], type=Case)
        return AlertedEvent(
            event_uid=uid,
            at=_instant(at) or "",
            standing=standing,
            alerts=alerts,
            state=state_of_alerts((alert.alert_id for alert in alerts), None if row is None else row[0]),
            version=0 if case is None else case.version,
            looked_at=None if case is None else case.act,
        )


_ACTS: Final = """SELECT sent.uid, sent.event_uid, sent.what, sent.actor, sent.role, sent.reason, sent.at,
  EXISTS (SELECT 1 FROM decisions WHERE decisions.act = sent.uid)
    OR EXISTS (SELECT 1 FROM acts WHERE acts.act = sent.uid),
  refusals.what, refusals.remedy, ''
  FROM sent LEFT JOIN refusals ON refusals.uid = sent.uid"""

_CASE_ACTS: Final = """SELECT sent.uid, '', sent.what, sent.actor, sent.role, sent.reason, sent.at,
  EXISTS (SELECT 1 FROM case_steps WHERE case_steps.act = sent.uid),
  refusals.what, refusals.remedy, sent.case_uid
  FROM case_acts AS sent LEFT JOIN refusals ON refusals.uid = sent.uid"""


def _act(row: Sequence[object]) -> ActOutcome:
    uid, event_uid, what, actor, role, reason, at, taken, refused, remedy, case_uid = row
    state = "taken" if taken else "refused" if refused is not None else "waiting"
    return msgspec.convert(
        {
            "uid": uid,
            "event_uid": event_uid,
            "case_uid": case_uid,
            "what": what,
            "actor": actor,
            "role": role,
            "reason": reason,
            "at": _instant(at),
            "state": state,
            "refused": refused,
            "remedy": remedy,
        },
        ActOutcome,
    )


def _case_step(version: int, at: int | None, body: bytes | None) -> CaseStep:
    act = None if body is None else msgspec.json.decode(body, type=TakenCaseAct)
    return CaseStep(version=version, at=_instant(at), act=act)


def _clock(db: ModelReader, clock_id: str, body: bytes) -> ClockRow:
    said = db.execute("SELECT stage, at FROM announcements WHERE clock_id = ? ORDER BY at, stage", (clock_id,))
    return ClockRow(
        clock=msgspec.json.decode(body, type=RunningClock),
        said=tuple((stage, _instant(at) or "") for stage, at in said),
    )


def _step(body: bytes, reverses: str | None, is_reversed: int) -> StepRow:
    step: Enforcement | EnforcementReversal
    if reverses is None:
        step = msgspec.json.decode(body, type=Enforcement)
    else:
        step = msgspec.json.decode(body, type=EnforcementReversal)
    return StepRow(step=step, is_reversal=reverses is not None, is_reversed=bool(is_reversed))


def _queue_where(wanted: QueueFilter) -> tuple[str, tuple[object, ...]]:
    severity = SEVERITIES.index(wanted.severity) if wanted.severity in SEVERITIES else None
    parts = {"law": wanted.law or None, "severity": severity, "media": wanted.media or None}
    given = {name: value for name, value in parts.items() if value is not None}
    return " AND ".join([*(f"{name} = ?" for name in given), "TRUE"]), tuple(given.values())


def _distinct(db: ModelReader, table: str, column: str) -> tuple[str, ...]:
    """The values of an indexed column: from each to the next, and not row by row."""
    found = db.execute(
        f"WITH RECURSIVE one (value) AS (SELECT min({column}) FROM {table} UNION ALL "  # noqa: S608 - names of ours
        f"SELECT (SELECT min({column}) FROM {table} WHERE {column} > one.value) FROM one WHERE one.value IS NOT NULL) "
        "SELECT value FROM one WHERE value IS NOT NULL AND value <> ''"
    )
    return tuple(value for (value,) in found)


def _name(at: int, name: str) -> str:
    """The name of a place in a list, from which its next page goes on."""
    return f"{at}.{name}"


def _place(named: str | None, otherwise: tuple[int, str]) -> tuple[int, str]:
    """The place of a name; the beginning for what is no such name."""
    at, _, name = (named or "").partition(".")
    return (int(at), name) if at.isascii() and at.isdigit() and len(at) < len(str(_NO_TIME)) else otherwise


def _instant(at: object) -> str | None:
    if not isinstance(at, int):
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
