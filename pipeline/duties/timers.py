"""Timers: which open clock announces what, and when. Pure: records of the topic and the time of day are given to it.

A million open clocks are kept in one process, so one of them is some 63 bytes in a row: when it announces next, its
case, its own mark, its version, what it announced, and the instants of its stages. A heap has them in the order of
their times, a table finds them by their marks. An entry of the heap that is not in the table any more is left over from
before a change, and means nothing.
"""

import heapq
from collections.abc import Iterator
from datetime import datetime
from math import ceil
from typing import Final, NamedTuple

import msgspec

from pipeline.events.outputs import ClockStage, ClockState

__all__ = ["DueStage", "KnownClock", "SaidStage", "Timers"]

_TICK_MS: Final = 10
_TICKS_A_SECOND: Final = 100
"""Instants are kept in hundredths of a second, rounded up, so that nothing is announced early."""

_NOISE: Final = 1e-3
"""What floating point may add to a tick that is none."""

_AT: Final = 5
_CASE: Final = slice(_AT, _AT + 32)
_MARK: Final = slice(_AT + 32, _AT + 40)
_VERSION: Final = slice(_AT + 40, _AT + 42)
_FLAGS: Final = _AT + 42
_STAGES: Final = _AT + 43
_MOST_VERSIONS: Final = 0xFFFF

_WARNINGS: Final = 4
_DUE: Final = 1 << 4
_MISSED: Final = 1 << 5
_UNDATED: Final = 1 << 6
_GRACE: Final = 1 << 7
"""The last instant is that of the miss, apart from that at which the time is up; the other flags say what was said."""

_NEVER: Final = b"\xff" * _AT
_LAST: Final = 2 ** (8 * _AT) - 2
_WITHOUT_DATE: Final = b"\0"
"""Stands behind the instant since which a clock is known to run of which nobody knows until when."""


class KnownClock(msgspec.Struct, frozen=True, kw_only=True):
    """What timers need of a running clock, as it is read from the topic."""

    clock_id: str
    case_uid: str
    case_kind: str = "case"
    case_version: int
    state: ClockState
    due_at: datetime | None
    missed_at: datetime | None
    warnings: tuple[datetime, ...]
    known_since: datetime
    shares: tuple[int, ...] = ()


class SaidStage(msgspec.Struct, frozen=True, kw_only=True):
    """What timers need of an announcement that was made, as it is read from the topic.

    `number` is the place of a warning among those of its clock, from 0.
    """

    clock_id: str
    case_uid: str
    stage: ClockStage
    number: int = 0


class DueStage(NamedTuple):
    """A stage of a clock whose time has come: what is to be announced, of which clock of which case, since when.

    `at` is in milliseconds since 1970; `mark` is what the identity of the clock begins with, which no other clock of
    its case has; `place` keeps stages of one instant in order.
    """

    at: int
    case_uid: str
    mark: str
    place: int
    stage: ClockStage
    number: int


