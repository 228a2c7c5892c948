"""How much of a file's structure is looked at before the file is refused."""

import zlib
from typing import Final

from pipeline.labels.implicit.errors import LabelRefusedError, refusing
from pipeline.labels.implicit.xmp import MOST_XMP

__all__ = ["MOST_METADATA", "MOST_PIECES", "broken", "counted", "inflated"]

MOST_METADATA: Final = 1000
"""The most pieces of metadata (segments, chunks, extensions, tags) in one file."""

MOST_PIECES: Final = 200_000
"""The most pieces of any kind: a long animation has one or two for each frame."""


def broken(format_name: str, where: str) -> LabelRefusedError:
    """The refusal of a file that does not hold together."""
    return LabelRefusedError(what=f"The {format_name} is broken: {where}.")


def counted(number: int, most: int, *, of: str) -> None:
    """Refuse more than so many.

    Raises:
        LabelRefusedError: there are more.
    """
    if number > most:
        raise LabelRefusedError(what=f"The file has more than {most} {of}.")


def inflated(body: bytes, *, what: str) -> bytes:
    """What a zlib stream holds, if that is no longer than a packet may be.

    Raises:
        LabelRefusedError: it is longer, or the stream is broken.
    """
    stream = zlib.decompressobj()
    with refusing(f"Of the file, {what} is broken.", zlib.error):
        held = stream.decompress(body, MOST_XMP + 1)
    if len(held) > MOST_XMP:
        raise LabelRefusedError(what=f"Of the file, {what} is longer than {MOST_XMP} bytes.")
    return held
