"""The period of a report: whole days of a time zone."""

from datetime import UTC, datetime

import pytest

from pipeline.errors import OperatorError
from pipeline.reports import period_of
from tests.unit.reports.conftest import LATER


@pytest.mark.parametrize(
    ("said", "first", "after"),
    [
        ("2026-10", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-10-05", datetime(2026, 10, 5, tzinfo=UTC), datetime(2026, 10, 6, tzinfo=UTC)),
        ("2026-10-01..2026-10-15", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 16, tzinfo=UTC)),
        ("2026-07..2026-09", datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)),
    ],
)
def test_years_months_days_and_spans_of_them(said: str, first: datetime, after: datetime) -> None:
    period = period_of(said, "UTC", LATER)
    assert (period.begins, period.ends) == (first, after)


def test_days_are_those_of_the_time_zone() -> None:
    period = period_of("2026-10", "Asia/Shanghai", LATER)
    assert period.begins == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert period.shown(period.begins) == "2026-10-01 00:00:00 +08:00"


def test_a_month_in_which_clocks_are_put_back_is_an_hour_longer() -> None:
    period = period_of("2026-10", "Europe/Brussels", LATER)
    assert (period.ends.astimezone(UTC) - period.begins.astimezone(UTC)).total_seconds() == (31 * 24 + 1) * 3600


@pytest.mark.parametrize(
    "said", ["october", "2026-13", "2026-02-30", "2026-10-15..2026-10-01", "", "9999", "..2026", "2028"]
)
def test_what_is_no_period_is_said_in_one_sentence(said: str) -> None:
    with pytest.raises(OperatorError):
        period_of(said, "UTC", LATER)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", ""])
def test_a_time_zone_that_is_not_there(zone: str) -> None:
    with pytest.raises(OperatorError, match="no time zone"):
        period_of("2026-10", zone, LATER)


def test_of_a_period_that_is_not_over_it_is_known_until_when() -> None:
    now = datetime(2026, 10, 20, 12, tzinfo=UTC)
    running = period_of("2026-10", "UTC", now)
    assert (running.until, running.is_over) == (now, False)
    assert period_of("2026-09", "UTC", now).is_over
