"""Places in lists, from which their next pages go on, and instants as they are shown."""

from datetime import UTC, datetime
from typing import Final

__all__ = ["BEHIND_ALL", "instant_of", "place_name", "place_of"]

BEHIND_ALL: Final = 2**62
"""Milliseconds that no time reaches."""


def place_name(at: int, name: str) -> str:
    """The name of a place in a list, from which its next page goes on."""
    return f"{at}.{name}"


def place_of(named: str | None, otherwise: tuple[int, str]) -> tuple[int, str]:
    """The place of a name; the beginning for what is no such name."""
    at, _, name = (named or "").partition(".")
    return (int(at), name) if at.isascii() and at.isdigit() and len(at) < len(str(BEHIND_ALL)) else otherwise


def instant_of(at: int) -> str:
    """Milliseconds since 1970 as RFC 3339, to the second."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
