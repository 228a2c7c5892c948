"""The part of the workload that clocks run on: orders of authorities, which have to be carried out in three hours.

They came in nearly three hours before the run, so that their time is up while it goes on.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tests.broker.kill.case_maker import Maker
from tests.broker.kill.cases import Case, Clock, Expected, Matter, written

__all__ = ["CLOCK_KINDS", "ORDER_CLOCK", "UPDATES", "during"]

ORDER_CLOCK: Final = Clock(rule="in.it-rules.order-clock", given=timedelta(hours=3), shares=(50,))
"""What India gives since 20 February 2026."""


def _order(make: Maker, matter: Matter) -> Case:
    takedown = {
        "id": matter.id,
        "kind": "order",
        "received_at": written(matter.received),
        "done_at": None if matter.done is None else written(matter.done),
    }
    data = {"event_type": "takedown.updated", "jurisdictions": ["IN"], "takedown": takedown}
    expected = Expected(outcome="decision", decision="allow")
    case = make.event("activities", data, expected, times=make.rng.choice((1, 1, 2)))
    return replace(case, matter=matter)


def during(make: Maker) -> datetime:
    """An instant while the run goes on, to the millisecond."""
    supplies = make.supplies
    milliseconds = supplies.clocks_for // timedelta(milliseconds=1)
    return supplies.clocks_from + timedelta(milliseconds=make.rng.randrange(milliseconds))


def _opened(make: Maker, received: datetime) -> Case:
    number = f"order-{make.supplies.seed}-{make.number}"
    return _order(make, Matter(kind="takedown", id=number, received=received, clock=ORDER_CLOCK))


def _updated(make: Maker, opened: Case) -> Case:
    """The same order again, and that it was carried out right after it came."""
    matter = opened.matter
    assert matter is not None, "an update is about an order"
    return _order(make, replace(matter, done=matter.received + timedelta(minutes=1)))


def _repeated(make: Maker, opened: Case) -> Case:
    matter = opened.matter
    assert matter is not None, "an update is about an order"
    return _order(make, matter)


CLOCK_KINDS: Final[Mapping[str, tuple[Callable[[Maker], Case], float]]] = {
    "order-missed": (lambda make: _opened(make, during(make) - ORDER_CLOCK.given), 1.5),
    "order-warned": (lambda make: _opened(make, during(make) - ORDER_CLOCK.given / 2), 0.7),
    "order-done": (lambda make: _opened(make, during(make) - ORDER_CLOCK.given), 1),
    "order-crowded": (lambda make: _opened(make, during(make) - ORDER_CLOCK.given / 4), 0.7),
}
"""Every kind of order: what makes it, and its weight in the mix."""

UPDATES: Final[Mapping[str, tuple[tuple[str, Callable[[Maker, Case], Case]], ...]]] = {
    "order-done": (("order-carried-out", _updated),),
    "order-crowded": (("order-again", _repeated), ("order-carried-out", _updated), ("order-again", _repeated)),
}
"""What is said of an order later: all of it at once, as soon as the order was dealt with."""
