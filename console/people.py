"""Who looks and acts. What somebody may do is looked up in the operators set at every request."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.parts import ConsoleParts
from console.refusing import Refusal
from console.sessions import Session
from pipeline.duties import Oversight, Permission, RoleRefusedError
from pipeline.events.inputs import Reviewer
from pipeline.policy.reference import OperatorEntry, ReferenceSets

__all__ = [
    "SESSION_KEY",
    "Guarded",
    "Person",
    "guarded",
    "is_current",
    "is_permitted",
    "person_of",
    "require_own_form",
    "session_of",
]

SESSION_KEY: Final = "login"
"""Where the cookie has the key of a login."""

_SEE_OTHER: Final = 303
_NO_CONTENT: Final = 204
_NOT_LOGGED_IN: Final = 401
_NOT_ALLOWED: Final = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is logged in.

    Args:
        entry: the person in the operators set.
        role: in which of the roles the person acts.
        auth: how the person was known to be who it is, as acts say it.
        form_secret: what forms of this session have in them.
        is_current: whether the operators set is known well enough to say what the person may do.
    """

    entry: OperatorEntry
    role: str
    auth: Mapping[str, str]
    form_secret: str
    is_current: bool

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
                raise Refusal("refused.log-in", _NOT_LOGGED_IN)
            return _to_login(request, session_of(parts, request))
        return await run_in_threadpool(answer, request, person)

    return endpoint


def session_of(parts: ConsoleParts, request: Request) -> Session | None:
    """The login of a browser, whatever the operators set says of it by now."""
    return parts.sessions.find(request.session.get(SESSION_KEY), parts.now())


def person_of(parts: ConsoleParts, request: Request) -> Person | None:
    """Who is logged in, and still is somebody: who lost the role acted in is nobody from then on."""
    session = session_of(parts, request)
    entry = None if session is None else parts.questions.operator(session.actor)
    if session is None or entry is None or session.role not in entry.roles:
        return None
    return Person(
        entry=entry,
        role=str(session.role),
        auth=session.auth,
        form_secret=session.form_secret,
        is_current=is_current(parts),
    )


def is_current(parts: ConsoleParts) -> bool:
    """Whether the operators set is known well enough to say who may act."""
    age = parts.state().age
    return age is not None and age <= parts.settings.rights_seconds


def is_permitted(person: Person | None, to: Permission) -> bool:
    """Whether somebody in this role may do it at all; workers look it up once more, and for which places."""
    if person is None or not person.is_current:
        return False
    sets = ReferenceSets.empty().updated([person.entry]).sets
    try:
        Oversight(references=lambda: sets).permit(Reviewer(id=person.id, role=person.role), to, ())
    except RoleRefusedError:
        return False
    return True


def require_own_form(secret: str, given: object) -> None:
    """See that a form comes from a page of this console, of the same login; `console.guarding` looks at its origin.

    Raises:
        Refusal: it does not.
    """
    if not isinstance(given, str) or not secrets.compare_digest(secret.encode(), given.encode()):
        raise Refusal("refused.no-form", _NOT_ALLOWED)


def _to_login(request: Request, session: Session | None) -> Response:
    """Where a browser goes that may not look: to a login, or to choose a role where several were given."""
    at = "/login" if session is None or session.role is not None else "/login/role"
    if request.url.path != "/":
        at = f"{at}?{urlencode({'to': request.url.path})}"
    if "hx-request" in request.headers:  # a part of an open page: the page as a whole goes there
        return Response(status_code=_NO_CONTENT, headers={"HX-Redirect": at})
    return RedirectResponse(at, _SEE_OTHER)
