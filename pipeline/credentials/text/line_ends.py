"""Telling a change of how a text is written down from a change of its words.

Programs that move a text change its line ends, put a byte order mark before it or take it away, drop the last newline
or add one, bring it to another normal form. What was signed is not at hand, only its hash: so the text is tried in the
few forms that it can have had, and the hash says whether it was one of them.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final

from pipeline.credentials.data_hash import DataHash
from pipeline.credentials.text.binding import normalised
from pipeline.credentials.text.wrapper import Wrapper

__all__ = ["is_another_form", "is_other_lines", "is_written_in_lines"]

_BOM: Final = "\ufeff".encode()
_STYLES: Final = (b"\n", b"\r\n", b"\r")
_IN_LINES: Final = frozenset({"application/json", "application/xml", "application/x-ndjson", "application/yaml"})


def is_written_in_lines(media_type: str) -> bool:
    """Whether files of this type are texts, whose line ends programs change without asking."""
    bare = media_type.partition(";")[0].strip().lower()
    return bare.startswith("text/") or bare in _IN_LINES


def is_other_lines(text: bytes, signed: DataHash, wrapper: Wrapper | None) -> bool:
    """Whether a text has the hash that was signed in other line ends, with or without BOM and final newlines.

    Args:
        text: the whole text.
        signed: the data hash of its claim.
        wrapper: the run in it that carries the manifest, which is then hashed in NFC; None for one beside the text,
            which is hashed as it is.
    """
    if wrapper is not None:
        if not _leaves_out_the_run(signed, wrapper):
            return False
        try:
            text = _body(text, wrapper).encode()
        except ValueError:
            return False
    bare = text.removeprefix(_BOM)
    body = bare.rstrip(b"\r\n")
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    bodies = dict.fromkeys([body, *(lines.replace(b"\n", style) for style in _STYLES)])
    heads = [[mark, written] for written in bodies for mark in (b"", _BOM)]
    return signed.fits_any(heads, list(_endings(bare[len(body) :])))


def is_another_form(text: bytes, signed: DataHash, wrapper: Wrapper) -> bool:
    """Whether the run is in another place than was signed only because the text before it has another normal form."""
    if not _leaves_out_the_run(signed, wrapper):
        return False
    try:
        before = normalised(text[: wrapper.start].decode())
        body = _body(text, wrapper)
    except ValueError:
        return False
    places = {len(written.encode()) for written in (before, unicodedata.normalize("NFD", before))}
    return signed.exclusions[0].start in places and signed.fits_any([[body.encode()]], [b""])


def _leaves_out_the_run(signed: DataHash, wrapper: Wrapper) -> bool:
    lengths = {stop - wrapper.start for stop in (wrapper.stop, wrapper.filled_stop)}
    return len(signed.exclusions) == 1 and signed.exclusions[0].length in lengths


def _body(text: bytes, wrapper: Wrapper) -> str:
    return normalised((text[: wrapper.start] + text[wrapper.filled_stop :]).decode())


def _endings(ending: bytes) -> Iterator[bytes]:
    """The newlines that a text can have ended with: one more or fewer than now, or the usual few."""
    now = len(ending.replace(b"\r\n", b"\n"))
    for count in {0, 1, 2, max(0, now - 1), now, now + 1}:
        yield from (style * count for style in (_STYLES if count else (b"",)))
