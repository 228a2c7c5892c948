"""What `inspect` shows of the marks inside a file: labels and what they lack, vendors' signs, what was unread."""

import msgspec

from pipeline.evidence.implicit import in_words
from pipeline.labels.implicit.aigc import Label
from pipeline.labels.implicit.model import FoundLabel, FoundLabels
from pipeline.labels.implicit.vendors import VendorSign

__all__ = ["ShownLabel", "ShownMarks", "lines", "shown_marks"]


class ShownLabel(msgspec.Struct, frozen=True, kw_only=True):
    """One implicit label, or what stands in the place of one.

    Attributes:
        carrier: where in the file it is.
        label: 1 AI-generated, 2 perhaps, 3 suspected; null where it says nothing that can be used.
        problems: what is missing in it, or does not conform.
    """

    carrier: str
    label: Label | None
    problems: tuple[str, ...]


class ShownMarks(msgspec.Struct, frozen=True, kw_only=True):
    """All marks of one file.

    Attributes:
        labels: the implicit labels; there should be one.
        vendor_signs: signs of AI, or of none, that are no labels.
        unreadable: why the file's marks could not be read; null where they could.
    """

    labels: tuple[ShownLabel, ...] = ()
    vendor_signs: tuple[VendorSign, ...] = ()
    unreadable: str | None = None


def shown_marks(found: FoundLabels | None) -> ShownMarks:
    """The marks found in a file; none of a file that carries none."""
    if found is None:
        return ShownMarks()
    return ShownMarks(
        labels=tuple(_label(found_label) for found_label in found.aigc),
        vendor_signs=found.signs,
        unreadable=found.refused,
    )


def lines(marks: ShownMarks) -> dict[str, str | None]:
    """The same for people, as names and texts; None where there is nothing to show."""
    labels = [
        f"{label.label or 'broken'} ({label.carrier})" + "".join(f", {problem}" for problem in label.problems)
        for label in marks.labels
    ]
    signs = [
        f"{sign.vendor} says {'AI' if sign.ai else 'not AI'}: {sign.said} ({sign.carrier})"
        for sign in marks.vendor_signs
    ]
    unread = None if marks.unreadable is None else f"could not be read: {marks.unreadable}"
    return {"implicit label": unread or "; ".join(labels) or None, "vendor's sign": "; ".join(signs) or None}


def _label(label: FoundLabel) -> ShownLabel:
    return ShownLabel(carrier=label.carrier, label=label.label, problems=tuple(map(in_words, label.faults)))
