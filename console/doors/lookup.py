"""The look-up by digest, event or manifest, for programs (`/lookup.json`) and for people (`/lookup`)."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.doors.asking import as_json, parameters, wants_json
from console.doors.parts import Doors, answered
from console.refusing import Refusal
from console.rendering import page
from pipeline.events.identity import event_uid
from pipeline.usecases.disclosing import DisclosedSeal, KnownBytes

__all__ = ["LookedUp", "found_by", "routes"]

_HEX: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST: Final = 2048
_BAD: Final = 400


class LookedUp(msgspec.Struct, frozen=True, kw_only=True):
    """What is known.

    Attributes:
        known: whether anything is.
        files: of a digest, the events that know these bytes.
        seals: of an event or a manifest, what is told of it.
    """

    known: bool
    files: tuple[KnownBytes, ...] = ()
    seals: tuple[DisclosedSeal, ...] = ()


def routes(doors: Doors) -> Sequence[BaseRoute]:
    """`/lookup`, `/lookup.json`."""

    async def lookup(request: Request) -> Response:
        doors.admit(request)
        asked = parameters(request, "sha256", "event", "source", "id", "urn")
        said = {name: value.strip() for name, value in asked.items() if value.strip()}
        found = await answered(found_by, doors, said) if said or wants_json(request) else None
        if wants_json(request):
            return as_json(found)
        return page(request, "lookup.html", asked=said, found=found, doors=doors.settings)

    return (Route("/lookup", lookup, methods=["GET"]), Route("/lookup.json", lookup, methods=["GET"]))


def found_by(doors: Doors, said: dict[str, str]) -> LookedUp:
    """What is known by one of: the digest of a file, an event's uid, its source and id, the label of a manifest.

    Raises:
        Refusal: it is not said what to look up, or in several ways; 400.
        WorldError: the store does not answer.
    """
    if any(len(value) > _LONGEST for value in said.values()):
        raise Refusal("refused.too-long", _BAD)
    match sorted(said):
        case ["sha256"]:
            files = doors.resolution.view.of_bytes(_hex(said["sha256"], "SHA-256"))
            return LookedUp(known=bool(files), files=files)
        case ["event"]:
            return _sealed(doors, _hex(said["event"], "event_uid"))
        case ["id", "source"]:
            return _sealed(doors, event_uid(said["source"], said["id"]))
        case ["urn"]:
            uid = doors.resolution.labels.event_of(said["urn"])
            return LookedUp(known=False) if uid is None else _sealed(doors, uid, label=said["urn"])
        case _:
            raise Refusal("refused.one-way", _BAD)


def _sealed(doors: Doors, uid: str, label: str | None = None) -> LookedUp:
    told = doors.resolution.view.of_event(uid)
    if told is None or (label is not None and told.seal.manifest_id != label):
        return LookedUp(known=False)
    return LookedUp(known=True, seals=(told.seal,))


def _hex(said: str, what: str) -> str:
    digest = said.lower()
    if _HEX.fullmatch(digest) is None:
        raise Refusal("refused.no-digest", _BAD, what=what)
    return digest
