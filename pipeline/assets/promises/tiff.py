"""TIFF and BigTIFF: the chain of image directories, what their tags say, and the pixels that they point to."""

import struct
from typing import Final, NamedTuple

from pipeline.assets.promises.container import METADATA, BrokenContainerError, Promises, Stretch, reading

__all__ = ["promises"]

_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""How long one value of each type is."""

_NUMBERS: Final = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_OURS: Final = (0xCD41, 700)
"""The manifest, and XMP."""

_DESCRIPTIONS: Final = (270, 305, 315, 33432, 34665, 34853)
"""Texts, and the directories of Exif and positions: what labels may be in. Places inside stay where they were."""

_WIDTH: Final = 256
_LENGTH: Final = 257
_SUBDIRECTORIES: Final = 330
_PIXELS: Final = {273: 279, 324: 325}
"""The tags that say where strips and tiles begin, by which ones say how long they are."""

_MOST_DIRECTORIES: Final = 10_000
_MOST_TAGS: Final = 1000
_MOST_STRIPS: Final = 1_000_000


class _Form(NamedTuple):
    order: str
    number: str
    head: str
    offset: str
    header: int

    def unpack(self, form: str, body: bytes, at: int) -> tuple[int, ...]:
        return struct.unpack_from(self.order + form, body, at)

    def size(self, form: str) -> int:
        return struct.calcsize(self.order + form)


class _Entry(NamedTuple):
    type: int
    number: int
    value: Stretch
    start: int


class _Directory(NamedTuple):
    entries: dict[int, _Entry]
    following: int


def promises(body: bytes) -> Promises:
    """What a TIFF file promises."""
    with reading(struct.error, OverflowError):
        form = _form(body)
        (at,) = form.unpack(form.offset, body, form.header)
        pages: list[_Directory] = []
        while at and len(pages) < _MOST_DIRECTORIES:
            page = _directory(body, form, at)
            pages.append(page)
            at = page.following
        if at:
            raise BrokenContainerError
        smaller = [
            _directory(body, form, place)
            for page in pages
            for place in _numbers(body, form, page, _SUBDIRECTORIES)[:_MOST_DIRECTORIES]
        ]
        return {
            "the number of its image directories": len(pages),
            "the size of each picture": [_size(body, form, page) for page in pages],
            "the tags of its pictures": [_tags(page) for page in (*pages, *smaller)],
            "its pixels": [piece for page in (*pages, *smaller) for piece in _pixels(body, form, page)],
            METADATA: [
                (tag, page.entries[tag].value) for page in pages for tag in _DESCRIPTIONS if tag in page.entries
            ],
        }


def _form(body: bytes) -> _Form:
    order = {b"II": "<", b"MM": ">"}.get(body[:2])
    version = 0 if order is None else struct.unpack_from(order + "H", body, 2)[0]
    if order is not None and version == 42:  # noqa: PLR2004 - the number of the classic kind
        return _Form(order, "H", "HHI", "I", 4)
    if order is not None and version == 43:  # noqa: PLR2004 - of the large one
        return _Form(order, "Q", "HHQ", "Q", 8)
    raise BrokenContainerError


def _directory(body: bytes, form: _Form, at: int) -> _Directory:
    (number,) = form.unpack(form.number, body, at)
    if number > _MOST_TAGS:
        raise BrokenContainerError
    at += form.size(form.number)
    inline = form.size(form.offset)
    entries = {}
    for _ in range(number):
        tag, type_, values = form.unpack(form.head, body, at)
        at += form.size(form.head)
        size = _SIZES.get(type_, 1) * values
        (start,) = (at,) if size <= inline else form.unpack(form.offset, body, at)
        entries[tag] = _Entry(type_, values, Stretch(body, start, start + size), start)
        at += inline
    (following,) = form.unpack(form.offset, body, at)
    return _Directory(entries, following)


def _size(body: bytes, form: _Form, directory: _Directory) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return _numbers(body, form, directory, _WIDTH), _numbers(body, form, directory, _LENGTH)


def _tags(directory: _Directory) -> list[tuple[int, int, int, object]]:
    """What tags say, but for those that are places, or of ours, or descriptions."""
    left_out = (*_OURS, *_DESCRIPTIONS)
    places = (*_PIXELS, _SUBDIRECTORIES)
    return [
        (tag, entry.type, entry.number, None if tag in places else entry.value)
        for tag, entry in sorted(directory.entries.items(), key=lambda item: item[0])
        if tag not in left_out
    ]


def _pixels(body: bytes, form: _Form, directory: _Directory) -> list[Stretch]:
    return [
        Stretch(body, start, start + length)
        for begins, lengths in _PIXELS.items()
        for start, length in zip(
            _numbers(body, form, directory, begins), _numbers(body, form, directory, lengths), strict=False
        )
    ]


def _numbers(body: bytes, form: _Form, directory: _Directory, tag: int) -> tuple[int, ...]:
    entry = directory.entries.get(tag)
    if entry is None or entry.type not in _NUMBERS:
        return ()
    if entry.number > _MOST_STRIPS:
        raise BrokenContainerError
    return form.unpack(f"{entry.number}{_NUMBERS[entry.type]}", body, entry.start)
