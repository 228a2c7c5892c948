"""The values that go into writing and checking explicit labels and come out of it."""

from collections.abc import Callable
from typing import Final, Literal

import msgspec

from pipeline.labels.explicit.wording import LabelLanguage, has_ai_token, has_gen_token
from pipeline.policy.vocabulary import Facts, FactValue

__all__ = [
    "LEAST_SECONDS",
    "Checked",
    "Corner",
    "LabelClaim",
    "LabelKind",
    "LabelOrder",
    "LabeledFile",
    "Position",
    "Progress",
    "TextPlace",
    "Written",
]

LabelKind = Literal["text", "corner", "voice", "rhythm", "ui", "icon"]
"""The form of a label, as `explicit.kind` has it."""

Position = Literal["start", "end", "middle", "edge_corner", "around_player", "ui_persistent"]
"""Where a label is, as `explicit.position` has it."""

Corner = Literal["bottom-right", "bottom-left", "top-right", "top-left"]
TextPlace = Literal["start", "end", "both"]

LEAST_SECONDS: Final = 2.0
"""So long the label of a video is seen at least: GB 45438-2025 clause 5.4."""

Progress = Callable[[float], None]
"""Is told now and then which share of a long work is done, from 0 to 1."""


class LabelOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Which label to put on a file; each medium takes what concerns it.

    Attributes:
        language: of the words.
        corner: of a picture, as it is shown.
        place: in a text.
        seconds: how long a video shows it from the first frame on, at least two; None for all of it.
    """

    language: LabelLanguage = "zh"
    corner: Corner = "bottom-right"
    place: TextPlace = "both"
    seconds: float | None = None


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A label that was put on a file.

    Attributes:
        text: its words; None for a rhythm.
        height_ratio: height of its letters over the shortest side of the picture or page; None where there is none.
        visible_ms: how long it is seen; None where nothing moves.
    """

    kind: LabelKind
    text: str | None = None
    position: Position
    height_ratio: float | None = None
    visible_ms: int | None = None
    at_start: bool

    def facts(self) -> Facts:
        """The facts `explicit.*`; the tokens are those of GB 45438-2025, which are Chinese but for the letters AI."""
        facts: dict[str, FactValue] = {
            "explicit.present": True,
            "explicit.kind": self.kind,
            "explicit.position": self.position,
            "explicit.at_start": self.at_start,
        }
        if self.text is not None:
            facts["explicit.text"] = self.text
            facts["explicit.has_ai_token"] = has_ai_token(self.text)
            facts["explicit.has_gen_token"] = has_gen_token(self.text)
        if self.height_ratio is not None:
            facts["explicit.height_ratio"] = self.height_ratio
        if self.visible_ms is not None:
            facts["explicit.visible_ms"] = self.visible_ms
        return facts


class LabeledFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file with its label.

    Attributes:
        kept: whether everything outside the label is exactly as it was: letters, pixels, samples, packets. False where
            the format had to be compressed with loss once more.
    """

    body: bytes
    written: Written
    kept: bool


class LabelClaim(msgspec.Struct, frozen=True, kw_only=True):
    """What an event says of a label; None is what it leaves open."""

    kind: LabelKind | None = None
    text: str | None = None
    position: Position | None = None


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a label.

    Attributes:
        present: whether there is one; None where that cannot be told, and the claim stands as it was made.
        found: the label that was found; what could not be measured in it is None.
        reason: why it cannot be told, or that it is missing; one sentence.
    """

    present: bool | None
    found: Written | None = None
    reason: str | None = None

    def facts(self) -> Facts:
        """The facts `explicit.*` that checking established; none where nothing can be told."""
        if self.found is not None:
            return self.found.facts()
        return {} if self.present is None else {"explicit.present": self.present}
