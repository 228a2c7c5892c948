"""What is written into a file and what is found in it, the same for every kind of file."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec

from pipeline.labels.implicit.aigc import AigcFault, AigcLabel, Label
from pipeline.labels.implicit.lenient import reading_of
from pipeline.labels.implicit.vendors import VendorSign, schema_sign
from pipeline.labels.refused import ImplicitRefusedError

__all__ = [
    "Contradiction",
    "FoundLabel",
    "FoundLabels",
    "LabelsToWrite",
    "Latent",
    "found_in_text",
    "holds_label",
    "joined",
    "latent_from",
    "placed_label",
]

Contradiction = Literal["several-aigc-marks", "several-source-types", "human-source-type-with-aigc-mark"]
"""What in one file cannot all be true; the stricter reading is for the reader to take."""

_HUMAN: Final = frozenset(
    {
        "computationalCapture",
        "digitalArt",
        "digitalCapture",
        "digitalCreation",
        "humanEdits",
        "minorHumanEdits",
        "negativeFilm",
        "positiveFilm",
        "print",
        "screenCapture",
    }
)
"""IPTC digital source types, among them retired ones, that leave no room for a generating model."""

_KEPT: Final = 32 * 1024
_SOURCE_TYPE: Final = re.compile(r"https?://[!-~]{1,256}")
_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]{1,1024}")


class Latent(msgspec.Struct, frozen=True, kw_only=True):
    """What California's latent disclosure has to convey (Business and Professions Code 22757.3(b)).

    `created_at` is RFC 3339 with a time zone.

    Raises:
        ImplicitRefusedError: a member is empty, longer than 1,024 characters, or has control characters.
    """

    provider_name: str
    system_name: str
    system_version: str
    created_at: str
    unique_id: str

    def __post_init__(self) -> None:
        for field in self.__struct_fields__:
            if _TEXT.fullmatch(getattr(self, field)) is None:
                raise _unusable(f"the latent disclosure's {field}", "Use 1 to 1,024 characters, none of them control.")
        if not _is_instant(self.created_at):
            raise _unusable("the latent disclosure's created_at", "Give it as in 2026-05-01T12:00:00Z.")


class LabelsToWrite(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is to carry. What is None is left as it is in the file; anything else replaces what is there.

    Raises:
        ImplicitRefusedError: the digital source type is no address of a term.
    """

    aigc: AigcLabel | None = None
    digital_source_type: str | None = None
    latent: Latent | None = None

    def __post_init__(self) -> None:
        if self.digital_source_type is not None and _SOURCE_TYPE.fullmatch(self.digital_source_type) is None:
            raise _unusable("the digital source type", "Give the address of the IPTC term, in ASCII.")


class FoundLabel(msgspec.Struct, frozen=True, kw_only=True):
    """Something that stands where an AIGC label belongs.

    Attributes:
        carrier: where it was found, in the words of the fact `implicit.carrier`; `places.LABEL_PLACES` explains them.
        raw: as it stands in the file, cut after 32 KiB.
        label: the label, where it conforms.
        label: what it says, where it says it in a way that can be used; a label without one is broken.
        faults: what is missing in it, or does not conform.
        said: which of the seven members it has, by their right names, and what they say.
    """

    carrier: str
    raw: str
    conforming: AigcLabel | None = None
    label: Label | None = None
    faults: tuple[AigcFault, ...] = ()
    said: tuple[tuple[str, str], ...] = ()

    @property
    def fault(self) -> AigcFault | None:
        """Why it does not conform, in the first place."""
        return self.faults[0] if self.faults else None


