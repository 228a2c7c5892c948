"""Access tokens of whoever asks the Soft Binding API, as a real issuer gives them, and as none would."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.testclient import TestClient

from agents.door_settings import DoorSettings
from console.doors.access import AccessTokens
from console.doors.app import doors_application
from console.doors.parts import Doors
from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.errors import OperatorError
from tests.unit.console.door_house import doors_of
from tests.unit.console.token_issuer import AUDIENCE, SCOPE, Issuer, issuing
from tests.unit.house import House
from tests.unit.usecases.public_house import PublicHouse

ALGORITHMS = "/v1/services/supportedAlgorithms"
KNOWN_TO_NOBODY = "/v1/manifests/urn:c2pa:11111111-2222-4333-8444-555555555555"
DISCOVERY = ["/.well-known/openid-configuration", "/keys"]


@pytest.fixture(scope="module")
def runs() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def issuer(runs: Issuer) -> Issuer:
    runs.is_away, runs.described_at, runs.described = False, DISCOVERY[0], {}
    runs.heard.clear()
    return runs


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> PublicHouse:
    chain = development_chain(tmp_path_factory.mktemp("chain"))
    return PublicHouse(House(InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)))


class Guarded:
    """Doors that ask for tokens, by a clock that stands still."""

    def __init__(self, public: PublicHouse, issuer: Issuer, **settings: Any) -> None:
        asked = {"token_issuer": issuer.name, "token_audience": AUDIENCE, "token_skew_seconds": 0, **settings}
        self.doors: Doors = doors_of(public, **asked)
        self.second = 0.0
        assert self.doors.tokens is not None
        tokens = AccessTokens(
            issuer=issuer.name,
            audience=AUDIENCE,
            scope=self.doors.settings.token_scope,
            now=lambda: time.time() + self.second,
            ticks=lambda: self.second,
        )
        object.__setattr__(self.doors, "tokens", tokens)
        self.client = TestClient(doors_application(self.doors))

    def ask(self, token: str | None = None, path: str = KNOWN_TO_NOBODY, scheme: str = "Bearer") -> Any:
        return self.client.get(path, headers={} if token is None else {"authorization": f"{scheme} {token}"})


@pytest.fixture
def guarded(public: PublicHouse, issuer: Issuer) -> Iterator[Guarded]:
    guarded = Guarded(public, issuer)
    with guarded.client:
        yield guarded


def test_who_has_a_token_of_the_issuer_may_ask(guarded: Guarded, issuer: Issuer) -> None:
    token = issuer.token()
    assert guarded.ask(token).status_code == 404  # let in, and told that there is no such manifest
    assert guarded.ask(token, scheme="bearer").status_code == 404
    assert guarded.ask(issuer.token(f"store:manifests {SCOPE}")).status_code == 404
    assert [path for path in issuer.heard if path != "/token"] == DISCOVERY, "its keys are kept"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/matches/byBinding?alg=io.iscc.v0&value=QUJD"),
        ("POST", "/v1/matches/byBinding"),
        ("POST", "/v1/matches/byContent"),
        ("GET", KNOWN_TO_NOBODY),
        ("GET", "/v1//manifests/urn%3Ac2pa%3Ax"),
    ],
)
def test_without_a_token_nothing_is_told_and_no_file_is_read(guarded: Guarded, method: str, path: str) -> None:
    def never() -> Any:
        raise AssertionError("it was read")
        yield b""

    sent: dict[str, Any] = {"content": never(), "headers": {"content-type": "image/png"}} if method == "POST" else {}
    found = guarded.client.request(method, path, **sent)
    assert (found.status_code, found.headers["www-authenticate"]) == (401, 'Bearer scope="fetch:manifests"')
    assert found.json()["error"]["what"] == "An access token is needed: Authorization: Bearer …."


def test_what_the_contract_leaves_open_and_other_doors_stay_open(guarded: Guarded, issuer: Issuer) -> None:
    for path in (ALGORITHMS, "/v1/openapi.json", "/v1/services/capabilities", "/lookup.json?event=" + "0" * 64):
        assert guarded.ask(path=path).status_code == 200, path
    assert guarded.client.post("/v1/matches/byReference").status_code == 501
    asked = {"origin": "https://verify.example", "access-control-request-method": "GET"}
    preflight = guarded.client.options(
        KNOWN_TO_NOBODY, headers={**asked, "access-control-request-headers": "authorization"}
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-headers"] == "authorization"
    assert not issuer.heard


def test_a_token_for_something_else_is_forbidden(guarded: Guarded, issuer: Issuer) -> None:
    found = guarded.ask(issuer.token("store:manifests"))
    assert found.status_code == 403
    assert found.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="fetch:manifests"'
    assert guarded.ask(issuer.signed(scope=None)).status_code == 403
    assert guarded.ask(issuer.signed(scope=f"{SCOPE}:all")).status_code == 403
    assert guarded.ask(issuer.signed(scope=None, scp=[SCOPE])).status_code == 404


OTHER_KEY = RSAKey.generate_key(2048)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://somebody.example"}, "is not for here, by what it says of iss"),
        ({"iss": None}, "is not for here, by what it says of iss"),
        ({"aud": "https://another.example"}, "is not for here, by what it says of aud"),
        ({"aud": None}, "is not for here, by what it says of aud"),
        ({"exp": 1}, "has ended"),
        ({"exp": None}, "is not for here, by what it says of exp"),
        ({"exp": "tomorrow"}, "is not for here, by what it says of exp"),
        ({"nbf": 2**40}, "is not for here, by what it says of nbf"),
        ({"header": {"typ": "logout+jwt"}}, "is a token for something else"),
        ({"cnf": {"jkt": "x"}}, "is bound to a key"),
        (
            {"header": {"alg": "HS256"}, "key": OctKey.import_key("a secret that is long enough for everybody")},
            "is none",
        ),
        ({"key": OTHER_KEY}, "is none, or its signature does not hold"),
        ({"key": KeySet([OTHER_KEY])}, "is signed by a key that its issuer does not name"),
    ],
    ids=range(13),
)
def test_a_token_that_does_not_hold_is_refused_with_a_reason(
    guarded: Guarded, issuer: Issuer, claims: dict[str, Any], why: str
) -> None:
    found = guarded.ask(issuer.signed(**claims))
    assert (found.status_code, found.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert f"The access token {why}" in found.json()["error"]["what"]


def test_what_is_no_token_is_refused(guarded: Guarded, issuer: Issuer) -> None:
    token = issuer.token()
    head, claims, signature = token.split(".")
    unsigned = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    for sent in (
        "x", "a.b.c", f"{head}.{claims}.", f"{unsigned}.{claims}.", f"{head}.W10.{signature}", f"{token}.x.y", "é.é.é",
        f"{head}.{claims[:-2]}xx.{signature}", "bm90IGpzb24.W10.x", "W10.W10.x", "." * 5000, "x" * 20_000,
    ):  # fmt: skip
        found = guarded.client.get(KNOWN_TO_NOBODY, headers=[(b"authorization", f"Bearer {sent}".encode())])
        assert found.status_code == 401, sent[:40]
        assert "invalid_token" in found.headers["www-authenticate"]
    for sent in ("", "Bearer", f"Basic {token}", token):
        found = guarded.client.get(KNOWN_TO_NOBODY, headers={"authorization": sent})
        assert found.status_code == 401, sent[:40]
        assert "error" not in found.headers["www-authenticate"]
    twice = [("authorization", f"Bearer {token}")] * 2
    found = guarded.client.get(KNOWN_TO_NOBODY, headers=twice)
    assert (found.status_code, found.headers["www-authenticate"]) == (400, 'Bearer error="invalid_request"')
    in_the_address = guarded.client.get(f"{KNOWN_TO_NOBODY}?access_token={token}")
    assert in_the_address.status_code == 401


def test_an_issuer_that_changes_its_key_is_asked_again_and_made_up_keys_make_no_load(
    guarded: Guarded, issuer: Issuer
) -> None:
    before = issuer.token()
    assert guarded.ask(before).status_code == 404
    issuer.change_keys()
    after = issuer.token()
    assert guarded.ask(after).status_code == 401, "it was asked a moment ago"
    guarded.second = 61
    issuer.heard.clear()
    assert guarded.ask(after).status_code == 404
    for _ in range(3):
        assert guarded.ask(issuer.signed(key=KeySet([OTHER_KEY]))).status_code == 401
    assert guarded.ask(before).status_code == 401, "what its former key signed does not hold any more"
    assert [path for path in issuer.heard if path != "/token"] == DISCOVERY


def test_an_issuer_that_is_away_is_told_as_that_and_not_as_a_bad_token(guarded: Guarded, issuer: Issuer) -> None:
    token = issuer.token()
    issuer.is_away = True
    found = guarded.ask(token)
    assert (found.status_code, found.headers["retry-after"]) == (503, "5")
    assert found.json()["error"]["what"] == "Access tokens cannot be checked now: their issuer does not answer."
    asked = len(issuer.heard)
    assert guarded.ask(token).status_code == 503
    assert len(issuer.heard) == asked, "it is left alone for a moment"
    issuer.is_away, guarded.second = False, 6.0
    assert guarded.ask(token).status_code == 404


def test_its_keys_are_believed_for_an_hour_while_it_is_away(guarded: Guarded, issuer: Issuer) -> None:
    token, of_another_key = issuer.signed(exp=int(time.time()) + 9000), issuer.signed(key=KeySet([OTHER_KEY]))
    assert guarded.ask(token).status_code == 404
    issuer.is_away = True
    for second, status in ((590, 404), (700, 404), (701, 404), (3599, 404), (3601, 503)):
        guarded.second = second
        assert guarded.ask(token).status_code == status, second
    guarded.second = 3000
    assert guarded.ask(of_another_key).status_code == 503, "nobody knows what it signs by now"


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://somebody.example"},
        {"jwks_uri": "http://10.0.0.1/keys"},
        {"jwks_uri": None},
    ],
    ids=str,
)
def test_an_issuer_that_is_not_who_it_should_be_is_not_believed(
    guarded: Guarded, issuer: Issuer, description: dict[str, Any]
) -> None:
    token = issuer.token()
    issuer.described = description
    assert guarded.ask(token).status_code == 503
    assert "/keys" not in issuer.heard


def test_an_issuer_without_openid_connect_is_known_by_rfc_8414(guarded: Guarded, issuer: Issuer) -> None:
    issuer.described_at = "/.well-known/oauth-authorization-server"
    assert guarded.ask(issuer.token()).status_code == 404


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"token_issuer": "https://login.example"}, "SEALSTREAM_DOORS_TOKEN_AUDIENCE"),
        ({"token_audience": AUDIENCE}, "SEALSTREAM_DOORS_TOKEN_ISSUER"),
        ({"token_url": "https://login.example/token"}, "SEALSTREAM_DOORS_TOKEN_ISSUER"),
    ],
)
def test_half_of_it_is_refused_and_not_taken_for_nothing(
    public: PublicHouse, settings: dict[str, str], named: str
) -> None:
    with pytest.raises(OperatorError, match=named):
        doors_of(public, **settings)
    assert doors_of(public, open="lookup", **settings).tokens is None


@pytest.mark.parametrize("name", ["http://login.example", "login.example", "https://login.example?tenant=1"])
def test_an_issuer_that_anybody_could_pose_as_is_refused(name: str) -> None:
    with pytest.raises(OperatorError, match="SEALSTREAM_DOORS_TOKEN_ISSUER"):
        DoorSettings(token_issuer=name)


def test_what_is_asked_for_is_in_the_openapi_document_and_nothing_is_where_nothing_is(
    public: PublicHouse, issuer: Issuer
) -> None:
    url = f"{issuer.name}/token"
    for path in ("/openapi.json", "/v1/openapi.json"):
        told = Guarded(public, issuer, token_url=url).ask(path=path).json()
        (flow,) = told["components"]["securitySchemes"]["auth"]["flows"].items()
        said = {SCOPE: "Search and read manifests within the manifest store."}
        assert flow == ("clientCredentials", {"tokenUrl": url, "scopes": said})
        prefix = "" if path.startswith("/v1") else "/v1"
        assert told["paths"][f"{prefix}/matches/byBinding"]["get"]["security"] == [{"auth": [SCOPE]}]
        assert "security" not in told["paths"][f"{prefix}/services/supportedAlgorithms"]["get"]
        assert told["security"] == [{"auth": [SCOPE]}, {}]
        unnamed = Guarded(public, issuer).ask(path=path).json()
        assert unnamed["components"]["securitySchemes"]["auth"]["scheme"] == "bearer"
        assert unnamed["paths"][f"{prefix}/matches/byBinding"]["get"]["security"] == [{"auth": []}]
        unguarded = TestClient(doors_application(doors_of(public))).get(path).json()
        assert "securitySchemes" not in unguarded["components"]
        assert unguarded["security"] == [{}]
