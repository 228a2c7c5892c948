"""How long the law gives: lengths of time as packs write them, and when the time is up that began at an instant.

| written | means |
|---|---|
| `PT3H`, `PT30M` | hours, minutes: to the instant |
| `P7D`, `P6M`, `P1Y` | days, months, years: to the same time of day, in the time zone of the law |
| `P10BD` | working days: to the end of the tenth, in the time zone of the law; the first day does not count |
| `published` | what the operator published and says as a date: no length at all |
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pipeline.policy.calendars import after_working_days

__all__ = ["PUBLISHED", "Length", "parse_length"]

PUBLISHED: Final = "published"

_WRITTEN: Final = re.compile(r"PT([1-9][0-9]{0,4})(H|M)|P([1-9][0-9]{0,3})(BD|D|M|Y)")

Unit: TypeAlias = Literal["minutes", "hours", "days", "months", "years", "working days"]
_OF_TIME: Final[dict[str, Unit]] = {"H": "hours", "M": "minutes"}
_OF_DATE: Final[dict[str, Unit]] = {"D": "days", "M": "months", "Y": "years", "BD": "working days"}
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Length:
    """So many of a unit."""

    count: int
    unit: Unit

    def after(self, start: datetime, zone: ZoneInfo, calendar: str | None = None) -> datetime:
        """When the time is up that began at `start`, in UTC.

        Args:
            start: the beginning, with time zone.
            zone: the time zone of the law, where its days begin and end.
            calendar: the calendar of working days, for a length that is counted in these.

        Raises:
            CalendarUnknownError: the calendar does not have a year that the length reaches.
        """
        match self.unit:
            case "minutes":
                return (start + timedelta(minutes=self.count)).astimezone(UTC)
            case "hours":
                return (start + timedelta(hours=self.count)).astimezone(UTC)
        local = start.astimezone(zone)
        match self.unit:
            case "days":
                day = local.date() + timedelta(days=self.count)
            case "months":
                day = _months_after(local.date(), self.count)
            case "years":
                day = _months_after(local.date(), self.count * _MONTHS)
            case _:
                last = after_working_days(calendar or "", local.date(), self.count)
                return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
        return datetime.combine(day, local.time(), zone).astimezone(UTC)


def parse_length(text: str) -> Length | None:
    """Read a length; None for `published`.

    Raises:
        ValueError: it is written in no way that is known.
    """
    if text == PUBLISHED:
        return None
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is no length such as PT3H, P7D, P6M, P1Y, P10BD or {PUBLISHED}")
    of_time, time_unit, of_date, date_unit = found.groups()
    if of_time is not None:
        return Length(int(of_time), _OF_TIME[time_unit])
    return Length(int(of_date), _OF_DATE[date_unit])


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
