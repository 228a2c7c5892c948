"""A snapshot of what is known of one partition, as bytes: a document that says what it is, and parts with the codes.

Reading is for bytes of which nothing is known: lengths are checked before anything is made of them, digests before
anything is believed, and nothing is executed. A part holds the codes of one kind, then the keys, then the days, each
one after the other: 32, 32 and 2 bytes for each; days are counted from 1 January 1970, lowest byte first.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec
import numpy as np
from msgspec import Meta

from pipeline.events.prepared import prepare
from pipeline.fingerprints.columns import CODE_BYTES, KEY_BYTES, Columns
from pipeline.fingerprints.fingerprint import Kind

__all__ = [
    "MOST_SNAPSHOT_DOCUMENT_BYTES",
    "LastRecord",
    "Part",
    "SnapshotDocument",
    "columns_in",
    "document_bytes",
    "document_in",
    "parts_of",
]

_DAY_BYTES: Final = 2
_STORED_BYTES: Final = CODE_BYTES + KEY_BYTES + _DAY_BYTES
_MOST_ROWS: Final = 2**19
"""Of a part, which has 33 MiB then: what stores take and give at once without ado."""
_MOST_PARTS: Final = 2**13
MOST_SNAPSHOT_DOCUMENT_BYTES: Final = 2**20

_Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Meta(ge=0, le=2**62)]


class LastRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last record of a partition that was read: what tells whether a partition is still the same one.

    Attributes:
        offset: where it is.
        sha256: of its key, a NUL byte and its value.
    """

    offset: _Count
    sha256: _Sha256

    @classmethod
    def of(cls, offset: int, key: bytes | None, value: bytes | None) -> "LastRecord":
        """The record at an offset."""
        return cls(offset=offset, sha256=hashlib.sha256((key or b"") + b"\0" + (value or b"")).hexdigest())


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a snapshot: so many codes of a kind, and the SHA-256 of its bytes."""

    kind: Kind
    count: Annotated[int, Meta(ge=1, le=_MOST_ROWS)]
    sha256: _Sha256

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.count * _STORED_BYTES


class SnapshotDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a snapshot is, as JSON; written after its parts.

    Attributes:
        version: of this layout of bytes.
        topic: the topic of manifest records.
        partition: which of its partitions.
        last: the last record that was read into it; what comes after has to be read.
        parts: in order.
    """

    version: Literal[1] = 1
    topic: str
    partition: Annotated[int, Meta(ge=0)]
    last: LastRecord
    parts: Annotated[tuple[Part, ...], Meta(max_length=_MOST_PARTS)]


prepare(SnapshotDocument)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartBytes:
    """A part, and its bytes."""

    part: Part
    body: bytes


def parts_of(columns: Mapping[Kind, Columns]) -> Iterator[PartBytes]:
    """The parts that codes are written as."""
    for kind, all_of_kind in columns.items():
        for begin in range(0, len(all_of_kind), _MOST_ROWS):
            some = all_of_kind[begin : begin + _MOST_ROWS]
            body = b"".join((some.codes.tobytes(), some.keys.tobytes(), some.days.astype("<u2").tobytes()))
            yield PartBytes(part=Part(kind=kind, count=len(some), sha256=hashlib.sha256(body).hexdigest()), body=body)


def columns_in(part: Part, body: bytes, *, lot: int, since: int) -> Columns:
    """The codes of a part that are of a day or later, as one lot.

    Raises:
        ValueError: it is not the part that the document speaks of.
    """
    if len(body) != part.size or hashlib.sha256(body).hexdigest() != part.sha256:
        raise ValueError("a part has not the bytes that its document says")
    whole, keys, days = memoryview(body), part.count * CODE_BYTES, part.count * (CODE_BYTES + KEY_BYTES)
    columns = Columns.of(whole[:keys], whole[keys:days], lot, np.frombuffer(whole[days:], "<u2").astype(np.uint16))
    is_young = columns.days >= since
    return columns if is_young.all() else columns[is_young]


def document_bytes(document: SnapshotDocument) -> bytes:
    """A document as it is stored."""
    return msgspec.json.encode(document)


def document_in(body: bytes, *, topic: str, partition: int) -> SnapshotDocument:
    """Read the document of a snapshot of this partition.

    Raises:
        ValueError: it is none, or that of another topic or partition.
    """
    document = msgspec.json.decode(body, type=SnapshotDocument)
    if (document.topic, document.partition) != (topic, partition):
        raise ValueError("it is that of another topic or partition")
    return document
