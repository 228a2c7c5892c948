"""The verify page: somebody drops a file, and is told what is found about it. Nothing that is sent is kept.

With script the file is hashed in the browser first, and only its digest is asked about; the file is sent when the
person says so. Without script it is a form like any other. What was sent is held in memory until it is answered, is
judged in child processes, and is never given back to a browser.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.doors.asking import as_json, parameters, wants_json
from console.doors.limits import bytes_of, in_time, require_size
from console.doors.lookup import found_by
from console.doors.parts import Doors, answered
from console.refusing import PageRefusal, told_in
from console.rendering import language_of, page
from console.texts import text
from pipeline.assets import asset_of
from pipeline.errors import WorldError
from pipeline.media_types import UNKNOWN, named_by
from pipeline.policy.words import Language
from pipeline.usecases.verifying import Verified

__all__ = ["routes"]

_AROUND: Final = 64 * 1024
"""Bytes of a form around its file."""

_LONGEST_NAME: Final = 120
_BAD, _TOO_LARGE, _AWAY = 400, 413, 503


class _InMemory(MultiPartParser):
    """Takes a form apart without ever putting a part of it into a file."""

    spool_max_size = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A file that somebody sent."""

    name: str
    claim: str | None
    body: bytes


def routes(doors: Doors) -> Sequence[BaseRoute]:
    """`/verify`, `/verify.json`, and `/verify/known`, which knows files by their digest alone."""

    async def show(request: Request) -> Response:
        doors.admit(request)
        return _page(request, doors)

    async def known(request: Request) -> Response:
        doors.admit(request)
        asked = parameters(request, "sha256")
        return as_json({"known": (await answered(found_by, doors, asked)).known})

    async def judge(request: Request) -> Response:
        try:
            doors.admit(request, with_file=True)
            async with doors.gate.entered(request, _AROUND):
                sent = await _sent(request, doors)
                said = await answered(doors.verification, asset_of(sent.body, sent.claim))
        except PageRefusal as error:
            if wants_json(request):
                raise
            return _page(request, doors, trouble=_in_words(request, doors, error), status=error.status_code)
        except WorldError:
            if wants_json(request):
                raise
            return _page(request, doors, trouble=text("doors.away", language_of(request)), status=_AWAY)
        return as_json(said) if wants_json(request) else _page(request, doors, said=said, name=sent.name)

    return (
        Route("/verify", show, methods=["GET"]),
        Route("/verify", judge, methods=["POST"]),
        Route("/verify.json", judge, methods=["POST"]),
        Route("/verify/known", known, methods=["GET"]),
    )


async def _sent(request: Request, doors: Doors) -> _Sent:
    """The file in a form.

    Raises:
        PageRefusal: there is none, the form is broken, or too large, or too slow.
    """
    most = doors.gate.most_bytes
    require_size(request, most + _AROUND)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise PageRefusal("refused.no-file", _BAD)
    try:
        async with in_time(doors.gate.seconds):
            form = await _InMemory(
                request.headers, _chunks(request, most), max_files=1, max_fields=1, max_part_size=1024
            ).parse()
    except MultiPartException as error:
        raise PageRefusal("refused.bad-form", _BAD, english=error.message) from None
    try:
        file = form.get("file")
        body = await file.read() if isinstance(file, UploadFile) else b""
        if not isinstance(file, UploadFile) or not body:
            raise PageRefusal("verify.empty", _BAD)
        if len(body) > most:
            raise PageRefusal("refused.too-large", _TOO_LARGE, most=most)
        name = (file.filename or "")[:_LONGEST_NAME]
        told = file.content_type
        return _Sent(name=name, claim=named_by(name) if told in (None, "", UNKNOWN) else told, body=body)
    finally:
        await form.close()


async def _chunks(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    async for chunk in bytes_of(request, most + _AROUND):
        yield chunk


def _in_words(request: Request, doors: Doors, error: PageRefusal) -> str:
    language = language_of(request)
    if error.status_code == _TOO_LARGE:
        return _too_large(doors, language)
    return told_in(language, error)


def _too_large(doors: Doors, language: Language) -> str:
    if doors.settings.is_open("lookup"):
        return text("verify.too-large-known", language, megabytes=_megabytes(doors))
    return text("verify.too-large", language, megabytes=_megabytes(doors))


def _megabytes(doors: Doors) -> int:
    return doors.settings.max_upload_bytes // 2**20


def _page(
    request: Request,
    doors: Doors,
    *,
    said: Verified | None = None,
    name: str = "",
    trouble: str = "",
    status: int = 200,
) -> Response:
    answer = page(
        request,
        "verify.html",
        status,
        doors=doors.settings,
        megabytes=_megabytes(doors),
        too_large=_too_large(doors, language_of(request)),
        said=said,
        name=name,
        trouble=trouble,
    )
    if status == _TOO_LARGE:
        answer.headers["connection"] = "close"  # nobody reads what is left of it
    return answer
