r"""Header names that are not UTF-8: aiokafka must not stumble over them.

Kafka takes any bytes as a header's name; librdkafka sends them. aiokafka decodes names strictly while it unpacks a
batch, so one such record would stop its partition for good, before any of our code sees it. Here the batch is
unpacked again from that record on, by aiokafka's own pure Python, with a buffer whose text is decoded leniently: the
bytes that are no text show up as `\xff`. Such a header is none that we read.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

__all__ = ["LenientRecords", "accept_any_header_name"]

_LENGTH_AT: Final = 8
_OVERHEAD: Final = 12
"""A batch begins with its base offset (8 bytes) and the length of what follows (4 bytes), since Kafka 0.8."""


def accept_any_header_name() -> None:
    """Let every consumer of this process take records whose header names are not UTF-8."""
    fetcher.MemoryRecords = LenientRecords


class LenientRecords:
    """The batches of one fetch; what aiokafka's `MemoryRecords` is."""

    def __init__(self, fetched: bytes) -> None:
        self._rest = memoryview(fetched)
        self._records = MemoryRecords(fetched)

    def size_in_bytes(self) -> int:
        """Size of all batches, those that were taken included."""
        return int(self._records.size_in_bytes())

    def has_next(self) -> bool:
        """Whether there is another whole batch."""
        return bool(self._records.has_next())

    def next_batch(self) -> "_LenientBatch | None":
        """Take the next batch."""
        batch = self._records.next_batch()
        if batch is None:
            return None
        end = _OVERHEAD + int.from_bytes(self._rest[_LENGTH_AT:_OVERHEAD], "big")
        raw, self._rest = self._rest[:end], self._rest[end:]
        return _LenientBatch(batch, raw)


class _LenientBatch:
    """One batch: aiokafka's fast one, until a name stops it."""

    def __init__(self, batch: Any, raw: memoryview) -> None:
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        unpacked = 0
        try:
            for record in self._batch:
                unpacked += 1
                yield record
        except UnicodeDecodeError:
            yield from islice(_SlowBatch(self._raw), unpacked, None)


class _SlowBatch(_DefaultRecordBatchPy):  # type: ignore[misc] # aiokafka ships no types
    """The same batch in pure Python, over a lenient buffer."""

    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _LenientBuffer(self._buffer)


class _LenientBuffer(bytearray):
    def __getitem__(self, at: Any) -> Any:
        part = super().__getitem__(at)
        return _LenientText(part) if isinstance(at, slice) else part


class _LenientText(bytearray):
    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:  # noqa: ARG002 - the base's signature
        return super().decode(encoding, "backslashreplace")
