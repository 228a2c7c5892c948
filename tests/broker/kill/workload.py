"""The workload: seeded random events of every kind, good and bad, each with what must come of it."""

import base64
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count as count_up
from typing import Final, Literal

from tests.broker.kill.case_maker import Json, Maker, Supplies, dump
from tests.broker.kill.cases import CASE_HEADER, Case, Expected, sha256
from tests.broker.kill.clock_cases import CLOCK_KINDS, UPDATES
from tests.broker.kill.law_cases import LAW_KINDS
from tests.broker.kill.matter_cases import MATTER_ACTS, MATTER_FOLLOWED_BY, MATTER_KINDS
from tests.broker.kill.media import EMBEDDING, copied
from tests.broker.kill.people_cases import ACTS, FOLLOWED_BY, PEOPLE_KINDS, Standing

__all__ = ["FOLLOWING", "KINDS", "ORIGINAL", "make_cases"]

ORIGINAL: Final = "original-of-copies"


def make_cases(supplies: Supplies, count: int) -> Iterator[Case]:
    """Make so many cases in random order, and right behind each what people do about it, and what is said of it later.

    First of all come those that seal the originals of copies.

    Where there are enough of them, every kind comes up.
    """
    rng = random.Random(supplies.seed)
    kinds, weights = tuple(KINDS), tuple(weight for _, weight in KINDS.values())
    order = [*kinds, *rng.choices(kinds, weights, k=max(0, count - len(kinds)))][:count]
    rng.shuffle(order)
    numbers = count_up()
    for original in supplies.originals:
        yield _recognisable(_original(Maker(supplies, rng, next(numbers), ORIGINAL), original))
    for kind in order:
        case = last = KINDS[kind][0](Maker(supplies, rng, next(numbers), kind))
        yield _recognisable(case)
        standing = Standing(case).after(case)._replace(decided=0)
        for act in _FOLLOWED_BY.get(kind, ()):
            after = last.number
            last = _ACTS[act](Maker(supplies, rng, next(numbers), act), standing)
            standing = standing.after(last)
            yield _recognisable(replace(last, after=after))
        for name, update in UPDATES.get(kind, ()):
            later = update(Maker(supplies, rng, next(numbers), name), case)
            yield _recognisable(replace(later, after=case.number))


def _recognisable(case: Case) -> Case:
    return replace(case, headers=(*case.headers, (CASE_HEADER, str(case.number).encode())))


def _generation(make: Maker, data: Json | None = None, alerts: frozenset[str] = frozenset(), times: int = 1) -> Case:
    mime, body = make.asset()
    edited = make.rng.random() < 0.2
    more = {"operation": "edited" if edited else "generated", **({"parents": ["a-parent"]} if edited else {})}
    if make.rng.random() < 0.6:
        content, objects = make.by_reference(mime, body, **more)
    else:
        content, objects = make.inline(mime, body, **more), ()
    data = data or {"user": {"identity": {"status": "verified"}}, "model": {"name": "painter", "version": "3"}}
    content.update(data.get("content", {}))
    expected = Expected(outcome="manifest", alerts=alerts, original=sha256(body), embedded=mime in EMBEDDING)
    return make.event("generation", {**data, "content": content}, expected, objects=objects, times=times)


def _original(make: Maker, body: bytes) -> Case:
    content = make.inline("image/png", body, operation="generated")
    expected = Expected(outcome="manifest", original=sha256(body), embedded=True)
    return make.event("generation", {"content": content}, expected)


def _published_copy(make: Maker) -> Case:
    """Content without marks that is known: whoever knows it has to be asked, and while it is gone, nothing passes."""
    body = copied(make.rng.choice(make.supplies.originals), make.content_id)
    content, objects = make.by_reference("image/png", body, synthetic="no")
    alerts = frozenset({"label.label-removed"})
    expected = Expected(outcome="decision", decision="block", alerts=alerts, original=sha256(body))
    return make.event("publication", {"content": content}, expected, objects=objects)


def _generation_with_credential(make: Maker) -> Case:
    """Sealing again what has a credential: it becomes the parent's, and one that was broken raises an alert."""
    asset = make.rng.choice([candidate for candidate in make.supplies.to_seal_again if candidate.manifest is None])
    broken = make.rng.random() < 0.3
    body = asset.tampered if broken else asset.sealed
    content, objects = make.by_reference(asset.mime, body, operation="edited")
    alerts = frozenset({"credential.content-tampered"}) if broken else frozenset[str]()
    expected = Expected(outcome="manifest", alerts=alerts, original=sha256(body), embedded=True)
    return make.event("generation", {"content": content}, expected, objects=objects)


def _unlabeled(make: Maker, *, synthetic: Literal["yes", "no"], times: int = 1) -> Case:
    mime, body = make.asset()
    content, objects = make.by_reference(mime, body, synthetic=synthetic)
    expected = Expected(
        outcome="decision",
        decision="hold" if synthetic == "yes" else "allow",
        alerts=frozenset({"credential.unlabeled"}) if synthetic == "yes" else frozenset(),
        original=sha256(body),
    )
    return make.event("publication", {"content": content}, expected, objects=objects, times=times)


