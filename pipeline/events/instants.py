"""Instants as the contract writes them, and as clocks count them."""

from datetime import UTC, datetime

__all__ = ["instant", "written"]


def instant(text: str) -> datetime | None:
    """An RFC 3339 time in UTC; None for one that no clock shows (a leap second, year 0)."""
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def written(at: datetime) -> str:
    """An instant as outputs say it: RFC 3339 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
