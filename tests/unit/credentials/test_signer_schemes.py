"""One contract for every scheme of keys, held against what really keeps keys: files, a module, and services."""

import http.server
import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509

from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.signers import ClaimSigner, KeyRefusedError, claim_signer
from pipeline.credentials.signers.identities import Signers
from pipeline.credentials.signers.key import is_signed
from pipeline.credentials.signers.opening import SCHEMES, open_signer
from pipeline.credentials.signers.rotation import Rotation
from pipeline.errors import OperatorError, WorldError
from tests.servers import LeavableServer
from tests.unit.credentials.authority import PEM, Authority
from tests.unit.credentials.conftest import MakeOrder
from tests.unit.credentials.key_servers import ALGORITHMS, GoogleKms, KeyServer, open_server

CLAIM = b"\x84\x6aSignature1" + bytes(6000)
"""Longer than what services take as a whole."""


class Scheme:
    """A scheme's server with a certified key for each algorithm."""

    def __init__(self, name: str, server: KeyServer, directory: Path) -> None:
        self.name, self.server, self.authority = name, server, Authority()
        self.uris, self.chains = dict[str, str](), dict[str, Path]()
        for algorithm in ALGORITHMS[name]:
            public, self.uris[algorithm] = server.make(algorithm)
            self.chains[algorithm] = directory / f"{name}-{algorithm}.pem"
            leaf = self.authority.issue("leaf", "intermediate", public, self.authority.key)
            chain = (leaf, self.authority.intermediate)
            self.chains[algorithm].write_bytes(b"".join(certificate.public_bytes(PEM) for certificate in chain))

    def open(self, algorithm: str, *, seconds: float = 10.0) -> ClaimSigner:
        return open_signer(self.chains[algorithm], self.uris[algorithm], algorithm=algorithm, seconds=seconds)


@pytest.fixture(scope="module", params=list(ALGORITHMS))
def scheme(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scheme]:
    directory = tmp_path_factory.mktemp(request.param)
    with open_server(request.param, directory) as server:
        yield Scheme(request.param, server, directory)


def test_claims_are_signed_with_every_algorithm_and_validators_trust_them(
    scheme: Scheme, make_order: MakeOrder
) -> None:
    anchors = scheme.authority.root.public_bytes(PEM)
    reading = InProcessCredentialService(trust_anchors=anchors)
    for algorithm in ALGORITHMS[scheme.name]:
        signer = scheme.open(algorithm)
        sealed = reading.signing_as(signer.identity, signer.sign).seal(b"Words.\n", make_order("text/markdown"))
        assert (sealed.credential.state, sealed.credential.trust) == ("valid", "trusted"), algorithm
        assert sealed.credential.signer is not None
        assert (sealed.credential.signer.algorithm or "").lower() == algorithm
        leaf = x509.load_pem_x509_certificate(scheme.chains[algorithm].read_bytes())
        assert is_signed(CLAIM, signer.sign(CLAIM), leaf, signer.identity.algorithm)
        signer.close()


def test_many_threads_sign_with_one_key(scheme: Scheme) -> None:
    signer = scheme.open("es256")
    with ThreadPoolExecutor(8) as threads:
        claims = [CLAIM + str(number).encode() for number in range(48)]
        signatures = list(threads.map(signer.sign, claims))
    assert len(set(signatures)) == 48
    signer.close()


def test_the_key_of_another_certificate_is_found_at_start(scheme: Scheme) -> None:
    with pytest.raises(OperatorError):
        open_signer(scheme.chains["es256"], scheme.uris["es384"], algorithm="es256")


def test_a_key_that_is_not_there_is_found_at_start_and_named_without_secrets(scheme: Scheme) -> None:
    uri = scheme.uris["es256"]
    before, _, after = uri.partition("?")
    missing = f"{before}0{'?' if after else ''}{after}"
    if scheme.name == "awskms":
        missing = "awskms:alias/none?region=eu-west-2"
    with pytest.raises(OperatorError) as refusal:
        open_signer(scheme.chains["es256"], missing)
    assert not any(secret in str(refusal.value) for secret in ("1234", "secret-token", "root-of-tests"))