def _credentialed(make: Maker, *, declared: Literal["ai", "not_ai"], broken: bool = False) -> Case:
    asset = make.rng.choice(make.supplies.credentialed)
    body = asset.tampered if broken else asset.sealed
    beside = {} if asset.manifest is None else {"manifest": {"base64": base64.b64encode(asset.manifest).decode()}}
    content, objects = make.by_reference(asset.mime, body, **beside)
    rule = "credential.content-tampered" if broken else "credential.undeclared-ai" if declared == "not_ai" else None
    expected = Expected(
        outcome="decision",
        decision="block" if broken else "allow" if rule is None else "hold",
        alerts=frozenset() if rule is None else frozenset({rule}),
        original=sha256(body),
    )
    data = {"content": content, "declaration": {"made": True, "value": declared}}
    return make.event("publication", data, expected, objects=objects)


def _malformed(make: Maker) -> Case:
    whole = dump({"specversion": "1.0", "id": str(make.number), "source": "//broken", "data": {"content": {}}})
    headers = make.rng.choice(((), (("content-type", b"application/cloudevents+json"),)))
    return make.raw(whole[: make.rng.randrange(1, len(whole) - 1)], headers)


def _breaks_schema(make: Maker) -> Case:
    content = make.inline(*make.asset())
    spoil: Mapping[str, Json] = {
        "no media type": {name: member for name, member in content.items() if name != "mime"},
        "two locations": {**content, "text": "one", "base64": "b25l"},
        "bad digest": {**content, "sha256": "not hex"},
        "number for text": {**content, "id": 7},
    }
    return make.refused(spoil[make.rng.choice(tuple(spoil))], "EventInvalidError")


def _wrong_topic(make: Maker) -> Case:
    content = make.inline(*make.asset())
    expected = Expected(outcome="dead-letter", error="EnvelopeError")
    return make.event("generation", {"content": content}, expected, type_of="publication")


def _mismatch(make: Maker, *, other_size: bool) -> Case:
    mime, body = make.asset()
    content, _ = make.by_reference(mime, body)
    there = body + b"more" if other_size else body[:-1] + bytes([body[-1] ^ 1])
    _, objects = make.by_reference(mime, there)
    return make.refused(content, "AssetDigestError", objects=objects, mismatch=True)


def _missing(make: Maker) -> Case:
    content, _ = make.by_reference(*make.asset())
    return make.refused(content, "AssetMissingError")


def _oversized(make: Maker) -> Case:
    mime, body = make.asset(EMBEDDING)
    content, objects = make.by_reference(mime, body + b"\0" * (make.supplies.max_asset_bytes + 1 - len(body)))
    return make.refused(content, "AssetRefusedError", objects=objects)


def _other_bucket(make: Maker) -> Case:
    content, _ = make.by_reference(*make.asset())
    return make.refused({**content, "uri": f"s3://somebody-elses/{make.number}"}, "AssetRefusedError")


_UNVERIFIED: Final[Json] = {"user": {"identity": {"status": "unverified"}}}
_FACE: Final[Json] = {"user": {"identity": {"status": "verified"}}, "content": {"biometric": ["face"]}}

KINDS: Final[Mapping[str, tuple[Callable[[Maker], Case], float]]] = {
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
    "published-copy": (_published_copy, 6),
    "published-credentialed": (lambda make: _credentialed(make, declared="ai"), 7),
    "published-undeclared": (lambda make: _credentialed(make, declared="not_ai"), 3),
    "published-tampered": (lambda make: _credentialed(make, declared="ai", broken=True), 3),
    "malformed": (_malformed, 2),
    "no-event": (lambda make: make.raw(dump({"hello": make.number})), 1),
    "tombstone": (lambda make: make.raw(None), 0.5),
    "breaks-schema": (_breaks_schema, 2),
    "wrong-topic": (_wrong_topic, 0.5),
    "digest-mismatch": (lambda make: _mismatch(make, other_size=False), 1.5),
    "size-mismatch": (lambda make: _mismatch(make, other_size=True), 0.5),
    "asset-missing": (_missing, 0.5),
    "asset-oversized": (_oversized, 0.5),
    "bucket-not-allowed": (_other_bucket, 0.5),
    **LAW_KINDS,
    **PEOPLE_KINDS,
    **CLOCK_KINDS,
    **MATTER_KINDS,
}
"""Every kind of input that follows no other: what makes it, and its weight in the mix."""

_ACTS: Final = {**ACTS, **MATTER_ACTS}
_FOLLOWED_BY: Final = {**FOLLOWED_BY, **MATTER_FOLLOWED_BY}

FOLLOWING: Final = frozenset(_ACTS) | {name for updates in UPDATES.values() for name, _ in updates}
"""Every kind of input that follows another."""
