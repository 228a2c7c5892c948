"""The Soft Binding Resolution API, as clients in the field ask it; the contract is in tests/contract."""

import base64
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from agents.door_settings import DoorSettings
from console.doors.parts import Doors
from pipeline.errors import WorldError
from tests.unit.console.door_house import browser
from tests.unit.house import House
from tests.unit.usecases.public_house import PublicHouse, smaller

ELSEWHERE = {"origin": "https://verify.example"}


@pytest.fixture
def public(house: House) -> PublicHouse:
    return PublicHouse(house)


def value_of(record: Any) -> str:
    """What a client that holds the assertion sends: Base64 of the string in it."""
    return base64.b64encode(record.fingerprint.code.encode()).decode()


def by_binding(client: TestClient, **asked: object) -> Any:
    return client.get("/v1/matches/byBinding", params={"alg": "io.iscc.v0", **asked})


def test_what_c2pa_rs_sends_recovers_the_manifest(public: PublicHouse) -> None:
    """The client of c2pa-rs asks for matches, takes the highest, and asks for its manifest with two slashes."""
    record = public.seal()
    client = browser(public)
    found = client.get(f"/v1/matches/byBinding?alg=io.iscc.v0&value={quote(value_of(record), safe='')}")
    (match,) = found.json()["matches"]
    assert match == {"manifestId": record.manifest.label, "similarityScore": 100}
    manifest = client.get(f"/v1//manifests/{match['manifestId'].replace(':', '%3A')}")
    assert (manifest.status_code, manifest.headers["content-type"]) == (200, "application/c2pa")
    assert manifest.content == public.house.stored(record.manifest.uri)


def test_a_manifest_is_found_under_its_identity_however_it_is_written(public: PublicHouse) -> None:
    record = public.seal()
    client = browser(public)
    label = record.manifest.label
    for path in (f"/v1/manifests/{label}", f"/v1/manifests/{quote(label, safe='')}", f"/v1///manifests//{label}"):
        assert client.get(path).content == public.house.stored(record.manifest.uri), path


def test_the_active_manifest_is_given_without_those_of_its_ingredients(public: PublicHouse) -> None:
    parent = public.seal("parent.jpg")
    body = public.sealed(parent)
    record = public.seal("child.jpg", body, operation="edited")
    client, path = browser(public), f"/v1/manifests/{record.manifest.label}"
    whole = client.get(path).content
    alone = client.get(path, params={"returnActiveManifest": "true"}).content
    assert record.manifest.label.encode() in alone
    assert len(alone) < len(whole)
    assert int.from_bytes(alone[:4], "big") == len(alone)
    assert client.get(path, params={"returnActiveManifest": "false"}).content == whole
    assert client.get(path, params={"returnActiveManifest": "perhaps"}).status_code == 400


def test_a_manifest_that_is_not_known_is_not_found(public: PublicHouse) -> None:
    found = browser(public).get("/v1/manifests/urn:c2pa:11111111-2222-4333-8444-555555555555")
    assert found.status_code == 404
    assert found.json()["error"]["what"]


def test_a_large_value_is_asked_for_by_post(public: PublicHouse) -> None:
    record = public.seal()
    found = browser(public).post("/v1/matches/byBinding", json={"alg": "io.iscc.v0", "value": value_of(record)})
    assert [match["manifestId"] for match in found.json()["matches"]] == [record.manifest.label]


def test_a_resized_copy_is_recognised_by_its_content(public: PublicHouse) -> None:
    record = public.seal()
    found = browser(public).post("/v1/matches/byContent", content=smaller(), headers={"content-type": "image/webp"})
    (match,) = found.json()["matches"]
    assert match["manifestId"] == record.manifest.label
    assert match["similarityScore"] >= 95


def test_what_it_knows_is_told(public: PublicHouse) -> None:
    found = browser(public).get("/v1/services/supportedAlgorithms")
    assert found.json() == {"watermarks": [], "fingerprints": [{"alg": "io.iscc.v0"}]}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("alg=io.iscc.v0", 400),
        ("value=QUJD", 400),
        ("alg=io.iscc.v0&value=QUJD", 400),
        ("alg=io.iscc.v0&value=%", 400),
        ("alg=com.adobe.trustmark.P&value=QUJD", 400),
        ("alg=io.iscc.v0&alg=io.iscc.v0&value=QUJD", 400),
        ("alg=io.iscc.v0&value=CODE&maxResults=0", 400),
        ("alg=io.iscc.v0&value=CODE&maxResults=101", 400),
        ("alg=io.iscc.v0&value=CODE&maxResults=1e2", 400),
        ("alg=io.iscc.v0&value=CODE&maxResults=1&maxResults=2", 400),
        ("alg=io.iscc.v0&value=" + "A" * 5000, 414),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(public: PublicHouse, query: str, status: int) -> None:
    record = public.seal()
    found = browser(public).get("/v1/matches/byBinding?" + query.replace("CODE", quote(value_of(record))))
    assert found.status_code == status
    assert found.json()["error"]["what"]


