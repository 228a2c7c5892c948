"""TIFF and BigTIFF: the manifest in tag 52545 of the first directory (C2PA 2.4, Annex A).

Store and a copy of the directory that names it are put behind the file, and the header is pointed to the copy. All
offsets keep their meaning, in private directories and makers' notes too, and the chain of directories, which are the
pages, is as long as it was.
"""

import struct
from typing import Final, NamedTuple

from pipeline.credentials.placing.place import ManifestPlace, UnplaceableError

__all__ = ["is_big_tiff", "place_in_tiff"]

_MANIFEST: Final = 0xCD41
_UNDEFINED: Final = 7
_MOST_TAGS: Final = 1000
_MOST_PAGES: Final = 10_000
_CLASSIC: Final = 42
_BIG: Final = 43


class _Form(NamedTuple):
    """How directories are laid out: a `number` of entries, each a `head` and a value or offset of `inline` bytes."""

    order: str
    number: str
    head: str
    offset: str
    header: int

    @property
    def inline(self) -> int:
        return struct.calcsize(self.order + self.offset)

    def pack(self, form: str, *values: int) -> bytes:
        return struct.pack(self.order + form, *values)

    def unpack(self, form: str, body: bytes, at: int) -> tuple[int, ...]:
        return struct.unpack_from(self.order + form, body, at)

    def size(self, form: str) -> int:
        return struct.calcsize(self.order + form)


def is_big_tiff(body: bytes) -> bool:
    """Whether a file is a BigTIFF, by its first bytes."""
    return body[:4] in (b"II+\0", b"MM\0+")


def place_in_tiff(body: bytes, length: int) -> ManifestPlace:
    """A file around a manifest store of so many bytes.

    Raises:
        UnplaceableError: it is broken, or has a manifest in a page behind the first, where readers look first.
    """
    try:
        return _placed(body, length)
    except struct.error as error:
        raise UnplaceableError from error


def _placed(body: bytes, length: int) -> ManifestPlace:
    form = _form(body)
    (first,) = form.unpack(form.offset, body, form.header)
    entries, following = _entries(body, form, first)
    _check_pages(body, form, following)
    store_at = len(body) + -len(body) % 8
    head = bytearray(body) + bytes(store_at - len(body))
    directory_at = store_at + length + -length % 8
    own = form.pack(form.head, _MANIFEST, _UNDEFINED, length) + form.pack(form.offset, store_at)
    kept = [entry for entry in entries if form.unpack("H", entry, 0) != (_MANIFEST,)]
    rows = sorted((*kept, own), key=lambda row: form.unpack("H", row, 0))
    tail = bytes(-length % 8) + form.pack(form.number, len(rows)) + b"".join(rows) + form.pack(form.offset, following)
    head[form.header : form.header + form.inline] = form.pack(form.offset, directory_at)
    return ManifestPlace(head=bytes(head), tail=tail)


def _form(body: bytes) -> _Form:
    order = {b"II": "<", b"MM": ">"}.get(body[:2])
    if order is None:
        raise UnplaceableError
    (version,) = struct.unpack_from(order + "H", body, 2)
    if version == _CLASSIC:
        return _Form(order, "H", "HHI", "I", 4)
    if version == _BIG and struct.unpack_from(order + "HH", body, 4) == (8, 0):
        return _Form(order, "Q", "HHQ", "Q", 8)
    raise UnplaceableError


def _entries(body: bytes, form: _Form, at: int) -> tuple[list[bytes], int]:
    (number,) = form.unpack(form.number, body, at)
    if not 0 < number <= _MOST_TAGS:
        raise UnplaceableError
    size = form.size(form.head) + form.inline
    begin = at + form.size(form.number)
    entries = [body[begin + size * place : begin + size * (place + 1)] for place in range(number)]
    (following,) = form.unpack(form.offset, body, begin + size * number)
    return entries, following


def _check_pages(body: bytes, form: _Form, at: int) -> None:
    for _ in range(_MOST_PAGES):
        if not at:
            return
        entries, at = _entries(body, form, at)
        if any(form.unpack("H", entry, 0) == (_MANIFEST,) for entry in entries):
            break
    raise UnplaceableError
