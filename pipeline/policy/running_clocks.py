"""Which clocks run on a case, and how they stand: from what is known of the case and the clocks of packs. Pure.

A clock runs where its law reaches the case, the operator holds a role that it binds, it is about this kind of case, its
condition holds, and its law is in force on the day the time begins. What is known of a case only grows, so a clock that
was met stays met. What is registered has clocks, too: there the law counts that is in force when the time is up, and
each turn of a duty is a clock of its own.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from pipeline.events.identity import clock_id
from pipeline.events.instants import written
from pipeline.events.outputs import CaseFact, ClockLaw, ClockState, RunningClock
from pipeline.policy.applicable import reach_of
from pipeline.policy.calendars import CalendarUnknownError
from pipeline.policy.conditions import Condition, bind, compile_condition
from pipeline.policy.lengths import Length, parse_length
from pipeline.policy.pack import EVERYWHERE, REGISTERED, ClockRule, Pack, Role
from pipeline.policy.places import finding_language
from pipeline.policy.turns import Turn, instants, newest, turns
from pipeline.policy.words import ENGLISH, Wording, chosen

__all__ = ["ClockLaws", "Matter"]

_SHARES: Final = 100
_NO_LIMIT: Final = "no published limit is known: send {}"


class Matter(NamedTuple):
    """What is known of a case, as far as clocks ask: facts are the newest, dates all that ever were.

    `opened` is when it became known here; only duties of what is registered ask for it.
    """

    uid: str
    kind: str
    id: str | None
    version: int
    jurisdictions: tuple[str, ...]
    facts: Mapping[str, CaseFact]
    dates: Mapping[str, tuple[str, ...]]
    opened: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Ready:
    """A clock of a pack, made ready to be asked."""

    pack: Pack
    rule: ClockRule
    when: Condition
    length: Length | None
    grace: Length | None
    first: Length | None
    zone: ZoneInfo
    law: ClockLaw

    def in_force(self, start: datetime, until: datetime | None = None) -> bool:
        """Whether it is the law on the day of the start; with an end, at any time up to it."""
        began, ended = (at.astimezone(self.zone).date() for at in (start, until or start))
        return self.rule.valid_from <= ended and (self.rule.valid_to is None or began <= self.rule.valid_to)


class _Up(NamedTuple):
    """When the time is up, when that counts as missed; or why nobody knows."""

    due: datetime | None
    missed: datetime | None
    why: str | None = None


class ClockLaws:
    """The clocks of all packs; immutable, and safe to use from several threads.

    Args:
        packs: the laws.
        roles: what the operator is in their eyes.
        wording: the language of what clocks say, where a pack has the words in it.
    """

    def __init__(self, packs: Iterable[Pack], roles: Collection[Role], wording: Wording = ENGLISH) -> None:
        laws = tuple(packs)
        held = frozenset(roles)
        self._places = frozenset(pack.jurisdiction for pack in laws)
        self._exceptions = frozenset(place for pack in laws for place in pack.except_in)
        self._clocks = tuple(
            _ready(pack, rule, wording) for pack in laws for rule in pack.clocks if held.intersection(rule.binds)
        )
        duties = [(clock.law, clock.rule) for clock in self._clocks if clock.rule.on in REGISTERED]
        self.mark: Final = hashlib.sha256(msgspec.json.encode(duties)).hexdigest()[:16]
        """The same as long as what is registered has the same clocks."""

    def running(self, matter: Matter, earlier: Sequence[RunningClock], now: datetime) -> tuple[RunningClock, ...]:
        """How every clock stands that runs on a case, or ran.

        Args:
            matter: what is known of the case.
            earlier: how its clocks stood before.
            now: the time of day: since then a clock is known that was not known before.
        """
        known = {clock.clock_id: clock for clock in earlier}
        found = {clock.clock_id: clock for clock in self._found(matter, known, now)}
        gone = tuple(
            clock if clock.state in ("met", "met-late", "withdrawn") else _withdrawn(clock, matter)
            for id_, clock in known.items()
            if id_ not in found
        )
        return (*found.values(), *gone)

    def _found(self, matter: Matter, known: Mapping[str, RunningClock], now: datetime) -> Iterator[RunningClock]:
        reach = reach_of(matter.jurisdictions, self._places, self._exceptions)
        bound = bind({**matter.facts, "jurisdictions": matter.jurisdictions})
        for ready in self._clocks:
            if ready.rule.on != matter.kind:
                continue
            place = ready.pack.jurisdiction
            reached = reach.excepted.isdisjoint(ready.pack.except_in) if place == EVERYWHERE else place in reach.laws
            if reached and ready.when.holds(bound) is True:
                of = _of_registered(ready, matter, known) if matter.kind in REGISTERED else _of_case(ready, matter)
                for id_, turn, up in of:
                    before = known.get(id_)
                    yield _clock(ready, matter, id_, turn, up, written(now) if before is None else before.known_since)


def _of_case(ready: _Ready, matter: Matter) -> Iterator[tuple[str, Turn, _Up]]:
    start = newest(matter.dates.get(ready.rule.starts, ()))
    if start is None or not ready.in_force(start):
        return
    done = [min(instants(matter.dates.get(name, ())), default=None) for name in ready.rule.ends]
    met = max((at for at in done if at is not None), default=None) if None not in done else None
    turn = Turn(start, is_first=False, done=met)
    yield clock_id(matter.uid, ready.rule.id, written(start)), turn, _up(ready, matter, turn)


def _of_registered(ready: _Ready, matter: Matter, known: Collection[str]) -> Iterator[tuple[str, Turn, _Up]]:
    """The turn that runs, and those before it whose clock ran here."""
    found = turns(ready.rule, matter.dates, matter.opened)
    for turn in found:
        up = _up(ready, matter, turn)
        # Where the end is a date of its own, another end is another clock: what was said of ready is not said of both.
        apart = f"\0{written(up.due)}" if ready.length is None and up.due is not None else ""
        id_ = clock_id(matter.uid, ready.rule.id, written(turn.start) + apart)
        if (turn is found[-1] or id_ in known) and ready.in_force(turn.start, up.due):
            yield id_, turn, up


def _ready(pack: Pack, rule: ClockRule, wording: Wording) -> _Ready:
    language = finding_language(pack.jurisdiction, wording)
    return _Ready(
        pack=pack,
        rule=rule,
        when=compile_condition(rule.when),
        length=parse_length(rule.length),
        grace=None if rule.grace is None else parse_length(rule.grace),
        first=None if rule.first is None else parse_length(rule.first),
        zone=ZoneInfo(rule.time_zone or pack.time_zone),
        law=ClockLaw(
            clock=rule.id,
            article=rule.article,
            pack=pack.reference,
            jurisdiction=pack.jurisdiction,
            basis=rule.basis,
            citation=chosen(rule.citation, language),
            length=rule.length,
            kind=rule.kind,
            severity=rule.severity,
            text=chosen(rule.text, language),
            remedy=chosen(rule.remedy, language),
            document=chosen(rule.document, language),
        ),
    )


def _clock(ready: _Ready, matter: Matter, id_: str, turn: Turn, up: _Up, known_since: str) -> RunningClock:
    start, met = turn.start, turn.done
    _, stands = _stood_still(ready, matter)
    state: ClockState = "undated" if up.due is None else "open"
    if met is not None:
        state = "met-late" if up.missed is not None and met > up.missed else "met"
    elif stands:
        state = "stopped"
    shares = tuple(int(share.removesuffix("%")) for share in ready.rule.warn)
    return RunningClock(
        clock_id=id_,
        case_uid=matter.uid,
        case_kind=matter.kind,
        case_id=matter.id,
        case_version=matter.version,
        state=state,
        starts_at=written(start),
        due_at=None if up.due is None else written(up.due),
        missed_at=None if up.missed is None else written(up.missed),
        warnings=()
        if up.due is None or up.due <= start
        else tuple(written(start + (up.due - start) * share / _SHARES) for share in shares),
        shares=shares,
        met_at=None if met is None else written(met),
        known_since=known_since,
        why=up.why,
        law=ready.law,
    )


def _up(ready: _Ready, matter: Matter, turn: Turn) -> _Up:
    start, length = turn.start, ready.first if turn.is_first else ready.length
    stood, _ = _stood_still(ready, matter)
    if length is None:
        name = ready.rule.published or ""
        due = newest(matter.dates.get(name, ()))
        if due is None:
            return _Up(None, None, _NO_LIMIT.format(name))
    else:
        try:
            due = length.after(start, ready.zone, ready.rule.calendar) + stood
        except CalendarUnknownError as error:
            return _Up(None, None, str(error))
        except OverflowError:
            return _Up(None, None, f"no calendar reaches {ready.rule.length} after {written(start)}")
    return _Up(due, due if ready.grace is None else ready.grace.after(due, ready.zone))


def _stood_still(ready: _Ready, matter: Matter) -> tuple[timedelta, bool]:
    """How long the clock stood still, and whether it does."""
    if ready.rule.stops is None:
        return timedelta(), False
    ends = sorted(instants(matter.dates.get(ready.rule.stops.until, ())))
    stood, free = timedelta(), datetime.min.replace(tzinfo=UTC)
    for since in sorted(instants(matter.dates.get(ready.rule.stops.since, ()))):
        until = next((end for end in ends if end >= since), None)
        if until is None:
            return stood, True
        stood += max(until - max(since, free), timedelta())
        free = max(free, until)
    return stood, False


def _withdrawn(clock: RunningClock, matter: Matter) -> RunningClock:
    return msgspec.structs.replace(clock, state="withdrawn", case_version=matter.version)
