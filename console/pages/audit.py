"""The log of people as a page, and as a file for whom may take it along; that is written into the log, too."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Final, get_args

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.acting import ACTS
from console.exporting import EXPORT_FORMATS, exported_rows
from console.looks import Handed, Looks
from console.pages.answering import framed, json_of, page_routes
from console.pages.sending import sent_by, told_on_page
from console.parts import ConsoleParts
from console.people import Person, is_permitted
from console.readmodel.audit import AuditFilter, AuditPage, AuditRow
from console.refusing import PageRefusal
from console.tokens import new_token, token_of
from pipeline.errors import WorldError
from pipeline.events.inputs import AccessAct

__all__ = ["MOST_EXPORTED", "routes"]

MOST_EXPORTED: Final = 100_000
"""More entries than that are exported in several parts, by days."""

_ACTS: Final = (*ACTS, "illegal", *get_args(AccessAct))
_PART: Final = 1000
_NOT_ALLOWED: Final = 403
_UNUSABLE: Final = 422
_TYPES: Final = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """`/audit`, and `/audit/exports`."""
    room = _Room(parts)
    return (
        *page_routes(parts, "/audit", room.show, lambda request, _: json_of(room.found(request))),
        Route("/audit/exports", room.export, methods=["POST"]),
    )


class _Room:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._looks = Looks(parts)

    def found(self, request: Request) -> AuditPage:
        """The part of the log that a request asks for."""
        return self._page(_filter_of(request.query_params), request.query_params.get("after"))

    def show(self, request: Request, person: Person | None) -> Response:
        """The page of the log."""
        return self._shown(request, person, 200, self.found(request), {})

    async def export(self, request: Request) -> Response:
        """A part of the log as a file, once it is written down who takes it along."""
        person, form = await sent_by(self._parts, request)
        if not is_permitted(person, "audit"):
            raise PageRefusal("refused.role-log", _NOT_ALLOWED, role=person.role)
        wanted = _filter_of({name: str(value) for name, value in form.items()})
        try:
            return await self._exported(person, form, wanted)
        except WorldError as error:
            told, status = told_on_page(request, error)
        page = await run_in_threadpool(self._page, wanted, None)
        kept = {"problem": told, "token": token_of(form)}
        return await run_in_threadpool(self._shown, request, person, status, page, kept)

    async def _exported(self, person: Person, form: FormData, wanted: AuditFilter) -> Response:
        token, asked = token_of(form), str(form.get("format", ""))
        written_as = next((export_format for export_format in EXPORT_FORMATS if export_format == asked), None)
        if written_as is None:
            raise PageRefusal("refused.format", _UNUSABLE, formats=", ".join(EXPORT_FORMATS))
        rows = await run_in_threadpool(self._all, wanted)
        body = await run_in_threadpool(exported_rows, rows, written_as)
        sha256 = hashlib.sha256(body)
        handed = Handed(act="audit.exported", sha256=sha256.hexdigest(), filter=wanted.words, rows=len(rows))
        await self._looks.write(person, handed, token)
        headers = {
            "content-disposition": f'attachment; filename="audit-{sha256.hexdigest()[:16]}.{written_as}"',
            "content-digest": f"sha-256=:{base64.b64encode(sha256.digest()).decode()}:",
        }
        return Response(body, headers=headers, media_type=_TYPES[written_as])

    def _all(self, wanted: AuditFilter) -> Sequence[AuditRow]:
        rows: list[AuditRow] = []
        after: str | None = None
        with self._parts.questions.of_one_state():
            for _ in range(MOST_EXPORTED // _PART):
                page = self._page(wanted, after, _PART)
                rows += page.rows
                after = page.next
                if after is None:
                    return rows
        raise PageRefusal("refused.too-many-entries", _UNUSABLE, most=MOST_EXPORTED)

    def _page(self, wanted: AuditFilter, after: str | None, rows: int | None = None) -> AuditPage:
        try:
            return self._parts.questions.audit(wanted, after, rows)
        except ValueError:
            raise PageRefusal("refused.day", _UNUSABLE) from None

    def _shown(
        self, request: Request, person: Person | None, status: int, page: AuditPage, kept: Mapping[str, str]
    ) -> Response:
        form = {"problem": "", "token": new_token(), **kept}
        values = {
            **form,
            "page": page,
            "acts": _ACTS,
            "formats": EXPORT_FORMATS,
            "may_export": is_permitted(person, "audit"),
        }
        return framed(self._parts, request, person, "audit.html", "journal", values, status)


def _filter_of(given: Mapping[str, str]) -> AuditFilter:
    return AuditFilter(**{name: given.get(name, "").strip() for name in AuditFilter.__struct_fields__})
