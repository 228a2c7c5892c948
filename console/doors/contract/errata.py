"""What is wrong with the published contract for whoever has to keep it, and what is put in its place.

python -m console.doors.contract.errata > contract.json
"""

import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from ruamel.yaml import YAML

__all__ = ["ERRATA", "EXAMPLE_ID", "MOST_RESULTS", "Erratum", "WantedTokens", "corrected", "published", "served"]

Document = dict[str, Any]

MOST_RESULTS: Final = 100
"""So many manifests are named at most in one answer."""

EXAMPLE_ID: Final = "urn:c2pa:11111111-2222-4333-8444-555555555555"

_FILE: Final = Path(__file__).with_name("softbinding-resolution-api-1.1.0.yaml")
_REFUSALS: Final = {
    "401": "Not authenticated",
    "403": "The scope is missing",
    "405": "No such method here",
    "413": "Too large",
    "415": "Not a content type that is taken here",
    "429": "Too many requests; Retry-After says when to ask again",
    "503": "What was sealed cannot be asked about now; Retry-After says when to ask again",
}


class Erratum(NamedTuple):
    """One correction.

    Attributes:
        name: by which tests and documents speak of it.
        why: what is wrong, in a sentence.
        correct: changes a document.
    """

    name: str
    why: str
    correct: Callable[[Document], None]


class WantedTokens(NamedTuple):
    """Which access tokens are asked for.

    Attributes:
        issuer: whose.
        scope: what they have to allow.
        url: where clients get them; None where that is told elsewhere.
    """

    issuer: str
    scope: str
    url: str | None


def published() -> Document:
    """The document as C2PA published it."""
    return deepcopy(_published())


@cache
def _published() -> Document:
    document: Document = YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8"))
    return document


def corrected(document: Document | None = None) -> Document:
    """The document with all errata."""
    changed = published() if document is None else deepcopy(document)
    for erratum in ERRATA:
        erratum.correct(changed)
    return changed


def served(example: str = EXAMPLE_ID, tokens: WantedTokens | None = None) -> Document:
    """The document as this program serves it: corrected, and without optional routes that it lacks.

    Args:
        example: the identity of a manifest that there is.
        tokens: which access tokens are asked for; without, it is open to all.
    """
    document = corrected()
    del document["paths"]["/matches/byReference"]
    _manifest_parameter(document)["example"] = example
    if tokens is None:
        document["security"] = [{}]
        for operation in _operations(document):
            operation.pop("security", None)
        del document["components"]["securitySchemes"]
    else:
        _ask_for(tokens, document)
    document["servers"] = [{"url": "/v1"}]
    document["info"]["description"] += (
        " By the Coalition for Content Provenance and Authenticity, CC BY 4.0; changed here by the errata "
        + ", ".join(f"{erratum.name} ({erratum.why})" for erratum in ERRATA)
        + ", without the optional /matches/byReference, and "
        + ("without authentication." if tokens is None else f"with access tokens of {tokens.issuer}.")
    )
    return document


def _ask_for(tokens: WantedTokens, document: Document) -> None:
    """Have the operations ask for tokens that the contract has ask for them, and name whose they are."""
    scheme: Document = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    needed: list[str] = []  # OpenAPI 3.0 lets scopes be named for OAuth 2.0 alone
    if tokens.url is not None:
        published_flow = document["components"]["securitySchemes"]["auth"]["flows"]["clientCredentials"]
        (said,) = published_flow["scopes"].values()
        needed = [tokens.scope]
        flow = {"tokenUrl": tokens.url, "scopes": {tokens.scope: said}}
        scheme = {"type": "oauth2", "flows": {"clientCredentials": flow}}
    scheme["description"] = f"An access token (JWT) of {tokens.issuer} with the scope {tokens.scope}."
    document["components"]["securitySchemes"] = {"auth": scheme}
    for part in (document, *_operations(document)):
        if "security" in part:
            part["security"] = [{"auth": needed} if "auth" in choice else choice for choice in part["security"]]


def _watermarks_can_be_listed(document: Document) -> None:
    listed = document["components"]["schemas"]["c2pa.softBindingAlgList"]["properties"]["watermarks"]["items"]
    del listed["oneOf"]


def _values_are_base64(document: Document) -> None:
    document["components"]["schemas"]["c2pa.softBindingQuery"]["properties"]["value"]["format"] = "byte"
    for parameter in document["paths"]["/matches/byBinding"]["get"]["parameters"]:
        if parameter["name"] == "value":
            parameter["schema"]["format"] = "byte"


def _answers_have_matches(document: Document) -> None:
    document["components"]["schemas"]["c2pa.softBindingQueryResult"]["required"] = ["matches"]


def _servers_may_refuse(document: Document) -> None:
    for operation in _operations(document):
        for status, why in _REFUSALS.items():
            operation["responses"].setdefault(status, {"description": why})
        for parameter in operation.get("parameters", ()):
            if parameter["name"] == "maxResults":
                parameter["schema"]["maximum"] = MOST_RESULTS


def _a_manifest_can_be_asked_for(document: Document) -> None:
    _manifest_parameter(document)["example"] = EXAMPLE_ID


def _operations(document: Document) -> Iterator[Document]:
    return (operation for path in document["paths"].values() for operation in path.values())


def _manifest_parameter(document: Document) -> Document:
    parameters: list[Document] = document["paths"]["/manifests/{manifestId}"]["get"]["parameters"]
    return next(parameter for parameter in parameters if parameter["name"] == "manifestId")


ERRATA: Final = (
    Erratum(
        "E1",
        "each watermark in a list has to have a member named watermarks or fingerprints, so no honest list is valid",
        _watermarks_can_be_listed,
    ),
    Erratum(
        "E2",
        "the value of a soft binding is Base64 by its description and any string by its schema",
        _values_are_base64,
    ),
    Erratum("E3", "an answer without matches would be valid", _answers_have_matches),
    Erratum(
        "E4",
        "what every server has to answer now and then (401, 403, 405, 413, 415, 429, 503) is not there, and maxResults "
        "has no end",
        _servers_may_refuse,
    ),
    Erratum("E5", "no manifest can be asked for without the identity of one", _a_manifest_can_be_asked_for),
)

if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(corrected())) + b"\n")
