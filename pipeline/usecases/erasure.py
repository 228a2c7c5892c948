"""Erasure as values: what is asked for, what was found and done, and the part of a record that both go by."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Literal

import msgspec

from pipeline.duties.erasure import LeftBehind
from pipeline.errors import BugError
from pipeline.events.identity import erasure_uid
from pipeline.events.instants import instant
from pipeline.events.prepared import prepare

__all__ = [
    "ErasableRecord",
    "ErasedObject",
    "ErasureReport",
    "ErasureRequest",
    "OutlivedEvent",
    "PartErased",
    "erasable",
    "erased_part",
    "joined_parts",
]

_Kind = Literal["user", "content", "digest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequest:
    """Whose content is to be erased, or which: an account, a content id, or the SHA-256 of bytes."""

    kind: _Kind
    subject: str

    @property
    def uid(self) -> str:
        """Its identity, which says nothing of whose it is."""
        return erasure_uid(self.kind, self.subject)


class ErasedObject(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was deleted, or would be: an object, or the newest message of a key on a compacted topic."""

    what: Literal["sealed asset or manifest", "inbox copy", "record", "message"]
    where: str


class OutlivedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event whose record law demands no more.

    Attributes:
        places: what the records bucket has of it, its record last.
        digests: of the bytes that it brought, by which its copies in the inbox are found.
    """

    event_uid: str
    places: tuple[str, ...]
    digests: tuple[str, ...] = ()

    @property
    def record(self) -> str:
        """Where its record is."""
        return self.places[-1]


class PartErased(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one part.

    Attributes:
        content_ids: whose manifest records are to be taken off their topic.
        outlived: the events whose records law demands no more, and of which nothing was left so far.
        digests, sizes: of the bytes that events brought; those without a size are looked for among all.
        locked: the digests of those that the inbox keeps locked.
        by: how many of them each erasure asked for, by its identity.
        was_erased: how many of the events had been erased before, so that little or nothing was left to do.
    """

    events: tuple[str, ...] = ()
    by: Mapping[str, int] = {}
    was_erased: int = 0
    erased: tuple[ErasedObject, ...] = ()
    left: tuple[LeftBehind, ...] = ()
    content_ids: tuple[str, ...] = ()
    outlived: tuple[OutlivedEvent, ...] = ()
    digests: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    sizes: frozenset[int] = frozenset()
    has_unsized: bool = False


class ErasureReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one run did, as it is stored in the records bucket: what and why, and nothing of whose it was.

    Attributes:
        events: how many this erasure asked for; what else is counted is of the whole run.
        together_with: how many other erasures the same run was for.
    """

    erasure: str
    kind: _Kind
    number: int
    basis: tuple[str, ...]
    finished_at: str
    events: int
    together_with: int
    was_erased: int
    erased: dict[str, int]
    left: dict[str, int]


class _Bytes(msgspec.Struct, frozen=True):
    sha256: str | None = None
    size: int | None = None
    uri: str | None = None


class _Content(msgspec.Struct, frozen=True):
    id: str
    sha256: str | None = None
    size: int | None = None


class _CountsAgainst(msgspec.Struct, frozen=True):
    account: str


class _Parent(msgspec.Struct, frozen=True):
    sha256: str | None = None
    event_uid: str | None = None


class ErasableRecord(msgspec.Struct, frozen=True):
    """The part of a record, of either kind, that says whose it is and where things lie."""

    event_uid: str
    content: _Content | None = None
    original: _Bytes | None = None
    sealed: _Bytes | None = None
    manifest: _Bytes | None = None
    parents: tuple[_Parent, ...] = ()
    account: str | None = None
    data_subjects: tuple[str, ...] | None = None
    counts_against: _CountsAgainst | None = None
    sealed_at: str | None = None
    decided_at: str | None = None

    @property
    def at(self) -> datetime | None:
        """When it was written."""
        return instant(self.sealed_at or self.decided_at or "")

    @property
    def accounts(self) -> tuple[str, ...]:
        """Whose event it is, and whom it names."""
        against = None if self.counts_against is None else self.counts_against.account
        named = (self.account, against, *(self.data_subjects or ()))
        return tuple(dict.fromkeys(account for account in named if account is not None))

    @property
    def known(self) -> "tuple[_Bytes, ...]":
        """The bytes that the event knew: what it took in, and what it sealed."""
        content = None if self.content is None else _Bytes(self.content.sha256, self.content.size)
        parts = (self.original, self.sealed, content)
        return tuple(part for part in parts if part is not None and part.sha256)

    @property
    def digests(self) -> tuple[str, ...]:
        """Their digests."""
        return tuple(dict.fromkeys(part.sha256 for part in self.known if part.sha256))

    @property
    def brought(self) -> "tuple[_Bytes, ...]":
        """What the event brought and producers put into the inbox: its asset, and what that was made from.

        A parent that another event sealed is that event's.
        """
        own = self.original or (None if self.content is None else _Bytes(self.content.sha256, self.content.size))
        parents = (_Bytes(parent.sha256) for parent in self.parents if parent.sha256 and parent.event_uid is None)
        return tuple(part for part in (own, *parents) if part is not None and part.sha256)


prepare(ErasableRecord, ErasureReport)


def joined_parts(*parts: PartErased) -> PartErased:
    """What was found in several parts."""
    by: Counter[str] = Counter()
    for part in parts:
        by.update(part.by)
    return PartErased(
        events=tuple(chain.from_iterable(part.events for part in parts)),
        by=dict(by),
        was_erased=sum(part.was_erased for part in parts),
        erased=tuple(chain.from_iterable(part.erased for part in parts)),
        left=tuple(chain.from_iterable(part.left for part in parts)),
        content_ids=tuple(dict.fromkeys(chain.from_iterable(part.content_ids for part in parts))),
        outlived=tuple(chain.from_iterable(part.outlived for part in parts)),
        digests=frozenset[str]().union(*(part.digests for part in parts)),
        locked=frozenset[str]().union(*(part.locked for part in parts)),
        sizes=frozenset[int]().union(*(part.sizes for part in parts)),
        has_unsized=any(part.has_unsized for part in parts),
    )


def erased_part(done: Iterable[ErasedObject | LeftBehind | None]) -> PartErased:
    """What was deleted and what was left, of what was tried; None is what was not there any more."""
    done = tuple(done)
    return PartErased(
        erased=tuple(outcome for outcome in done if isinstance(outcome, ErasedObject)),
        left=tuple(outcome for outcome in done if isinstance(outcome, LeftBehind)),
    )


def erasable(body: bytes, uid: str) -> ErasableRecord:
    """Read a record, of a generation event or of any other.

    Raises:
        BugError: it is none.
    """
    try:
        return msgspec.json.decode(body, type=ErasableRecord)
    except msgspec.DecodeError as error:
        raise BugError(
            what=f"The record of the event {uid} is neither a decision nor a manifest record.",
            remedy="See who else writes to the records bucket.",
        ) from error