class Timers:
    """The open clocks of one partition. Not safe for several threads.

    A stage that is due is handed out again and again, until it is `settled`.
    """

    def __init__(self) -> None:
        self._open: dict[int | bytes, bytes] = {}
        self._heap: list[bytes] = []
        self._is_heap = True
        self._clashing: set[bytes] = set()
        self._said: dict[int | bytes, int] = {}

    def __len__(self) -> int:
        return len(self._open)

    def take(self, clock: KnownClock) -> None:
        """Take in how a clock stands; of a version that is older than what is known nothing is taken."""
        case, mark = bytes.fromhex(clock.case_uid), bytes.fromhex(clock.clock_id[:16])
        key = self._key(case, mark)
        before = self._open.get(key)
        version = min(clock.case_version, _MOST_VERSIONS)
        if before is not None and int.from_bytes(before[_VERSION]) > version:
            return
        said = self._said.pop(key, 0) if before is None else before[_FLAGS] & ~_GRACE
        if clock.state not in ("open", "undated"):
            self._open.pop(key, None)
            if said and clock.state in ("stopped", "withdrawn"):  # it may go on one day, and says nothing twice
                self._said[key] = said
            return
        has_grace = clock.missed_at != clock.due_at
        flags = said | _moot(clock) | (_GRACE if has_grace else 0)
        self._put(key, case + mark + version.to_bytes(2), flags, _instants(clock))

    def note(self, said: SaidStage) -> None:
        """Take in that an announcement was made."""
        key = self._key(bytes.fromhex(said.case_uid), bytes.fromhex(said.clock_id[:16]))
        self._note(key, said.stage, said.number)

    def settled(self, stage: DueStage) -> None:
        """Go on behind a stage: it was announced, or its case says that there is nothing to announce."""
        self._note(self._key(bytes.fromhex(stage.case_uid), bytes.fromhex(stage.mark)), stage.stage, stage.number)

    def forget(self, stage: DueStage) -> None:
        """Forget a clock whose case has it otherwise by now; how it stands is on its way."""
        key = self._key(bytes.fromhex(stage.case_uid), bytes.fromhex(stage.mark))
        entry = self._open.pop(key, None)
        if entry is not None and (said := entry[_FLAGS] & ~_GRACE):
            self._said[key] = said

    def due(self, now: datetime, limit: int) -> list[DueStage]:
        """The stages whose time has come, in the order of their times; of more clocks than `limit` the first."""
        self._tidy()
        until = int(now.timestamp() * _TICKS_A_SECOND).to_bytes(_AT)
        taken: list[bytes] = []
        while self._heap and self._heap[0][:_AT] <= until and len(taken) <= limit:
            entry = heapq.heappop(self._heap)
            if self._is_current(entry):
                taken.append(entry)
        for entry in taken:
            heapq.heappush(self._heap, entry)
        if len(taken) > limit:  # what comes after the first stage of a clock that has to wait waits with it
            until = taken.pop()[:_AT]
        return sorted(stage for entry in taken for stage in _passed(entry, until))

    def _note(self, key: int | bytes, stage: ClockStage, number: int) -> None:
        bit = _bit(stage, number)
        entry = self._open.get(key)
        if entry is None:
            self._said[key] = self._said.get(key, 0) | bit
        elif not entry[_FLAGS] & bit:
            self._put(key, entry[_AT:_FLAGS], entry[_FLAGS] | bit, entry[_STAGES:])

    def _put(self, key: int | bytes, head: bytes, flags: int, instants: bytes) -> None:
        if flags & ~_GRACE:
            stages = _unsaid(flags, instants)
            first = stages[0][0] if stages else _NEVER
        else:
            first = instants[:_AT]
        entry = b"".join((first, head, flags.to_bytes(1), instants))
        if self._open.get(key) != entry:
            self._open[key] = entry
            self._heap.append(entry)
            self._is_heap = False

    def _key(self, case: bytes, mark: bytes) -> int | bytes:
        """How a clock is found: by 60 bits of its mark, which are small; by more should two cases ever share these."""
        if self._clashing and case + mark in self._clashing:
            return case + mark
        short = int.from_bytes(mark) >> 4
        held = self._open.get(short)
        if held is not None and held[_CASE] != case:
            self._clashing.add(case + mark)
            return case + mark
        return short

    def _is_current(self, entry: bytes) -> bool:
        return self._open.get(self._key(entry[_CASE], entry[_MARK])) is entry

    def _tidy(self) -> None:
        """Bring the heap in order, and rid it of what is left over where that is the greater part."""
        if len(self._heap) > 2 * len(self._open) + 64:
            self._heap, self._is_heap = list(self._open.values()), False
        if not self._is_heap:
            heapq.heapify(self._heap)
            self._is_heap = True


def _instants(clock: KnownClock) -> bytes:
    """The instants of a clock's stages in a row: warnings, due, and missed where that is another."""
    if clock.due_at is None:
        return _written(clock.known_since) + _WITHOUT_DATE
    stages = [*clock.warnings[:_WARNINGS], clock.due_at]
    if clock.missed_at is not None and clock.missed_at != clock.due_at:
        stages.append(clock.missed_at)
    return b"".join(map(_written, stages))


def _written(at: datetime) -> bytes:
    """An instant in so few bytes that they have the order of time."""
    ticks = ceil(at.timestamp() * _TICKS_A_SECOND - _NOISE)
    return min(max(ticks, 0), _LAST).to_bytes(_AT)


def _moot(clock: KnownClock) -> int:
    """The stages that were over before the clock was known: no warning is of use then, and a miss says it all."""
    since = clock.known_since
    if clock.due_at is None or (clock.warnings or (clock.due_at,))[0] > since:
        return 0
    if clock.missed_at is not None and clock.missed_at <= since:
        return (1 << len(clock.warnings[:_WARNINGS])) - 1 | _DUE
    return sum(1 << number for number, at in enumerate(clock.warnings[:_WARNINGS]) if at <= since)


def _unsaid(flags: int, instants: bytes) -> list[tuple[bytes, ClockStage, int]]:
    """The stages that a clock has before it, in their order, with the instant of each."""
    if len(instants) % _AT:
        return [] if flags & _UNDATED else [(instants[:_AT], "undated", 0)]
    at = [instants[place : place + _AT] for place in range(0, len(instants), _AT)]
    missed = at.pop() if flags & _GRACE else at[-1]
    due = at.pop()
    stages: list[tuple[bytes, ClockStage, int]] = [(moment, "warned", number) for number, moment in enumerate(at)]
    stages += [(due, "due", 0), (missed, "missed", 0)]
    return [stage for stage in stages if not flags & _bit(stage[1], stage[2])]


def _passed(entry: bytes, until: bytes) -> Iterator[DueStage]:
    """The stages of a clock whose time has come."""
    for place, (at, stage, number) in enumerate(_unsaid(entry[_FLAGS], entry[_STAGES:])):
        if at <= until:
            yield DueStage(int.from_bytes(at) * _TICK_MS, entry[_CASE].hex(), entry[_MARK].hex(), place, stage, number)


def _bit(stage: ClockStage, number: int) -> int:
    match stage:
        case "warned":
            return 1 << min(number, _WARNINGS - 1)
        case "due":
            return _DUE
        case "missed":
            return _MISSED
        case "undated":
            return _UNDATED
