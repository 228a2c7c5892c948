"""Turns of duties of what is registered: when the time of each begins, and what ends it. Pure.

What is registered says when something was done last, so a newer date ends one turn and begins the next one. A turn that
ends by another fact, as a change ends by its filing, takes the first date of that which is none of the turn before it;
what expires, the first one after that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from pipeline.events.instants import instant
from pipeline.policy.lengths import PUBLISHED
from pipeline.policy.pack import ClockRule

__all__ = ["Dates", "Turn", "instants", "newest", "turns"]

Dates: TypeAlias = Mapping[str, Sequence[str]]
"""Every value that instants ever had, by their names, the newest last."""


class Turn(NamedTuple):
    """One time that a duty has.

    Attributes:
        start: when it begins.
        is_first: whether it begins with the entry, since nothing says when it was done last.
        done: when it was done; None while it was not.
    """

    start: datetime
    is_first: bool
    done: datetime | None


def turns(rule: ClockRule, dates: Dates, opened: datetime | None) -> tuple[Turn, ...]:
    """The turns of a duty, the current one last.

    Args:
        rule: its clock.
        dates: what is known of the entry.
        opened: when the entry became known here.
    """
    last = newest(dates.get(rule.starts, ()))
    said = sorted({at for at in instants(dates.get(rule.starts, ())) if last is not None and at <= last})
    if rule.length == PUBLISHED:
        start, until = last or opened, newest(dates.get(rule.published or "", ()))
        if start is None or until is None:
            return ()
        ends = [min((at for at in instants(dates.get(name, ())) if at >= until), default=None) for name in rule.ends]
        done = max((at for at in ends if at is not None), default=None) if None not in ends else None
        return (Turn(start, is_first=False, done=done),)
    return tuple(_turns(rule, dates, said, opened))


def _turns(rule: ClockRule, dates: Dates, said: Sequence[datetime], opened: datetime | None) -> Iterator[Turn]:
    if rule.first is not None and opened is not None:
        done = None if not said else max(said[0], opened)
        yield Turn(opened, is_first=True, done=done)
    before: Turn | None = None
    for place, start in enumerate(said):
        after = said[place + 1 :]
        ends = [
            next(iter(after), None) if name == rule.starts else _first_of(dates.get(name, ()), start, before)
            for name in rule.ends
        ]
        done = max((at for at in ends if at is not None), default=None) if None not in ends else None
        before = Turn(start, is_first=False, done=done)
        yield before


def _first_of(texts: Iterable[str], start: datetime, before: Turn | None) -> datetime | None:
    """The first of these that is of a turn: since it began, or in advance, where the turn before was over by then."""
    return min(
        (
            at
            for at in instants(texts)
            if at >= start or before is None or (before.done is not None and at > before.done)
        ),
        default=None,
    )


def instants(texts: Iterable[str]) -> Iterator[datetime]:
    """Those that a clock can show."""
    return (at for at in map(instant, texts) if at is not None)


def newest(texts: Sequence[str]) -> datetime | None:
    """The one that counts; None where there is none."""
    return instant(texts[-1]) if texts else None
