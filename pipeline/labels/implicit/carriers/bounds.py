"""How much of a file's structure is looked at before the file is refused."""

import zlib
from typing import Final

from pipeline.labels.implicit.xmp import MOST_XMP
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["MOST_METADATA", "MOST_PIECES", "broken", "counted", "inflated"]

MOST_METADATA: Final = 1000
"""The most pieces of metadata (segments, chunks, extensions, tags) in one file."""

MOST_PIECES: Final = 200_000
"""The most pieces of any kind: a long animation has one or two for each frame."""


def broken(format_name: str, where: str) -> ImplicitRefusedError:
    """The refusal of a file that does not hold together."""
    return ImplicitRefusedError(what=f"The {format_name} is broken: {where}.")


def counted(number: int, most: int, *, of: str) -> None:
    """Refuse more than so many.

    Raises:
        ImplicitRefusedError: there are more.
    """
    if number > most:
        raise ImplicitRefusedError(what=f"The file has more than {most} {of}.")


def inflated(body: bytes, *, what: str) -> bytes:
    """What a zlib stream holds, if that is no longer than a packet may be.

    Raises:
        ImplicitRefusedError: it is longer, or the stream is broken.
    """
    stream = zlib.decompressobj()
    with ImplicitRefusedError.instead_of(zlib.error, what=f"Of the file, {what} is broken."):
        held = stream.decompress(body, MOST_XMP + 1)
    if len(held) > MOST_XMP:
        raise ImplicitRefusedError(what=f"Of the file, {what} is longer than {MOST_XMP} bytes.")
    return held
