"""The fields by which a case is opened: of every kind of case the same few, and what the contract says of its own."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, Literal

import msgspec

import schemas
from pipeline.policy.pack import CaseKind

__all__ = ["OPENING_FIELDS", "FormField", "choices"]


class FormField(msgspec.Struct, frozen=True, kw_only=True):
    """A field: the dotted name of the member that it fills, and what can be entered."""

    name: str
    form: Literal["text", "choice", "instant", "yes"] = "text"


_ABOUT: Final = (
    FormField(name="about.event_uid"),
    FormField(name="about.content_id"),
    FormField(name="about.account"),
)
_CHANNEL: Final = FormField(name="channel")
_SERVICE: Final = FormField(name="service.id")

OPENING_FIELDS: Final[Mapping[CaseKind, tuple[FormField, ...]]] = {
    "complaint": (
        *_ABOUT,
        FormField(name="about.label", form="choice"),
        _CHANNEL,
        FormField(name="complaint.due_at", form="instant"),
        FormField(name="complaint.urgent", form="yes"),
    ),
    "incident": (FormField(name="incident.kind", form="choice"), *_ABOUT, _SERVICE),
    "order": (
        FormField(name="order.kind", form="choice"),
        FormField(name="order.due_at", form="instant"),
        *_ABOUT,
        _SERVICE,
        _CHANNEL,
    ),
    "takedown": (FormField(name="takedown.kind", form="choice"), *_ABOUT, _CHANNEL),
    "appeal": (*_ABOUT, _CHANNEL, FormField(name="appeal.due_at", form="instant")),
    "licence": (FormField(name="licence.licensee_broke_latent", form="yes"), _SERVICE),
    "emergency": (_SERVICE,),
    "alert": (),
    "enforcement": _ABOUT,
}
"""By the kind of a case, what can be entered beside its number, its time, its places and the reason."""


@cache
def choices(name: str) -> tuple[str, ...]:
    """What can be chosen for a field, as the contract has it."""
    room, _, member = name.partition(".")
    if name == "about.label":
        return tuple(_definition("common.v2", "case_subject")["properties"]["label"]["enum"])
    return tuple(_definition("common.v1", room)["properties"][member]["enum"])


def _definition(schema: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = schemas.load(schema)["$defs"][name]
    return found