WRONG = {
    "vault:https://127.0.0.1/transit/key": "version=N",
    "vault:http://vault.example/transit/key?version=1": "not https",
    "vault:https://name:secret@vault.example/transit/key?version=1": "token into a file",
    "https://127.0.0.1/sign?token=secret": "option token",
    "https://name:secret@127.0.0.1/sign": "token into a file",
    "https://127.0.0.1:9/sign?token-file=/nowhere/token": "/nowhere/token",
    "pkcs11:object=key?module-path=/lib.so": "pkcs11:token=T;object=K",
    "pkcs11:token=t;object=k?module-path=/nowhere/lib.so": "",
    "awskms:": "names no key",
    "azurekms:https://name.vault.azure.net/keys/key": "azurekms:https://NAME.vault.azure.net/keys/KEY/VERSION",
    "azurekms:http://name.vault.azure.net/keys/key/1": "not https",
    "azurekms:https://127.0.0.1:9/keys/key/1?token-file=/nowhere/token": "/nowhere/token",
    "gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k": "cryptoKeyVersions/N",
    "gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1?token=secret": "option token",
}


@pytest.mark.parametrize(("uri", "why"), WRONG.items())
def test_a_uri_that_is_wrong_is_the_operators_and_says_how_it_should_be(uri: str, why: str, tmp_path: Path) -> None:
    authority, chain = Authority(), tmp_path / "chain.pem"
    leaf = authority.issue("leaf", "intermediate", authority.key.public_key(), authority.key)
    chain.write_bytes(leaf.public_bytes(PEM) + authority.intermediate.public_bytes(PEM))
    with pytest.raises(OperatorError, match="SEALSTREAM_SIGN_KEY") as refusal:
        open_signer(chain, uri)
    assert why in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"signature":"\xc3\x28"}', b'{"signature":"no base64"}', b"\x80" * 99_999]
)
@pytest.mark.parametrize("scheme", ["https", "vault", "azurekms", "gcpkms"])
def test_whatever_a_service_answers_that_is_no_signature_is_said_to_be_none(
    body: bytes, scheme: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("VAULT_TOKEN", "token")
    (tmp_path / "token").write_text("token")
    with LeavableServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here, token = f"http://127.0.0.1:{server.server_port}", f"token-file={tmp_path / 'token'}"
        uris = {
            "https": f"{here}/sign",
            "vault": f"vault:{here}/transit/key?version=1",
            "azurekms": f"azurekms:{here}/keys/key/1?{token}",
            "gcpkms": f"gcpkms:{GoogleKms.KEYS}/key/cryptoKeyVersions/1?endpoint={here}&{token}",
        }
        key = SCHEMES[scheme](uris[scheme], 5.0)
        with pytest.raises(KeyRefusedError, match="no signature"):
            key.sign(CLAIM, "es256")
        server.shutdown()


def test_a_service_that_goes_away_is_waited_for(tmp_path_factory: pytest.TempPathFactory, scheme: Scheme) -> None:
    if scheme.name in ("file", "pkcs11"):
        return
    directory = tmp_path_factory.mktemp("away")
    with open_server(scheme.name, directory) as server:
        other = Scheme(scheme.name, server, directory)
        signer = other.open("es256", seconds=3.0)
        signer.sign(CLAIM)
        house = development_chain(directory).material
        both = Signers(
            {
                "own": lambda: Rotation(lambda: other.open("es256", seconds=3.0), ()),
                "house": lambda: Rotation(lambda: claim_signer(house), ()),
            },
            "house",
        )
        both.open()
        server.stop()
        for _ in itertools.repeat(None, 2):
            began = time.monotonic()
            with pytest.raises(WorldError, match="gave no signature"):
                signer.sign(CLAIM)
            assert time.monotonic() - began < 10
        with pytest.raises(WorldError, match="not within reach"):
            other.open("es256", seconds=1.0)
        with pytest.raises(WorldError, match="gave no signature"):
            both("own").sign(CLAIM)
        with pytest.raises(WorldError, match="gave no signature"), both("own").in_use():
            raise AssertionError
        assert both.get("own").trouble is not None
        with both("house").in_use():
            assert both("house").sign(CLAIM)
        assert both.get("house").trouble is None
