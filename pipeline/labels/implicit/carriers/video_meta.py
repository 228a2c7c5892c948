"""The `meta` box of MP4 and QuickTime: named keys (`mdta`), or the tags of iTunes (`mdir`)."""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.tagging import AIGC, field_text, is_label, is_worth_reading, names_aigc
from pipeline.labels.implicit.carriers.video_boxes import Box, BoxReader, box
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["HANDLERS", "Meta", "box_without_marks", "meta_of", "new_meta", "with_value"]

_KEYS: Final = b"mdta"
HANDLERS: Final = (_KEYS, b"mdir")
"""The kinds of list that are read: with keys, and with the names of iTunes."""

_FREE_FORM: Final = b"----"
_UTF_8: Final = 1
_KEY_HEAD: Final = 8
_MOST_KEYS: Final = 10_000
_HANDLER: Final = box(b"hdlr", bytes(8), _KEYS, bytes(13))


class _Item(NamedTuple):
    """One item of a list: the name of its key, or its own where it has none, and all values that it has."""

    at: Box
    name: str
    values: tuple[bytes, ...]

    @property
    def is_label(self) -> bool:
        """Whether it goes where a label is written."""
        return names_aigc(self.name) or any(is_label(self.name, field_text(value)) for value in self.values)


class Meta(NamedTuple):
    """One `meta` box.

    Attributes:
        head: its payload before the first box inside: version and flags, which QuickTime leaves out.
        has_keys: whether its items are numbers of keys.
        key_box, list_box: where keys and items are.
    """

    at: Box
    head: bytes
    has_keys: bool
    children: tuple[Box, ...]
    keys: tuple[bytes, ...]
    items: tuple[_Item, ...]

    @property
    def fields(self) -> list[tuple[str, bytes]]:
        """Names and values of all items that may say anything that is read here."""
        named = ((item.name, value) for item in self.items for value in item.values)
        return [(name, value) for name, value in named if is_worth_reading(name, value)]


def meta_of(data: bytes, reader: BoxReader, at: Box) -> Meta:
    """Read one box.

    Raises:
        ImplicitRefusedError: it is broken.
    """
    head = b"" if data[at.body + 4 : at.body + 8] == b"hdlr" else data[at.body : min(at.body + 4, at.end)]
    children = tuple(reader.children(at.body + len(head), at.end))
    handler = next((data[child.body + 8 : child.body + 12] for child in children if child.kind == b"hdlr"), b"")
    keys = tuple(key for child in children if child.kind == b"keys" for key in _keys(data, child))
    has_keys = handler == _KEYS
    return Meta(
        at=at,
        head=head,
        has_keys=has_keys,
        children=children,
        keys=keys,
        items=tuple(
            _item(data, reader, item, keys if has_keys else None)
            for child in children
            if child.kind == b"ilst" and handler in HANDLERS
            for item in reader.children(child.body, child.end)
        ),
    )


def new_meta(text: str) -> bytes:
    """A box with nothing but a label."""
    return box(b"meta", bytes(4), _HANDLER, _key_box((_key(),)), box(b"ilst", _value(1, text)))


def with_value(data: bytes, meta: Meta, text: str) -> bytes:
    """A box with keys, with the label in the place of any that it has."""
    key = _key()
    keys = meta.keys if key in meta.keys else (*meta.keys, key)
    kept = (data[item.at.start : item.at.end] for item in meta.items if not item.is_label)
    items = box(b"ilst", *kept, _value(keys.index(key) + 1, text))
    # Keys and items may be missing, and have an order: handler, keys, items.
    others = [data[child.start : child.end] for child in meta.children if child.kind not in (b"keys", b"ilst")]
    return box(b"meta", meta.head, *others, _key_box(keys), items)


def box_without_marks(data: bytes, meta: Meta) -> bytes:
    """The box without the items that are labels. A key that nothing refers to stays."""
    kept = [data[item.at.start : item.at.end] for item in meta.items if not item.is_label]
    if len(kept) == len(meta.items):
        return data[meta.at.start : meta.at.end]
    children = [
        box(b"ilst", *kept) if child.kind == b"ilst" else data[child.start : child.end] for child in meta.children
    ]
    return box(b"meta", meta.head, *children)


def _keys(data: bytes, at: Box) -> Iterator[bytes]:
    """The keys as they stand, each with its namespace before it."""
    place = at.body + 8
    for _ in range(_MOST_KEYS):
        if place == at.end:
            return
        size = int.from_bytes(data[place : min(place + 4, at.end)])
        if size < _KEY_HEAD or place + size > at.end:
            break
        yield data[place + 4 : place + size]
        place += size
    raise ImplicitRefusedError(what="The list of keys in the file's metadata is broken, or too long.")


def _item(data: bytes, reader: BoxReader, at: Box, keys: tuple[bytes, ...] | None) -> _Item:
    try:
        children = list(reader.children(at.body, at.end))
    except ImplicitRefusedError:
        if keys is not None or at.kind == _FREE_FORM:
            raise
        children = []  # an item of iTunes that somebody filled in another way, which is none of ours
    name = "" if keys is not None else at.kind.decode("latin-1")
    if keys is None and at.kind == _FREE_FORM:
        name = next((_text(data[child.body + 4 : child.end]) for child in children if child.kind == b"name"), "")
    elif keys is not None and 0 < (number := int.from_bytes(at.kind)) <= len(keys):
        name = _text(keys[number - 1][4:])
    values = tuple(data[child.body + 8 : child.end] for child in children if child.kind == b"data")
    return _Item(at, name, values)


def _text(name: bytes) -> str:
    return name[:256].decode(errors="replace")


def _key() -> bytes:
    return _KEYS + AIGC.encode()


def _key_box(keys: tuple[bytes, ...]) -> bytes:
    entries = b"".join(struct.pack(">I", len(key) + 4) + key for key in keys)
    return box(b"keys", bytes(4), struct.pack(">I", len(keys)), entries)


def _value(number: int, text: str) -> bytes:
    return box(struct.pack(">I", number), box(b"data", struct.pack(">II", _UTF_8, 0), text.encode()))
