"""Pages as HTML: templates, with every text in the reader's language and everything else escaped."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final, get_args

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.texts import LANGUAGES, text
from pipeline.duties.case_steps import ACTS_ON_CASES, MAY_FOLLOW
from pipeline.policy.pack import RegisteredKind
from pipeline.policy.reference import OperatorRole
from pipeline.policy.words import Language

__all__ = ["LANGUAGE_COOKIE", "language_of", "local_path", "page", "routes"]

LANGUAGE_COOKIE: Final = "sealstream_language"
_TEMPLATES: Final = Path(__file__).parent / "templates"
_SEE_OTHER: Final = 303
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
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

    def span(instant: str, now: float) -> str:
        seconds = datetime.fromisoformat(instant).timestamp() - now
        unit, number = _spelled(abs(seconds))
        return t("span.ago" if seconds <= 0 else "span.ahead", span=t(unit, n=number))

    context: Mapping[str, object] = {
        "t": t,
        "span": span,
        "moment": _moment,
        "language": language,
        "request": request,
        "here": _here(request),
    }
    return HTMLResponse(_environment().get_template(template).render({**context, **values}), status)


def local_path(wanted: str) -> str:
    """A path of the console as it stands, `/` for anything else: elsewhere nobody is sent."""
    # A path begins with one slash; browsers read a backslash as one, and leave out line ends and tabs.
    is_local = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()
    return wanted if is_local else "/"


def routes(_: object) -> tuple[BaseRoute, ...]:
    """`/language/{language}`: chooses it, and goes back to where the reader was."""

    async def choose(request: Request) -> Response:
        answer = RedirectResponse(local_path(request.query_params.get("back", "/")), _SEE_OTHER)
        language = request.path_params["language"]
        if language in LANGUAGES:
            answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax")
        return answer

    return (Route("/language/{language}", choose),)


def _spelled(seconds: float) -> tuple[str, int]:
    """A length of time in its largest unit."""
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= length:
            return f"span.{unit}", int(seconds // length)
    return "span.seconds", int(seconds)


def _moment(instant: str) -> str:
    """An instant for people, in UTC."""
    return datetime.fromisoformat(instant).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _is_past(instant: str, now: float) -> bool:
    return datetime.fromisoformat(instant).timestamp() < now


def _here(request: Request) -> str:
    if request.url.path.startswith("/login/"):  # a code counts once
        return "/login"
    path = request.url.path
    for form in ("/acts", "/content", "/exports", "/files"):  # where forms go, nobody comes back to
        path = path.removesuffix(form)
    if path.startswith("/alerts/"):  # they have one page for all
        path = "/alerts"
    return path + (f"?{request.url.query}" if request.url.query else "")


def _pretty(value: object) -> str:
    """A value as JSON for people."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _short(identity: str) -> str:
    """An identity for people: of a digest its beginning, any other as it is."""
    return identity[:12] if _DIGEST.fullmatch(identity) else identity


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pretty"] = _pretty
    environment.filters["short"] = _short
    environment.globals.update(
        acts_on_cases=ACTS_ON_CASES,
        kinds_of_cases=tuple(MAY_FOLLOW),
        registered_kinds=get_args(RegisteredKind),
        known_roles=get_args(OperatorRole),
        is_past=_is_past,
    )
    return environment
