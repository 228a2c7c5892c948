"""Complaints of people without an account: a document with what they wrote, and the event that opens a case.

The text is in a document beside assets, never on a topic; the event refers to it. The number of the case is made from a
token that only the person has, so that whoever has the token finds the case, and nobody finds the token.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec
import orjson
from starlette.concurrency import run_in_threadpool

from agents.messages import KafkaMessage
from pipeline.assets import sha256_hex
from pipeline.events.identity import case_uid
from pipeline.events.intake import CASE_ACT, intake_case_act
from pipeline.events.outputs import Case
from pipeline.store import Layout, Location, ObjectStore
from pipeline.usecases.casework import newest_case

__all__ = ["Complaints", "case_number"]

_SOURCE: Final = "sealstream-doors"


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    """The document: what somebody wrote, and how to reach them."""

    case: str
    text: str
    contact: str | None
    about: dict[str, str]
    language: str
    received_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaints:
    """Takes complaints, and says what became of them.

    Args:
        store: where documents and cases are kept.
        layout: which object goes where.
        bucket: where documents are put.
        topic: where acts about cases are sent.
        send: returns when the brokers have a message.
    """

    store: ObjectStore
    layout: Layout
    bucket: str
    topic: str
    send: Callable[[KafkaMessage], Awaitable[None]]

    async def open(self, token: str, said: dict[str, str], language: str) -> None:
        """Open the case of a token; a second time it changes nothing.

        Raises:
            WorldError: store or brokers do not answer.
        """
        await self._act("received", token, said, language)

    async def reply(self, token: str, said: dict[str, str], language: str, version: int) -> None:
        """Answer what was asked back at a version of the case; raises as `open`."""
        await self._act("replied", token, said, language, mark=f"-{version}")

    def case_of(self, token: str) -> Case | None:
        """The case of a token; None where no worker has opened it yet, or it is no token.

        Raises:
            WorldError: the store does not answer.
        """
        return newest_case(self.store, self.layout, case_uid("complaint", f"#{case_number(token)}"))

    def is_known(self, event_uid: str) -> bool:
        """Whether there is such an event.

        Raises:
            WorldError: the store does not answer.
        """
        return self.store.head(self.layout.record(event_uid)) is not None

    async def _act(self, act: str, token: str, said: dict[str, str], language: str, mark: str = "") -> None:
        number, now = case_number(token), datetime.now(UTC).isoformat(timespec="milliseconds")
        written = _Written(
            case=number,
            text=said["text"],
            contact=said.get("contact") or None,
            about={name: said[name] for name in ("event_uid", "label") if said.get(name)},
            language=language,
            received_at=now,
        )
        name = f"{number}-{act}{mark}"
        at = Location(self.bucket, f"complaints/{name}.json")
        body = await run_in_threadpool(self._kept, at, msgspec.json.encode(written))
        document = {"sha256": sha256_hex(body), "uri": at.uri, "mime": "application/json"}
        first = msgspec.json.decode(body, type=_Written)  # of two that are sent at once, the first counts
        opening = {"channel": "web", **({"about": first.about} if first.about else {})} if act == "received" else {}
        event = orjson.dumps(
            {
                "specversion": "1.0",
                "id": name,
                "source": _SOURCE,
                "type": CASE_ACT,
                "time": first.received_at,
                "datacontenttype": "application/json",
                "data": {"act": f"complaint.{act}", "case": number, "documents": [document], **opening},
            }
        )
        intake_case_act(event, ())  # what the contract refuses is ours to know first
        await self.send(
            KafkaMessage(
                topic=self.topic,
                key=number.encode(),
                value=event,
                headers=(("content-type", b"application/cloudevents+json"),),
            )
        )

    def _kept(self, at: Location, body: bytes) -> bytes:
        """Keep a document, and return the one that is kept."""
        if self.store.create(at, body, media_type="application/json"):
            return body
        return self.store.require(at).body


def case_number(token: str) -> str:
    """The operator's number of the case that a token opens."""
    return f"web-{hashlib.sha256(b'complaint ' + token.encode()).hexdigest()[:32]}"
