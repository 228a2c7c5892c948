"""Hours in which only what is urgent is told. Pure: times are given to it."""

import re
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from pipeline.events.outputs import Severity

__all__ = ["QuietHours"]

_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class QuietHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when until when, by the clocks of which place, unless it is at least so grave."""

    begin: str = msgspec.field(name="from")
    until: str
    zone: str
    unless: Severity = "critical"

    def __post_init__(self) -> None:
        for text in (self.begin, self.until):
            if not _CLOCK.fullmatch(text):
                raise ValueError(f"{text} is no time of day; write it as HH:MM, such as 22:00")
        if self.begin == self.until:
            raise ValueError(f"it would be quiet from {self.begin} until {self.until}; let them differ")
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{self.zone} is no time zone; name one such as Europe/Berlin") from error

    def over_at(self, now: datetime) -> datetime | None:
        """When it is over; None where it is not quiet.

        Args:
            now: with time zone.
        """
        here = now.astimezone(ZoneInfo(self.zone))
        begin, until = time.fromisoformat(self.begin), time.fromisoformat(self.until)
        at = here.time()
        quiet = begin <= at < until if begin < until else at >= begin or at < until
        if not quiet:
            return None
        day = here.date() + timedelta(days=1 if at >= until else 0)
        return datetime.combine(day, until, here.tzinfo)
