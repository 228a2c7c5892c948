"""What every form meets before its room: whether it was sent from here, and whether that was not too often."""

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from console.doors.limits import Allowance, address_of
from console.errors import refused
from console.parts import ConsoleParts
from console.people import is_current, session_of
from console.refusing import Refusal

__all__ = ["GuardedForms"]

_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_NOT_ALLOWED: Final = 403


class GuardedForms:
    """Turns away what another site's page sends, who sends too much, and who may not be who may any more.

    Whose form it is, and what the person may do, the rooms look at.
    """

    def __init__(self, app: ASGIApp, *, parts: ConsoleParts) -> None:
        self._app = app
        self._parts = parts
        self._acts = Allowance(a_minute=parts.settings.acts_a_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it."""
        if scope["type"] == "http" and scope["method"] not in _READS:
            request = Request(scope, receive)
            try:
                self._require_own_page(request)
                self._require_rights(request)
            except Refusal as error:
                answer = await refused(request, error)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _require_own_page(self, request: Request) -> None:
        origin = request.headers.get("origin")
        own = {request.url.netloc, urlsplit(self._parts.settings.url or "").netloc} - {""}
        if origin is not None and urlsplit(origin).netloc not in own:
            raise Refusal("refused.other-site", _NOT_ALLOWED)

    def _require_rights(self, request: Request) -> None:
        session = session_of(self._parts, request)
        self._acts.take(f"of {session.actor}" if session is not None else address_of(request))
        coming_and_going = request.url.path.startswith("/login") or request.url.path == "/logout"
        if session is not None and not coming_and_going and not is_current(self._parts):
            raise Refusal("refused.rights-old", _NOT_ALLOWED)
