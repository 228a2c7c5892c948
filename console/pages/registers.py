"""The reference sets as pages: what is in force, and everything that was sent of an entry."""

from collections.abc import Callable, Sequence
from typing import Final, cast, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from console.pages.answering import framed, json_of, page_routes
from console.parts import ConsoleParts
from console.people import Person, is_permitted
from console.readmodel.registers import EntryHistory, RegisterPage, RegisterSize
from console.refusing import PageRefusal
from pipeline.policy.reference import SetName

__all__ = ["routes"]

_SETS: Final[tuple[str, ...]] = get_args(SetName)
_NOT_ALLOWED: Final = 403
_NOT_FOUND: Final = 404

_Ask = Callable[[Request], object]


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """`/registries`, `/registries/{set}`, and `/registries/{set}/entry?id=…`."""
    room = _Room(parts)
    pages = (
        ("/registries", "registries.html", room.sizes),
        ("/registries/{set}", "registry.html", room.entries),
        ("/registries/{set}/entry", "registry_entry.html", room.entry),
    )
    return [route for path, template, ask in pages for route in room.shown(path, template, ask)]


class _Room:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts

    def shown(self, path: str, template: str, ask: _Ask) -> Sequence[BaseRoute]:
        """A page for whom may read the sets, and its JSON."""

        def html(request: Request, person: Person | None) -> Response:
            self._require(person)
            return framed(self._parts, request, person, template, "registries", {"page": ask(request)})

        def json(request: Request, person: Person | None) -> Response:
            self._require(person)
            return json_of(ask(request))

        return page_routes(self._parts, path, html, json)

    def sizes(self, _: Request) -> tuple[RegisterSize, ...]:
        """Which sets there are."""
        return self._parts.questions.registers(_SETS)

    def entries(self, request: Request) -> RegisterPage:
        """Some entries of a set."""
        given = request.query_params
        return self._parts.questions.register(_set_of(request), given.get("begins", ""), given.get("after", ""))

    def entry(self, request: Request) -> EntryHistory:
        """An entry with its history."""
        history = self._parts.questions.entry(_set_of(request), request.query_params.get("id", ""))
        if not history.versions:
            raise HTTPException(_NOT_FOUND)
        return history

    def _require(self, person: Person | None) -> None:
        if not is_permitted(person, "registry"):
            if person is None:
                raise PageRefusal("refused.nobody-registry", _NOT_ALLOWED)
            raise PageRefusal("refused.role-registry", _NOT_ALLOWED, role=person.role)


def _set_of(request: Request) -> str:
    name = cast("str", request.path_params["set"])
    if name not in _SETS:
        raise HTTPException(_NOT_FOUND)
    return name
