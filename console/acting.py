"""What people do: a form becomes an event on a topic that people act by, and nothing else is written anywhere."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from starlette.datastructures import FormData

from agents.messages import KafkaMessage
from console.parts import ConsoleParts
from console.people import Person, is_permitted
from console.refusing import Refusal, unusable
from console.tokens import token_of
from pipeline.duties import Permission
from pipeline.errors import ProducerError
from pipeline.events.identity import event_uid
from pipeline.events.intake import REVIEW, REVIEW_ACT, intake_review_act

__all__ = ["ACTS", "HEADERS", "Desk", "DeskAct", "DeskActs"]

ACTS: Final[Mapping[str, Permission]] = {
    "release": "review",
    "refuse": "review",
    "escalate": "review",
    "claim": "review",
    "unclaim": "review",
    "note": "note",
}
"""What can be done about an event, and what for a person has to be permitted."""

_REMEMBERED: Final = 10_000
_NOT_ALLOWED: Final = 403
_OVERTAKEN: Final = 409
_UNUSABLE: Final = 422
HEADERS: Final = (("content-type", b"application/cloudevents+json"),)
"""Of every message that is sent: the value is the whole event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAct:
    """An act that was sent: its identity, and when."""

    uid: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskActs:
    """Acts that were sent together: their identities, how many were left out because somebody was faster, and when."""

    uids: tuple[str, ...]
    left_out: int
    at: float


class Desk:
    """Sends what people do. It remembers what it sent, so that a second click sends nothing.

    Also without that memory a second click is no second act: the token of the form is the identity of the event, and
    the same event again is a replay to the worker.
    """

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._sent: OrderedDict[str, DeskAct] = OrderedDict()
        self._together: OrderedDict[str, DeskActs] = OrderedDict()

    def sent_at(self, uid: str) -> float | None:
        """When an act was sent, in seconds of the monotonic clock; None where it was not sent from here."""
        return next((act.at for act in reversed(self._sent.values()) if act.uid == uid), None)

    def sent_together(self, name: str) -> DeskActs | None:
        """What was sent together under a name; None where it was not sent from here."""
        return self._together.get(name)

    async def send(self, person: Person, about: str, form: FormData) -> str:
        """Send what a form says; returns the identity of the act.

        Raises:
            Refusal: it may not be done, or the form cannot be used.
            WorldError: the brokers did not take it; the same form can be sent again.
        """
        act = str(form.get("act", ""))
        if act not in ACTS or not is_permitted(person, ACTS[act]):
            raise Refusal("refused.role", _NOT_ALLOWED, role=person.role)
        return await self.once(form, lambda token: _message(self._parts, person, about, act, token, form))

    async def once(self, form: FormData, made: Callable[[str], KafkaMessage]) -> str:
        """Send what is made of the token of a form, once; returns the identity of the act.

        Args:
            form: the form.
            made: the message of a token; it is not asked where the form was sent before.

        Raises:
            Refusal: the form has no token, or what `made` raises.
            WorldError: the brokers did not take it; the same form can be sent again.
        """
        token = token_of(form)
        if token in self._sent:
            return self._sent[token].uid
        await self._parts.send(made(token))
        uid = event_uid(self._parts.settings.source, token)
        self._sent[token] = DeskAct(uid=uid, at=time.monotonic())
        while len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        return uid

    async def several(self, form: FormData, made: Mapping[str, Callable[[str], KafkaMessage]]) -> str:
        """Send together, once, what is made of a form about several things; returns the name of the whole.

        Args:
            form: the form. Of its token and of what each act is about a token is made, which is the identity of that
                act: the same form again gives the same events.
            made: by what an act is about, its message of such a token.

        Raises:
            Refusal: the form has no token, what `made` raises, and 409 where somebody was faster with all of it.
            WorldError: the brokers did not take all of it; the same form can be sent again.
        """
        token = token_of(form)
        name = _token_about(token, "")
        if name in self._together:
            return name
        messages: dict[str, KafkaMessage] = {}
        overtaken: Refusal | None = None
        for about, make in made.items():
            own = _token_about(token, about)
            try:
                messages[own] = make(own)
            except Refusal as error:
                if error.status_code != _OVERTAKEN:
                    raise
                overtaken = error
        if overtaken is not None and not messages:
            raise overtaken
        await self._parts.send(*messages.values())
        uids = tuple(event_uid(self._parts.settings.source, own) for own in messages)
        self._together[name] = DeskActs(uids=uids, left_out=len(made) - len(messages), at=time.monotonic())
        while len(self._together) > _REMEMBERED // 100:
            self._together.popitem(last=False)
        return name


def _token_about(token: str, about: str) -> str:
    return hashlib.sha256(f"{token} {about}".encode()).hexdigest()[:32]


def _message(parts: ConsoleParts, person: Person, about: str, act: str, token: str, form: FormData) -> KafkaMessage:
    is_verdict = act in {"release", "refuse", "escalate"}
    reason = str(form.get("reason", "")).strip()
    data: dict[str, object] = {
        "event_uid": about,
        "verdict" if is_verdict else "act": act,
        "actor": {"id": person.id, "role": person.role},
        "auth": person.auth,
        "seen": str(form.get("seen", "")),
        "reason": reason or ("" if is_verdict or act == "note" else "In the console."),
    }
    event = {
        "specversion": "1.0",
        "id": token,
        "source": parts.settings.source,
        "type": REVIEW if is_verdict else REVIEW_ACT,
        "datacontenttype": "application/json",
        "data": data,
    }
    value = orjson.dumps(event)
    try:
        intake_review_act(value, HEADERS)
    except ProducerError as error:
        refusal = unusable(error, _UNUSABLE) if data["reason"] else Refusal("refused.reason", _UNUSABLE)
        raise refusal from error
    return KafkaMessage(topic=parts.topics.reviews, key=about.encode(), value=value, headers=HEADERS)
