"""Vorbis comments, which FLAC and Ogg files have in common: a list of `NAME=value` in UTF-8.

There is no place for XMP that others would look into: the digital source type and the latent disclosure are comments.
Comments of others keep their bytes, whatever they are: also without a name, in other encodings, and twice.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Self

from pipeline.labels.implicit.carriers.tagging import FoundField, field_text, fields_to_write, is_replaced, names_aigc
from pipeline.labels.implicit.model import LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["Comments"]

_LENGTH: Final = struct.Struct("<I")
_VENDOR: Final = b"sealstream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comments:
    """A list of comments, as a file holds it.

    Attributes:
        vendor: the program that wrote the file's sound.
        comments: each as it stands, `NAME=value`.
    """

    vendor: bytes = _VENDOR
    comments: tuple[bytes, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> tuple[Self, bytes]:
        """The comments at the beginning of some bytes, and the bytes behind them.

        Raises:
            ImplicitRefusedError: they are cut off.
        """
        vendor, place = _text(data, 0)
        count, place = _number(data, place)
        if count * _LENGTH.size > len(data) - place:
            raise ImplicitRefusedError(what="The file's comments are cut off: fewer are there than it says.")
        comments = []
        for _ in range(count):
            comment, place = _text(data, place)
            comments.append(comment)
        return cls(vendor=vendor, comments=tuple(comments)), data[place:]

    def to_bytes(self) -> bytes:
        """What `parse` reads."""
        texts = b"".join(_LENGTH.pack(len(comment)) + comment for comment in self.comments)
        return _LENGTH.pack(len(self.vendor)) + self.vendor + _LENGTH.pack(len(self.comments)) + texts

    def entries(self) -> Iterator[FoundField]:
        """What the comments say, as fields."""
        for comment in self.comments:
            name, value = _parts(comment)
            carrier = "vorbis.AIGC" if names_aigc(name) else "vorbis.comment"
            yield FoundField(carrier, name, field_text(value))

    def with_labels(self, labels: LabelsToWrite) -> Self:
        """The comments with the labels, in the place of any of their kind."""
        new = tuple(f"{name}={value}".encode() for name, value in fields_to_write(labels).items())
        return replace(self, comments=(*self._others(labels), *new))

    def without_labels(self, labels: LabelsToWrite) -> Self:
        """The comments without those that these labels replace."""
        return replace(self, comments=tuple(self._others(labels)))

    def _others(self, labels: LabelsToWrite) -> Iterable[bytes]:
        fields = fields_to_write(labels)
        for comment in self.comments:
            name, value = _parts(comment)
            if not is_replaced(name, field_text(value), fields):
                yield comment


def _parts(comment: bytes) -> tuple[str, bytes]:
    """Its name and its value; one without a name is all value."""
    name, sign, value = comment.partition(b"=")
    return (name.decode(errors="replace"), value) if sign else ("", comment)


def _number(data: bytes, place: int) -> tuple[int, int]:
    end = place + _LENGTH.size
    if end > len(data):
        raise ImplicitRefusedError(what="The file's comments are cut off.")
    return _LENGTH.unpack_from(data, place)[0], end


def _text(data: bytes, place: int) -> tuple[bytes, int]:
    length, start = _number(data, place)
    if length > len(data) - start:
        raise ImplicitRefusedError(what="One of the file's comments is longer than the file has left.")
    return data[start : start + length], start + length
