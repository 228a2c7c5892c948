r"""One writing for all ways to write the same words; patterns and texts go through the same functions.

`legible` is what regular expressions are matched against:

- Unicode NFKC: full-width and half-width forms, ligatures, circled and styled letters become the plain ones;
- characters that nobody sees are taken away: control characters, zero-width ones, soft hyphens, direction marks,
  variation selectors, tags, the fillers of Hangul;
- every white-space character but the line feed becomes a blank, for RE2 knows no others than those of ASCII.

`folded` is what phrases are looked for in. It is `legible`, and on top of it:

- upper and lower case are the same (Unicode case folding: `STRASSE` is `straße`; only the Turkish dotless i stays);
- a run of white space, line feeds included, is one blank, and none at the beginning and the end;
- between two characters of a script written without blanks (Chinese, Japanese) white space is nothing at all, since a
  line may break anywhere there and a blank is the cheapest disguise.

Not undone, because what is undone for one language is an error in another: letters of other scripts that look alike,
digits for letters, marks struck through letters, punctuation between letters, traditional for simplified characters.
"""

import re
import unicodedata
from typing import Final

__all__ = ["folded", "legible"]

# Control characters but white space, Unicode's Default_Ignorable_Code_Point, which Python does not tell, and the other
# format characters (category Cf).
_INVISIBLE: Final = re.compile(
    "["
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
    "\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]+"
)
_BLANK: Final = re.compile(r"[^\S\n ]")

_WITHOUT_BLANKS: Final = (
    "\u2e80-\u2fdf\u3001-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_BETWEEN: Final = re.compile(f"(?<=[{_WITHOUT_BLANKS}]) (?=[{_WITHOUT_BLANKS}])")


def legible(text: str) -> str:
    """A text as a reader sees it: NFKC, nothing invisible, one kind of blank."""
    if text.isascii():
        return _BLANK.sub(" ", _INVISIBLE.sub("", text))
    # Twice: what was kept apart by something invisible may now be one character.
    seen = unicodedata.normalize("NFKC", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    return _BLANK.sub(" ", seen)


def folded(text: str) -> str:
    """A text in the one writing in which phrases are compared."""
    if text.isascii():
        return " ".join(_INVISIBLE.sub("", text).lower().split())
    words = " ".join(legible(legible(text).casefold()).split())
    # Once more, for a mark that followed a blank may now follow the letter it goes with.
    return unicodedata.normalize("NFKC", _BETWEEN.sub("", words))
