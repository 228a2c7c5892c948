"""What is answered where something is not there, not allowed or broken: a page that says so."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from console.refusing import told_in
from console.rendering import language_of, page
from pipeline.errors import WorldError

__all__ = ["handlers", "refused", "unanswered"]

logger = logging.getLogger(__name__)

_TOLD: Final = {403: "not-allowed", 404: "not-found", 405: "not-found", 429: "too-often"}
_UNAVAILABLE: Final = 503


def handlers() -> Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]:
    """What answers which exceptions."""
    return {HTTPException: refused, WorldError: unanswered}


async def unanswered(request: Request, error: Exception) -> Response:
    """The answer where the read model is elsewhere and does not answer. Where that is, is told in the log alone."""
    logger.warning("%s", error)
    answer: Response
    if request.url.path.endswith(".json"):
        answer = JSONResponse({"status": _UNAVAILABLE, "why": "The read model does not answer."}, _UNAVAILABLE)
    else:
        answer = page(request, "error.html", _UNAVAILABLE, told="unanswered", why="")
    answer.headers["retry-after"] = "5"
    return answer


async def refused(request: Request, error: Exception) -> Response:
    """The answer to what is refused: what is the matter, as a page or as JSON."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    why = error.detail if isinstance(error, HTTPException) else ""
    if request.url.path.endswith(".json"):
        answer: Response = JSONResponse({"status": status, "why": why}, status)
    else:
        answer = page(
            request,
            "error.html",
            status,
            told=_TOLD.get(status, "broken"),
            why=told_in(language_of(request), error),
        )
    if isinstance(error, HTTPException) and error.headers is not None:
        answer.headers.update(error.headers)
    return answer
