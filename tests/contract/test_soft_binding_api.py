"""The Soft Binding Resolution API keeps C2PA's contract, and the test of that would tell if it did not.

The published document cannot be kept as it is; each of the named errata is shown to be needed.
"""

import base64
import copy
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import schemathesis
from jsonschema_rs import Draft4Validator
from schemathesis import engine
from schemathesis.engine import events
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.doors.app import doors_application
from console.doors.contract import ERRATA, WantedTokens, corrected, published, served
from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from tests.unit.console.door_house import doors_of
from tests.unit.console.token_issuer import AUDIENCE, SCOPE, issuing
from tests.unit.house import House
from tests.unit.usecases.public_house import PublicHouse

RESULT = "c2pa.softBindingQueryResult"
LIST = "c2pa.softBindingAlgList"


def is_valid(document: dict[str, Any], name: str, answer: object) -> bool:
    return bool(Draft4Validator(document["components"]["schemas"][name]).is_valid(answer))


def test_e1_an_honest_list_of_watermarks_breaks_the_published_schema() -> None:
    honest = {"watermarks": [{"alg": "com.adobe.trustmark.P"}], "fingerprints": [{"alg": "io.iscc.v0"}]}
    assert not is_valid(published(), LIST, honest)
    assert is_valid(corrected(), LIST, honest)
    assert is_valid(published(), LIST, {"watermarks": [{"alg": "x", "watermarks": 1}]}), "and nonsense keeps to it"


def test_e2_a_value_is_base64_by_its_words_and_anything_by_its_schema() -> None:
    def formats(document: dict[str, Any]) -> set[str | None]:
        query = document["components"]["schemas"]["c2pa.softBindingQuery"]["properties"]["value"]
        parameters = document["paths"]["/matches/byBinding"]["get"]["parameters"]
        return {
            query.get("format"),
            *(parameter["schema"].get("format") for parameter in parameters if parameter["name"] == "value"),
        }

    assert formats(published()) == {None}
    assert formats(corrected()) == {"byte"}


def test_e3_an_answer_without_matches_would_be_one() -> None:
    assert is_valid(published(), RESULT, {})
    assert not is_valid(corrected(), RESULT, {})


def test_e4_no_server_may_refuse_anybody() -> None:
    def statuses(document: dict[str, Any]) -> set[str]:
        return set(document["paths"]["/matches/byContent"]["post"]["responses"])

    assert not statuses(published()) & {"401", "403", "405", "413", "429", "503"}
    assert statuses(corrected()) >= {"401", "403", "405", "413", "415", "429", "503"}


def test_e5_no_manifest_can_be_asked_for() -> None:
    def example(document: dict[str, Any]) -> object:
        parameters = document["paths"]["/manifests/{manifestId}"]["get"]["parameters"]
        return next(parameter.get("example") for parameter in parameters if parameter["name"] == "manifestId")

    assert example(published()) is None
    assert str(example(corrected())).startswith("urn:c2pa:")


def test_nothing_else_differs_from_what_c2pa_published() -> None:
    assert [erratum.name for erratum in ERRATA] == ["E1", "E2", "E3", "E4", "E5"]
    without = copy.deepcopy(published())
    for erratum in ERRATA:
        erratum.correct(without)
    assert without == corrected()
    assert published()["info"]["version"] == "1.1.0"


def test_what_is_served_says_whose_it_is_and_that_it_was_changed() -> None:
    said = served()["info"]["description"]
    assert "Coalition for Content Provenance and Authenticity" in said
    assert "CC BY 4.0" in said
    assert "E1" in said
    assert "/matches/byReference" not in served()["paths"]


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> PublicHouse:
    chain = development_chain(Path(tmp_path_factory.mktemp("chain")))
    credentials = InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)
    return PublicHouse(House(credentials))


@pytest.fixture(scope="module")
def record(public: PublicHouse) -> Any:
    return public.seal()


class _Spoiled:
    """The doors with the contract beside them, and a fault in what they answer."""

    def __init__(self, app: ASGIApp, contract: bytes, fault: Callable[[str, Message], None]) -> None:
        self._app, self._contract, self._fault = app, contract, fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/contract.json":
            await Response(self._contract, media_type="application/json")(scope, receive, send)
            return

        async def spoiled(message: Message) -> None:
            self._fault(scope["path"], message)
            await send(message)

        await self._app(scope, receive, spoiled if scope["type"] == "http" else send)


