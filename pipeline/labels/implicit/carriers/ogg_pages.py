"""Pages of Ogg (RFC 3533): one packet of a stream anew, and the numbers and sums of the pages behind it.

Everything else keeps its bytes: other packets, other streams, and what follows the end of the stream.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["OggPage", "Stream", "first_pages", "stream_of", "with_second_packet"]

_CAPTURE: Final = b"OggS"
_HEAD: Final = struct.Struct("<4sBBqIIIB")
"""Capture, version, flags, granule position, stream, number, sum, and how many segments there are."""

_CONTINUED: Final = 0x01
_FIRST: Final = 0x02
_LAST: Final = 0x04
_NOTHING_ENDS: Final = -1
"""Granule position of a page on which no packet ends."""

_FULL: Final = 255
"""Length of a segment that another one of its packet follows; also the most segments of a page."""

_MOST_STREAMS: Final = 64
_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True, kw_only=True)
class OggPage:
    """A page.

    Attributes:
        start: where in the file it begins.
        end: where it ends; the bytes between are its own.
        segments: the lengths of its segments.
        data: the segments.
    """

    flags: int
    granule: int
    stream: int
    number: int
    checksum: int
    segments: bytes
    data: bytes
    start: int = 0
    end: int = 0

    def to_bytes(self) -> bytes:
        """The page as it stands in a file, with its sum."""
        return self._bytes(_checksum(self._bytes(0)))

    @property
    def is_whole(self) -> bool:
        """Whether its sum says that it is as it was written."""
        return self.checksum == _checksum(self._bytes(0))

    def _bytes(self, checksum: int) -> bytes:
        count = len(self.segments)
        head = _HEAD.pack(_CAPTURE, 0, self.flags, self.granule, self.stream, self.number, checksum, count)
        return head + self.segments + self.data


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A stream of a file up to the end of its second packet, which holds the comments in every kind of sound.

    Attributes:
        pages: the pages on which that packet lies.
        packet: what it says.
        rest: segments behind it on the last of these pages: their lengths, and their bytes.
    """

    pages: tuple[OggPage, ...]
    packet: bytes
    rest: tuple[bytes, bytes]


def first_pages(body: bytes) -> Iterator[OggPage]:
    """The first page of each stream that begins with the file.

    Raises:
        ImplicitRefusedError: the file is no Ogg, or cut off.
    """
    for number, page in enumerate(_pages(body, 0)):
        if not page.flags & _FIRST:
            return
        if number == _MOST_STREAMS:
            raise ImplicitRefusedError(what=f"The file has more than {_MOST_STREAMS} streams.")
        yield page


def stream_of(body: bytes, first: OggPage) -> Stream:
    """The stream that begins with a page.

    Raises:
        ImplicitRefusedError: its second packet is not there, or cut off.
    """
    pages: list[OggPage] = []
    packet: list[bytes] = []
    for page in _pages(body, first.end):
        if page.stream != first.stream:
            continue
        if bool(page.flags & _CONTINUED) != bool(pages) or page.flags & _FIRST:
            break
        pages.append(page)
        count = next((number for number, length in enumerate(page.segments, 1) if length < _FULL), None)
        end = sum(page.segments[:count])
        packet.append(page.data[:end])
        if count is not None:
            return Stream(pages=tuple(pages), packet=b"".join(packet), rest=(page.segments[count:], page.data[end:]))
    raise ImplicitRefusedError(what="The second packet of the file's sound is cut off, or not where it has to be.")


def with_second_packet(body: bytes, stream: Stream, packet: bytes) -> bytes:
    """The file with another packet in the place of a stream's second.

    Raises:
        ImplicitRefusedError: a page that has to be written anew is broken.
    """
    old = [_checked(page) for page in stream.pages]
    new = list(_laid_out(old, packet, stream.rest))
    added = len(new) - len(old)
    written: list[bytes] = []
    place = 0
    for page in old:
        written.append(body[place : page.start])
        if page is old[0]:
            written.extend(page.to_bytes() for page in new)
        place = page.end
    if added and not old[-1].flags & _LAST:
        for page in _pages(body, place):
            if page.stream == old[0].stream:
                if page.flags & _FIRST:
                    break
                written += [body[place : page.start], _moved(_checked(page), added).to_bytes()]
                place = page.end
                if page.flags & _LAST:
                    break
    written.append(body[place:])
    return b"".join(written)


def _checked(page: OggPage) -> OggPage:
    if not page.is_whole:
        raise ImplicitRefusedError(what="A page of the file is not what its checksum says: the file is broken.")
    return page


def _moved(page: OggPage, by: int) -> OggPage:
    return replace(page, number=(page.number + by) % (1 << 32))


def _laid_out(old: Sequence[OggPage], packet: bytes, rest: tuple[bytes, bytes]) -> Iterator[OggPage]:
    """A packet, and the segments behind it, on as many pages as that takes."""
    whole, remainder = divmod(len(packet), _FULL)
    lengths = bytes((_FULL,)) * whole + bytes((remainder,)) + rest[0]
    data = packet + rest[1]
    flags, place = old[0].flags & ~_LAST, 0
    for number, start in enumerate(range(0, len(lengths), _FULL)):
        segments = lengths[start : start + _FULL]
        end = place + sum(segments)
        last = start + _FULL >= len(lengths)
        ends = any(length < _FULL for length in segments)
        yield OggPage(
            flags=flags | (old[-1].flags & _LAST if last else 0),
            granule=_NOTHING_ENDS if not ends else old[-1].granule if last else 0,
            stream=old[0].stream,
            number=(old[0].number + number) % (1 << 32),
            checksum=0,
            segments=segments,
            data=data[place:end],
        )
        flags, place = _CONTINUED if segments[-1] == _FULL else 0, end


def _pages(body: bytes, place: int) -> Iterator[OggPage]:
    """All pages from a place on; what follows the last of them, and is none, is not looked at."""
    while body.startswith(_CAPTURE, place):
        if place + _HEAD.size > len(body):
            raise ImplicitRefusedError(what="The last page of the file is cut off.")
        _, _, flags, granule, stream, number, checksum, count = _HEAD.unpack_from(body, place)
        start = place + _HEAD.size + count
        segments = body[place + _HEAD.size : start]
        end = start + sum(segments)
        if end > len(body):
            raise ImplicitRefusedError(what="The last page of the file is cut off.")
        yield OggPage(
            flags=flags,
            granule=granule,
            stream=stream,
            number=number,
            checksum=checksum,
            segments=segments,
            data=body[start:end],
            start=place,
            end=end,
        )
        place = end


def _checksum(page: bytes) -> int:
    """The sum of a page: CRC-32 with the bits in the other direction than zlib's, and nothing inverted."""
    mirrored = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_REVERSED))
