"""What can be wrong with a clock of a pack: found when the pack is read, not when a time runs out unsaid."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias
from zoneinfo import ZoneInfo

from pipeline.policy.calendars import CALENDARS
from pipeline.policy.lengths import PUBLISHED, parse_length
from pipeline.policy.pack import REGISTERED, ClockRule
from pipeline.policy.vocabulary import vocabulary

__all__ = ["clock_faults"]

_Fault: TypeAlias = tuple[tuple[str | int, ...], str]
"""A place in a clock, and what is said of it."""


def clock_faults(clock: ClockRule, bound: Mapping[str, frozenset[str]]) -> Iterator[_Fault]:
    """What a schema cannot say of a clock.

    Args:
        clock: the clock.
        bound: whom each article of its pack binds.
    """
    yield from _of_article(clock, bound)
    yield from _of_facts(clock)
    yield from _of_length(clock)
    yield from _of_kind(clock)
    shares = [int(share.removesuffix("%")) for share in clock.warn]
    if shares != sorted(shares):
        yield ("warn",), "warnings rise"
    if clock.time_zone is not None:
        try:
            ZoneInfo(clock.time_zone)
        except (OSError, ValueError, LookupError):
            yield ("time_zone",), f"{clock.time_zone} is no IANA time zone"
    if clock.valid_to is not None and clock.valid_to < clock.valid_from:
        yield ("valid_to",), "the clock ends before it begins"


def _of_article(clock: ClockRule, bound: Mapping[str, frozenset[str]]) -> Iterator[_Fault]:
    if clock.article not in bound:
        yield ("article",), f"the pack has no article {clock.article}"
    elif not bound[clock.article].issuperset(clock.binds):
        others = ", ".join(role for role in clock.binds if role not in bound[clock.article])
        yield ("binds",), f"{clock.id} binds {others}, and its article {clock.article} does not"


def _of_facts(clock: ClockRule) -> Iterator[_Fault]:
    named: list[_Fault] = [(("starts",), clock.starts)]
    named += [(("ends", index), name) for index, name in enumerate(clock.ends)]
    if clock.published is not None:
        named.append((("published",), clock.published))
    if clock.stops is not None:
        named += [(("stops", "since"), clock.stops.since), (("stops", "until"), clock.stops.until)]
    for place, name in named:
        fact = vocabulary().get(name)
        if fact is None:
            yield place, f"there is no fact {name}"
        elif fact.type != "instant":
            yield place, f"{name} is no instant"


def _of_kind(clock: ClockRule) -> Iterator[_Fault]:
    """What is for clocks on what is registered, and there alone."""
    if clock.on not in REGISTERED:
        if not clock.ends:
            yield ("ends",), f"a clock on a case of the kind {clock.on} says what ends it"
        if clock.starts in clock.ends:
            yield ("ends",), f"{clock.starts} begins the time, and ends it only of what is registered"
        if clock.first is not None:
            yield ("first",), f"a case of the kind {clock.on} begins with its dates, and has no first time without one"
    elif not clock.ends and clock.length != PUBLISHED:
        yield ("ends",), "nothing ends the clock: name what says that it was done, or the fact until when it holds"


def _of_length(clock: ClockRule) -> Iterator[_Fault]:
    try:
        length = parse_length(clock.length)
    except ValueError as error:
        yield ("length",), str(error)
        return
    if (clock.length == PUBLISHED) != (clock.published is not None):
        yield ("published",), "a clock has a fact that says until when where its length is published, and only there"
    counts_working_days = length is not None and length.unit == "working days"
    if counts_working_days and clock.calendar is None:
        yield ("length",), "working days are counted by a calendar, and the clock names none"
    if clock.calendar is not None and not counts_working_days:
        yield ("calendar",), "a calendar is for lengths in working days, such as P10BD"
    if clock.calendar is not None and clock.calendar not in CALENDARS:
        yield ("calendar",), f"there is no calendar {clock.calendar}: there is {', '.join(CALENDARS)}"