def whole(path: str, message: Message) -> None:
    """No fault at all."""


def certain_beyond_all(path: str, message: Message) -> None:
    """A score of 101."""
    if "/matches/" in path and message["type"] == "http.response.body":
        message["body"] = message["body"].replace(b'"similarityScore":100', b'"similarityScore":101')


def as_plain_bytes(path: str, message: Message) -> None:
    """A manifest that goes by another media type."""
    if "/manifests/" in path and message["type"] == "http.response.start" and message["status"] == 200:
        MutableHeaders(scope=message)["content-type"] = "application/octet-stream"


def failures(
    public: PublicHouse,
    record: Any,
    fault: Callable[[str, Message], None],
    only: str | None = None,
    *,
    tokens: WantedTokens | None = None,
    token: str = "",
    **settings: Any,
) -> Counter[str]:
    """What breaks the contract, as schemathesis finds it: by the name of its check, and where; maybe of one path."""
    document = served(example=record.manifest.label, tokens=tokens)
    value = base64.b64encode(record.fingerprint.code.encode()).decode()
    for parameter in document["paths"]["/matches/byBinding"]["get"]["parameters"]:
        # What is known: otherwise no answer has a match in it.
        parameter |= {"example": {"value": value, "alg": "io.iscc.v0", "maxResults": 10}[parameter["name"]]}
    app = _Spoiled(doors_application(doors_of(public, **settings)), msgspec.json.encode(document), fault)
    config = schemathesis.Config.from_dict(
        {
            "seed": 1,
            "generation": {"max-examples": 8 if tokens is None else 3, "database": "none"},
            "phases": {"stateful": {"enabled": False}},
            "checks": {
                # What is well formed may still be no code, or of an algorithm that is not supported here.
                "positive_data_acceptance": {"enabled": False},
                "ignored_auth": {"enabled": tokens is not None},
            },
            "headers": {"Authorization": f"Bearer {token}"} if token else {},
            "operations": [
                # Any bytes are a file.
                {
                    "include-path": "/matches/byContent",
                    "checks": {"negative_data_rejection": {"enabled": False}},
                    "generation": {"max-examples": 4},
                }
            ],
        }
    )
    schema = schemathesis.openapi.from_asgi("/contract.json", app, config=config)
    schema = schema if only is None else schema.include(path=only)
    found: Counter[str] = Counter()
    for event in engine.from_schema(schema).execute():
        assert not isinstance(event, (events.NonFatalError, events.FatalError)), event
        if isinstance(event, events.ScenarioFinished):
            for checked in (check for several in event.recorder.checks.values() for check in several):
                if checked.failure_info is not None:
                    found[f"{event.recorder.label} {checked.name}: {checked.failure_info.failure.message}"] += 1
    return found


def test_the_doors_keep_the_contract(public: PublicHouse, record: Any) -> None:
    assert failures(public, record, whole) == {}


def test_a_score_beyond_the_scale_is_found(public: PublicHouse, record: Any) -> None:
    found = failures(public, record, certain_beyond_all, "/matches/byBinding")
    assert found
    assert all("response_schema_conformance" in failure and "101" in failure for failure in found)


def test_a_manifest_of_another_media_type_is_found(public: PublicHouse, record: Any) -> None:
    found = failures(public, record, as_plain_bytes, "/manifests/{manifestId}")
    assert found
    assert all("content_type_conformance" in failure for failure in found)


def test_the_doors_keep_the_contract_with_access_tokens_and_one_that_nobody_looks_at_is_found(
    public: PublicHouse, record: Any
) -> None:
    with issuing() as issuer:
        asked = {"tokens": WantedTokens(issuer.name, SCOPE, None), "token": issuer.token()}
        guarded = {"token_issuer": issuer.name, "token_audience": AUDIENCE}
        assert failures(public, record, whole, "/manifests/{manifestId}", **asked, **guarded) == {}
        found = failures(public, record, whole, "/manifests/{manifestId}", **asked)
        assert [failure for failure in found if "ignored_auth" in failure], found
