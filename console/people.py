"""Who looks and acts: logins and sessions. What somebody may do is looked up in the operators set at every request."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.parts import ConsoleParts
from console.rendering import page
from pipeline.duties import Oversight, Permission, RoleRefusedError
from pipeline.events.inputs import Reviewer
from pipeline.policy.reference import OperatorEntry, ReferenceSets

__all__ = ["Guarded", "Person", "guarded", "is_permitted", "require_own_form", "routes"]

_SEE_OTHER: Final = 303
_NOT_LOGGED_IN: Final = 401
_NOT_ALLOWED: Final = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is logged in.

    Args:
        entry: the person in the operators set.
        role: in which of the roles the person acts.
        since: when the person logged in, as RFC 3339.
        form_secret: what forms of this session have in them.
    """

    entry: OperatorEntry
    role: str
    since: str
    form_secret: str

    @property
    def id(self) -> str:
        """The pseudonym."""
        return self.entry.id


Guarded = Callable[[Request, Person | None], Response]
"""Answers a request of somebody who may look; called off the event loop. Nobody is known where there is no login."""


def guarded(parts: ConsoleParts, answer: Guarded) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that only people who may look at things reach."""

    async def endpoint(request: Request) -> Response:
        person = await run_in_threadpool(person_of, parts, request)
        if person is None and parts.settings.login != "none":
            if request.url.path.endswith(".json"):
                raise HTTPException(_NOT_LOGGED_IN, "Log in first.")
            return RedirectResponse("/login", _SEE_OTHER)
        return await run_in_threadpool(answer, request, person)

    return endpoint


def person_of(parts: ConsoleParts, request: Request) -> Person | None:
    """Who is logged in, and still is somebody: who lost the role acted in is nobody from then on."""
    session = request.session
    name, role = session.get("actor"), session.get("role")
    entry = parts.questions.operator(name) if isinstance(name, str) else None
    if entry is None or role not in entry.roles:
        return None
    return Person(entry=entry, role=str(role), since=str(session["since"]), form_secret=str(session["form"]))


def is_permitted(person: Person | None, to: Permission) -> bool:
    """Whether somebody in this role may do it at all; workers look it up once more, and for which places."""
    if person is None:
        return False
    sets = ReferenceSets.empty().updated([person.entry]).sets
    try:
        Oversight(references=lambda: sets).permit(Reviewer(id=person.id, role=person.role), to, ())
    except RoleRefusedError:
        return False
    return True


def require_own_form(request: Request, secret: str, given: object) -> None:
    """See that a form comes from a page of this console.

    Raises:
        HTTPException: it does not.
    """
    origin = request.headers.get("origin")
    elsewhere = origin is not None and urlsplit(origin).netloc != request.url.netloc
    if elsewhere or not isinstance(given, str) or not secrets.compare_digest(secret.encode(), given.encode()):
        raise HTTPException(_NOT_ALLOWED, "This form was not sent from a page of this console, or the login ended.")


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """`/login` and `/logout`, where somebody can log in at all."""
    if parts.settings.login == "none":
        return ()

    async def show(request: Request) -> Response:
        people = await run_in_threadpool(parts.questions.operators)
        secret = request.session.setdefault("form", secrets.token_urlsafe(24))
        known = [entry for entry in people.values() if entry.roles]
        return page(request, "login.html", people=known, secret=secret, state=parts.state(), person=None, at="login")

    async def login(request: Request) -> Response:
        form = await request.form()
        require_own_form(request, str(request.session.get("form", "")) or secrets.token_hex(), form.get("form"))
        name, _, role = str(form.get("who", "")).rpartition(" ")
        entry = await run_in_threadpool(parts.questions.operator, name)
        if entry is None or role not in entry.roles:
            raise HTTPException(_NOT_ALLOWED, "Nobody in the operators set is that.")
        request.session.clear()
        since = datetime.fromtimestamp(parts.now(), UTC).isoformat(timespec="seconds")
        request.session.update({"actor": name, "role": role, "since": since, "form": secrets.token_urlsafe(24)})
        return RedirectResponse("/", _SEE_OTHER)

    async def logout(request: Request) -> Response:
        form = await request.form()
        require_own_form(request, str(request.session.get("form", "")) or secrets.token_hex(), form.get("form"))
        request.session.clear()
        return RedirectResponse("/login", _SEE_OTHER)

    return (
        Route("/login", show),
        Route("/login", login, methods=["POST"]),
        Route("/logout", logout, methods=["POST"]),
    )
