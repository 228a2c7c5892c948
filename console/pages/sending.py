"""What pages with forms share: who sent a form, what became of what was sent, and what is told where nothing was."""

import time
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request

from console.acting import Desk
from console.doors.limits import require_size
from console.parts import ConsoleParts
from console.people import Person, person_of, require_own_form
from console.readmodel.shown import ActOutcome
from console.refusing import Refusal, told_in
from console.rendering import language_of
from pipeline.errors import WorldError

__all__ = ["became", "sent_by", "told_on_page"]

_NOT_ALLOWED: Final = 403
_NO_LENGTH: Final = 411
_AROUND: Final = 64 * 2**10
"""What a form may have around its file, in bytes."""

_TOLD: Final = (409, 422)
_UNAVAILABLE: Final = 503
_MOST_FIELDS: Final = 200
"""The page of alerts has two for each event, and fifty events."""


async def sent_by(parts: ConsoleParts, request: Request, *, files: int = 0) -> tuple[Person, FormData]:
    """Who sent a form, and the form.

    Args:
        parts: of the console.
        request: what was sent.
        files: how many files it may have; they last as long as the request, up to the size of content that is handed
            out.

    Raises:
        Refusal: nobody is logged in, it was not sent from a page of this console, or it is too large.
    """
    person = await run_in_threadpool(person_of, parts, request)
    if person is None:
        raise Refusal("refused.nobody", _NOT_ALLOWED)
    if files:
        _require_size(request, parts.settings.content_max_bytes)
    form = await request.form(max_files=files, max_fields=_MOST_FIELDS)
    require_own_form(person.form_secret, form.get("form"))
    return person, form


def _require_size(request: Request, most: int) -> None:
    """See that a form with files is not too large, before any of it is read; browsers say how large it is."""
    if not request.headers.get("content-length", "").isdecimal():
        raise Refusal("refused.length", _NO_LENGTH)
    require_size(request, most + _AROUND)


def became(parts: ConsoleParts, desk: Desk, request: Request) -> tuple[ActOutcome | None, int | None]:
    """What became of the act that an address names, and how many seconds ago it was sent from here."""
    sent = request.query_params.get("sent", "")
    sent_at = desk.sent_at(sent)
    return parts.questions.act(sent), None if sent_at is None else int(time.monotonic() - sent_at)


def told_on_page(request: Request, error: WorldError | Refusal) -> tuple[str, int]:
    """What a page says of an act that was not sent, and with which status.

    Raises:
        Refusal: the error, where no page tells it.
    """
    told = told_in(language_of(request), error)
    if isinstance(error, WorldError):
        return told, _UNAVAILABLE
    if error.status_code not in _TOLD:
        raise error
    return told, error.status_code
