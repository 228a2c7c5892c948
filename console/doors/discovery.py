"""How clients find the Soft Binding API of a host, and what of it there is.

The contract of version 1.1.0 lacks both; its successors have them (2.4.0, as drafted for C2PA 2.5), and clients that
were written by those ask for them first.
"""

from typing import Any, Final

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from agents.door_settings import DoorSettings
from console.doors.asking import as_json
from console.doors.contract import WantedTokens, published
from console.doors.parts import Doors

__all__ = [
    "CAPABILITIES",
    "WELL_KNOWN",
    "capabilities_route",
    "for_other_pages",
    "paths",
    "wanted_tokens",
    "well_known_route",
]

WELL_KNOWN: Final = "/.well-known/c2pa-soft-binding-resolution"
CAPABILITIES: Final = "/services/capabilities"

_BY_CONTENT: Final = "queryByContent"
_VERSION: Final = {"type": "string", "pattern": r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$"}
_URI: Final = {"type": "string", "format": "uri-reference"}


def for_other_pages() -> Middleware:
    """Pages of verifiers elsewhere may ask: there is nothing here that a browser would send along."""
    return Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"])


def well_known_route(doors: Doors, prefix: str) -> BaseRoute:
    """Where the API of this host is (RFC 8615), by addresses that hold behind any proxy."""
    found = {
        "apiEndpoint": prefix,
        "c2paSpecificationVersion": _version(),
        "capabilitiesEndpoint": f"{prefix}{CAPABILITIES}",
    }

    async def discovery(request: Request) -> Response:
        doors.admit(request)
        return as_json(found)

    return Route(WELL_KNOWN, discovery, methods=["GET"], middleware=[for_other_pages()])


def capabilities_route(doors: Doors) -> BaseRoute:
    """Which optional parts of the API there are."""
    found = {"c2paSpecificationVersion": _version(), "supportedCapabilities": [_BY_CONTENT]}

    async def capabilities(request: Request) -> Response:
        doors.admit(request)
        return as_json(found)

    return Route(CAPABILITIES, capabilities, methods=["GET"])


def paths(prefix: str) -> dict[str, Any]:
    """What an OpenAPI document says of both."""
    discovery = {"apiEndpoint": _URI, "c2paSpecificationVersion": _VERSION, "capabilitiesEndpoint": _URI}
    capabilities = {
        "c2paSpecificationVersion": _VERSION,
        "supportedCapabilities": {"type": "array", "items": {"type": "string"}},
    }
    return {
        WELL_KNOWN: {"get": _operation("Says where the API of this host is.", "getWellKnown", discovery)},
        f"{prefix}{CAPABILITIES}": {
            "get": _operation("Says which optional parts there are.", "getServiceCapabilities", capabilities)
        },
    }


def wanted_tokens(settings: DoorSettings) -> WantedTokens | None:
    """Which access tokens the API asks for; None where everybody may ask."""
    wanted = settings.tokens()
    return None if wanted is None else WantedTokens(wanted[0], settings.token_scope, settings.token_url)


def _operation(summary: str, name: str, members: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": list(members), "properties": members}
    return {
        "tags": ["service"],
        "summary": summary,
        "operationId": name,
        "responses": {
            "200": {"description": "As it says", "content": {"application/json": {"schema": schema}}},
            "429": {"description": "Too many requests; Retry-After says when to ask again"},
        },
        "security": [{}],
    }


def _version() -> str:
    """The version of the contract that is kept, as its successors want it: `info.version` of its document."""
    version: str = published()["info"]["version"]
    return version
