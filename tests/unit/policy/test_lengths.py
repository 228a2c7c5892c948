"""How long the law gives: hours, days and months in its time zone, and working days by the calendar of its place."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.policy.calendars import CalendarUnknownError, after_working_days
from pipeline.policy.lengths import parse_length

BEIJING, BRUSSELS = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Brussels")


def up(text: str, start: str, zone: ZoneInfo = BEIJING, calendar: str | None = None) -> datetime:
    length = parse_length(text)
    assert length is not None
    return length.after(datetime.fromisoformat(start), zone, calendar)


@pytest.mark.parametrize(
    ("text", "start", "zone", "end"),
    [
        ("PT3H", "2026-11-20T10:00:00Z", BEIJING, "2026-11-20T13:00:00Z"),
        ("PT30M", "2026-11-20T10:00:00Z", BEIJING, "2026-11-20T10:30:00Z"),
        ("P7D", "2026-11-01T08:00:00Z", BEIJING, "2026-11-08T08:00:00Z"),
        # The clocks of Brussels go back on 25 October 2026: the day has 25 hours there.
        ("P1D", "2026-10-24T12:00:00Z", BRUSSELS, "2026-10-25T13:00:00Z"),
        ("PT24H", "2026-10-24T12:00:00Z", BRUSSELS, "2026-10-25T12:00:00Z"),
        ("P6M", "2026-08-31T04:00:00Z", BEIJING, "2027-02-28T04:00:00Z"),
        ("P1M", "2026-12-15T04:00:00Z", BEIJING, "2027-01-15T04:00:00Z"),
    ],
)
def test_hours_go_by_the_instant_and_days_and_months_by_the_time_of_day_there(
    text: str, start: str, zone: ZoneInfo, end: str
) -> None:
    assert up(text, start, zone) == datetime.fromisoformat(end)


def test_working_days_end_with_the_last_of_them_and_the_first_day_does_not_count() -> None:
    # Monday 2 November 2026; ten working days on is Monday the 16th, which ends at midnight in Beijing.
    assert up("P10BD", "2026-11-02T01:00:00Z", calendar="CN") == datetime(2026, 11, 16, 16, tzinfo=UTC)


def test_a_saturday_that_is_worked_for_the_spring_festival_counts_and_the_festival_does_not() -> None:
    # 14 February 2026 is a worked Saturday, 15 to 23 February are free.
    assert after_working_days("CN", date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert after_working_days("CN", date(2026, 2, 14), 1) == date(2026, 2, 24)


def test_a_year_that_was_not_announced_is_not_guessed() -> None:
    with pytest.raises(CalendarUnknownError, match="CN does not have the year 2099"):
        after_working_days("CN", date(2098, 12, 31), 1)


@pytest.mark.parametrize("text", ["3H", "PT3S", "P0D", "P10BM", "PT3H30M", "", "P1W"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no length"):
        parse_length(text)


def test_a_length_that_is_published_is_none() -> None:
    assert parse_length("published") is None
