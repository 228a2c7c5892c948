"""Asking the read model: what pages show. Each question reads by an index, a page at a time."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

import msgspec

from console.readmodel.alerted import alert_page_of, alerted_of, alerts_by_event
from console.readmodel.audit import AuditFilter, AuditPage, audit_of
from console.readmodel.lineage import Kinship, lineage_of
from console.readmodel.placing import BEHIND_ALL, instant_of, place_name, place_of
from console.readmodel.port import ModelReader
from console.readmodel.registers import EntryHistory, RegisterPage, RegisterSize, history_of, register_page, sizes_of
from console.readmodel.several import rows_about, rows_by_key, values_of
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
from console.readmodel.standing import Held, in_force, record_as_held
from pipeline.events.identity import case_uid
from pipeline.events.outputs import (
    SEVERITIES,
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
        at, uid = place_of(after, (-1, ""))
        found = db.execute(
            "SELECT event_uid, since, seen, severity, kind, rule, law, citation, mime, content_id "  # noqa: S608
            f"FROM waiting WHERE {where} AND (since, event_uid) > (?, ?) ORDER BY since, event_uid LIMIT ?",
            (*given, at, uid, PAGE_ROWS + 1),
        ).fetchall()
        claims = self._claims(db, {row[0]: row[2] for row in found[:PAGE_ROWS]})
        return QueuePage(
            rows=tuple(_queue_row(row, claims.get(row[0])) for row in found[:PAGE_ROWS]),
            waiting=min(count, MOST_COUNTED),
            is_more=count > MOST_COUNTED,
            next=place_name(found[PAGE_ROWS - 1][1], found[PAGE_ROWS - 1][0]) if len(found) > PAGE_ROWS else None,
            laws=values_of(db, "waiting", "law"),
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
            alerts=alerts_by_event(db, (uid,)).get(uid, ()),
            updates=tuple(msgspec.json.decode(body, type=ReviewUpdate) for (body,) in updates),
            claim=self._claims(db, {uid: held.decision_id}).get(uid),
            acts=tuple(_act(row) for row in sent),
        )

    def act(self, uid: str) -> ActOutcome | None:
        """What became of an act about an event or a case, by its identity; None where it is not on a topic yet."""
        return self.acts((uid,)).get(uid)

    def acts(self, uids: Collection[str]) -> Mapping[str, ActOutcome]:
        """What became of these acts, by their identities; without those that are not on a topic yet."""
        either = f"{_ACTS} WHERE sent.uid {{}} UNION ALL {_CASE_ACTS} WHERE sent.uid {{}}"
        return {uid: _act((uid, *row)) for uid, row in rows_about(self._reader(), uids, either)}

    @_of_one_state
    def alerts(self, kind: str = "", severity: str = "", state: str = "", after: str | None = None) -> AlertPage:
        """The events that alerts are about, the newest first."""
        wanted = {"kind": kind, "severity": severity, "state": state}
        return alert_page_of(self._reader(), wanted, place_of(after, (BEHIND_ALL, "")), PAGE_ROWS)

    @_of_one_state
    def alerts_of(self, uids: Collection[str]) -> Mapping[str, AlertedEvent]:
        """The alerts of these events, by event; without those of which there are none."""
        return alerted_of(self._reader(), uids)

    @_of_one_state
    def clocks(self, state: str = _OPEN, after: str | None = None) -> ClockPage:
        """The clocks in one state, the one that is due next first; those that nobody can date come last."""
        db = self._reader()
        at, name = place_of(after, (-1, ""))
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
            clocks=_clocks(db, {clock_id: body for clock_id, _, body in found[:PAGE_ROWS]}),
            next=place_name(found[PAGE_ROWS - 1][1], found[PAGE_ROWS - 1][0]) if is_more else None,
            state=state,
        )

    def cases(self, kind: str = "", after: str | None = None) -> CasePage:
        """The cases, the one that changed last first."""
        db = self._reader()
        at, uid = place_of(after, (BEHIND_ALL, ""))
        of_kind, given = ("kind = ? AND ", (kind,)) if kind else ("", ())
        found = db.execute(
            f"SELECT case_uid, at, body FROM cases WHERE {of_kind}(at, case_uid) < (?, ?) "  # noqa: S608
            "ORDER BY at DESC, case_uid DESC LIMIT ?",
            (*given, at, uid, PAGE_ROWS + 1),
        ).fetchall()
        return CasePage(
            cases=tuple(msgspec.json.decode(body, type=Case) for _, _, body in found[:PAGE_ROWS]),
            next=place_name(found[PAGE_ROWS - 1][1], found[PAGE_ROWS - 1][0]) if len(found) > PAGE_ROWS else None,
            kinds=values_of(db, "cases", "kind"),
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
            clocks=_clocks(db, dict(clocks)),
            steps=tuple(_case_step(*row) for row in steps),
            acts=tuple(_act(row) for row in sent),
        )

    @_of_one_state
    def account(self, account: str) -> AccountPage:
        """What became due against an account."""
        db = self._reader()
        found = db.execute(
            "SELECT body, reverses, EXISTS (SELECT 1 FROM steps AS later WHERE later.reverses = steps.enforcement_id) "
            "FROM steps WHERE account = ? ORDER BY at DESC, enforcement_id DESC LIMIT ?",
            (account, 4 * PAGE_ROWS),
        ).fetchall()
        return AccountPage(account=account, steps=_with_cases(db, [_step(*row) for row in found]))

    @_of_one_state
    def accounts(self) -> AccountPage:
        """What became due last, against any account."""
        db = self._reader()
        found = db.execute(
            "SELECT body, reverses, EXISTS (SELECT 1 FROM steps AS later WHERE later.reverses = steps.enforcement_id) "
            "FROM steps ORDER BY at DESC, enforcement_id DESC LIMIT ?",
            (PAGE_ROWS,),
        )
        return AccountPage(account="", steps=_with_cases(db, [_step(*row) for row in found.fetchall()]))

    def audit(self, wanted: AuditFilter, after: str | None = None, rows: int | None = None) -> AuditPage:
        """What persons did and were handed, the newest first.

        Raises:
            ValueError: a day of the filter is none.
        """
        return audit_of(self._reader(), wanted, place_of(after, (BEHIND_ALL, "")), rows or PAGE_ROWS)

    def lineage(self, event: EventPage) -> Kinship | None:
        """What the content of an event was made from, and what was made from it; None where it has none."""
        decided = [decision for decision in event.decisions if decision.content is not None]
        return lineage_of(self._reader(), event.record, decided[0] if decided else None)

    def registers(self, names: tuple[str, ...]) -> tuple[RegisterSize, ...]:
        """How large these reference sets are."""
        return sizes_of(self._reader(), names, MOST_COUNTED)

    def register(self, name: str, begins: str = "", after: str = "") -> RegisterPage:
        """Some entries of a reference set, those whose ids begin so, behind another one."""
        return register_page(self._reader(), name, begins, after, PAGE_ROWS)

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
            alerts=count("alerted", "facet = '' AND state = 'open'"),
            newest_alert=first("max(at)", "alerted", "facet = '' AND state = 'open'"),
            open_clocks=count("clocks", "state = 'open'"),
            next_due=first("min(due)", "clocks", "state = 'open' AND due >= ?", self._now()),
            late_clocks=count("clocks", "state = 'open' AND due < ?", self._now()),
            cases=count("cases", "TRUE"),
            most=MOST_COUNTED,
        )

    def _claims(self, db: ModelReader, seen: Mapping[str, str]) -> Mapping[str, ShownClaim]:
        """Who works on these events, as far as somebody does and saw the decision in force (`seen`)."""
        newest = """SELECT event_uid, seen, claimed_by, until FROM acts WHERE event_uid {} AND number =
          (SELECT max(number) FROM acts AS later WHERE later.event_uid = acts.event_uid)"""
        return {
            uid: ShownClaim(actor=actor, until=instant_of(until))
            for uid, (about, actor, until) in rows_about(db, seen, newest)
            if about == seen[uid] and actor is not None and until > self._now()
        }


_ACTS: Final = """SELECT sent.uid, sent.event_uid, sent.what, sent.actor, sent.role, sent.reason, sent.at,
  EXISTS (SELECT 1 FROM decisions WHERE decisions.act = sent.uid)
    OR EXISTS (SELECT 1 FROM acts WHERE acts.act = sent.uid),
  refusals.what, refusals.remedy, ''
  FROM sent LEFT JOIN refusals ON refusals.uid = sent.uid"""

_CASE_ACTS: Final = """SELECT sent.uid, '', sent.what, sent.actor, sent.role, sent.reason, sent.at,
  EXISTS (SELECT 1 FROM case_steps WHERE case_steps.act = sent.uid),
  refusals.what, refusals.remedy, sent.case_uid
  FROM case_acts AS sent LEFT JOIN refusals ON refusals.uid = sent.uid"""


def _queue_row(row: Sequence[object], claim: ShownClaim | None) -> QueueRow:
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
            "claim": claim,
        },
        QueueRow,
    )


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


def _clocks(db: ModelReader, bodies: Mapping[str, bytes]) -> tuple[ClockRow, ...]:
    """Clocks with what they announced, in this order."""
    announced = "SELECT clock_id, stage, at FROM announcements WHERE clock_id {} ORDER BY at, stage"
    said = rows_by_key(db, bodies, announced)
    return tuple(
        ClockRow(
            clock=msgspec.json.decode(body, type=RunningClock),
            said=tuple((stage, instant_of(at)) for stage, at in said.get(clock_id, ())),
        )
        for clock_id, body in bodies.items()
    )


def _step(body: bytes, reverses: str | None, is_reversed: int) -> StepRow:
    step: Enforcement | EnforcementReversal
    if reverses is None:
        step = msgspec.json.decode(body, type=Enforcement)
    else:
        step = msgspec.json.decode(body, type=EnforcementReversal)
    return StepRow(step=step, is_reversal=reverses is not None, is_reversed=bool(is_reversed))


def _with_cases(db: ModelReader, rows: Sequence[StepRow]) -> tuple[StepRow, ...]:
    """Steps, and whether somebody said that they were taken."""
    uids = {row.step.enforcement_id: case_uid("enforcement", f"#{row.step.enforcement_id}") for row in rows}
    found = dict(rows_about(db, uids.values(), "SELECT case_uid, body FROM cases WHERE case_uid {}"))
    return tuple(_with_case(row, uid, found.get(uid)) for row, uid in zip(rows, uids.values(), strict=True))


def _with_case(row: StepRow, uid: str, found: Sequence[bytes] | None) -> StepRow:
    if found is None:
        return row
    taken_at = msgspec.json.decode(found[0], type=Case).facts.get("enforcement.taken_at")
    return msgspec.structs.replace(row, case=uid, taken_at=str(taken_at) if taken_at else None)


def _queue_where(wanted: QueueFilter) -> tuple[str, tuple[object, ...]]:
    severity = SEVERITIES.index(wanted.severity) if wanted.severity in SEVERITIES else None
    parts = {"law": wanted.law or None, "severity": severity, "media": wanted.media or None}
    given = {name: value for name, value in parts.items() if value is not None}
    return " AND ".join([*(f"{name} = ?" for name in given), "TRUE"]), tuple(given.values())


def _instant(at: object) -> str | None:
    return instant_of(at) if isinstance(at, int) else None
