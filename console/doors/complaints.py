"""The complaint form, for people without an account, and the page where they see what became of it."""

import re
import secrets
from collections.abc import Sequence
from typing import Final, get_args
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.doors.asking import parameters
from console.doors.complaining import Complaints, case_number
from console.doors.limits import body_of
from console.doors.parts import Doors, answered
from console.refusing import PageRefusal
from console.rendering import language_of, page
from pipeline.events.outputs import Case, LabelFault

__all__ = ["routes"]

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32}")
_TOKEN_BYTES: Final = 24
_UID: Final = re.compile(r"[0-9a-f]{64}")
_FAULTS: Final = get_args(LabelFault)
_LONGEST_TEXT: Final = 5000
_LONGEST_CONTACT: Final = 320
_MOST_BYTES: Final = 64 * 1024
_BAD, _NOT_FOUND, _SEE_OTHER = 400, 404, 303


def routes(doors: Doors) -> Sequence[BaseRoute]:
    """`/complaints/new`, `/complaints/status/{token}`."""
    complaints = doors.complaints
    if complaints is None:
        return ()

    async def form(request: Request) -> Response:
        doors.admit(request)
        asked = parameters(request, "event")
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        return _form(request, doors, {"event_uid": asked.get("event", ""), "token": token})

    async def complain(request: Request) -> Response:
        doors.admit(request, with_file=True)
        said = await _said(request, doors)
        token = said.get("token", "")
        if not _TOKEN.fullmatch(token):
            raise PageRefusal("refused.not-ours", _BAD)
        wrong = _wrong(said) or await _unknown(complaints, said)
        if wrong:
            return _form(request, doors, said, wrong, _BAD)
        await complaints.open(token, said, language_of(request))
        return RedirectResponse(f"/complaints/status/{token}", _SEE_OTHER)

    async def status(request: Request) -> Response:
        doors.admit(request)
        token = _token(request)
        return _status(request, doors, token, await answered(complaints.case_of, token))

    async def reply(request: Request) -> Response:
        doors.admit(request, with_file=True)
        token, said = _token(request), await _said(request, doors)
        case = await answered(complaints.case_of, token)
        if case is None or case.state != "asked-back" or _wrong(said):
            return _status(request, doors, token, case, wrong=_wrong(said) or "not-asked", status=_BAD)
        await complaints.reply(token, said, language_of(request), case.version)
        return RedirectResponse(f"/complaints/status/{token}?replied=1", _SEE_OTHER)

    return (
        Route("/complaints/new", form, methods=["GET"]),
        Route("/complaints/new", complain, methods=["POST"]),
        Route("/complaints/status/{token}", status, methods=["GET"]),
        Route("/complaints/status/{token}", reply, methods=["POST"]),
    )


def _token(request: Request) -> str:
    token = str(request.path_params["token"])
    if not _TOKEN.fullmatch(token):
        raise HTTPException(_NOT_FOUND)
    return token


async def _said(request: Request, doors: Doors) -> dict[str, str]:
    """The fields of a form, the last of each name."""
    body = await body_of(request, _MOST_BYTES, doors.settings.upload_seconds)
    fields = parse_qs(body.decode("utf-8", errors="replace"), max_num_fields=16)
    return {name: values[-1].strip() for name, values in fields.items()}


def _wrong(said: dict[str, str]) -> str | None:
    """What is wrong with a form, as the texts call it; None where nothing is."""
    if not said.get("text"):
        return "no-text"
    if len(said["text"]) > _LONGEST_TEXT or len(said.get("contact", "")) > _LONGEST_CONTACT:
        return "too-long"
    if said.get("label", "") not in ("", *_FAULTS):
        return "no-such-event"
    return None


async def _unknown(complaints: Complaints, said: dict[str, str]) -> str | None:
    uid = said.get("event_uid", "")
    if uid and (not _UID.fullmatch(uid) or not await answered(complaints.is_known, uid)):
        return "no-such-event"
    return None


def _form(
    request: Request, doors: Doors, said: dict[str, str], wrong: str | None = None, status: int = 200
) -> Response:
    return page(
        request,
        "complaint_new.html",
        status,
        doors=doors.settings,
        said=said,
        wrong=wrong,
        faults=_FAULTS,
        longest=_LONGEST_TEXT,
    )


def _status(
    request: Request, doors: Doors, token: str, case: Case | None, *, wrong: str | None = None, status: int = 200
) -> Response:
    due = sorted(clock.due_at for clock in case.clocks if clock.state == "open" and clock.due_at) if case else []
    return page(
        request,
        "complaint_status.html",
        status,
        doors=doors.settings,
        number=case_number(token),
        case=case,
        due=due[0] if due else None,
        replied="replied" in request.query_params,
        wrong=wrong,
        longest=_LONGEST_TEXT,
    )
