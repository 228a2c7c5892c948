"""Values of AMF0, in which FLV files describe themselves: walked within bounds, written where a label needs it."""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["NUMBER_KIND", "Property", "is_list", "listed", "numbers", "properties", "property_of", "string", "text_at"]

NUMBER_KIND: Final = 0
_STRING: Final = 2
_OBJECT: Final = 3
_LIST: Final = 8
_ARRAY: Final = 10
_LONG_STRING: Final = 12
_FIXED: Final = {0: 8, 1: 1, 5: 0, 6: 0, 7: 2, 11: 10}
"""Lengths of the kinds of value that have one: number, truth, null, undefined, reference, date."""

_LONG: Final = (_LONG_STRING, 15)
_SHORT_LONGEST: Final = 0xFFFF
_DEEPEST: Final = 8
_MOST_VALUES: Final = 500_000
_END: Final = b"\x00\x00\x09"


class Property(NamedTuple):
    """One property: its name, where its name begins, where its value begins, and where that ends."""

    name: str
    start: int
    value: int
    end: int


def properties(data: bytes, at: int) -> list[Property]:
    """The properties of the object or list at a place, not those of values inside.

    Raises:
        ImplicitRefusedError: what is there is neither, is broken, or is out of bounds.
    """
    return list(_Walk(data).properties(at))


def text_at(data: bytes, at: int) -> bytes | None:
    """The text at a place; None where there is another kind of value."""
    kind = data[at]
    if kind == _STRING:
        return data[at + 3 : at + 3 + int.from_bytes(data[at + 1 : at + 3])]
    if kind in _LONG:
        return data[at + 5 : at + 5 + int.from_bytes(data[at + 1 : at + 5])]
    return None


def is_list(data: bytes, at: int) -> bool:
    """Whether the value at a place has properties."""
    return data[at] in (_OBJECT, _LIST)


def numbers(data: bytes, at: int) -> Iterator[int]:
    """Where in the data the numbers of an array are; none if it holds anything else."""
    if data[at] == _ARRAY:
        count = int.from_bytes(data[at + 1 : at + 5])
        places = range(at + 5, at + 5 + 9 * count, 9)
        if all(data[place : place + 1] == bytes((NUMBER_KIND,)) for place in places):
            yield from (place + 1 for place in places)


def string(text: bytes) -> bytes:
    """A text as a value."""
    if len(text) > _SHORT_LONGEST:
        return struct.pack(">BI", _LONG_STRING, len(text)) + text
    return struct.pack(">BH", _STRING, len(text)) + text


def property_of(label: bytes, text: bytes) -> bytes:
    """A property that is a text."""
    return struct.pack(">H", len(label)) + label + string(text)


def listed(body: bytes, at: int, kept: list[bytes]) -> bytes:
    """The object or list at a place, with these properties instead of its own."""
    inside = b"".join((*kept, _END))
    if body[at] == _OBJECT:
        return bytes((_OBJECT,)) + inside
    return struct.pack(">BI", _LIST, len(kept)) + inside


class _Walk:
    """One walk through values, with a budget."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = _MOST_VALUES

    def properties(self, at: int, depth: int = 0) -> Iterator[Property]:
        kind = self._byte(at)
        if kind not in (_OBJECT, _LIST):
            raise ImplicitRefusedError(what="The file's metadata is no list of properties.")
        at += 5 if kind == _LIST else 1
        while self._data[at : at + 3] != _END:
            label = at + 2 + int.from_bytes(self._data[at : at + 2])
            end = self._after(label, depth)
            yield Property(self._data[at + 2 : label].decode(errors="replace"), at, label, end)
            at = end

    def _after(self, at: int, depth: int) -> int:
        """Where the value at a place ends."""
        self._left -= 1
        if self._left < 0:
            raise ImplicitRefusedError(what=f"The file's metadata has more than {_MOST_VALUES} values.")
        if depth > _DEEPEST:
            raise ImplicitRefusedError(what=f"The file's metadata is nested more than {_DEEPEST} levels deep.")
        kind = self._byte(at)
        if kind in _FIXED:
            end = at + 1 + _FIXED[kind]
        elif kind == _STRING:
            end = at + 3 + int.from_bytes(self._data[at + 1 : at + 3])
        elif kind in _LONG:
            end = at + 5 + int.from_bytes(self._data[at + 1 : at + 5])
        else:
            end = self._after_all(at, kind, depth + 1)
        if end > len(self._data):
            raise ImplicitRefusedError(what="The file's metadata is cut off.")
        return end

    def _after_all(self, at: int, kind: int, depth: int) -> int:
        """Where a value ends that is made of values."""
        if kind == _ARRAY:
            end = at + 5
            for _ in range(int.from_bytes(self._data[at + 1 : end])):
                end = self._after(end, depth)
            return end
        if kind not in (_OBJECT, _LIST):
            raise ImplicitRefusedError(what="The file's metadata has a value of an unknown kind.")
        end = at + (5 if kind == _LIST else 1)
        for found in self.properties(at, depth):
            end = found.end
        return end + len(_END)

    def _byte(self, at: int) -> int:
        if at >= len(self._data):
            raise ImplicitRefusedError(what="The file's metadata is cut off.")
        return self._data[at]
