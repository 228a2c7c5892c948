"""Files whose metadata are texts under names: what labels are called there."""

from collections.abc import Iterable, Mapping
from typing import Final

from pipeline.labels.implicit.aigc import aigc_json
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite, found_in_text, joined, latent_from
from pipeline.labels.implicit.xmp import LATENT_NAMES

__all__ = ["found_in_fields", "is_ours", "replaces", "to_fields"]

_AIGC: Final = "AIGC"
_SOURCE_TYPE: Final = "DigitalSourceType"
_LATENT: Final = {name.casefold(): member for member, name in LATENT_NAMES.items()}
_NAMES: Final = frozenset({_AIGC.casefold(), _SOURCE_TYPE.casefold(), *_LATENT})


def is_ours(name: str) -> bool:
    """Whether a label has this name, in upper or lower case.

    Only the very names count: a page or a document may have a field about its policy on AIGC.
    """
    return name.casefold() in _NAMES


def found_in_fields(fields: Iterable[tuple[str, str]], *, carrier: str) -> FoundLabels:
    """The labels among names and texts."""
    labels: list[FoundLabels] = []
    source_types: list[str] = []
    latent: dict[str, str] = {}
    for spelled, text in fields:
        name = spelled.casefold()
        if name == _AIGC.casefold():
            labels.append(found_in_text(text.strip(), carrier=carrier))
        elif name == _SOURCE_TYPE.casefold():
            source_types.append(text.strip())
        elif name in _LATENT:
            latent.setdefault(_LATENT[name], text)
    return joined(*labels, FoundLabels(digital_source_types=tuple(source_types), latent=latent_from(latent)))


def to_fields(labels: LabelsToWrite) -> dict[str, str]:
    """The labels as names and texts; the object bare, as its name says what it is."""
    fields: dict[str, str] = {}
    if labels.aigc is not None:
        fields[_AIGC] = aigc_json(labels.aigc, shape="bare")
    if labels.digital_source_type is not None:
        fields[_SOURCE_TYPE] = labels.digital_source_type
    if labels.latent is not None:
        fields |= {name: getattr(labels.latent, member) for member, name in LATENT_NAMES.items()}
    return fields


def replaces(fields: Mapping[str, str], name: str) -> bool:
    """Whether writing these fields takes one of that name out."""
    return name.casefold() in {field.casefold() for field in fields}
