"""The parts that cases are made of: contents by reference and inline, and events in every shape."""

import base64
import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from tests.broker.kill.cases import Case, Expected, Headers, Object, Topic, event_uid, sha256
from tests.broker.kill.credentials import Credentialed
from tests.broker.kill.media import MAKERS, TEXTS

__all__ = ["Json", "Maker", "Supplies", "dump"]

Json = dict[str, Any]

_TYPES: Final[dict[Topic, str]] = {
    "generation": "generation",
    "publication": "publication",
    "activities": "activity",
    "reviews": "review",
    "cases": "case-act",
}

_MISMATCH: Final = frozenset({"credential.content-mismatch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplies:
    """What all cases of a run have in common.

    Args:
        seed: of the random numbers; the same seed makes the same cases.
        inbox: the bucket that events may refer to.
        max_asset_bytes: the workers' limit, which oversized assets exceed.
        credentialed: assets that were sealed before, to be published.
        to_seal_again: others, to be sealed again: of them, what is published broken would be a copy.
        originals: pictures that are sealed before everything else, and known when the first of their copies comes.
        clocks_from: from then on clocks come due.
        clocks_for: for so long they do.
    """

    seed: int
    inbox: str
    max_asset_bytes: int
    credentialed: tuple[Credentialed, ...]
    to_seal_again: tuple[Credentialed, ...]
    originals: tuple[bytes, ...]
    clocks_from: datetime
    clocks_for: timedelta


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes one case out of random numbers."""

    supplies: Supplies
    rng: random.Random
    number: int
    kind: str

    @property
    def content_id(self) -> str:
        """The content id of this case, and of no other."""
        return f"content-{self.supplies.seed}-{self.number}"

    def asset(self, mimes: tuple[str, ...] = tuple(MAKERS)) -> tuple[str, bytes]:
        """A media type and an asset of it."""
        mime = self.rng.choice(mimes)
        return mime, MAKERS[mime](self.rng)

    def by_reference(self, mime: str, body: bytes, **more: object) -> tuple[Json, tuple[Object, ...]]:
        """The content of an event whose asset lies in the inbox, and what has to be put there."""
        key = f"kill/{self.number:06}"
        content = {
            "id": self.content_id,
            "mime": mime,
            "uri": f"s3://{self.supplies.inbox}/{key}",
            "sha256": sha256(body),
            "size": len(body),
        }
        return {**content, **more}, (Object(key=key, body=body, mime=mime),)

    def inline(self, mime: str, body: bytes, **more: object) -> Json:
        """The content of an event that has its asset in it."""
        place = {"text": body.decode()} if mime in TEXTS else {"base64": base64.b64encode(body).decode()}
        return {"id": self.content_id, "mime": mime, **place, **more}

    def event(
        self,
        topic: Topic,
        data: Json,
        expected: Expected,
        *,
        objects: tuple[Object, ...] = (),
        type_of: Topic | None = None,
        times: int = 1,
        about: Case | None = None,
        named: str | None = None,
        version: int = 1,
    ) -> Case:
        """A CloudEvent in one of the three shapes that producers send.

        Args:
            topic: where it goes.
            data: what it says.
            expected: what must come of it.
            objects: what has to be in the inbox before.
            type_of: the topic whose event type it has, where that is another one.
            times: how often it is sent.
            about: the case that a person acts on.
            named: its event type, where it is another one than that of the topic.
            version: of that.
        """
        source, identity = f"//producer-{self.rng.randrange(3)}/kill", f"{self.kind}-{self.supplies.seed}-{self.number}"
        attributes = {
            "specversion": "1.0",
            "id": identity,
            "source": source,
            "type": f"sealstream.{named or _TYPES[type_of or topic]}.v{version}",
            "time": f"2026-01-01T{self.number // 3600 % 24:02}:{self.number // 60 % 60:02}:{self.number % 60:02}Z",
        }
        shape = self.rng.choice(("structured", "binary", "plain"))
        headers: Headers
        if shape == "binary":
            headers = tuple((f"ce_{name}", text.encode()) for name, text in attributes.items())
            value, headers = dump(data), (*headers, ("content-type", b"application/json"))
        else:
            value = dump({**attributes, "datacontenttype": "application/json", "data": data})
            headers = (("content-type", b"application/cloudevents+json"),) if shape == "structured" else ()
        uid = event_uid(source, identity)
        content_id = self.content_id if "content" in data else None
        return Case(
            number=self.number,
            kind=self.kind,
            topic=topic,
            key=(content_id or uid).encode() if about is None else about.key,
            value=value,
            headers=headers,
            uid=uid,
            expected=expected,
            objects=objects,
            times=times,
            content_id=content_id if about is None else about.content_id,
            about=None if about is None else about.uid,
        )

    def refused(self, content: Json, error: str, *, objects: tuple[Object, ...] = (), mismatch: bool = False) -> Case:
        """A generation or publication event that can never succeed."""
        topic: Literal["generation", "publication"] = self.rng.choice(("generation", "publication"))
        content = {**content, "operation": "generated"} if topic == "generation" else content
        expected = Expected(outcome="dead-letter", error=error, alerts=_MISMATCH if mismatch else frozenset())
        return self.event(topic, {"content": content}, expected, objects=objects)

    def raw(self, value: bytes | None, headers: Headers = ()) -> Case:
        """An input that no CloudEvent can be read from; a header without a value has to stay one."""
        return Case(
            number=self.number,
            kind=self.kind,
            topic=self.rng.choice(tuple(_TYPES)),
            key=self.rng.choice((None, self.content_id.encode())),
            value=value,
            headers=(*headers, ("trace", self.rng.choice((None, b"", b"\xff")))),
            uid=None,
            expected=Expected(outcome="dead-letter", error="EnvelopeError"),
        )


def dump(document: object) -> bytes:
    """JSON as producers write it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
