"""Elements of EBML, which Matroska and WebM files are made of (RFC 8794)."""

import zlib
from collections.abc import Container, Iterable, Iterator
from typing import Final, NamedTuple

from pipeline.labels.refused import ImplicitRefusedError

__all__ = [
    "CRC",
    "VOID",
    "Element",
    "ElementReader",
    "can_be_void",
    "checksum",
    "master",
    "resized",
    "text_element",
    "unsigned",
    "void",
]

CRC: Final = 0xBF
VOID: Final = 0xEC

_MOST_ELEMENTS: Final = 500_000
_LONGEST_ID: Final = 4
_LONGEST_SIZE: Final = 8
_SHORTEST_VOID: Final = 2
_ONE_BYTE: Final = 126
"""The longest payload whose length fits into one byte."""


class Element(NamedTuple):
    """One element: where it begins, where its size and payload begin, and where it ends, if it says so."""

    id: int
    start: int
    size: int
    body: int
    end: int
    sized: bool


class ElementReader:
    """Walks the elements of one file, up to a number of them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = _MOST_ELEMENTS

    def children(self, start: int, end: int, *, endless: Container[int] = ()) -> Iterator[Element]:
        """The elements between two places; those that may leave out their size are said to end where all do.

        Raises:
            ImplicitRefusedError: one is broken or does not end where it should, or there are too many.
        """
        while start < end:
            found = self.element(start, end)
            if not found.sized and found.id not in endless:
                raise ImplicitRefusedError(what="An element has no length that has to have one: the file is broken.")
            yield found
            start = found.end

    def element(self, at: int, end: int) -> Element:
        """The element at a place; one without a size is said to end where its parent does.

        Raises:
            ImplicitRefusedError: it is broken or does not end before its parent does, or there were too many.
        """
        self._left -= 1
        if self._left < 0:
            raise ImplicitRefusedError(what=f"The file has more than {_MOST_ELEMENTS} elements.")
        size = at + self._width(at, end, _LONGEST_ID)
        width = self._width(size, end, _LONGEST_SIZE)
        body = size + width
        ones = (1 << 7 * width) - 1
        length = int.from_bytes(self._data[size:body]) & ones
        if length == ones:
            return Element(int.from_bytes(self._data[at:size]), at, size, body, end, sized=False)
        if body + length > end:
            raise ImplicitRefusedError(what="An element does not end where it should: the file is truncated or broken.")
        return Element(int.from_bytes(self._data[at:size]), at, size, body, body + length, sized=True)

    def _width(self, at: int, end: int, longest: int) -> int:
        width = 9 - self._data[at].bit_length() if at < end else longest + 1
        if width > longest or at + width > end:
            raise ImplicitRefusedError(what="The file ends within an element, or is no Matroska.")
        return width


def master(number: int, children: Iterable[bytes], *, crc: bool = False) -> bytes:
    """An element of elements; with a checksum of them before them, or without."""
    payload = b"".join(children)
    if crc:
        payload = _element(CRC, checksum(payload)) + payload
    return _element(number, payload)


def checksum(payload: bytes) -> bytes:
    """The sum over what follows it in its element."""
    return zlib.crc32(payload).to_bytes(4, "little")


def unsigned(number: int, value: int, *, spare: int = 0) -> bytes:
    """An element that is a number, in as few bytes as it takes, and some to spare."""
    return _element(number, value.to_bytes(max(1, (value.bit_length() + 7) // 8) + spare))


def can_be_void(length: int) -> bool:
    """Whether so many bytes can be filled with nothing."""
    return length == 0 or length >= _SHORTEST_VOID


def void(length: int) -> bytes:
    """Nothing, of a length that it can have, header included."""
    if length == 0:
        return b""
    if length - 2 <= _ONE_BYTE:
        return bytes((VOID, 0x80 | length - 2)) + bytes(length - 2)
    return bytes((VOID, 0x01)) + (length - 9).to_bytes(7) + bytes(length - 9)


def resized(element: Element, size: int) -> bytes:
    """The size of an element anew, in as many bytes as it has.

    Raises:
        ImplicitRefusedError: it does not fit into them.
    """
    width = element.body - element.size
    if size >= (1 << 7 * width) - 1:
        raise ImplicitRefusedError(what="With the labels, the file would be longer than its header can say.")
    return (1 << 7 * width | size).to_bytes(width)


def text_element(number: int, value: str) -> bytes:
    """An element that is a text."""
    return _element(number, value.encode())


def _element(number: int, payload: bytes) -> bytes:
    identity = number.to_bytes((number.bit_length() + 7) // 8)
    width = next(width for width in range(1, 9) if len(payload) < (1 << 7 * width) - 1)
    return identity + (1 << 7 * width | len(payload)).to_bytes(width) + payload
