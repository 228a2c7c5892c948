"""The workload: seeded random events of every kind, good and bad, each with what must come of it."""

import base64
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from tests.broker.kill.cases import CASE_HEADER, Case, Expected, Object, event_uid, sha256
from tests.broker.kill.credentials import Credentialed
from tests.broker.kill.media import MAKERS, TEXTS

__all__ = ["KINDS", "Workload"]

Topic = Literal["generation", "publication"]
Json = dict[str, Any]

_EMBEDDING: Final = tuple(mime for mime in MAKERS if mime not in TEXTS)
_MISMATCH: Final = frozenset({"credential.content-mismatch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Makes cases; the same seed makes the same ones.

    Args:
        seed: of the random numbers.
        inbox: the bucket that events may refer to.
        max_asset_bytes: the workers' limit, which oversized assets exceed.
        credentialed: assets that were sealed before, for publication events.
    """

    seed: int
    inbox: str
    max_asset_bytes: int
    credentialed: tuple[Credentialed, ...]

    def cases(self, count: int) -> Iterator[Case]:
        """Make so many cases; every kind comes up in the first few hundred."""
        rng = random.Random(self.seed)
        kinds, weights = tuple(KINDS), tuple(weight for _, weight in KINDS.values())
        order = [*kinds, *rng.choices(kinds, weights, k=max(0, count - len(kinds)))][:count]
        rng.shuffle(order)
        for number, kind in enumerate(order):
            case = KINDS[kind][0](_Maker(self, rng, number, kind))
            yield replace(case, headers=(*case.headers, (CASE_HEADER, str(number).encode())))


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes one case."""

    load: Workload
    rng: random.Random
    number: int
    kind: str

    @property
    def content_id(self) -> str:
        return f"content-{self.load.seed}-{self.number}"

    def asset(self, mimes: tuple[str, ...] = tuple(MAKERS)) -> tuple[str, bytes]:
        mime = self.rng.choice(mimes)
        return mime, MAKERS[mime](self.rng)

    def by_reference(self, mime: str, body: bytes, **more: object) -> tuple[Json, tuple[Object, ...]]:
        key = f"kill/{self.number:06}"
        content = {
            "id": self.content_id,
            "mime": mime,
            "uri": f"s3://{self.load.inbox}/{key}",
            "sha256": sha256(body),
            "size": len(body),
        }
        return {**content, **more}, (Object(key=key, body=body, mime=mime),)

    def inline(self, mime: str, body: bytes, **more: object) -> Json:
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
    ) -> Case:
        """A CloudEvent in one of the three shapes that producers send."""
        source, identity = f"//producer-{self.rng.randrange(3)}/kill", f"{self.kind}-{self.load.seed}-{self.number}"
        attributes = {
            "specversion": "1.0",
            "id": identity,
            "source": source,
            "type": f"sealstream.{type_of or topic}.v1",
            "time": f"2026-01-01T{self.number // 3600 % 24:02}:{self.number // 60 % 60:02}:{self.number % 60:02}Z",
        }
        shape = self.rng.choice(("structured", "binary", "plain"))
        if shape == "binary":
            headers = tuple((f"ce_{name}", text.encode()) for name, text in attributes.items())
            value, headers = _dump(data), (*headers, ("content-type", b"application/json"))
        else:
            value = _dump({**attributes, "datacontenttype": "application/json", "data": data})
            headers = (("content-type", b"application/cloudevents+json"),) if shape == "structured" else ()
        return Case(
            number=self.number,
            kind=self.kind,
            topic=topic,
            key=self.content_id.encode(),
            value=value,
            headers=headers,
            uid=event_uid(source, identity),
            expected=expected,
            objects=objects,
            times=times,
        )

    def refused(self, content: Json, error: str, *, objects: tuple[Object, ...] = (), mismatch: bool = False) -> Case:
        """A generation or publication event that can never succeed."""
        topic: Topic = self.rng.choice(("generation", "publication"))
        content = {**content, "operation": "generated"} if topic == "generation" else content
        expected = Expected(outcome="dead-letter", error=error, alerts=_MISMATCH if mismatch else frozenset())
        return self.event(topic, {"content": content}, expected, objects=objects)

    def raw(self, value: bytes | None, headers: tuple[tuple[str, bytes], ...] = ()) -> Case:
        """An input that no CloudEvent can be read from."""
        return Case(
            number=self.number,
            kind=self.kind,
            topic=self.rng.choice(("generation", "publication")),
            key=self.rng.choice((None, self.content_id.encode())),
            value=value,
            headers=headers,
            uid=None,
            expected=Expected(outcome="dead-letter", error="EnvelopeError"),
        )


def _generation(make: _Maker, data: Json | None = None, alerts: frozenset[str] = frozenset(), times: int = 1) -> Case:
    mime, body = make.asset()
    edited = make.rng.random() < 0.2
    more = {"operation": "edited" if edited else "generated", **({"parents": ["a-parent"]} if edited else {})}
    if make.rng.random() < 0.6:
        content, objects = make.by_reference(mime, body, **more)
    else:
        content, objects = make.inline(mime, body, **more), ()
    data = data or {"user": {"identity": {"status": "verified"}}, "model": {"name": "painter", "version": "3"}}
    content.update(data.get("content", {}))
    expected = Expected(outcome="manifest", alerts=alerts, original=sha256(body), embedded=mime in _EMBEDDING)
    return make.event("generation", {**data, "content": content}, expected, objects=objects, times=times)


def _generation_with_credential(make: _Maker) -> Case:
    """Sealing again what has a credential: it becomes the parent's, and one that was broken raises an alert."""
    one = make.rng.choice([one for one in make.load.credentialed if one.manifest is None])
    broken = make.rng.random() < 0.3
    body = one.tampered if broken else one.sealed
    content, objects = make.by_reference(one.mime, body, operation="edited")
    alerts = frozenset({"credential.content-tampered"}) if broken else frozenset[str]()
    expected = Expected(outcome="manifest", alerts=alerts, original=sha256(body), embedded=True)
    return make.event("generation", {"content": content}, expected, objects=objects)


def _unlabeled(make: _Maker, *, synthetic: Literal["yes", "no"], times: int = 1) -> Case:
    mime, body = make.asset()
    content, objects = make.by_reference(mime, body, synthetic=synthetic)
    expected = Expected(
        outcome="decision",
        decision="hold" if synthetic == "yes" else "allow",
        alerts=frozenset({"credential.unlabeled"}) if synthetic == "yes" else frozenset(),
        original=sha256(body),
    )
    return make.event("publication", {"content": content}, expected, objects=objects, times=times)


def _credentialed(make: _Maker, *, declared: Literal["ai", "not_ai"], broken: bool = False) -> Case:
    one = make.rng.choice(make.load.credentialed)
    body = one.tampered if broken else one.sealed
    beside = {} if one.manifest is None else {"manifest": {"base64": base64.b64encode(one.manifest).decode()}}
    content, objects = make.by_reference(one.mime, body, **beside)
    rule = "credential.content-tampered" if broken else "credential.undeclared-ai" if declared == "not_ai" else None
    expected = Expected(
        outcome="decision",
        decision="block" if broken else "allow" if rule is None else "hold",
        alerts=frozenset() if rule is None else frozenset({rule}),
        original=sha256(body),
    )
    data = {"content": content, "declaration": {"made": True, "value": declared}}
    return make.event("publication", data, expected, objects=objects)


def _malformed(make: _Maker) -> Case:
    whole = _dump({"specversion": "1.0", "id": str(make.number), "source": "//broken", "data": {"content": {}}})
    headers = make.rng.choice(((), (("content-type", b"application/cloudevents+json"),)))
    return make.raw(whole[: make.rng.randrange(1, len(whole) - 1)], headers)


def _breaks_schema(make: _Maker) -> Case:
    content = make.inline(*make.asset())
    spoil: Mapping[str, Json] = {
        "no media type": {name: member for name, member in content.items() if name != "mime"},
        "two locations": {**content, "text": "one", "base64": "b25l"},
        "bad digest": {**content, "sha256": "not hex"},
        "number for text": {**content, "id": 7},
    }
    return make.refused(spoil[make.rng.choice(tuple(spoil))], "EventInvalidError")


def _wrong_topic(make: _Maker) -> Case:
    content = make.inline(*make.asset())
    expected = Expected(outcome="dead-letter", error="EnvelopeError")
    return make.event("generation", {"content": content}, expected, type_of="publication")


def _mismatch(make: _Maker, *, other_size: bool) -> Case:
    mime, body = make.asset()
    content, _ = make.by_reference(mime, body)
    there = body + b"more" if other_size else body[:-1] + bytes([body[-1] ^ 1])
    _, objects = make.by_reference(mime, there)
    return make.refused(content, "AssetDigestError", objects=objects, mismatch=True)


def _missing(make: _Maker) -> Case:
    content, _ = make.by_reference(*make.asset())
    return make.refused(content, "AssetMissingError")


def _oversized(make: _Maker) -> Case:
    mime, body = make.asset(_EMBEDDING)
    content, objects = make.by_reference(mime, body + b"\0" * (make.load.max_asset_bytes + 1 - len(body)))
    return make.refused(content, "AssetRefusedError", objects=objects)


def _other_bucket(make: _Maker) -> Case:
    content, _ = make.by_reference(*make.asset())
    return make.refused({**content, "uri": f"s3://somebody-elses/{make.number}"}, "AssetRefusedError")


def _dump(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


_UNVERIFIED: Final[Json] = {"user": {"identity": {"status": "unverified"}}}
_FACE: Final[Json] = {"user": {"identity": {"status": "verified"}}, "content": {"biometric": ["face"]}}

KINDS: Final[Mapping[str, tuple[Callable[[_Maker], Case], float]]] = {
    "generated": (_generation, 50),
    "generated-sent-twice": (lambda make: _generation(make, times=2), 2),
    "generated-by-unverified-user": (
        lambda make: _generation(make, _UNVERIFIED, frozenset({"high-risk.unverified-user"})),
        4,
    ),
    "generated-face-without-consent": (lambda make: _generation(make, _FACE, frozenset({"high-risk.no-consent"})), 3),
    "generated-from-credentialed": (_generation_with_credential, 4),
    "published-unlabeled": (lambda make: _unlabeled(make, synthetic="yes"), 7),
    "published-sent-twice": (lambda make: _unlabeled(make, synthetic="yes", times=2), 2),
    "published-by-human": (lambda make: _unlabeled(make, synthetic="no"), 5),
    "published-credentialed": (lambda make: _credentialed(make, declared="ai"), 7),
    "published-undeclared": (lambda make: _credentialed(make, declared="not_ai"), 3),
    "published-tampered": (lambda make: _credentialed(make, declared="ai", broken=True), 3),
    "malformed": (_malformed, 2),
    "no-event": (lambda make: make.raw(_dump({"hello": make.number})), 1),
    "tombstone": (lambda make: make.raw(None), 0.5),
    "breaks-schema": (_breaks_schema, 2),
    "wrong-topic": (_wrong_topic, 0.5),
    "digest-mismatch": (lambda make: _mismatch(make, other_size=False), 1.5),
    "size-mismatch": (lambda make: _mismatch(make, other_size=True), 0.5),
    "asset-missing": (_missing, 0.5),
    "asset-oversized": (_oversized, 0.5),
    "bucket-not-allowed": (_other_bucket, 0.5),
}
"""Every kind of input: what makes it, and its weight in the mix."""
