"""Manifests inside plain text: C2PA 2.4 Annex A.8.

A text carries its manifest store as one run of Unicode variation selectors behind a U+FEFF: characters that are part of
the text, travel with it from window to window, and show nothing. What is hashed is the text without that run, in NFC.

| what is checked                                                    | by whom       |
|--------------------------------------------------------------------|---------------|
| that there is one run, whole, and where it begins and ends         | `wrapper`     |
| that the claim leaves out that run and not one byte more           | `binding`     |
| that the rest of the text, in NFC, has the hash that the claim has | `binding`     |
| signature, certificate, trust, time stamp, assertions, ingredients | the library   |

The library knows texts only as bytes beside a manifest, and refuses the exclusion there without looking at it; its
verdict on this one point is replaced by ours (`binding.judged`), and by nothing else. What kind of change a mismatch
stands for, `line_ends` tells.
"""

from pipeline.credentials.text.binding import judged
from pipeline.credentials.text.embedding import TextFitter, UnfitTextError
from pipeline.credentials.text.line_ends import is_another_form, is_other_lines, is_written_in_lines
from pipeline.credentials.text.wrapper import BrokenWrapperError, Wrapper, find_wrapper, is_text, unwrapped, wrapped

__all__ = [
    "BrokenWrapperError",
    "TextFitter",
    "UnfitTextError",
    "Wrapper",
    "find_wrapper",
    "is_another_form",
    "is_other_lines",
    "is_text",
    "is_written_in_lines",
    "judged",
    "unwrapped",
    "wrapped",
]
