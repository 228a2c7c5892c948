"""How every page answers: the frame around it, as HTML, or the same as JSON; nothing where nothing changed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.parts import ConsoleParts
from console.people import Guarded, Person, guarded, is_permitted
from console.rendering import page
from pipeline.duties import Permission

__all__ = ["framed", "json_of", "page_routes"]

_ROOMS: Final[tuple[tuple[str, str, Permission], ...]] = (
    ("registries", "/registries", "registry"),
    ("reports", "/reports", "report"),
)
"""Pages that not everybody may see: how the navigation calls them, where they are, and what it takes."""


def framed(
    parts: ConsoleParts,
    request: Request,
    person: Person | None,
    template: str,
    at: str,
    values: Mapping[str, object],
    status: int = 200,
) -> Response:
    """A page with the frame: where the reader is (`at`), who it is, how far the read model is."""
    frame = {
        "at": at,
        "person": person,
        "state": parts.state(),
        "login": parts.settings.login,
        "now": parts.now(),
        "rooms": tuple((name, path) for name, path, to in _ROOMS if is_permitted(person, to)),
    }
    return page(request, template, status, **frame, **values)


def json_of(value: object) -> Response:
    """A value as JSON."""
    return Response(msgspec.json.encode(value), media_type="application/json")


def page_routes(parts: ConsoleParts, path: str, html: Guarded, json: Guarded) -> tuple[Route, Route]:
    """A page, and its JSON beside it."""

    def endpoint(answer: Guarded) -> Callable[[Request], Awaitable[Response]]:
        return guarded(parts, answer)

    return (
        Route("/today.json" if path == "/" else f"{path}.json", endpoint(json)),
        Route(path, endpoint(html)),
    )
