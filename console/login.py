"""Logging in and out: by saying who one is, in development; by a provider of OpenID Connect otherwise."""

import logging
import secrets
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.doors.limits import Allowance, address_of
from console.identity import IdentityProvider, LoginRefusedError, VouchedPerson
from console.parts import ConsoleParts
from console.people import SESSION_KEY, require_own_form, session_of
from console.refusing import Refusal
from console.rendering import language_of, local_path, page
from console.sessions import Session

__all__ = ["CALLBACK", "routes"]

logger = logging.getLogger(__name__)

CALLBACK: Final = "/login/callback"
"""Where the provider sends browsers back to: what is registered there."""

_ISSUER: Final = "sealstream-console"
_WAY_BACK: Final = "to"
_FORM: Final = "form"
_SEE_OTHER: Final = 303
_NOT_ALLOWED: Final = 403
_UNAVAILABLE: Final = 503


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """`/login`, `/logout` and what belongs to them, where somebody can log in at all."""
    if parts.settings.login == "none":
        return ()
    room = _Room(parts)
    common = (
        Route("/login/role", room.roles),
        Route("/login/role", room.act_as, methods=["POST"]),
        Route("/logout", room.logout, methods=["POST"]),
    )
    if parts.provider is None:
        return (Route("/login", room.people), Route("/login", room.believe, methods=["POST"]), *common)
    vouched = _Vouched(room, parts, parts.provider)
    return (
        Route("/login", vouched.show),
        Route("/login/start", vouched.start),
        Route(CALLBACK, vouched.callback),
        *common,
    )


