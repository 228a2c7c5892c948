"""One event: why it is held, what was decided, what a person can do about it; and doing that."""

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.acting import ACTS, Desk
from console.pages.answering import framed, json_of, shown
from console.pages.content import ContentDesk, ContentView
from console.parts import ConsoleParts
from console.people import Person, is_permitted, person_of, require_own_form
from console.readmodel.shown import EventPage
from pipeline.errors import WorldError

__all__ = ["routes"]

_SEE_OTHER: Final = 303
_NOT_ALLOWED: Final = 403
_NOT_FOUND: Final = 404
_UNUSABLE: Final = 422
_UNAVAILABLE: Final = 503
_MOST_FIELDS: Final = 20


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """`/queue/{event_uid}`, where its forms go, and its content."""
    room = _Room(parts)
    return (
        *shown(parts, "/queue/{uid}/lineage", room.show, room.lineage)[:1],
        *shown(parts, "/queue/{uid}", room.show, lambda request, _: json_of(room.found(request))),
        Route("/queue/{uid}/acts", room.act, methods=["POST"]),
        Route("/queue/{uid}/content", room.content.look, methods=["POST"]),
        Route("/queue/{uid}/content", room.content.bytes),
    )


class _Room:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._desk = Desk(parts)
        self.content = ContentDesk(parts, self._with_content)

    def found(self, request: Request) -> EventPage:
        """The event that a request is about."""
        event = self._parts.questions.event(request.path_params["uid"])
        if event is None:
            raise HTTPException(_NOT_FOUND)
        return event

    def show(self, request: Request, person: Person | None) -> Response:
        """The page of an event."""
        return self._shown(request, person, 200, _empty_form())

    def lineage(self, request: Request, _: Person | None) -> Response:
        """What the content of an event was made from, and what was made from it, as JSON."""
        return json_of(self._parts.questions.lineage(self.found(request)))

    async def act(self, request: Request) -> Response:
        """Send what a form says, and go back to the page, which tells what becomes of it."""
        person = await run_in_threadpool(person_of, self._parts, request)
        if person is None:
            raise HTTPException(_NOT_ALLOWED, "Nobody is logged in.")
        form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
        require_own_form(person.form_secret, form.get("form"))
        about = (await run_in_threadpool(self.found, request)).event_uid
        try:
            sent = await self._desk.send(person, about, form)
        except WorldError as error:
            told, status = f"{error.what} {error.remedy}", _UNAVAILABLE
        except HTTPException as error:
            if error.status_code != _UNUSABLE:
                raise
            told, status = error.detail, _UNUSABLE
        else:
            back = request.query_params.get("then") == "queue"
            return RedirectResponse("/queue" if back else f"/queue/{about}?sent={sent}", _SEE_OTHER)
        # The token stays: what is sent again is the same event.
        kept = {"problem": told, "reason": str(form.get("reason", "")), "token": str(form.get("token", ""))}
        return await run_in_threadpool(self._shown, request, person, status, kept)

    def _with_content(self, request: Request, person: Person, status: int, view: ContentView) -> Response:
        return self._shown(request, person, status, {**_empty_form(), "view": view})

    def _shown(self, request: Request, person: Person | None, status: int, form: Mapping[str, object]) -> Response:
        sent = request.query_params.get("sent", "")
        sent_at = self._desk.sent_at(sent)
        outcome = self._parts.questions.act(sent)
        # Read after it: where the page says that an act is done, its form is about the event as that left it.
        event = self.found(request)
        values = {
            "view": self.content.view(request, person, event) if "view" not in form else form["view"],
            **form,
            "page": event,
            "barred": _barred(event, person),
            "lineage": self._parts.questions.lineage(event),
            "permitted": [act for act, permission in ACTS.items() if is_permitted(person, permission)],
            "outcome": outcome,
            "waited": None if sent_at is None else int(time.monotonic() - sent_at),
        }
        return framed(self._parts, request, person, "event.html", "queue", values, status)


def _barred(event: EventPage, person: Person | None) -> str | None:
    """Why a person may not decide about an event that persons left held, as the texts call it; None where it may."""
    earlier = {one.review.reviewer for one in event.decisions if one.review is not None}
    if person is None or not event.is_waiting or not earlier:
        return None
    if person.id in earlier:
        return "barred-decided"
    return None if is_permitted(person, "second look") else "barred-second"


def _empty_form() -> Mapping[str, object]:
    return {"problem": None, "reason": "", "token": secrets.token_hex(16)}
