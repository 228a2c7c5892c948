"""One event: why it is held, what was decided, what a person can do about it; and doing that."""

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.acting import ACTS, Desk
from console.pages.answering import framed, json_of, page_routes
from console.pages.content import ContentDesk, ContentView
from console.pages.sending import became, sent_by, told_on_page
from console.parts import ConsoleParts
from console.people import Person, is_permitted
from console.readmodel.shown import EventPage
from console.refusing import PageRefusal
from console.tokens import new_token
from pipeline.errors import WorldError

__all__ = ["routes"]

_SEE_OTHER: Final = 303
_NOT_FOUND: Final = 404


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """`/queue/{event_uid}`, where its forms go, and its content."""
    room = _Room(parts)
    return (
        *page_routes(parts, "/queue/{uid}/lineage", room.show, room.lineage)[:1],
        *page_routes(parts, "/queue/{uid}", room.show, lambda request, _: json_of(room.found(request))),
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
        person, form = await sent_by(self._parts, request)
        about = (await run_in_threadpool(self.found, request)).event_uid
        try:
            sent = await self._desk.send(person, about, form)
        except (WorldError, PageRefusal) as error:
            told, status = told_on_page(request, error)
        else:
            back = request.query_params.get("then") == "queue"
            return RedirectResponse("/queue" if back else f"/queue/{about}?sent={sent}", _SEE_OTHER)
        # The token stays: what is sent again is the same event.
        kept = {"problem": told, "reason": str(form.get("reason", "")), "token": str(form.get("token", ""))}
        return await run_in_threadpool(self._shown, request, person, status, kept)

    def _with_content(self, request: Request, person: Person, status: int, view: ContentView) -> Response:
        return self._shown(request, person, status, {**_empty_form(), "view": view})

    def _shown(self, request: Request, person: Person | None, status: int, form: Mapping[str, object]) -> Response:
        outcome, waited = became(self._parts, self._desk, request)
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
            "waited": waited,
        }
        return framed(self._parts, request, person, "event.html", "queue", values, status)


def _barred(event: EventPage, person: Person | None) -> str | None:
    """Why a person may not decide about an event that persons left held, as the texts call it; None where it may."""
    earlier = {decision.review.reviewer for decision in event.decisions if decision.review is not None}
    if person is None or not event.is_waiting or not earlier:
        return None
    if person.id in earlier:
        return "barred-decided"
    return None if is_permitted(person, "second look") else "barred-second"


def _empty_form() -> Mapping[str, object]:
    return {"problem": None, "reason": "", "token": new_token()}
