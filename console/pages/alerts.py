"""Alerts, grouped by event: how far somebody is with them, and saying so."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.acting import Desk
from console.case_acting import CaseDesk
from console.pages.answering import framed, json_of, shown
from console.pages.sending import became, sent_by, told_on_page
from console.parts import ConsoleParts
from console.people import Person, is_permitted
from console.readmodel.rows import SEVERITIES
from console.readmodel.shown import AlertPage
from console.readmodel.standing import ALERT_STATES
from console.tokens import new_token
from pipeline.errors import WorldError

__all__ = ["routes"]

_SEE_OTHER: Final = 303
_NOT_FOUND: Final = 404
_FILTERS: Final = ("kind", "severity", "state", "after")


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """`/alerts`, and where its forms go."""
    room = _Room(parts)
    return (
        *shown(parts, "/alerts", room.show, lambda request, _: json_of(room.asked(request))),
        Route("/alerts/{uid}/acts", room.act, methods=["POST"]),
    )


class _Room:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._desk = Desk(parts)
        self._cases = CaseDesk(parts, self._desk)

    def asked(self, request: Request) -> AlertPage:
        """The alerts that a request asks for."""
        given = {name: request.query_params.get(name, "") for name in _FILTERS}
        after = given["after"] or None
        return self._parts.questions.alerts(given["kind"], given["severity"], given["state"], after)

    def show(self, request: Request, person: Person | None) -> Response:
        """The page of alerts."""
        return self._shown(request, person, 200, {"problem": None, "kept": {"uid": None}})

    async def act(self, request: Request) -> Response:
        """Send what a form says, and go back to the list, which tells what becomes of it."""
        person, form = await sent_by(self._parts, request)
        event = await run_in_threadpool(self._parts.questions.alerts_of, request.path_params["uid"])
        if event is None:
            raise HTTPException(_NOT_FOUND)
        try:
            sent = await self._cases.look_at(person, event, form)
        except (WorldError, HTTPException) as error:
            told, status = told_on_page(error)
        else:
            given = {name: value for name in _FILTERS if (value := request.query_params.get(name))}
            return RedirectResponse(f"/alerts?{urlencode({**given, 'sent': sent})}", _SEE_OTHER)
        # The token stays: what is sent again is the same event.
        kept = {"uid": event.event_uid, "reason": str(form.get("reason", "")), "token": str(form.get("token", ""))}
        return await run_in_threadpool(self._shown, request, person, status, {"problem": told, "kept": kept})

    def _shown(self, request: Request, person: Person | None, status: int, form: Mapping[str, object]) -> Response:
        outcome, waited = became(self._parts, self._desk, request)
        given = {name: value for name in _FILTERS if (value := request.query_params.get(name))}
        values = {
            **form,
            "page": self.asked(request),
            "severities": SEVERITIES,
            "states": ALERT_STATES,
            "may_act": is_permitted(person, "alert"),
            "filters": f"?{urlencode(given)}" if given else "",
            "new_token": new_token,
            "outcome": outcome,
            "waited": waited,
        }
        return framed(self._parts, request, person, "alerts.html", "alerts", values, status)
