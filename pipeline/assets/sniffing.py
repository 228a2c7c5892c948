"""Sniffing: what an asset is, told by its bytes, once, at the door; what somebody declared is only a claim.

The formats of the table are told here, exactly: by signature (`signatures`), by what stands inside a container that
several share (`containers`), or as characters (`characters`). Of all others, of which only has to be known that they
are something else, puremagic knows some thousand. Bytes that nobody knows leave the claim as it is, for then nothing
speaks against it.

| the bytes are                    | the claim is                                    | the asset is        | mismatch |
|----------------------------------|-------------------------------------------------|---------------------|----------|
| of a known format                | the same, under any spelling; or nothing        | what the bytes are  | no       |
| of a known format                | another                                         | what the bytes are  | yes      |
| a container that many share      | a format in that container, or one nobody knows | what is claimed     | no       |
| characters                       | a kind of text, or a type that nobody knows     | what is claimed     | no       |
| characters                       | a format with a signature of its own            | what they look like | yes      |
| known to nobody                  | anything                                        | what is claimed     | no       |
"""

from dataclasses import dataclass
from typing import Final

import puremagic

from pipeline.assets.characters import character_type
from pipeline.assets.signatures import told_by_signature
from pipeline.assets.told import Told
from pipeline.media_types import FORMATS, UNKNOWN, canonical

__all__ = ["Sniffed", "sniffed"]

_VAGUE: Final = frozenset(
    {
        "",
        UNKNOWN,
        "*/*",
        "application/binary",
        "application/download",
        "application/force-download",
        "application/unknown",
        "application/x-binary",
        "application/x-download",
        "application/x-unknown",
        "binary/octet-stream",
        "content/unknown",
        "unknown/unknown",
    }
)
"""What is declared by who does not know: no claim."""

_HEAD: Final = 1024
"""So many bytes at the start are shown to the library: signatures are there, and it may not read a whole asset."""

_LEAST_SIGNATURE: Final = 4
"""Shorter signatures, in bytes, are met by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sniffed:
    """What an asset is.

    Attributes:
        media_type: its canonical name.
        differs: the bytes are something else than was claimed.
    """

    media_type: str
    differs: bool


def sniffed(body: bytes, claim: str | None) -> Sniffed:
    """What bytes are, given what they are claimed to be.

    Args:
        body: the whole asset. No more is read of it than tells what it is.
        claim: the media type that was declared, in any spelling, or that a file's name tells; None for neither.
    """
    named = canonical(claim or "")
    claimed = None if named in _VAGUE else named
    told = told_by_signature(body)
    if told is None:
        text = character_type(body, claimed)
        if text is not None:
            return Sniffed(media_type=text, differs=claimed not in (None, text))
        told = _by_library(body)
    if told is None:
        return Sniffed(media_type=claimed or UNKNOWN, differs=False)
    if claimed is None or claimed == told.media_type:
        return Sniffed(media_type=told.media_type, differs=False)
    if _stands(claimed, told):
        return Sniffed(media_type=claimed, differs=False)
    return Sniffed(media_type=told.media_type, differs=True)


def _stands(claimed: str, told: Told) -> bool:
    """Whether a claim says more than the bytes do, and nothing else."""
    if claimed in told.or_any_of:
        return True
    known = FORMATS.get(claimed)
    # A format that nobody here knows may live in a container that many share.
    return told.is_shared and known is None


def _by_library(body: bytes) -> Told | None:
    """What the library takes the first bytes for; None where it does not know, or was only met by chance."""
    try:
        guesses = puremagic.magic_string(body[:_HEAD])
    except (puremagic.PureError, ValueError):
        return None
    # Formats of the table have signatures of their own here: where the library says one, it says it of a relative.
    others = (canonical(guess.mime_type) for guess in guesses if len(guess.byte_match) >= _LEAST_SIGNATURE)
    name = next((name for name in others if "/" in name and name not in _VAGUE and name not in FORMATS), None)
    return None if name is None else Told(media_type=name)
