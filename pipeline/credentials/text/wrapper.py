"""The run of invisible characters that carries a manifest store through a text (C2PA 2.4 A.8.2 to A.8.4).

One byte is one variation selector: 0 to 15 are U+FE00 to U+FE0F, three bytes of UTF-8 each, and 16 to 255 are U+E0100
to U+E01EF, four bytes each. So the length of a run depends on what it carries. Behind U+FEFF it says `C2PATXT`, a zero,
a version (1), the length of the store in four bytes, and the store. Drafts after 2.4 fill runs up to a length that is
known beforehand; such filling is read, and never written, because validators disagree about it.
"""

import re
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

__all__ = [
    "TRACE",
    "BrokenWrapperError",
    "Wrapper",
    "find_wrapper",
    "is_text",
    "unwrapped",
    "wrapped",
    "wrapped_length",
]

_ORDINALS: Final = np.array([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)], "<u4")
"""Of the selector of each byte."""

_SELECTORS: Final = tuple(map(str.encode, _ORDINALS.tobytes().decode("utf-32-le")))
_BEYOND: Final = 0xFFFF
_SHORT: Final = bytes(range(16))
"""The bytes whose selectors take three bytes."""
_LONG_BYTES: Final = 4
"""The bytes that the selectors of all others take."""

_MAGIC: Final = b"C2PATXT\x00"
_VERSION: Final = 1
_HEADER: Final = struct.Struct(">8sBI")
_FILLING: Final = re.compile(rb"\x00*\x10{0,2}")

TRACE: Final = b"".join(_SELECTORS[byte] for byte in _MAGIC)
"""How a run begins, without the U+FEFF, which programs that clean text are fond of removing."""

_MARK: Final = "\ufeff".encode() + TRACE
_RUN: Final = re.compile(
    re.escape(_MARK)
    + rb"(?:(?:\xf3\xa0[\x84-\x86][\x80-\xbf])++|(?:\xf3\xa0\x87[\x80-\xaf])++|(?:\xef\xb8[\x80-\x8f])++)*+"
)
_CUT: Final = re.compile(_RUN.pattern + rb"(?:\xef\xb8?|\xf3(?:\xa0[\x84-\x87]?)?)\Z")
"""A run that ends with its text, in the middle of a selector: what a limit in bytes leaves of it."""

_MOST_LAYERS: Final = 16


class BrokenWrapperError(Exception):
    """There is what should carry a manifest store, and no store can be taken from it.

    Args:
        code: the validation code for that.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapper:
    """One run, in bytes of the text's UTF-8.

    Attributes:
        start: where its U+FEFF is.
        stop: where it ends; for a filled run, without the filling.
        filled_stop: where it ends, filling included.
        store: the manifest store that it carries.
    """

    start: int
    stop: int
    filled_stop: int
    store: bytes


def is_text(media_type: str) -> bool:
    """Whether a manifest is looked for in the characters of files of this type."""
    return media_type.strip().lower().startswith("text/")


def wrapped(store: bytes) -> bytes:
    """A manifest store as a run, to be put behind a text."""
    carried = _HEADER.pack(_MAGIC, _VERSION, len(store)) + store
    selectors = _ORDINALS[np.frombuffer(carried, np.uint8)].tobytes().decode("utf-32-le")
    return ("\ufeff" + selectors).encode()


def wrapped_length(store: bytes) -> int:
    """How many bytes a manifest store takes as a run."""
    carried = _HEADER.pack(_MAGIC, _VERSION, len(store)) + store
    short = len(carried) - len(carried.translate(None, _SHORT))
    return len("\ufeff".encode()) + _LONG_BYTES * len(carried) - short


def find_wrapper(text: bytes) -> Wrapper | None:
    """The one run of a text that carries a manifest store.

    A broken run beside a whole one is passed over: whoever could add it to a signed text would only hide the claim that
    it breaks.

    Raises:
        BrokenWrapperError: no run is whole, or more than one is, and nobody can say which claim is meant.
    """
    if _MARK not in text:
        return None
    whole = [wrapper for run in _RUN.finditer(text) if (wrapper := _wrapper(run)) is not None]
    if not whole:
        raise BrokenWrapperError("manifest.text.corruptedWrapper")
    if len(whole) > 1:
        raise BrokenWrapperError("manifest.text.multipleWrappers")
    return whole[0]


def unwrapped(text: bytes) -> bytes:
    """A text without any run, whole or broken: what a person sees of it, byte for byte.

    Raises:
        BrokenWrapperError: runs are put together so that each one taken away makes another.
    """
    cut = _CUT.search(text)
    if cut is not None:
        text = text[: cut.start()]
    for _ in range(_MOST_LAYERS):
        if _MARK not in text:
            return text
        text = _RUN.sub(_rest, text)
    raise BrokenWrapperError("manifest.text.multipleWrappers")


def _rest(run: re.Match[bytes]) -> bytes:
    wrapper = _wrapper(run)
    return b"" if wrapper is None else run.string[wrapper.filled_stop : run.end()]


def _wrapper(run: re.Match[bytes]) -> Wrapper | None:
    ordinals = np.frombuffer(run[0].decode()[1:].encode("utf-32-le"), "<u4")
    # The last eight bits of a selector count from its block's beginning; the second block begins with the byte 16.
    carried = (ordinals + len(_SHORT) * (ordinals > _BEYOND)).astype(np.uint8).tobytes()
    if len(carried) < _HEADER.size:
        return None
    _, version, length = _HEADER.unpack_from(carried)
    end = _HEADER.size + length
    if version != _VERSION or not 0 < length <= len(carried) - _HEADER.size:
        return None
    stop = run.end() - sum(len(_SELECTORS[byte]) for byte in carried[end:])
    return Wrapper(
        start=run.start(),
        stop=stop,
        filled_stop=run.end() if _FILLING.fullmatch(carried, end) else stop,
        store=carried[_HEADER.size : end],
    )
