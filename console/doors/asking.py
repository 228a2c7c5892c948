"""How programs ask and are answered: each parameter once, JSON, and an error that says what to do."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from console.refusing import PageRefusal
from pipeline.errors import ProducerError, SealstreamError, WorldError

__all__ = ["as_json", "door_handlers", "parameters", "wants_json"]

_AWAY_SECONDS: Final = "5"
_BAD, _AWAY, _BROKEN = 400, 503, 500


def as_json(answer: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer for programs."""
    return Response(msgspec.json.encode(answer), status, headers, "application/json")


def parameters(request: Request, *known: str) -> dict[str, str]:
    """What is asked, each parameter once.

    Raises:
        PageRefusal: one is there twice; which of them counts, nobody can know.
    """
    found: dict[str, str] = {}
    for name, said in request.query_params.multi_items():
        if name in known:
            if name in found:
                raise PageRefusal("refused.twice", _BAD, name=name)
            found[name] = said
    return found


def door_handlers() -> Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]:
    """What answers programs where something is refused, away or broken."""
    return {HTTPException: _refused, ProducerError: _unusable, WorldError: _away}


async def _refused(request: Request, error: Exception) -> Response:
    del request
    if not isinstance(error, HTTPException):
        raise error
    return as_json({"error": {"what": error.detail}}, error.status_code, error.headers)


async def _unusable(request: Request, error: Exception) -> Response:
    del request
    return _told(error, _BAD)


async def _away(request: Request, error: Exception) -> Response:
    """What is away is named in the log; strangers need not know our stores."""
    del request, error
    away = {"what": "This cannot be answered now.", "remedy": f"Ask again in {_AWAY_SECONDS} s."}
    return as_json({"error": away}, _AWAY, {"Retry-After": _AWAY_SECONDS})


def _told(error: Exception, status: int) -> Response:
    if not isinstance(error, SealstreamError):
        raise error
    return as_json({"error": {"what": error.what, "remedy": error.remedy}}, status)


def wants_json(request: Request) -> bool:
    """Whether a program asks: by the end of the path, or since it takes JSON and no page."""
    taken = request.headers.get("accept", "")
    return request.url.path.endswith(".json") or ("application/json" in taken and "text/html" not in taken)
