"""What mutagen raises over broken bytes, and how much padding it is to leave."""

import struct
from typing import Final

from mutagen import MutagenError, PaddingInfo

__all__ = ["LIBRARY_ERRORS", "kept_padding"]

LIBRARY_ERRORS: Final = (
    MutagenError,
    ArithmeticError,
    AssertionError,
    EOFError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    struct.error,
)
"""Its own errors, and those of what it does not foresee."""


def kept_padding(info: PaddingInfo) -> int:
    """As much as is left of what there was."""
    return max(info.padding, 0)
