"""The time that a report is about: whole days of a time zone."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.errors import OperatorError

__all__ = ["ReportPeriod", "period_of"]

_YEAR: Final = re.compile(r"\d{4}")
_MONTH: Final = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPeriod:
    """The days of a report, both included, in a time zone.

    Attributes:
        said: as it was asked for: `2026-10`, or `2026-10-01..2026-10-15`.
        begins: the first instant.
        ends: the first instant behind it.
        until: how far it was over when the report was asked for: `ends`, or an instant before that.
    """

    said: str
    begins: datetime
    ends: datetime
    until: datetime
    time_zone: str

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen in it."""
        return self.until == self.ends

    def has(self, at: datetime) -> bool:
        """Whether an instant lies in it."""
        return self.begins <= at < self.ends

    def shown(self, at: datetime) -> str:
        """An instant in the time zone of the report, with its offset."""
        local = at.astimezone(self.begins.tzinfo)
        return f"{local:%Y-%m-%d %H:%M:%S} {local.isoformat()[-6:]}"


def period_of(said: str, time_zone: str, now: datetime) -> ReportPeriod:
    """The period that somebody asked for.

    Args:
        said: a year (`2026`), a month (`2026-10`), a day (`2026-10-01`), or two of them with two dots between.
        time_zone: whose days, by their name in the IANA database.
        now: the time of day.

    Raises:
        OperatorError: it is no period, it has not begun, or there is no such time zone.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise OperatorError(
            what=f"There is no time zone {time_zone!r}.",
            remedy="Name one as Asia/Shanghai or Europe/Brussels is named.",
        ) from error
    first, _, last = said.partition("..")
    try:
        begins, ends = _days(first)[0], _days(last or first)[1]
        after = ends + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise OperatorError(
            what=f"{said!r} is no period.", remedy="Give 2026-10, 2026, or FROM..TO such as 2026-10-01..2026-10-15."
        ) from error
    if begins > ends:
        raise OperatorError(what=f"{said!r} ends before it begins.", remedy="Give the earlier day first.")
    first_instant, end = _midnight(begins, zone), _midnight(after, zone)
    if first_instant > now:
        raise OperatorError(what=f"{said!r} has not begun.", remedy="Give a period of the past, or the one that runs.")
    return ReportPeriod(said=said, begins=first_instant, ends=end, until=min(now, end), time_zone=time_zone)


def _days(said: str) -> tuple[date, date]:
    """The first and the last day of a year, a month or a day."""
    if _YEAR.fullmatch(said):
        return date(int(said), 1, 1), date(int(said), 12, 31)
    if _MONTH.fullmatch(said):
        year, month = map(int, said.split("-"))
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    day = date.fromisoformat(said)
    return day, day


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
