"""What the attributes of an event may hold: the rules of CloudEvents 1.0.2 for strings and for times."""

import re
from datetime import datetime
from typing import Final

__all__ = ["MAX_ATTRIBUTE_LENGTH", "is_rfc_3339", "problem_of_text"]

MAX_ATTRIBUTE_LENGTH: Final = 2048

# What CloudEvents keeps out of its strings: control characters, and the noncharacters of every plane.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
# ISO 8601 has many more forms than RFC 3339, and `datetime.fromisoformat` reads most of them.
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:[0-5]\d)", re.ASCII | re.IGNORECASE)


def problem_of_text(attribute: str) -> str | None:
    """What is wrong with the text of an attribute, as the end of a sentence; None where nothing is."""
    if not attribute:
        return "is empty"
    if len(attribute) > MAX_ATTRIBUTE_LENGTH:
        return f"is longer than {MAX_ATTRIBUTE_LENGTH} characters"
    if _FORBIDDEN.search(attribute):
        return "contains a character that CloudEvents forbids"
    return None


def is_rfc_3339(text: str) -> bool:
    """Whether a text is a time with its offset from UTC, as RFC 3339 writes it."""
    if _RFC_3339.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True
