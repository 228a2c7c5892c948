"""Calendars of working days, each of a place; one that does not have a year says so and never guesses.

Working days in China are what the State Council announces each November for the year to come: Saturdays and Sundays
are worked where a holiday was made longer by them. Nobody can compute that, so a year that was not announced yet is
unknown.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

import chinese_calendar

__all__ = ["CALENDARS", "CalendarUnknownError", "after_working_days"]


class CalendarUnknownError(Exception):
    """The calendar does not have the year, so nobody knows which of its days are worked.

    Args:
        calendar: which calendar.
        year: which year it does not have.
    """

    def __init__(self, calendar: str, year: int) -> None:
        super().__init__(f"the calendar of working days {calendar} does not have the year {year}")
        self.calendar = calendar
        self.year = year


def after_working_days(calendar: str, start: date, count: int) -> date:
    """The day that is `count` working days after a day, which does not count itself.

    Raises:
        CalendarUnknownError: a day on the way lies in a year that the calendar does not have.
    """
    is_working, day = CALENDARS[calendar], start
    while count > 0:
        day += timedelta(days=1)
        count -= is_working(day)
    return day


def _in_china(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # how the library says that it does not have the year
        raise CalendarUnknownError("CN", day.year) from None


CALENDARS: Final[Mapping[str, Callable[[date], bool]]] = {"CN": _in_china}
"""The calendars that there are, by place: whether a day is worked."""
