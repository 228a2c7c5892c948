"""Who is handed what is an event first: written to the audit topic, and only then handed out."""

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson

from agents.messages import KafkaMessage
from console.parts import ConsoleParts
from console.people import Person
from console.refusing import unusable
from pipeline.errors import ProducerError
from pipeline.events.inputs import AccessAct
from pipeline.events.intake import ACCESS, intake_access

__all__ = ["Handed", "Looks"]

_LOOK_SECONDS: Final = 600
"""So long a look counts: what was shown can be shown again without another event. What is asked for again by the same
form is the same event within a span of this length, and another one in the next."""

_REMEMBERED: Final = 10_000
_UNUSABLE: Final = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What is handed out: the act, the digest of the bytes, and whatever else there is to say of it."""

    act: AccessAct
    sha256: str
    event_uid: str | None = None
    reason: str = ""
    filter: str | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    actor: str
    event_uid: str
    until: float


class Looks:
    """Writes down who is handed what, and knows which looks count still. It forgets them with the process.

    Args:
        parts: where to send it.
    """

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._open: OrderedDict[str, _Look] = OrderedDict()

    async def write(self, person: Person, handed: Handed, token: str) -> None:
        """Write down that somebody is handed something; returns when the brokers have it.

        Args:
            person: who.
            handed: what.
            token: of the form, 32 hex digits: with what is said it is the identity of the event, so that a second click
                is the same one, and whatever else an open page asks for is not.

        Raises:
            PageRefusal: it cannot be said, as with a reason that is too long.
            WorldError: the brokers did not take it: nothing may be handed out.
        """
        await self._parts.send(self._message(person, handed, token))
        if handed.act == "content.shown" and handed.event_uid is not None:
            look = _Look(actor=person.id, event_uid=handed.event_uid, until=time.monotonic() + _LOOK_SECONDS)
            self._open[_name(token)] = look
            while len(self._open) > _REMEMBERED:
                self._open.popitem(last=False)

    def is_open(self, token: str, person: Person | None, event_uid: str) -> bool:
        """Whether a look of this person at this event was written down, and counts still."""
        look = self._open.get(_name(token))
        if look is None or person is None:
            return False
        return (look.actor, look.event_uid) == (person.id, event_uid) and time.monotonic() < look.until

    def _message(self, person: Person, handed: Handed, token: str) -> KafkaMessage:
        data = {
            "act": handed.act,
            "event_uid": handed.event_uid,
            "sha256": handed.sha256,
            "actor": {"id": person.id, "role": person.role},
            "auth": person.auth,
            "reason": handed.reason or None,
            "filter": handed.filter,
            "rows": handed.rows,
        }
        value = orjson.dumps({name: told for name, told in data.items() if told is not None})
        now = self._parts.now()
        at = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        said = hashlib.sha256(value).hexdigest()
        headers = (
            ("content-type", b"application/json"),
            ("ce_specversion", b"1.0"),
            ("ce_id", _name(f"{token} {int(now // _LOOK_SECONDS)} {said}").encode()),
            ("ce_source", self._parts.settings.source.encode()),
            ("ce_type", ACCESS.encode()),
            ("ce_time", at.encode()),
        )
        try:
            intake_access(value, headers)
        except ProducerError as error:
            raise unusable(error, _UNUSABLE) from error
        return KafkaMessage(topic=self._parts.topics.audit, key=person.id.encode(), value=value, headers=headers)


def _name(token: str) -> str:
    """What a token is known by: whoever reads the log cannot look with it."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]
