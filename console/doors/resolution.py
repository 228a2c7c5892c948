"""The C2PA Soft Binding Resolution API, version 1.1.0, below `/v1`: which manifests belong to a fingerprint or a file.

What clients in the field send is taken: two slashes in a row, colons written as `%3A`, Base64 with and without padding.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from console.doors.asking import as_json, door_handlers, parameters
from console.doors.contract import served
from console.doors.contract.errata import MOST_RESULTS
from console.doors.discovery import capabilities_route, for_other_pages, wanted_tokens, well_known_route
from console.doors.limits import body_of
from console.doors.parts import Doors, answered
from pipeline.assets import asset_of
from pipeline.fingerprints.fingerprint import ALGORITHM
from pipeline.usecases.resolving import ManifestMatch, fingerprints_in

__all__ = ["PREFIX", "routes"]

PREFIX: Final = "/v1"

_DEFAULT_RESULTS: Final = 10
_LONGEST_QUERY: Final = 4096
_MOST_JSON_BYTES: Final = 16 * 1024
_MANIFEST: Final = "application/c2pa"
_TAKEN: Final = ("image/", "audio/", "video/", "application/", "model/", "text/")
_FORM: Final = "application/x-www-form-urlencoded"
_MOST_DIGITS: Final = 9
_BAD, _NOT_FOUND, _TOO_LONG, _NOT_TAKEN, _NOT_THERE = 400, 404, 414, 415, 501
_Endpoint = Callable[[Request], Awaitable[Response]]
_SLASHES: Final = re.compile(r"/{2,}")


class _Query(msgspec.Struct, frozen=True):
    alg: str
    value: str


class _Match(msgspec.Struct, frozen=True, rename="camel"):
    manifest_id: str
    similarity_score: int


def routes(doors: Doors) -> tuple[BaseRoute, ...]:
    """`/v1/…`: an application of its own, whose errors are JSON; and where clients find out about it."""
    application = Starlette(
        routes=[
            Route("/matches/byBinding", _by_binding(doors)),
            Route("/matches/byContent", _by_content(doors), methods=["POST"]),
            Route("/matches/byReference", _by_reference, methods=["POST"]),
            Route("/manifests/{manifest_id:path}", _manifest(doors), methods=["GET"]),
            Route("/services/supportedAlgorithms", _algorithms(doors), methods=["GET"]),
            capabilities_route(doors),
            Route("/openapi.json", _contract(doors), methods=["GET"]),
        ],
        middleware=[for_other_pages()],
        exception_handlers=door_handlers(),
    )
    return (well_known_route(doors, PREFIX), Mount(PREFIX, _Lenient(application)))


class _Lenient:
    """Takes two slashes in a row for one: c2pa-rs puts one too many where an endpoint has a path."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the path that was meant."""
        root = scope.get("root_path", "")
        path = root + _SLASHES.sub("/", scope["path"].removeprefix(root))
        await self._application({**scope, "path": path}, receive, send)


def _by_binding(doors: Doors) -> type[HTTPEndpoint]:
    class ByBinding(HTTPEndpoint):
        """Both ways to ask, in one place: so is OPTIONS answered with both."""

        async def get(self, request: Request) -> Response:
            if len(request.url.query) > _LONGEST_QUERY:
                raise HTTPException(_TOO_LONG, "The query is too long; ask by POST.")
            await doors.admit_client(request)
            asked = parameters(request, "alg", "value", "maxResults")
            if "alg" not in asked or "value" not in asked:
                raise HTTPException(_BAD, "The parameters alg and value are needed.")
            return await self._found(asked["alg"], asked["value"], _most(asked))

        async def post(self, request: Request) -> Response:
            await doors.admit_client(request)
            most = _most(parameters(request, "maxResults"))
            if _content_type(request.headers) != "application/json":
                raise HTTPException(_NOT_TAKEN, "Send the query as application/json.")
            body = await body_of(request, _MOST_JSON_BYTES, doors.settings.upload_seconds)
            try:
                query = msgspec.json.decode(body, type=_Query)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                raise HTTPException(_BAD, "The body is no JSON object with the texts alg and value.") from None
            return await self._found(query.alg, query.value, most)

        async def _found(self, algorithm: str, value: str, most: int) -> Response:
            _require_known(algorithm)
            return _answer(await answered(doors.resolution.by_fingerprints, fingerprints_in(value), most))

    return ByBinding


def _by_content(doors: Doors) -> _Endpoint:
    async def by_content(request: Request) -> Response:
        await doors.admit_client(request, with_file=True)
        asked = parameters(request, "alg", "maxResults", "hintAlg", "hintValue")
        most = _most(asked)
        if "alg" in asked:
            _require_known(asked["alg"])
        claim = request.headers.get("content-type", "")
        media_type = _content_type(request.headers)
        if not media_type.startswith(_TAKEN) or media_type == _FORM:
            raise HTTPException(_NOT_TAKEN, "Send the bytes of a file as the body, with its media type.")
        async with doors.gate.entered(request):
            body = await body_of(request, doors.gate.most_bytes, doors.gate.seconds)
            if not body:
                raise HTTPException(_BAD, "The body is empty.")
            return _answer(await answered(doors.resolution.by_content, asset_of(body, claim), most))

    return by_content


async def _by_reference(request: Request) -> Response:
    """Nothing is fetched from where a stranger says it is."""
    del request
    raise HTTPException(_NOT_THERE, "This service fetches nothing from elsewhere. Send the file to /matches/byContent.")


def _manifest(doors: Doors) -> _Endpoint:
    async def manifest(request: Request) -> Response:
        await doors.admit_client(request)
        asked = parameters(request, "returnActiveManifest")
        if asked.get("returnActiveManifest", "false") not in ("true", "false"):
            raise HTTPException(_BAD, "returnActiveManifest is true or false.")
        found = await answered(
            doors.resolution.manifest,
            request.path_params["manifest_id"],
            active_only=asked.get("returnActiveManifest") == "true",
        )
        if found is None:
            raise HTTPException(_NOT_FOUND, "No manifest of this identity is known here.")
        return Response(found, media_type=_MANIFEST)

    return manifest


def _algorithms(doors: Doors) -> _Endpoint:
    async def algorithms(request: Request) -> Response:
        doors.admit(request)
        return as_json({"watermarks": [], "fingerprints": [{"alg": ALGORITHM}]})

    return algorithms


def _contract(doors: Doors) -> _Endpoint:
    async def contract(request: Request) -> Response:
        del request
        return as_json(served(tokens=wanted_tokens(doors.settings)))

    return contract


def _answer(found: tuple[ManifestMatch, ...]) -> Response:
    return as_json({"matches": [_Match(match.manifest_id, match.score) for match in found]})


def _most(asked: dict[str, str]) -> int:
    written = asked.get("maxResults", str(_DEFAULT_RESULTS))
    is_number = written.isascii() and written.isdecimal() and len(written) <= _MOST_DIGITS
    if not is_number or not 1 <= int(written) <= MOST_RESULTS:
        raise HTTPException(_BAD, f"maxResults is a number from 1 to {MOST_RESULTS}.")
    return int(written)


def _require_known(algorithm: str) -> None:
    if algorithm != ALGORITHM:
        raise HTTPException(_BAD, f"The algorithm is not supported; {ALGORITHM} is.")


def _content_type(headers: Headers) -> str:
    return headers.get("content-type", "").split(";")[0].strip().lower()
