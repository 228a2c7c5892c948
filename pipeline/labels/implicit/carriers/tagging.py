"""Labels as texts under names: what fields of a file say, what is written into them, and what goes into XMP instead.

The `AIGC` object stands bare in a field of its own name. In audio and video the digital source type and California's
latent disclosure go into XMP; a container without a place for XMP takes them as fields.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from pipeline.labels.implicit.aigc import aigc_json
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite, found_in_text, holds_label, joined, latent_from
from pipeline.labels.implicit.vendors import label_type_sign
from pipeline.labels.implicit.xmp import LATENT_NAMES, found_in, rewrite, without_aigc
from pipeline.labels.refused import ImplicitRefusedError

__all__ = [
    "AIGC",
    "FoundField",
    "aigc_text",
    "field_text",
    "fields_to_write",
    "found",
    "is_label",
    "is_replaced",
    "is_worth_reading",
    "names_aigc",
    "packets_to_write",
]

AIGC: Final = "AIGC"
"""The name of the field. Any name that contains it counts on reading (GB 45438-2025 Appendix E)."""

_VENDORS: Final = ("aigc_info",)
"""Names that contain it, and are a vendor's own: `vendors` says what they mean."""

_WORTH: Final = re.compile(rb"label|aigc", re.IGNORECASE)

_SOURCE_TYPE: Final = "DigitalSourceType"
_MEMBERS: Final = {name.casefold(): member for member, name in LATENT_NAMES.items()}
_MOST_PACKETS: Final = 16
_MOST_TEXT: Final = 32 * 1024 + 1
"""One more than what a label may have: enough to tell that it is too long."""


class FoundField(NamedTuple):
    """A field found in a file: where, its name, and what it says."""

    carrier: str
    name: str
    value: str


def field_text(value: bytes) -> str:
    """What the bytes of a field say, cut after what any label may have."""
    return value[:_MOST_TEXT].decode(errors="replace").strip("\x00 \t\r\n")


def names_aigc(name: str) -> bool:
    """Whether a field of this name is the place of a label."""
    return AIGC in name.upper() and not _is_vendors(name)


def is_worth_reading(name: str, value: bytes) -> bool:
    """Whether a field may say anything that is read here: by its name, or as a label under another name."""
    if names_aigc(name) or _is_vendors(name):
        return True
    if name.casefold() == _SOURCE_TYPE.casefold() or name.casefold() in _MEMBERS:
        return True
    return b"{" in value and _WORTH.search(value[:_MOST_TEXT]) is not None


def is_label(name: str, value: str) -> bool:
    """Whether a field is a label: by its name, or by what it says."""
    return names_aigc(name) or (not _is_vendors(name) and holds_label(value))


def is_replaced(name: str, value: str, fields: Mapping[str, str]) -> bool:
    """Whether a field of this name goes where these fields are written."""
    if AIGC in fields and is_label(name, value):
        return True
    return name.casefold() in {field.casefold() for field in fields}


def _is_vendors(name: str) -> bool:
    # Keys of QuickTime have their maker's address before their name.
    return name.casefold().rpartition(".")[2] in _VENDORS


def found(entries: Iterable[FoundField], *, xmp: Sequence[bytes] = ()) -> FoundLabels:
    """What fields and XMP packets of one file say together.

    Raises:
        ImplicitRefusedError: there are too many packets, or one is out of bounds, or no XMP.
    """
    if len(xmp) > _MOST_PACKETS:
        raise ImplicitRefusedError(what=f"The file has more than {_MOST_PACKETS} XMP packets.")
    labels: list[FoundLabels] = []
    source_types: list[str] = []
    members: dict[str, str] = {}
    for entry in entries:
        name = entry.name.casefold()
        if _is_vendors(entry.name):
            sign = label_type_sign(entry.value, carrier=entry.carrier)
            labels.append(FoundLabels() if sign is None else FoundLabels(signs=(sign,)))
        elif name == _SOURCE_TYPE.casefold():
            source_types.append(entry.value)
        elif name in _MEMBERS:
            members.setdefault(_MEMBERS[name], entry.value)
        else:
            labels.append(found_in_text(entry.value, carrier=entry.carrier, named=names_aigc(entry.name)))
    fields = FoundLabels(digital_source_types=tuple(source_types), latent=latent_from(members))
    return joined(*labels, fields, found_in(xmp))


def aigc_text(labels: LabelsToWrite) -> str | None:
    """The label as its field holds it."""
    return None if labels.aigc is None else aigc_json(labels.aigc, shape="bare")


def fields_to_write(labels: LabelsToWrite) -> dict[str, str]:
    """The fields of a container that has no place for XMP."""
    stated = {AIGC: aigc_text(labels), _SOURCE_TYPE: labels.digital_source_type}
    if labels.latent is not None:
        stated |= {name: getattr(labels.latent, member) for member, name in LATENT_NAMES.items()}
    return {name: value for name, value in stated.items() if value is not None}


def packets_to_write(packets: Sequence[bytes], labels: LabelsToWrite) -> tuple[bytes, ...]:
    """All XMP packets of a file anew, in their order; a first one where there was none and something to say.

    A label in a packet goes where another is written into a field: a file has one.

    Raises:
        ImplicitRefusedError: a packet is out of bounds, or no XMP.
    """
    kept = tuple(packets if labels.aigc is None else map(without_aigc, packets))
    if labels.digital_source_type is None and labels.latent is None:
        return kept
    return rewrite(kept, LabelsToWrite(digital_source_type=labels.digital_source_type, latent=labels.latent))