class _Room:
    """What both logins have, and the login for development."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._allowance = Allowance(a_minute=parts.settings.logins_a_minute)

    def shown(self, request: Request, status: int = 200, **values: object) -> Response:
        """The page of logins, in one of its kinds."""
        frame = {"state": self._parts.state(), "person": None, "at": "login", "problem": None, **values}
        return page(request, "login.html", status, **frame)

    def take(self, request: Request) -> None:
        """Count an attempt to log in.

        Raises:
            Refusal: 429, there were too many from there.
        """
        self._allowance.take(address_of(request))

    def open(self, request: Request, actor: str, role: str | None, auth: Mapping[str, str]) -> None:
        """Begin a login, under a key that no browser had before."""
        until = self._parts.now() + self._parts.settings.session_minutes * 60
        self._parts.sessions.close(request.session.get(SESSION_KEY))
        request.session.clear()
        request.session[SESSION_KEY] = self._parts.sessions.open(
            Session(actor=actor, role=role, auth=auth, until=until)
        )

    async def people(self, request: Request) -> Response:
        """Who there is, to choose from."""
        people = await run_in_threadpool(self._parts.questions.operators)
        known = [entry for entry in people.values() if entry.roles]
        secret = request.session.setdefault(_FORM, secrets.token_urlsafe(24))
        return self.shown(request, kind="development", people=known, secret=secret, to=_way_back(request))

    async def believe(self, request: Request) -> Response:
        """Somebody says who it is."""
        self.take(request)
        form = await request.form(max_files=0, max_fields=10)
        require_own_form(str(request.session.get(_FORM, "")) or secrets.token_hex(), form.get(_FORM))
        name, _, role = str(form.get("who", "")).rpartition(" ")
        entry = await run_in_threadpool(self._parts.questions.operator, name)
        if entry is None or role not in entry.roles:
            raise Refusal("refused.nobody-there", _NOT_ALLOWED)
        self.open(request, name, role, {"issuer": _ISSUER, "at": _instant(self._parts.now())})
        return RedirectResponse(local_path(str(form.get(_WAY_BACK, "/"))), _SEE_OTHER)

    async def roles(self, request: Request) -> Response:
        """In which of the roles that somebody has to act."""
        session = session_of(self._parts, request)
        entry = None if session is None else await run_in_threadpool(self._parts.questions.operator, session.actor)
        if session is None or entry is None or not entry.roles:
            return RedirectResponse("/login", _SEE_OTHER)
        return self.shown(request, kind="role", entry=entry, session=session, to=_way_back(request))

    async def act_as(self, request: Request) -> Response:
        """Act in a role from now on."""
        session = session_of(self._parts, request)
        if session is None:
            raise Refusal("refused.nobody", _NOT_ALLOWED)
        form = await request.form(max_files=0, max_fields=10)
        require_own_form(session.form_secret, form.get(_FORM))
        entry = await run_in_threadpool(self._parts.questions.operator, session.actor)
        role = str(form.get("role", ""))
        if entry is None or role not in entry.roles:
            raise Refusal("refused.not-your-role", _NOT_ALLOWED)
        self._parts.sessions.act_as(request.session[SESSION_KEY], role)
        return RedirectResponse(local_path(str(form.get(_WAY_BACK, "/"))), _SEE_OTHER)

    async def logout(self, request: Request) -> Response:
        """End a login, in whichever browser its key is."""
        session = session_of(self._parts, request)
        form = await request.form(max_files=0, max_fields=10)
        require_own_form(secrets.token_hex() if session is None else session.form_secret, form.get(_FORM))
        self._parts.sessions.close(request.session.get(SESSION_KEY))
        request.session.clear()
        return RedirectResponse("/login?ended=1", _SEE_OTHER)


class _Vouched:
    """The login by a provider."""

    def __init__(self, room: _Room, parts: ConsoleParts, provider: IdentityProvider) -> None:
        self._room = room
        self._parts = parts
        self._provider = provider

    async def show(self, request: Request) -> Response:
        """Where to begin; a form could not, for browsers follow no form to another site."""
        ended = self._provider.logout_url(self._here(request, "/login")) if "ended" in request.query_params else None
        return self._shown(request, ended=ended, to=_way_back(request))

    async def start(self, request: Request) -> Response:
        """Go to the provider."""
        self._room.take(request)
        request.session[_WAY_BACK] = _way_back(request)
        try:
            return await self._provider.begin(request, self._here(request, CALLBACK))
        except LoginRefusedError as error:
            return self._refused(request, error)

    async def callback(self, request: Request) -> Response:
        """Come back from there."""
        self._room.take(request)
        to = local_path(str(request.session.get(_WAY_BACK, "/")))
        try:
            identity = await self._provider.finish(request)
            role = await run_in_threadpool(self._role_of, identity)
        except LoginRefusedError as error:
            return self._refused(request, error)
        at = self._parts.now() if identity.at is None else identity.at
        auth = {"issuer": identity.issuer, "at": _instant(at)}
        self._room.open(
            request, identity.pseudonym, role, auth if identity.acr is None else {**auth, "acr": identity.acr}
        )
        return RedirectResponse(to if role is not None else f"/login/role?{urlencode({_WAY_BACK: to})}", _SEE_OTHER)

    def _role_of(self, identity: VouchedPerson) -> str | None:
        """The one role that the operators set gives; None of several."""
        entry, state = self._parts.questions.operator(identity.pseudonym), self._parts.state()
        if entry is not None and entry.roles:
            return entry.roles[0] if len(entry.roles) == 1 else None
        if state.age is None:
            if state.trouble:
                raise LoginRefusedError("login-refused.not-known-why", _UNAVAILABLE, trouble=state.trouble)
            raise LoginRefusedError("login-refused.not-known-yet", _UNAVAILABLE)
        name = identity.pseudonym
        raise LoginRefusedError("login-refused.no-operator", name=name, quoted=shlex.quote(name))

    def _refused(self, request: Request, error: LoginRefusedError) -> Response:
        return self._shown(
            request, error.status, problem=error.told(language_of(request)), ended=None, to=_way_back(request)
        )

    def _shown(self, request: Request, status: int = 200, **values: object) -> Response:
        at = {"issuer": self._provider.issuer, "callback": self._here(request, CALLBACK)}
        return self._room.shown(request, status, kind="oidc", **at, **values)

    def _here(self, request: Request, path: str) -> str:
        return f"{self._parts.settings.url or str(request.base_url).rstrip('/')}{path}"


def _way_back(request: Request) -> str:
    return local_path(request.query_params.get(_WAY_BACK, "/"))


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
