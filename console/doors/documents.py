"""The contract of the doors that are open, for programs (`/openapi.json`) and as a page (`/api`)."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from agents.door_settings import DoorSettings
from console.doors import discovery
from console.doors.asking import as_json
from console.doors.contract import served
from console.doors.parts import Doors
from console.doors.resolution import PREFIX
from console.rendering import page

__all__ = ["document", "routes"]

_DIGEST: Final = {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"}
_BY: Final = {
    "sha256": ("The SHA-256 of a file, what went in or what came out.", _DIGEST),
    "event": ("The event_uid of an event.", _DIGEST),
    "source": ("The CloudEvents source of an event; with id.", {"type": "string"}),
    "id": ("The CloudEvents id of an event; with source.", {"type": "string"}),
    "urn": ("The label of a manifest.", {"type": "string", "example": "urn:c2pa:11111111-2222-4333-8444-555555555555"}),
}
_REFUSED: Final = {
    "400": {"description": "It is not said what to look up, or not in one way"},
    "429": {"description": "Too many requests; Retry-After says when to ask again"},
    "503": {"description": "The store does not answer"},
}


_LOG: Final = "/log/{topic}/{partition}"
_TEXT, _NUMBER = {"type": "string"}, {"type": "integer", "minimum": 0}
_PLACE: Final = tuple(
    {"name": name, "in": "path", "required": True, "description": description, "schema": schema}
    for name, description, schema in (
        ("topic", "The input topic whose records the log is about, as /log.json names it.", _TEXT),
        ("partition", "Its partition.", _NUMBER),
    )
)
_TILE: Final = tuple(
    {"name": name, "in": "path", "required": True, "description": description, "schema": schema}
    for name, description, schema in (
        ("level", "The level of the tile.", _NUMBER),
        ("tile", "Its number in groups of three digits, such as x001/234, and .p/ with its width where begun.", _TEXT),
    )
)


class _Operation(NamedTuple):
    method: str
    path: str
    summary: str
    parameters: Sequence[Any]
    statuses: Sequence[str]


def routes(doors: Doors) -> Sequence[BaseRoute]:
    """`/openapi.json` and `/api`."""

    async def contract(request: Request) -> Response:
        doors.admit(request)
        return as_json(document(doors.settings))

    async def shown(request: Request) -> Response:
        doors.admit(request)
        operations = list(_operations(document(doors.settings)))
        return page(request, "doors_api.html", doors=doors.settings, operations=operations)

    return (Route("/openapi.json", contract, methods=["GET"]), Route("/api", shown, methods=["GET"]))


def document(settings: DoorSettings) -> dict[str, Any]:
    """The OpenAPI document of the doors that are open."""
    contract = served(tokens=discovery.wanted_tokens(settings) if settings.is_open("resolution") else None)
    paths: dict[str, Any] = {}
    if settings.is_open("resolution"):
        paths = {f"{PREFIX}{path}": item for path, item in contract["paths"].items()} | discovery.paths(PREFIX)
    if settings.is_open("lookup"):
        paths["/lookup.json"] = {"get": _lookup()}
    if settings.is_open("verify"):
        paths["/verify.json"] = {"post": _verify()}
    if settings.is_open("log"):
        paths["/log.json"] = {"get": _read("Says which logs of records there are, and by which keys.", "logs")}
        paths[f"{_LOG}/checkpoint"] = {"get": _read("The newest checkpoint, a signed note.", "logCheckpoint", *_PLACE)}
        tile = _read("Hashes of a log (C2SP tlog-tiles).", "logTile", *_PLACE, *_TILE)
        paths[f"{_LOG}/tile/{{level}}/{{tile}}"] = {"get": tile}
    if settings.is_open("log-entries"):
        entries = _read("Leaves of a log (C2SP tlog-tiles).", "logEntries", *_PLACE, _TILE[1])
        paths[f"{_LOG}/tile/entries/{{tile}}"] = {"get": entries}
    return {**contract, "servers": [{"url": "/"}], "paths": paths}


def _read(summary: str, operation: str, *named: Any) -> dict[str, Any]:
    missing = {"404": {"description": "There is no such log, or it has not so much yet"}} if named else {}
    refused = {status: said for status, said in _REFUSED.items() if status != "400"}
    return {
        "tags": ["log"],
        "summary": summary,
        "operationId": operation,
        "parameters": list(named),
        "responses": {"200": {"description": "As it says"}, **missing, **refused},
        "security": [{}],
    }


def _lookup() -> dict[str, Any]:
    return {
        "tags": ["lookup"],
        "summary": "Says what is known by one of: a digest, an event, a manifest.",
        "operationId": "lookup",
        "parameters": [
            {"name": name, "in": "query", "description": description, "schema": schema}
            for name, (description, schema) in _BY.items()
        ],
        "responses": {"200": {"description": "What is known; `known` is false where nothing is"}, **_REFUSED},
        "security": [{}],
    }


def _verify() -> dict[str, Any]:
    file = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
    return {
        "tags": ["verify"],
        "summary": "Looks into a file, which is kept nowhere.",
        "operationId": "verify",
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": file}}},
        "responses": {
            "200": {"description": "What is found about it"},
            **_REFUSED,
            "413": {"description": "Too large"},
        },
        "security": [{}],
    }


def _operations(contract: dict[str, Any]) -> Iterator[_Operation]:
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            yield _Operation(
                method=method.upper(),
                path=path,
                summary=operation["summary"],
                parameters=operation.get("parameters", ()),
                statuses=sorted(operation["responses"]),
            )
