"""ZIP containers of documents, within bounds, and written anew with some entries replaced.

All other entries keep their order, name, date and attributes, and what they hold. They are packed again, as nothing in
the standard library copies packed bytes.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["MOST_ENTRIES", "MOST_EXPANDED", "Archive"]

MOST_ENTRIES: Final = 10_000
MOST_EXPANDED: Final = 256 * 1024 * 1024
"""How much all entries may hold together, in bytes."""

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_DIRECTORY_END: Final = b"PK\x05\x06"
_LONGEST_END: Final = 22 + 0xFFFF
_LONGEST_PART: Final = 16 * 1024 * 1024
_RAISED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    LookupError,
)


class Archive:
    """One container.

    Raises:
        ImplicitRefusedError: it is none, is out of bounds or encrypted, or names an entry twice.
    """

    def __init__(self, body: bytes) -> None:
        self._body = body
        if body.count(_DIRECTORY_END, -_LONGEST_END) and _announced(body) > MOST_ENTRIES:
            # Before the library reads them all.
            raise _too_many()
        with (
            ImplicitRefusedError.instead_of(*_RAISED, what="The file is no ZIP container that can be read."),
            self._open() as container,
        ):
            self._entries = container.infolist()
        if len(self._entries) > MOST_ENTRIES:
            raise _too_many()
        if sum(entry.file_size for entry in self._entries) > MOST_EXPANDED:
            raise ImplicitRefusedError(what=f"The container holds more than {MOST_EXPANDED} bytes.")
        if len({entry.filename for entry in self._entries}) != len(self._entries):
            raise ImplicitRefusedError(what="The container has two entries of one name.")
        if any(entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS for entry in self._entries):
            raise ImplicitRefusedError(
                what="The container has entries that are encrypted, or packed in an unusual way."
            )

    def names(self) -> list[str]:
        """The names of all entries."""
        return [entry.filename for entry in self._entries]

    def read(self, name: str) -> bytes | None:
        """What an entry holds; None where there is none of the name.

        Raises:
            ImplicitRefusedError: it is broken, or larger than a part with metadata can be.
        """
        entry = next((entry for entry in self._entries if entry.filename == name), None)
        if entry is None:
            return None
        if entry.file_size > _LONGEST_PART:
            raise ImplicitRefusedError(what=f"A part of the container is larger than {_LONGEST_PART} bytes.")
        with (
            ImplicitRefusedError.instead_of(*_RAISED, what="The container has a broken entry."),
            self._open() as container,
        ):
            return container.read(entry)

    def written(self, parts: Mapping[str, bytes]) -> bytes:
        """The container with some entries replaced, or added at its end.

        Raises:
            ImplicitRefusedError: an entry is broken.
        """
        left = dict(parts)
        out = io.BytesIO()
        with (
            ImplicitRefusedError.instead_of(*_RAISED, what="The container has a broken entry."),
            self._open() as source,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            target.comment = source.comment
            for entry in self._entries:
                content = left.pop(entry.filename, None)
                target.writestr(_anew(entry), source.read(entry) if content is None else content)
            for name, content in left.items():
                target.writestr(_anew(zipfile.ZipInfo(name)), content, zipfile.ZIP_DEFLATED)
        return out.getvalue()

    def _open(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(io.BytesIO(self._body))


def _announced(body: bytes) -> int:
    at = body.rindex(_DIRECTORY_END)
    return int.from_bytes(body[at + 10 : at + 12], "little")


def _anew(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """What an entry says of itself, without what depends on where and how it was packed."""
    new = zipfile.ZipInfo(entry.filename, entry.date_time)
    new.compress_type = entry.compress_type
    new.comment = entry.comment
    new.create_system = entry.create_system
    new.external_attr = entry.external_attr
    new.internal_attr = entry.internal_attr
    return new


def _too_many() -> ImplicitRefusedError:
    return ImplicitRefusedError(what=f"The container has more than {MOST_ENTRIES} entries.")
