"""What messages refer to: events, bytes and where they are stored, packs and reference sets."""

import msgspec

__all__ = ["ContentName", "Digest", "EventReference", "JudgedBy", "PackReference", "ReferenceVersions", "StoredDigest"]


class EventReference(msgspec.Struct, frozen=True, kw_only=True):
    """Which event a message is about."""

    source: str
    id: str
    type: str
    time: str | None


class PackReference(msgspec.Struct, frozen=True, kw_only=True):
    """Which policy pack, and which version of it."""

    name: str
    version: str


class ReferenceVersions(msgspec.Struct, frozen=True, kw_only=True):
    """Which versions of the reference sets were looked into; `none` for an empty set."""

    services: str
    news_sources: str
    features: str
    consents: str
    inventory: str = "none"
    """What was decided before this was said was judged without it."""


class JudgedBy(msgspec.Struct, frozen=True, kw_only=True):
    """What an event was judged by."""

    packs: tuple[PackReference, ...]
    reference_sets: ReferenceVersions


class ContentName(msgspec.Struct, frozen=True, kw_only=True):
    """The content's id and media type."""

    id: str
    mime: str


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """Which bytes: lowercase hex SHA-256, and how many."""

    sha256: str
    size: int


class StoredDigest(msgspec.Struct, frozen=True, kw_only=True):
    """Which bytes, and where they are stored."""

    sha256: str
    size: int
    uri: str
