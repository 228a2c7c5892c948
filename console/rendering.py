"""Pages as HTML: templates, with every text in the reader's language and everything else escaped."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.parts import ConsoleParts
from console.texts import LANGUAGES, Language, text

__all__ = ["LANGUAGE_COOKIE", "language_of", "page", "routes"]

LANGUAGE_COOKIE: Final = "sealstream_language"
_TEMPLATES: Final = Path(__file__).parent / "templates"
_SEE_OTHER: Final = 303
_YEAR: Final = 365 * 24 * 3600


def language_of(request: Request) -> Language:
    """The language a reader chose, else the first of the browser's that there is, else English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    wanted = [chosen, *(part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(","))]
    return next((language for name in wanted for language in LANGUAGES if name.split("-")[0].lower() == language), "en")


def page(request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A page by its template, which gets these values, `t` for texts, `language` and `request`."""
    language = language_of(request)

    def t(key: str, **parts: object) -> str:
        return text(key, language, **parts)

    context: Mapping[str, object] = {"t": t, "language": language, "request": request, "here": _here(request)}
    return HTMLResponse(_environment().get_template(template).render({**context, **values}), status)


def routes(_: ConsoleParts) -> tuple[BaseRoute, ...]:
    """`/language/{language}`: chooses it, and goes back to where the reader was."""

    async def choose(request: Request) -> Response:
        back = request.query_params.get("back", "/")
        # Elsewhere nobody is sent: a path begins with one slash, and browsers read a backslash as one.
        local = back.startswith("/") and not back.startswith("//") and "\\" not in back
        answer = RedirectResponse(back if local else "/", _SEE_OTHER)
        language = request.path_params["language"]
        if language in LANGUAGES:
            answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax")
        return answer

    return (Route("/language/{language}", choose),)


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
