"""What a feature may look for: patterns that can match something, and do not match everything.

The one place that knows RE2 besides the index that runs it.
"""

from typing import Any, Final

import msgspec
import re2

from pipeline.fingerprints import Fingerprint, ImageCode
from pipeline.policy.reference.normalising import folded, legible

__all__ = [
    "PatternError",
    "Picture",
    "compile_regex",
    "fingerprint_of",
    "phrase_of",
    "picture_of_code",
    "regex_of",
    "regex_options",
]

_REGEX_BYTES: Final = 2**20
"""Memory for one regular expression; a class of all Chinese characters, five hundred times, needs less."""

_SHORTEST_CODE: Final = 64
_SIXTEENTH: Final = 16
"""The usual distance is a sixteenth of the code: 16 of 256 bits. Copies that were re-encoded or resized differ in
fewer, pictures that have nothing to do with each other in half of them."""
_QUARTER: Final = 4


class PatternError(Exception):
    """Why a feature cannot be looked for, without its pattern."""


class Picture(msgspec.Struct, frozen=True):
    """A picture to be recognised: its Image-Code, and in how many bits another may differ from it."""

    code: ImageCode
    distance: int


def phrase_of(phrase: str) -> str:
    """A phrase in the writing in which it is compared.

    Raises:
        PatternError: nothing is left of it.
    """
    written = folded(phrase)
    if not written:
        raise PatternError("nothing is left of its phrase but characters that nobody sees")
    return written


def regex_of(pattern: str) -> str:
    """A regular expression that can be used.

    Raises:
        PatternError: RE2 refuses it, no text is ever written like it, or it is found in the empty text.
    """
    if legible(pattern) != pattern:
        raise PatternError(
            "its regular expression has characters that no text has after normalisation; write it in Unicode NFKC, "
            "without invisible characters, and with blanks for white space"
        )
    if compile_regex(pattern).search("") is not None:
        raise PatternError("its regular expression is found even in the empty text")
    return pattern


def picture_of_code(code: str, distance: int | None) -> Picture:
    """A picture to be recognised; where no distance is given, it is a sixteenth of the code.

    Raises:
        PatternError: the code is none, or the distance would take in pictures that have nothing to do with it.
    """
    parsed = ImageCode.parse(code)
    if parsed is None or parsed.bits < _SHORTEST_CODE:
        raise PatternError(f"its iscc is no Image-Code of {_SHORTEST_CODE} bits or more")
    if distance is None:
        return Picture(parsed, parsed.bits // _SIXTEENTH)
    if distance > parsed.bits // _QUARTER:
        raise PatternError(
            f"a distance of {distance} is too much for a code of {parsed.bits} bits, which may differ in a quarter "
            "of them at most"
        )
    return Picture(parsed, distance)


def fingerprint_of(code: str) -> str:
    """The code of content that what comes near it is told by.

    Raises:
        PatternError: it is no code of a kind that is made here.
    """
    if Fingerprint.parse(code) is None:
        raise PatternError("its fingerprint is no Content-Code of 256 bits of a text, a picture, sound or a video")
    return code


def compile_regex(pattern: str) -> Any:
    """An expression that RE2 searches for in linear time.

    Raises:
        PatternError: RE2 refuses it.
    """
    try:
        return re2.compile(pattern, regex_options(_REGEX_BYTES))
    except re2.error as error:
        # RE2 says what is wrong and then quotes the place: only the first half is repeated.
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise PatternError(f"RE2 refuses its regular expression ({reason.partition(':')[0]})") from None


def regex_options(max_bytes: int) -> Any:
    """How RE2 is used here: within so much memory, and never writing to standard error."""
    options = re2.Options()
    options.max_mem = max_bytes
    options.log_errors = False
    return options
