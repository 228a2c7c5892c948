"""What the console reads of the buckets: the bytes of an event's content, and whether they are what was judged.

Where they lie is said by records and decisions, which workers wrote; nothing that content says is followed. They are
read from buckets of our own, are what the record says by their SHA-256, and are shown as what it says they are: workers
told that by the bytes.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from console.readmodel.shown import EventPage
from pipeline.errors import AssetRefusedError
from pipeline.events.outputs import Decision, ManifestRecord
from pipeline.media_types import canonical
from pipeline.store import Layout, Location, ObjectStore, ObjectTooLargeError
from pipeline.store.lookup import find_by_digest

__all__ = ["ContentBytes", "ContentHead", "Unseen", "Vault", "Way", "way_of"]

Unseen = Literal["no-content", "illegal", "inline", "elsewhere", "gone", "too-large", "other-bytes"]
"""Why content is not shown: there is none; it was found illegal; it came inside of its event; it lies in a bucket that
the console does not read; it is not there any more; it is too large; it is something else now."""

Way = Literal["image", "audio", "video", "text", "file"]
"""How content is shown: by an element that runs nothing; as plain text; or not at all, but as a file."""

_MOST_EVENTS: Final = 16
_IMAGES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp"})
_AUDIO: Final = frozenset(
    {"audio/wav", "audio/mpeg", "audio/flac", "audio/mp4", "audio/ogg", "audio/webm", "audio/aac"}
)
_VIDEO: Final = frozenset({"video/mp4", "video/quicktime", "video/webm", "video/ogg"})
_TEXTS: Final = frozenset({"application/json", "application/xml", "application/xhtml+xml", "image/svg+xml"})
"""What browsers would render or run, and text is all the same: it is shown as its source."""


def way_of(media_type: str) -> Way:
    """How content of a type is shown."""
    name = canonical(media_type)
    if name in _IMAGES:
        return "image"
    if name in _AUDIO:
        return "audio"
    if name in _VIDEO:
        return "video"
    return "text" if name.startswith("text/") or name in _TEXTS else "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentHead:
    """Content as it was judged: its canonical media type, and its digest."""

    mime: str
    sha256: str

    @property
    def way(self) -> Way:
        """How it is shown."""
        return way_of(self.mime)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentBytes(ContentHead):
    """The same with the bytes, which have that digest."""

    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """The buckets, as the console reads them.

    Args:
        store: where objects are.
        layout: which object goes where.
        buckets: those that may be read.
        max_bytes: larger content is not read, in bytes.
    """

    store: ObjectStore
    layout: Layout
    buckets: frozenset[str]
    max_bytes: int

    def content(self, event: EventPage) -> ContentBytes | Unseen:
        """The content of an event, read whole; of one that was sealed, the sealed asset.

        Raises:
            WorldError: the store does not answer.
        """
        found = self._found(event)
        return found if isinstance(found, str) else self._read(*found)

    def head(self, event: EventPage) -> ContentHead | Unseen:
        """The same without the bytes: whether they are the ones that were judged is seen where they are read.

        Raises:
            WorldError: the store does not answer.
        """
        found = self._found(event)
        if isinstance(found, str):
            return found
        at, judged = found
        stored = self.store.head(at)
        if stored is None:
            return "gone"
        if stored.size > self.max_bytes:
            return "too-large"
        return ContentHead(mime=canonical(judged.mime), sha256=judged.sha256)

    def _found(self, event: EventPage) -> "tuple[Location, _Judged] | Unseen":
        """Where the content of an event lies, and what was judged; or why nobody sees it."""
        judged = _judged(event)
        if judged is None:
            return "no-content"
        if event.standing == "retracted" or any(self._is_illegal(digest) for digest in judged.digests):
            return "illegal"
        at = self._place(judged)
        return at if isinstance(at, str) else (at, judged)

    def _is_illegal(self, sha256: str) -> bool:
        return self.store.head(self.layout.illegal(sha256)) is not None

    def _place(self, judged: "_Judged") -> Location | Unseen:
        if judged.uri is None:
            return next(self._sealed(judged.sha256), "inline")
        try:
            at = Location.parse(judged.uri)
        except AssetRefusedError:
            return "elsewhere"
        return at if at.bucket in self.buckets else "elsewhere"

    def _sealed(self, sha256: str) -> Iterator[Location]:
        """Where the same bytes lie that were sealed here."""
        for found in find_by_digest(self.store, self.layout, sha256, limit=_MOST_EVENTS):
            if found.role == "sealed" and found.sealed is not None and found.sealed.bucket in self.buckets:
                yield found.sealed

    def _read(self, at: Location, judged: "_Judged") -> ContentBytes | Unseen:
        try:
            stored = self.store.get(at, max_bytes=self.max_bytes)
        except ObjectTooLargeError:
            return "too-large"
        if stored is None:
            return "gone"
        if hashlib.sha256(stored.body).hexdigest() != judged.sha256:
            return "other-bytes"
        return ContentBytes(mime=canonical(judged.mime), sha256=judged.sha256, body=stored.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What was judged: its type, its digest, where it is, and the digests that it may have been found illegal by."""

    mime: str
    sha256: str
    uri: str | None
    digests: tuple[str, ...]


def _judged(event: EventPage) -> _Judged | None:
    sealed: ManifestRecord | None = event.record
    if sealed is not None:
        return _Judged(
            mime=sealed.content.mime,
            sha256=sealed.sealed.sha256,
            uri=sealed.sealed.uri,
            digests=(sealed.sealed.sha256, sealed.original.sha256),
        )
    decided: list[Decision] = [decision for decision in event.decisions if decision.content is not None]
    content = decided[-1].content if decided else None
    if content is None:
        return None
    # The first decision about an event says where it was; those of builds before did not.
    uri = next(
        (
            decision.content.uri
            for decision in decided
            if decision.content is not None and decision.content.uri is not None
        ),
        None,
    )
    return _Judged(mime=content.mime, sha256=content.sha256, uri=uri, digests=(content.sha256,))