class FoundLabels(msgspec.Struct, frozen=True, kw_only=True):
    """Everything found in one file; `refused` says why where the file could not be read."""

    aigc: tuple[FoundLabel, ...] = ()
    digital_source_types: tuple[str, ...] = ()
    latent: Latent | None = None
    signs: tuple[VendorSign, ...] = ()
    refused: str | None = None

    @property
    def conforming(self) -> AigcLabel | None:
        """The one conforming label of the file, be it there twice; None where there is none, or anything beside it."""
        return self.aigc[0].conforming if len({found_label.conforming for found_label in self.aigc}) == 1 else None

    @property
    def label(self) -> Label | None:
        """What the labels of the file say, the strongest of them; None where there is none that can be used."""
        return min((found_label.label for found_label in self.aigc if found_label.label is not None), default=None)

    @property
    def has_sign_of_ai(self) -> bool:
        """Whether a vendor's own sign says that the content is AI-generated."""
        return any(sign.ai for sign in self.signs)

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """What contradicts itself; a label that was copied to a second place, or in part, says nothing else."""
        found: list[Contradiction] = []
        if _differ(self.aigc):
            found.append("several-aigc-marks")
        if len(set(self.digital_source_types)) > 1:
            found.append("several-source-types")
        # A broken label still says that somebody labeled the content.
        if self.aigc and any(_is_human(source_type) for source_type in self.digital_source_types):
            found.append("human-source-type-with-aigc-mark")
        return tuple(found)

    def show(self, labels: LabelsToWrite) -> bool:
        """Whether the file says what these labels say, once, and nothing beside it in their places."""
        return (
            self.refused is None
            and (labels.aigc is None or (len(self.aigc) == 1 and self.conforming == labels.aigc))
            and (labels.digital_source_type is None or self.digital_source_types == (labels.digital_source_type,))
            and (labels.latent is None or self.latent == labels.latent)
        )


def _differ(labels: Sequence[FoundLabel]) -> bool:
    """Whether labels of one file say different things of one member, or nobody can tell what one of them says."""
    if len({label.conforming or label.said or label.raw for label in labels}) <= 1:
        return False
    members = {member for label in labels for member in label.said}
    return not all(label.said for label in labels) or len(members) > len({name for name, _ in members})


def placed_label(raw: str, *, carrier: str) -> FoundLabel:
    """What a text found in the place of a label is."""
    reading = reading_of(raw, named=True)
    assert reading is not None  # noqa: S101 - a place of that name always has an answer
    return FoundLabel(
        carrier=carrier,
        raw=raw[:_KEPT],
        conforming=reading.conforming,
        label=reading.label,
        faults=reading.faults,
        said=reading.said,
    )


def found_in_text(raw: str, *, carrier: str, named: bool = True) -> FoundLabels:
    """The label, or the vendor's sign, that a text in a file is; nothing where it is neither.

    Args:
        raw: the text.
        carrier: where it stands.
        named: whether that place is named `AIGC`; elsewhere only what is plainly a label is taken for one.
    """
    reading = reading_of(raw, named=named)
    if reading is None:
        return FoundLabels()
    if reading.provider is not None:
        return FoundLabels(signs=(schema_sign(reading.provider, carrier=carrier),))
    return FoundLabels(aigc=(placed_label(raw, carrier=carrier),))


def holds_label(raw: str) -> bool:
    """Whether a text whose place is not named `AIGC` is a label, and goes where another is written."""
    return bool(found_in_text(raw, carrier="", named=False).aigc)


def joined(*all_found: FoundLabels) -> FoundLabels:
    """What was found in several places of one file, together."""
    return FoundLabels(
        aigc=tuple(found_label for found in all_found for found_label in found.aigc),
        digital_source_types=tuple(source_type for found in all_found for source_type in found.digital_source_types),
        latent=next((found.latent for found in all_found if found.latent is not None), None),
        signs=tuple(sign for found in all_found for sign in found.signs),
        refused=next((found.refused for found in all_found if found.refused is not None), None),
    )


def latent_from(members: dict[str, str]) -> Latent | None:
    """The latent disclosure that members found in a file make; None where one is missing or unusable."""
    try:
        return msgspec.convert(members, Latent)
    except (msgspec.ValidationError, ImplicitRefusedError):
        return None


def _unusable(what: str, remedy: str) -> ImplicitRefusedError:
    return ImplicitRefusedError(what=f"The labels cannot be made: {what} is not usable.", remedy=remedy)


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_human(source_type: str) -> bool:
    return source_type.rstrip("/").rpartition("/")[2] in _HUMAN
