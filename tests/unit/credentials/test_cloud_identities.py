"""Who we are to Azure and Google: told by the machine, asked of what gives tokens, and never said in an error."""

import base64
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

from pipeline.credentials.signers.azurekms_key import AzureKey
from pipeline.credentials.signers.gcpkms_key import GcpKey
from pipeline.credentials.signers.key import KeyAwayError, KeyRefusedError, SigningKey
from tests.servers import LeavableServer
from tests.unit.credentials.authority import PEM

KEY = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1"


class Cloud:
    """Gives tokens, and takes them for signatures, as both clouds do; no more than what is asked for here."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.is_known = True
        self.server = LeavableServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        cloud = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                self._answer()

            def _answer(self) -> None:
                signature = base64.b64encode(b"signed").decode()
                said: dict[str, Any] = {"signature": signature, "value": signature}
                if "/token" in self.path:
                    said = {"access_token": "secret-token", "expires_in": 3600, "expires_on": "4102444800"}
                    said |= {"token_type": "Bearer", "resource": "r"}
                    self.send_response(200 if cloud.is_known else 400)
                    said = said if cloud.is_known else {"error": "invalid_grant", "error_description": "secret"}
                else:
                    cloud.tokens.append(self.headers["authorization"])
                    self.send_response(200)
                body = json.dumps(said).encode()
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    cloud = Cloud()
    yield cloud
    cloud.server.shutdown()
    cloud.server.server_close()


@pytest.fixture(params=["azure", "gcp"])
def key(request: pytest.FixtureRequest, cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SigningKey:
    """A key of either, on a machine that says who it is."""
    if request.param == "azure":
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{cloud.url}/token")  # as App Service and functions have it
        monkeypatch.setenv("IDENTITY_HEADER", "secret")
        scope = f"https://vault{cloud.server.server_port}.example/.default"  # tokens are kept for the whole process
        return AzureKey(f"azurekms:{cloud.url}/keys/key/1?scope={scope}", 5.0)
    secret = rsa.generate_private_key(65537, 2048).private_bytes(PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    who = {"type": "service_account", "client_email": "tests@tests.example", "project_id": "tests"}
    (tmp_path / "who.json").write_text(json.dumps(who | {"private_key": secret, "token_uri": f"{cloud.url}/token"}))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "who.json"))
    return GcpKey(f"gcpkms:{KEY}?endpoint={cloud.url}", 5.0)


def test_the_token_of_the_machine_goes_with_each_question(key: SigningKey, cloud: Cloud) -> None:
    assert [key.sign(b"claim", "es256") for _ in range(2)] == [b"signed"] * 2
    assert cloud.tokens == ["Bearer secret-token"] * 2
    key.close()


def test_where_no_token_is_given_it_is_said_without_secrets(key: SigningKey, cloud: Cloud) -> None:
    cloud.is_known = False
    with pytest.raises((KeyRefusedError, KeyAwayError)) as refusal:
        key.sign(b"claim", "es256")
    assert "secret" not in refusal.value.why
    assert cloud.tokens == []


def test_a_machine_that_does_not_say_who_it_is_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nowhere.json"))
    with pytest.raises(KeyRefusedError, match="nothing on this machine says to Google who it is"):
        GcpKey(f"gcpkms:{KEY}", 5.0)