def test_nothing_is_fetched_from_elsewhere(public: PublicHouse) -> None:
    body = {"referenceUrl": "https://example.com/video.mp4", "assetLength": 1}
    assert browser(public).post("/v1/matches/byReference", json=body).status_code == 501


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("multipart/form-data; boundary=x", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
        ("image/png", 200),
    ],
)
def test_a_file_is_the_body_and_says_its_type(public: PublicHouse, content_type: str, status: int) -> None:
    headers = {"content-type": content_type} if content_type else {}
    assert browser(public).post("/v1/matches/byContent", content=b"x", headers=headers).status_code == status


def test_a_file_that_is_too_large_is_refused_before_it_is_read(public: PublicHouse) -> None:
    def never() -> Any:
        raise AssertionError("it was read")
        yield b""

    client = browser(public, max_upload_bytes=1024)
    headers = {"content-type": "image/png", "content-length": "300000000"}
    assert client.post("/v1/matches/byContent", content=never(), headers=headers).status_code == 413


def test_a_file_that_says_nothing_of_its_size_is_not_read_beyond_the_limit(public: PublicHouse) -> None:
    chunks = (bytes(1000) for _ in range(3))
    client = browser(public, max_upload_bytes=1024)
    assert (
        client.post("/v1/matches/byContent", content=chunks, headers={"content-type": "image/png"}).status_code == 413
    )


def test_who_asks_too_often_is_told_when_to_come_back(public: PublicHouse) -> None:
    client = browser(public, requests_a_minute=2)
    codes = [client.get("/v1/services/supportedAlgorithms").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    refused = client.get("/v1/services/supportedAlgorithms")
    assert 0 < int(refused.headers["retry-after"]) <= 30


class _Away:
    def nearest(self, fingerprints: object, *, limit: int) -> Any:
        raise WorldError(what="No recogniser answers at http://10.0.0.1:8081.", remedy="Look at it.")


def test_what_is_away_is_said_and_nobody_is_told_where_it_is(public: PublicHouse) -> None:
    record = public.seal()
    object.__setattr__(public.resolution, "known", _Away())
    found = by_binding(browser(public), value=value_of(record))
    assert (found.status_code, found.headers["retry-after"]) == (503, "5")
    assert "10.0.0.1" not in found.text


def test_every_answer_is_one_that_nothing_can_be_made_of_but_what_it_says(public: PublicHouse) -> None:
    found = browser(public).get("/v1/services/supportedAlgorithms")
    assert found.headers["x-content-type-options"] == "nosniff"


def test_pages_of_verifiers_elsewhere_may_ask(public: PublicHouse) -> None:
    found = browser(public).get("/v1/services/supportedAlgorithms", headers=ELSEWHERE)
    assert found.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in found.headers
    assert "access-control-allow-origin" not in browser(public).get("/lookup.json?event=x", headers=ELSEWHERE).headers


def test_clients_find_the_api_of_a_host_and_what_of_it_there_is(public: PublicHouse) -> None:
    """As clients do that were written by later versions of the contract: encypher-c2pa asks in this order."""
    client = browser(public)
    found = client.get("/.well-known/c2pa-soft-binding-resolution", headers=ELSEWHERE)
    assert found.json() == {
        "apiEndpoint": "/v1",
        "c2paSpecificationVersion": "1.1.0",
        "capabilitiesEndpoint": "/v1/services/capabilities",
    }
    assert found.headers["access-control-allow-origin"] == "*"
    capabilities = client.get(found.json()["capabilitiesEndpoint"]).json()
    assert capabilities == {"c2paSpecificationVersion": "1.1.0", "supportedCapabilities": ["queryByContent"]}
    described = client.get("/openapi.json").json()["paths"]
    assert {"/.well-known/c2pa-soft-binding-resolution", "/v1/services/capabilities"} <= set(described)
    assert browser(public, open="lookup").get("/.well-known/c2pa-soft-binding-resolution").status_code == 404


def test_doors_are_closed_by_a_setting(public: PublicHouse) -> None:
    assert browser(public, open="lookup").get("/v1/services/supportedAlgorithms").status_code == 404


def test_the_parts_are_those_of_the_settings(public: PublicHouse) -> None:
    settings = DoorSettings(uploads_at_once=3)
    assert Doors.of(settings, public.resolution, public.verification).gate.at_once == 3
