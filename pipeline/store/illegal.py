"""What is stored of bytes that were found illegal, and what finds the events about them.

What was sealed is found under its digest already (`pipeline.store.layout`). Publications leave a note under theirs.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeVar

import msgspec

from pipeline.errors import BugError
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import Finding, JudgedBy, RetractionOutcome
from pipeline.events.prepared import prepare
from pipeline.store.keys import (
    ErasedBytesKey,
    ManifestKey,
    PointerKey,
    PublishedKey,
    SealedKey,
    digest_prefix,
    parse_key,
    published_prefix,
)
from pipeline.store.layout import Layout
from pipeline.store.location import Location
from pipeline.store.port import ObjectStore

__all__ = ["IllegalBytes", "codes_noted", "events_about", "found_illegal", "illegal_bytes", "note_publication"]

Body = TypeVar("Body")

_MOST_EVENTS: Final = 1_000_000
"""More events about the same bytes than anybody expects: a listing of them fits into memory."""


class IllegalBytes(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored under the digest of bytes that were found illegal: by which verdict, and what follows from it.

    `counting` are the rules whose violation counts against the accounts behind the events that are retracted.
    """

    sha256: str
    retraction: RetractionOutcome
    findings: tuple[Finding, ...]
    counting: tuple[str, ...]
    judged_by: JudgedBy | None


class _Note(msgspec.Struct, frozen=True, kw_only=True):
    """What a publication leaves under the digest of its bytes: the codes by which they are recognised, if known."""

    codes: tuple[str, ...] = ()


prepare(IllegalBytes, _Note)


def illegal_bytes(store: ObjectStore, layout: Layout, sha256: str) -> IllegalBytes | None:
    """The verdict by which these bytes were found illegal; None where they were not.

    Raises:
        WorldError: the store does not answer.
    """
    at = layout.illegal(sha256)
    stored = store.get(at)
    return None if stored is None else _decoded(stored.body, IllegalBytes, at)


def found_illegal(store: ObjectStore, layout: Layout, illegal: IllegalBytes) -> IllegalBytes:
    """Store that bytes were found illegal, and return the verdict that counts: this one, or the first.

    Raises:
        WorldError: the store does not answer.
    """
    at = layout.illegal(illegal.sha256)
    if store.create(at, to_json(illegal), media_type="application/json"):
        return illegal
    return _decoded(store.require(at).body, IllegalBytes, at)


def note_publication(store: ObjectStore, layout: Layout, sha256: str, event_uid: str, codes: Iterable[str]) -> None:
    """Have a publication be found by the bytes that it publishes; `codes` are what they are recognised by, if known.

    Raises:
        WorldError: the store does not answer.
    """
    store.create(layout.published(sha256, event_uid), to_json(_Note(codes=tuple(codes))), media_type="application/json")


def codes_noted(store: ObjectStore, layout: Layout, sha256: str, event_uid: str) -> tuple[str, ...]:
    """The codes by which a publication says that its bytes are recognised.

    Raises:
        WorldError: the store does not answer.
    """
    at = layout.published(sha256, event_uid)
    stored = store.get(at)
    return () if stored is None else _decoded(stored.body, _Note, at).codes


def events_about(store: ObjectStore, layout: Layout, sha256: str) -> Mapping[str, bool]:
    """The events that sealed, or published, exactly these bytes, or made them; True of those that published them.

    Two listings, of what lies under this digest alone. An event may not have its record yet.

    Raises:
        WorldError: the store does not answer.
    """
    return dict(_events_about(store, layout, sha256))


def _events_about(store: ObjectStore, layout: Layout, sha256: str) -> Iterator[tuple[str, bool]]:
    for bucket, prefix in (
        (layout.content_bucket, digest_prefix(sha256)),
        (layout.records_bucket, published_prefix(sha256)),
    ):
        for key in store.list_keys(bucket, prefix, limit=_MOST_EVENTS):
            match parse_key(key):
                case (
                    ManifestKey(event_uid=uid)
                    | SealedKey(event_uid=uid)
                    | PointerKey(event_uid=uid)
                    | ErasedBytesKey(event_uid=uid)  # copies of what was erased here may be elsewhere
                ):
                    yield uid, False
                case PublishedKey(event_uid=uid):
                    yield uid, True
                case _:
                    pass  # somebody else's object, or what says that these bytes are illegal


def _decoded(body: bytes, kind: type[Body], at: Location) -> Body:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise BugError(
            what=f"{at} is not what the object layout says it is.", remedy="See who else writes to this bucket."
        ) from error
