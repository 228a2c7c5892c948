"""What is told, and how it gets there: the port. `webhook` and `services` are its adapters."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from agents.notifying.items import NotifiedItem
from pipeline.errors import WorldError
from pipeline.events.outputs import SEVERITIES, Severity

__all__ = ["TYPE", "Deliver", "NotTakenError", "Notification", "TargetRefusesError", "notification_of"]

TYPE: Final = "sealstream.notification.v1"


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """What one target is told at once: about one event, or what waited in quiet hours.

    Attributes:
        type: always `sealstream.notification.v1`.
        id: the same for the same things told to the same target, however often that is tried.
        target: by its name in the file.
        severity: of the gravest.
        event_uid: the event, where all of it is about one.
        link: where the console shows it; None where no console is named.
        items: what is told, the gravest first.
    """

    type: str
    id: str
    target: str
    severity: Severity
    event_uid: str | None
    link: str | None
    items: tuple[NotifiedItem, ...]


class NotTakenError(WorldError):
    """The target did not take it this time: no connection, no answer in time, a fault of its own. It is tried again."""


class TargetRefusesError(WorldError):
    """The target will never take this: it is kept with what is undelivered."""


Deliver = Callable[[Notification], Awaitable[None]]
"""Returns when the target has it.

Raises:
    NotTakenError, TargetRefusesError: it has not; nothing in the message is from an answer or an address.
"""


def notification_of(target: str, items: tuple[NotifiedItem, ...], console: str | None) -> Notification:
    """What a target is told of these."""
    ordered = tuple(sorted(items, key=lambda item: (-SEVERITIES.index(item.severity), item.at, item.id)))
    events = {item.event_uid for item in ordered}
    about = next(iter(events)) if len(events) == 1 else None
    digest = hashlib.sha256("\n".join([target, *sorted(item.id for item in ordered)]).encode()).hexdigest()
    return Notification(
        type=TYPE,
        id=f"msg_{digest[:40]}",
        target=target,
        severity=ordered[0].severity,
        event_uid=about,
        link=_link(console, about, ordered),
        items=ordered,
    )


def _link(console: str | None, about: str | None, items: tuple[NotifiedItem, ...]) -> str | None:
    if console is None:
        return None
    page = "cases" if items[0].about == "clocks" else "queue"
    # What is no event that was judged has no page.
    has_page = about is not None and items[0].about != "dead-letters"
    return f"{console.rstrip('/')}/{page}/{about}" if has_page else f"{console.rstrip('/')}/"
