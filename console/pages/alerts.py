"""Alerts, grouped by event: how far somebody is with them, and saying so, of one event or of several at once."""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.acting import Desk
from console.case_acting import CaseDesk
from console.pages.answering import framed, json_of, page_routes
from console.pages.sending import became, sent_by, told_on_page
from console.parts import ConsoleParts
from console.people import Person, is_permitted
from console.readmodel.shown import AlertedEvent, AlertPage
from console.readmodel.standing import ALERT_STATES
from console.refusing import PageRefusal
from console.tokens import new_token
from pipeline.errors import WorldError
from pipeline.events.outputs import SEVERITIES

__all__ = ["routes"]

_SEE_OTHER: Final = 303
_NOT_FOUND: Final = 404
_UNUSABLE: Final = 422
_FILTERS: Final = ("kind", "severity", "state", "after")
_NOTHING_KEPT: Final[Mapping[str, object]] = {"uid": None, "chosen": frozenset(), "is_uncertain": False}


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """`/alerts`, and where its forms go."""
    room = _Room(parts)
    return (
        *page_routes(parts, "/alerts", room.show, lambda request, _: json_of(room.asked(request))),
        Route("/alerts/acts", room.act_on_several, methods=["POST"]),
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
        return self._shown(request, person, 200, {"problem": None, "kept": _NOTHING_KEPT})

    async def act(self, request: Request) -> Response:
        """Send what a form says, and go back to the list, which tells what becomes of it."""
        person, form = await sent_by(self._parts, request)
        uid = request.path_params["uid"]
        event = (await run_in_threadpool(self._parts.questions.alerts_of, (uid,))).get(uid)
        if event is None:
            raise HTTPException(_NOT_FOUND)
        try:
            sent = await self._cases.look_at(person, event, form)
        except (WorldError, PageRefusal) as error:
            told, status = told_on_page(request, error)
        else:
            return RedirectResponse(_back(request, sent), _SEE_OTHER)
        kept = _kept(form, event.event_uid)
        return await run_in_threadpool(self._shown, request, person, status, {"problem": told, "kept": kept})

    async def act_on_several(self, request: Request) -> Response:
        """Send what a form says of each event that was chosen, or of all that are open; and go back to the list."""
        person, form = await sent_by(self._parts, request)
        seen = dict(str(shown).split(" ", 1) for shown in form.getlist("shown") if " " in str(shown))
        is_all = "all" in request.query_params
        chosen = set(seen) if is_all else {str(alert_id) for alert_id in form.getlist("chosen")} & set(seen)
        events = await run_in_threadpool(self._found, chosen, is_open=is_all)
        try:
            _require_some(events)
            sent = await self._cases.look_at_several(person, events, seen, form)
        except (WorldError, PageRefusal) as error:
            told, status = told_on_page(request, error)
            is_uncertain = isinstance(error, WorldError)  # some of them may have been taken
        else:
            return RedirectResponse(_back(request, sent), _SEE_OTHER)
        kept = {**_kept(form, ""), "chosen": frozenset() if is_all else chosen, "is_uncertain": is_uncertain}
        return await run_in_threadpool(self._shown, request, person, status, {"problem": told, "kept": kept})

    def _found(self, chosen: Collection[str], *, is_open: bool) -> Mapping[str, AlertedEvent]:
        """The events that were chosen, as they are now; of all those that were shown, the ones that are open."""
        found = self._parts.questions.alerts_of(chosen)
        return {uid: found[uid] for uid in sorted(found) if not is_open or found[uid].state == "open"}

    def _shown(self, request: Request, person: Person | None, status: int, form: Mapping[str, object]) -> Response:
        outcome, waited = became(self._parts, self._desk, request)
        values = {
            **form,
            "page": self.asked(request),
            "severities": SEVERITIES,
            "states": ALERT_STATES,
            "may_act": is_permitted(person, "alert"),
            "filters": f"?{urlencode(_filters(request))}" if _filters(request) else "",
            "new_token": new_token,
            "outcome": outcome,
            "waited": waited,
            "together": self._became_together(request),
        }
        return framed(self._parts, request, person, "alerts.html", "alerts", values, status)

    def _became_together(self, request: Request) -> Mapping[str, object] | None:
        """What became of acts that were sent together, as far as they were sent from here."""
        sent = self._desk.sent_together(request.query_params.get("sent", ""))
        if sent is None:
            return None
        known = self._parts.questions.acts(sent.uids).values()
        refused = [act for act in known if act.state == "refused"]
        taken = sum(act.state == "taken" for act in known)
        return {
            "sent": len(sent.uids),
            "taken": taken,
            "refused": refused,
            "waiting": len(sent.uids) - taken - len(refused),
            "left_out": sent.left_out,
            "waited": int(time.monotonic() - sent.at),
        }


def _filters(request: Request) -> dict[str, str]:
    """The filter of the list, as its address says it."""
    return {name: value for name in _FILTERS if (value := request.query_params.get(name))}


def _back(request: Request, sent: str) -> str:
    """Where the list is, with its filter, that tells what becomes of what was sent."""
    return f"/alerts?{urlencode({**_filters(request), 'sent': sent})}"


def _require_some(events: Collection[str]) -> None:
    if not events:
        raise PageRefusal("alerts.none-chosen", _UNUSABLE)


def _kept(form: FormData, uid: str) -> Mapping[str, object]:
    """What was typed about an event, or about several, which have no `uid`.

    The token stays: what is sent again is the same event.
    """
    typed = {"reason": str(form.get("reason", "")), "token": str(form.get("token", ""))}
    return {**_NOTHING_KEPT, **typed, "uid": uid}
