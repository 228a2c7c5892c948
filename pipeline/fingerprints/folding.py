"""One script for Chinese: traditional characters become simplified ones, as far as codes and looks are concerned.

The same words in the other script have nothing in common for a code. Folded is character by character, after the table
of OpenCC (Apache-2.0; `tools/make_hanzi.py` writes it). That is no translation, and need not be one: both sides are
folded.
"""

from functools import cache
from importlib.resources import files

__all__ = ["simplified"]


def simplified(text: str) -> str:
    """A text with simplified characters for traditional ones."""
    return text if text.isascii() else text.translate(_table())


@cache
def _table() -> dict[int, str]:
    rows = (files(__package__) / "hanzi.txt").read_text(encoding="utf-8").split()
    pairs = "".join(rows)
    return {ord(traditional): simple for traditional, simple in zip(pairs[::2], pairs[1::2], strict=True)}
