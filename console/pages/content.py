"""The content of an event: for whom may see it, blurred at first, and never before it is written down who looks."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.looks import Handed, Looks
from console.pages.sending import sent_by, told_on_page
from console.parts import ConsoleParts
from console.people import Person, is_permitted, person_of
from console.ranges import ranged
from console.readmodel.shown import EventPage
from console.refusing import PageRefusal
from console.tokens import new_token, token_of
from console.vault import ContentBytes, Unseen, Vault, Way
from pipeline.errors import WorldError
from pipeline.media_types import extension_of

__all__ = ["SANDBOX", "ContentDesk", "ContentView"]

SANDBOX: Final = "default-src 'none'; sandbox"
"""The policy of what a stranger made: it runs nothing, loads nothing, and is of no origin."""

_READ_AT_ONCE: Final = 4
"""So many contents are read whole at a time for people who look; each is up to what the settings allow."""

_MOST_SIGNS: Final = 100_000
"""So much of a text is shown; all of it is in the file."""

_FINE: Final = 200
_SEE_OTHER: Final = 303
_NOT_ALLOWED: Final = 403
_NOT_FOUND: Final = 404
_UNUSABLE: Final = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentView:
    """What the page of an event shows of its content.

    Attributes:
        is_closed: the console does not read the buckets.
        is_permitted: this person may see content.
        needs_reason: this person has to say why; whoever decides has the reason in the work itself.
        look: the token of a look that counts; empty where nobody has asked.
        unseen: why there is nothing to see.
        way: how it is shown.
        text: of text, the text.
        is_cut: whether that is not all of it.
        token: of the form that asks.
        reason: what was typed there.
        problem: why nothing could be handed out.
    """

    is_closed: bool
    is_permitted: bool
    needs_reason: bool
    look: str = ""
    unseen: Unseen | None = None
    way: Way | None = None
    text: str = ""
    is_cut: bool = False
    token: str = ""
    reason: str = ""
    problem: str = ""


Shown = Callable[[Request, Person, int, ContentView], Response]
"""The page of the event, with this status and view."""


class ContentDesk:
    """Hands content out.

    Args:
        parts: of the console.
        shown: shows the page of the event, where something keeps it from being handed out.
    """

    def __init__(self, parts: ConsoleParts, shown: Shown) -> None:
        self._parts = parts
        self._page = shown
        self._looks = Looks(parts)
        self._reads = asyncio.Semaphore(_READ_AT_ONCE)

    def view(self, request: Request, person: Person | None, event: EventPage) -> ContentView:
        """What the page of an event shows of its content."""
        view = ContentView(
            is_closed=self._parts.vault is None,
            is_permitted=is_permitted(person, "content"),
            needs_reason=_needs_reason(person),
            token=new_token(),
        )
        if view.is_closed or not view.is_permitted:
            return view
        if event.record is None and not any(decision.content for decision in event.decisions):
            return replace(view, unseen="no-content")
        token = request.query_params.get("look", "")
        return (
            self._looked(request, view, token, event) if self._looks.is_open(token, person, event.event_uid) else view
        )

    async def look(self, request: Request) -> Response:
        """Write down that this person looks; then show it, or hand it out as a file."""
        person, form = await sent_by(self._parts, request)
        if not is_permitted(person, "content"):
            raise PageRefusal("refused.role-content", _NOT_ALLOWED, role=person.role)
        event = await run_in_threadpool(self._event, request)
        problem, unseen, status = "", None, _FINE
        try:
            answer = await self._handed_out(person, event, form)
            if isinstance(answer, Response):
                return answer
            unseen = answer
        except (WorldError, PageRefusal) as error:
            problem, status = told_on_page(request, error)
        view = await run_in_threadpool(self.view, request, person, event)
        # The token stays: what is asked for again is the same event.
        reason, token = str(form.get("reason", "")), str(form.get("token", ""))
        view = replace(view, problem=problem, unseen=unseen, reason=reason, token=token)
        return await run_in_threadpool(self._page, request, person, status, view)

    async def bytes(self, request: Request) -> Response:
        """The bytes, for a look that was written down; checked anew: meanwhile it may have been found illegal."""
        person = await run_in_threadpool(person_of, self._parts, request)
        event = await run_in_threadpool(self._event, request)
        token = request.query_params.get("look", "")
        if not is_permitted(person, "content") or not self._looks.is_open(token, person, event.event_uid):
            raise PageRefusal("refused.look-over", _NOT_ALLOWED)
        head = await run_in_threadpool(self._vault().head, event)
        if isinstance(head, str) or head.way == "file":
            raise HTTPException(_NOT_FOUND)
        content = await self._read(event)
        if isinstance(content, str):
            raise HTTPException(_NOT_FOUND)
        headers = {"content-security-policy": SANDBOX, "content-disposition": "inline"}
        media_type = "text/plain; charset=utf-8" if content.way == "text" else content.mime
        return ranged(content.body, request.headers.get("range"), headers, media_type)

    async def _handed_out(self, person: Person, event: EventPage, form: FormData) -> Response | Unseen:
        """What was asked for, or why it is not to be seen."""
        token, reason = token_of(form), str(form.get("reason", "")).strip()
        if _needs_reason(person) and not reason:
            raise PageRefusal("refused.reason", _UNUSABLE)
        content = await self._read(event)
        if isinstance(content, str):
            return content
        is_file = form.get("act") == "export"
        handed = Handed(
            act="content.exported" if is_file else "content.shown",
            sha256=content.sha256,
            event_uid=event.event_uid,
            reason=reason,
        )
        await self._looks.write(person, handed, token)
        if is_file:
            return _as_file(content)
        return RedirectResponse(f"/queue/{event.event_uid}?look={token}#h-content", _SEE_OTHER)

    async def _read(self, event: EventPage) -> ContentBytes | Unseen:
        async with self._reads:
            return await run_in_threadpool(self._vault().content, event)

    def _looked(self, request: Request, view: ContentView, token: str, event: EventPage) -> ContentView:
        """What is seen by a look that counts. Pages ask often: only what is in the page itself is read for it."""
        try:
            head = self._vault().head(event)
            if isinstance(head, str):
                return replace(view, unseen=head)
            if head.way != "text":
                return replace(view, look=token, way=head.way)
            content = self._vault().content(event)
        except WorldError as error:
            return replace(view, problem=told_on_page(request, error)[0])
        if isinstance(content, str):
            return replace(view, unseen=content)
        text = content.body.decode("utf-8", "replace")
        return replace(view, look=token, way="text", text=text[:_MOST_SIGNS], is_cut=len(text) > _MOST_SIGNS)

    def _event(self, request: Request) -> EventPage:
        event = self._parts.questions.event(request.path_params["uid"])
        if event is None:
            raise HTTPException(_NOT_FOUND)
        return event

    def _vault(self) -> Vault:
        if self._parts.vault is None:
            raise HTTPException(_NOT_FOUND)
        return self._parts.vault


def _needs_reason(person: Person | None) -> bool:
    return person is not None and person.role == "auditor"


def _as_file(content: ContentBytes) -> Response:
    name = f"{content.sha256[:16]}.{extension_of(content.mime)}"
    headers = {"content-security-policy": SANDBOX, "content-disposition": f'attachment; filename="{name}"'}
    # Not as what it is: whoever opens it decides with what.
    return Response(content.body, headers=headers, media_type="application/octet-stream")
