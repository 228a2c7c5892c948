"""What a worker knows of one partition of the clocks topic that it has."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from agents.clocks.port import Pen
from agents.delivery import InputRecord
from agents.following.port import Positions
from pipeline.duties.timers import DueStage, KnownClock, SaidStage, Timers
from pipeline.policy.pack import REGISTERED

__all__ = ["Holding"]

logger = logging.getLogger(__name__)

_CLOCK: Final = b"sealstream.clock.v1"
_ANNOUNCEMENT: Final = b"sealstream.clock-announcement.v1"
_OVER: Final = ("met", "met-late")
"""So a clock stands that nothing changes any more."""
_RUNNING: Final = ("open", "undated", "stopped")
_CLOCKS: Final = msgspec.json.Decoder(KnownClock)
_SAID: Final = msgspec.json.Decoder(SaidStage)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class DutyClock(NamedTuple):
    """A clock of what is registered: its case, the version in which it stands so, and whether it runs."""

    case_uid: str
    case_version: int
    runs: bool


@dataclass(slots=True, kw_only=True)
class Holding:
    """One partition: its timers, how far it was read, and what is waited for before something of it is said.

    Args:
        partition: which one.
        taking: the number of its taking; another number is another time that it came to us.
        until: where it has to be read up to before anything is said.
        position: up to where it was read.
        timers: its open clocks.
        over: clocks that were over long ago, and the shares of their warnings: they can be taken off the topic.
        pen: what writes; None until something is to be written.
        opened: what ends with the holding.
        arrears: the inputs that have to be worked on first, empty when they are; None where nobody asked yet.
        arrears_since: since when they are waited for, in monotonic seconds.
        arrears_at: what was due by then is said after them; what became due later waits for what was sent by that time.
        failures: how many times in a row something could not be said.
        again_at: when that is tried again, in monotonic seconds.
        trouble: why it could not be said; None while it can.
        duties: the clocks of what is registered.
        of_duties: the cases of these.
        missing: those of them that were not registered any more, since when.
    """

    partition: int
    taking: int
    until: int
    position: int = 0
    timers: Timers = field(default_factory=Timers)
    over: dict[str, tuple[int, ...]] = field(default_factory=dict)
    pen: Pen | None = None
    opened: AsyncExitStack = field(default_factory=AsyncExitStack)
    arrears: Positions | None = None
    arrears_since: float = 0.0
    arrears_at: datetime = _NEVER
    failures: int = 0
    again_at: float = 0.0
    trouble: str | None = None
    duties: dict[str, DutyClock] = field(default_factory=dict)
    of_duties: set[str] = field(default_factory=set)
    missing: dict[str, datetime] = field(default_factory=dict)

    @property
    def is_read(self) -> bool:
        """Whether everything is known that has to be before something is said."""
        return self.position >= self.until

    async def drop_pen(self) -> None:
        """Write no more; whoever writes next reads first."""
        opened, self.opened = self.opened, AsyncExitStack()
        self.pen, self.arrears = None, None
        try:
            await opened.aclose()
        except Exception as error:  # noqa: BLE001 - whatever it is, the pen is not used any more, and the next one takes over
            logger.warning("What wrote of partition %d did not close (%s).", self.partition, type(error).__name__)

    def take(self, records: Sequence[InputRecord], long_ago: float) -> None:
        """Take in what was read; `long_ago` is since 1970, in seconds: what was over by then is of no use any more."""
        for record in records:
            if record.value is None:
                self.over.pop((record.key or b"").decode(errors="replace"), None)
                continue
            kind = next((value for name, value in record.headers if name == "ce_type"), None)
            try:
                if kind == _CLOCK:
                    clock = _CLOCKS.decode(record.value)
                    self._take_clock(clock)
                    if clock.state in _OVER and record.timestamp is not None and record.timestamp < long_ago:
                        self.over[clock.clock_id] = clock.shares
                elif kind == _ANNOUNCEMENT:
                    self.timers.note(_SAID.decode(record.value))
            except (msgspec.DecodeError, ValueError, OverflowError):
                # Nothing of ours, and no reason to leave all other clocks unsaid.
                logger.error("%s is no clock and no announcement; see who else writes there.", record)  # noqa: TRY400

    def _take_clock(self, clock: KnownClock) -> None:
        self.timers.take(clock)
        if clock.case_kind not in REGISTERED:
            return
        held = self.duties.get(clock.clock_id)
        if held is None or held.case_version <= clock.case_version:
            self.duties[clock.clock_id] = DutyClock(clock.case_uid, clock.case_version, clock.state in _RUNNING)
            self.of_duties.add(clock.case_uid)

    def note_missing(self, is_registered: Callable[[str], bool], now: datetime) -> None:
        """See which cases have clocks that run, and are not registered."""
        gone = {duty.case_uid for duty in self.duties.values() if duty.runs and not is_registered(duty.case_uid)}
        self.missing = {uid: self.missing.get(uid, now) for uid in gone}

    def due(self, now: datetime, limit: int) -> list[DueStage]:
        """What is to be said now; nothing before everything is known."""
        return self.timers.due(now, limit) if self.is_read else []
