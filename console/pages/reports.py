"""The sealed reports that are stored, for whom may read them; who was handed one is written down first."""

import hashlib
import re
from collections.abc import Sequence
from typing import Final, get_args

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.looks import Handed, Looks
from console.pages.answering import framed, json_of, page_routes
from console.pages.sending import sent_by, told_on_page
from console.parts import ConsoleParts
from console.people import Person, is_permitted
from console.refusing import PageRefusal, away
from console.stored_reports import ReportList, StoredReports
from console.tokens import new_token, token_of
from pipeline.errors import WorldError
from pipeline.reports import ReportKind

__all__ = ["routes"]

_KINDS: Final = get_args(ReportKind)
"""The kinds of reports that have a name; of one that another build made the kind itself is shown."""

_UID: Final = re.compile(r"[0-9a-f]{64}")
_NOT_ALLOWED: Final = 403
_NOT_FOUND: Final = 404
_UNAVAILABLE: Final = 503
_NONE: Final = ReportList(reports=(), is_cut=False)


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """`/reports`, and where its form goes."""
    room = _Room(parts)
    return (*page_routes(parts, "/reports", room.show, room.json), Route("/reports/files", room.open, methods=["POST"]))


class _Room:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._reports = None if parts.vault is None else StoredReports(parts.vault)
        self._looks = Looks(parts)

    def show(self, request: Request, person: Person | None) -> Response:
        """The page of what is stored."""
        _require(person)
        return self._shown(request, person, "", new_token())

    def json(self, _: Request, person: Person | None) -> Response:
        """The same as JSON."""
        _require(person)
        try:
            return json_of(_NONE if self._reports is None else self._reports.all())
        except WorldError as error:
            raise away(error, _UNAVAILABLE) from error

    async def open(self, request: Request) -> Response:
        """A report as a file, once it is written down who is handed it."""
        person, form = await sent_by(self._parts, request)
        _require(person)
        token, uid = token_of(form), str(form.get("report", ""))
        try:
            body = await run_in_threadpool(self._read, uid)
            sha256 = hashlib.sha256(body).hexdigest()
            await self._looks.write(person, Handed(act="report.exported", sha256=sha256), token)
        except WorldError as error:
            return await run_in_threadpool(self._shown, request, person, told_on_page(request, error)[0], token)
        headers = {"content-disposition": f'attachment; filename="report-{uid[:16]}.pdf"'}
        return Response(body, headers=headers, media_type="application/pdf")

    def _read(self, uid: str) -> bytes:
        body = None if self._reports is None or not _UID.fullmatch(uid) else self._reports.read(uid)
        if body is None:
            raise HTTPException(_NOT_FOUND)
        return body

    def _shown(self, request: Request, person: Person | None, problem: str, token: str) -> Response:
        page = _NONE
        try:
            page = _NONE if self._reports is None else self._reports.all()
        except WorldError as error:
            problem = problem or told_on_page(request, error)[0]
        values = {"page": page, "is_closed": self._reports is None, "problem": problem, "token": token, "kinds": _KINDS}
        status = _UNAVAILABLE if problem else 200
        return framed(self._parts, request, person, "reports.html", "reports", values, status)


def _require(person: Person | None) -> None:
    if not is_permitted(person, "report"):
        if person is None:
            raise PageRefusal("refused.nobody-report", _NOT_ALLOWED)
        raise PageRefusal("refused.role-report", _NOT_ALLOWED, role=person.role)
