"""One case: how it stands, its clocks, what led there, what a person can do about it; doing that; and opening one."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.acting import Desk
from console.case_acting import CaseDesk
from console.case_desk import KINDS, OfferedAct, acts_offered, kinds_offered
from console.case_form import OPENING_FIELDS, choices
from console.filing import filed_with
from console.pages.answering import framed, json_of, page_routes
from console.pages.sending import became, sent_by, told_on_page
from console.parts import ConsoleParts
from console.people import Person, guarded
from console.readmodel.shown import EventPage, ShownCase
from console.refusing import PageRefusal
from console.tokens import new_token
from pipeline.duties import roles_permitted
from pipeline.duties.case_steps import permission_for
from pipeline.errors import WorldError
from pipeline.policy.pack import CaseKind

__all__ = ["routes"]

_SEE_OTHER: Final = 303
_NOT_FOUND: Final = 404
_OF_DOCUMENTS: Final = ("document_uri", "document_addressee")


class CaseAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A case as JSON, with what whoever asks can do about it."""

    case: ShownCase
    offered: tuple[OfferedAct, ...]


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """`/cases/new`, `/cases/{case_uid}`, and where their forms go."""
    room = _Room(parts)
    return (
        Route("/cases/new", guarded(parts, room.form), methods=["GET"]),
        Route("/cases/new", room.open, methods=["POST"]),
        *page_routes(parts, "/cases/{uid}", room.show, room.json),
        Route("/cases/{uid}/acts", room.act, methods=["POST"]),
    )


class _Room:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._desk = Desk(parts)
        self._cases = CaseDesk(parts, self._desk)

    def show(self, request: Request, person: Person | None) -> Response:
        """The page of a case; of one that is not there yet, what became of the act that opens it."""
        page = self._parts.questions.case(request.path_params["uid"])
        if page is None:
            return self._opening(request, person)
        return self._shown(request, person, 200, _new_form())

    def json(self, request: Request, person: Person | None) -> Response:
        """The same as JSON."""
        page = self._found(request)
        return json_of(CaseAnswer(case=page, offered=self._offered(page, person, self._event(page))))

    async def act(self, request: Request) -> Response:
        """Send what a form says, and go back to the page, which tells what becomes of it."""
        person, form = await sent_by(self._parts, request, files=1)
        page = await run_in_threadpool(self._found, request)
        event = await run_in_threadpool(self._event, page)
        try:
            sent = await self._cases.act(person, page, event, form, await filed_with(form))
        except (WorldError, PageRefusal) as error:
            told, status = told_on_page(request, error)
        else:
            return RedirectResponse(f"/cases/{page.case.case_uid}?sent={sent}", _SEE_OTHER)
        return await run_in_threadpool(self._shown, request, person, status, _kept(form, told))

    def form(self, request: Request, person: Person | None) -> Response:
        """The form by which a case is opened, once its kind is chosen."""
        given = request.query_params
        filled = {f"about.{name}": given[name] for name in ("event_uid", "content_id", "account") if name in given}
        return self._form_shown(request, person, given.get("kind", ""), 200, {**_new_form(), "filled": filled})

    async def open(self, request: Request) -> Response:
        """Send the act that opens a case, and go to its page."""
        person, form = await sent_by(self._parts, request, files=1)
        kind = next((kind for kind in KINDS if kind == form.get("kind")), None)
        if kind is None:
            raise HTTPException(_NOT_FOUND)
        try:
            uid, sent = await self._cases.open(person, kind, form, await filed_with(form))
        except (WorldError, PageRefusal) as error:
            told, status = told_on_page(request, error)
        else:
            return RedirectResponse(f"/cases/{uid}?sent={sent}", _SEE_OTHER)
        kept = {**_kept(form, told), "filled": {name: str(value) for name, value in form.items()}}
        return await run_in_threadpool(self._form_shown, request, person, kind, status, kept)

    def _found(self, request: Request) -> ShownCase:
        page = self._parts.questions.case(request.path_params["uid"])
        if page is None:
            raise HTTPException(_NOT_FOUND)
        return page

    def _event(self, page: ShownCase) -> EventPage | None:
        """The event that a case is about, as far as it is known."""
        about = page.case.about
        return None if about is None or about.event_uid is None else self._parts.questions.event(about.event_uid)

    def _offered(self, page: ShownCase, person: Person | None, event: EventPage | None) -> tuple[OfferedAct, ...]:
        return acts_offered(page.case, person, event) if person is not None and person.is_current else ()

    def _opening(self, request: Request, person: Person | None) -> Response:
        outcome, waited = became(self._parts, self._desk, request)
        if waited is None and (outcome is None or outcome.case_uid != request.path_params["uid"]):
            raise HTTPException(_NOT_FOUND)
        values = {"outcome": outcome, "waited": waited}
        return framed(self._parts, request, person, "case_opening.html", "cases", values)

    def _shown(self, request: Request, person: Person | None, status: int, form: Mapping[str, object]) -> Response:
        outcome, waited = became(self._parts, self._desk, request)
        # Read after it: where the page says that an act is done, its form is about the case as that left it.
        page = self._found(request)
        event = self._event(page)
        offered = self._offered(page, person, event)
        values = {
            **form,
            "page": page,
            "event": event,
            "offered": offered,
            "roles_for": sorted({role for act in offered for role in roles_permitted(permission_for(act.act))}),
            "user_actions": choices("incident.user_action"),
            "outcome": outcome,
            "waited": waited,
        }
        return framed(self._parts, request, person, "case.html", "cases", values, status)

    def _form_shown(
        self, request: Request, person: Person | None, kind: str, status: int, form: Mapping[str, object]
    ) -> Response:
        kinds = kinds_offered(person) if person is not None and person.is_current else ()
        chosen: CaseKind | None = next((known_kind for known_kind in kinds if known_kind == kind), None)
        values = {
            **form,
            "kinds": kinds,
            "kind": chosen,
            "fields": () if chosen is None else OPENING_FIELDS[chosen],
            "choices": choices,
        }
        return framed(self._parts, request, person, "case_new.html", "cases", values, status)


def _new_form() -> dict[str, object]:
    return {"problem": None, "reason": "", "at_time": "", **dict.fromkeys(_OF_DOCUMENTS, ""), "token": new_token()}


def _kept(form: FormData, told: str) -> dict[str, object]:
    """What was typed. The token stays: what is sent again is the same event."""
    names = {"reason": "reason", "at_time": "at", **{name: name for name in _OF_DOCUMENTS}}
    kept = {name: str(form.get(field, "")) for name, field in names.items()}
    return {**kept, "problem": told, "token": str(form.get("token", ""))}
