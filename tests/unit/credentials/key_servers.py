"""What keeps keys, each started on this machine: it makes a key, gives its public half, and a URI to sign with it."""

import base64
import contextlib
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol

import boto3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, utils
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.x509.oid import NameOID

from pipeline.credentials.signers.key import side_by_side
from tests.servers import LeavableServer
from tests.unit.credentials.authority import NOW, PEM

__all__ = ["ALGORITHMS", "KeyServer", "free_port", "open_server"]

ALGORITHMS = {
    "file": ("es256", "es384", "es512", "ps256", "ed25519"),
    "https": ("es256", "es384", "es512", "ps256", "ed25519"),
    "pkcs11": ("es256", "es384", "es512", "ps256", "ed25519"),
    "vault": ("es256", "es384", "es512", "ps256", "ed25519"),
    "azurekms": ("es256", "es384", "es512", "ps256"),
    "gcpkms": ("es256", "es384", "ps256", "ed25519"),
    # The stand-in for KMS salts PS256 as KMS does not, and has no Ed25519.
    "awskms": ("es256", "es384", "es512"),
}


class KeyServer(Protocol):
    def make(self, algorithm: str) -> tuple[Any, str]:
        """A new key: its public half, and the URI to sign with it."""
        ...

    def stop(self) -> None:
        """Answer no more."""
        ...


INSTALLED = Path(__file__).parents[3] / ".cache" / "signers" / "bin"
"""Where `make tools` puts what Debian does not have."""


def need(program: str) -> str:
    """Where a program is; skips where it is not, and fails where all of them have to be."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{INSTALLED}")
    if found is None:
        told = f"NOTHING was checked: {program} is not installed: `make tools` does (see CONTRIBUTING.md)"
        if os.environ.get("REQUIRE_SIGNERS"):
            pytest.fail(told)
        pytest.skip(told)
    return found


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def new_key(algorithm: str) -> Any:
    curves = {"es256": ec.SECP256R1(), "es384": ec.SECP384R1(), "es512": ec.SECP521R1()}
    if algorithm in curves:
        return ec.generate_private_key(curves[algorithm])
    return ed25519.Ed25519PrivateKey.generate() if algorithm == "ed25519" else rsa.generate_private_key(65537, 2048)


class Files:
    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def make(self, algorithm: str) -> tuple[Any, str]:
        key, file = new_key(algorithm), self.directory / f"{algorithm}.pem"
        pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        file.write_bytes(key.private_bytes(PEM, pkcs8, plain))
        file.chmod(0o600)
        return key.public_key(), f"file:{file}"

    def stop(self) -> None:
        pass


class Service:
    """A service of our own over TLS, with a token."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.keys, self.stopped = directory, dict[str, Any](), False
        (directory / "token").write_text("secret-token\n")
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .sign(key, hashes.SHA256())
        )
        (directory / "ca.pem").write_bytes(certificate.public_bytes(PEM))
        pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (directory / "tls.pem").write_bytes(key.private_bytes(PEM, pkcs8, plain) + certificate.public_bytes(PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(directory / "tls.pem")
        self.server = LeavableServer(("127.0.0.1", 0), self.handler())
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def make(self, algorithm: str) -> tuple[Any, str]:
        self.keys[algorithm] = new_key(algorithm)
        where = f"https://127.0.0.1:{self.server.server_port}/{algorithm}"
        return self.keys[algorithm].public_key(), f"{where}?{self.files}"

    @property
    def files(self) -> str:
        """The options of a URI."""
        return f"token-file={self.directory / 'token'}&ca-file={self.directory / 'ca.pem'}"

    def answer(self, path: str, question: dict[str, Any]) -> dict[str, str] | None:
        """What is answered to a question; None where there is no such key."""
        name = path.strip("/")
        if name not in self.keys:
            return None
        asked = base64.b64decode(question["message" if name == "ed25519" else "digest"])
        return {"signature": base64.b64encode(self.signed(name, asked)).decode()}

    def signed(self, name: str, digest: bytes) -> bytes:
        """The signature over a digest, or of Ed25519 over a message."""
        key = self.keys[name]
        if name == "ed25519":
            return bytes(key.sign(digest))
        hashed = {32: hashes.SHA256(), 48: hashes.SHA384(), 64: hashes.SHA512()}[len(digest)]
        if name == "ps256":
            return bytes(key.sign(digest, PSS(MGF1(hashed), 32), utils.Prehashed(hashed)))
        return bytes(key.sign(digest, ec.ECDSA(utils.Prehashed(hashed))))

    def handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                question = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if service.stopped:
                    self.close_connection = True
                    return
                answer = service.answer(self.path, question)
                known = self.headers["authorization"] == "Bearer secret-token"
                body = json.dumps(answer).encode()
                self.send_response(401 if not known else 404 if answer is None else 200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def stop(self) -> None:
        self.stopped = True
        self.server.shutdown()
        self.server.server_close()


class AzureVault(Service):
    """What is published of how Azure Key Vault signs (REST, version 7.4), spoken by a service of our own."""

    def make(self, algorithm: str) -> tuple[Any, str]:
        public, _ = super().make(algorithm)
        return public, f"azurekms:https://127.0.0.1:{self.server.server_port}/keys/{algorithm}/1?{self.files}"

    def answer(self, path: str, question: dict[str, Any]) -> dict[str, str] | None:
        names = {f"/keys/{name}/1/sign?api-version=7.4": name for name in self.keys}
        if path not in names or question["alg"] != names[path].upper():
            return None
        signature = self.signed(names[path], base64.urlsafe_b64decode(question["value"] + "=="))
        value = base64.urlsafe_b64encode(side_by_side(signature, names[path]))
        return {"kid": path, "value": value.decode().rstrip("=")}


class GoogleKms(Service):
    """The same of Google Cloud KMS (REST, version 1)."""

    KEYS = "projects/tests/locations/here/keyRings/ring/cryptoKeys"

    def make(self, algorithm: str) -> tuple[Any, str]:
        public, _ = super().make(algorithm)
        here = f"endpoint=https://127.0.0.1:{self.server.server_port}"
        return public, f"gcpkms:{self.KEYS}/{algorithm}/cryptoKeyVersions/1?{here}&{self.files}"

    def answer(self, path: str, question: dict[str, Any]) -> dict[str, str] | None:
        names = {f"/v1/{self.KEYS}/{name}/cryptoKeyVersions/1:asymmetricSign": name for name in self.keys}
        if path not in names:
            return None
        asked = question["data"] if names[path] == "ed25519" else next(iter(question["digest"].values()))
        return {"name": path, "signature": base64.b64encode(self.signed(names[path], base64.b64decode(asked))).decode()}


class SoftHsm:
    def __init__(self, directory: Path) -> None:
        tool = need("softhsm2-util")
        self.pkcs11 = pytest.importorskip("pkcs11")
        self.module = next(str(library) for library in Path("/usr/lib").rglob("libsofthsm2.so"))
        (directory / "tokens").mkdir()
        configuration = directory / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {directory / 'tokens'}\n")
        os.environ["SOFTHSM2_CONF"] = str(configuration)
        self.pin = directory / "pin"
        self.pin.write_text("1234\n")
        made = [tool, "--init-token", "--free", "--label", "tests", "--so-pin", "4321", "--pin", "1234"]
        subprocess.run(made, check=True, capture_output=True)
        self.session = self.pkcs11.lib(self.module).get_token(token_label="tests").open(rw=True, user_pin="1234")

    def make(self, algorithm: str) -> tuple[Any, str]:
        from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters  # noqa: PLC0415
        from pkcs11.util.rsa import encode_rsa_public_key  # noqa: PLC0415

        kinds, attribute = self.pkcs11.KeyType, self.pkcs11.Attribute
        if algorithm == "ps256":
            public, _ = self.session.generate_keypair(kinds.RSA, 2048, label=algorithm, store=True)
            numbers = encode_rsa_public_key(public)
            key: Any = serialization.load_der_public_key(spki_of_rsa(numbers))
        else:
            curve = {"es256": "secp256r1", "es384": "secp384r1", "es512": "secp521r1", "ed25519": "1.3.101.112"}
            kind = kinds.EC_EDWARDS if algorithm == "ed25519" else kinds.EC
            parameters = {attribute.EC_PARAMS: encode_named_curve_parameters(curve[algorithm])}
            domain = self.session.create_domain_parameters(kind, parameters, local=True)
            how = {"mechanism": self.pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN} if algorithm == "ed25519" else {}
            public, _ = domain.generate_keypair(label=algorithm, store=True, **how)
            if algorithm == "ed25519":
                key = ed25519.Ed25519PublicKey.from_public_bytes(public[attribute.EC_POINT][-32:])
            else:
                key = serialization.load_der_public_key(encode_ec_public_key(public))
        return key, f"pkcs11:token=tests;object={algorithm}?module-path={self.module}&pin-source=file:{self.pin}"

    def stop(self) -> None:
        self.session.close()


def spki_of_rsa(numbers: bytes) -> bytes:
    """A public key as X.509 has it, from the numbers as PKCS #1 has them."""
    return serialization.load_pem_public_key(
        b"-----BEGIN RSA PUBLIC KEY-----\n" + base64.encodebytes(numbers) + b"-----END RSA PUBLIC KEY-----\n"
    ).public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


class Program:
    """A server that is a program."""

    process: subprocess.Popen[bytes]

    def run(self, port: int, *command: str, **variables: str) -> None:
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **variables}
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.05)
        raise TimeoutError(command[0])

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class OpenBao(Program):
    def __init__(self, directory: Path) -> None:
        program, port = need("bao"), free_port()
        self.token = directory / "token"
        self.token.write_text("root-of-tests\n")
        self.url = f"http://127.0.0.1:{port}"
        self.run(
            port, program, "server", "-dev", "-dev-no-store-token", "-dev-root-token-id=root-of-tests",
            f"-dev-listen-address=127.0.0.1:{port}",
        )  # fmt: skip
        deadline = time.monotonic() + 20
        while True:
            try:
                self.ask("POST", "sys/mounts/transit", {"type": "transit"})
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                break

    def ask(self, method: str, path: str, body: dict[str, object] | None = None) -> Any:
        request = urllib.request.Request(f"{self.url}/v1/{path}", method=method)  # noqa: S310 (of this machine)
        request.add_header("X-Vault-Token", "root-of-tests")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data, timeout=10) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")

    def make(self, algorithm: str) -> tuple[Any, str]:
        kinds = {"es256": "ecdsa-p256", "es384": "ecdsa-p384", "es512": "ecdsa-p521", "ps256": "rsa-2048"}
        self.ask("POST", f"transit/keys/{algorithm}", {"type": kinds.get(algorithm, "ed25519")})
        pem = self.ask("GET", f"transit/keys/{algorithm}")["data"]["keys"]["1"]["public_key"]
        if algorithm == "ed25519":
            key: Any = ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(pem))
        else:
            key = serialization.load_pem_public_key(pem.encode())
        return key, f"vault:{self.url}/transit/{algorithm}?version=1&token-file={self.token}"


class LocalKms(Program):
    def __init__(self, directory: Path) -> None:
        program, port = need("local-kms"), free_port()
        where = {"AWS_ENDPOINT_URL_KMS": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "tests"}
        os.environ.update(where | {"AWS_SECRET_ACCESS_KEY": "tests"})
        self.run(port, program, PORT=str(port), KMS_DATA_PATH=str(directory), KMS_REGION="eu-west-2")
        # A session of its own: the default one would keep these credentials for all later tests.
        self.client: Any = boto3.session.Session().client("kms", region_name="eu-west-2")

    def make(self, algorithm: str) -> tuple[Any, str]:
        specs = {"es256": "ECC_NIST_P256", "es384": "ECC_NIST_P384", "es512": "ECC_NIST_P521"}
        made = self.client.create_key(KeySpec=specs[algorithm], KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        key = serialization.load_der_public_key(self.client.get_public_key(KeyId=made)["PublicKey"])
        return key, f"awskms:{made}?region=eu-west-2"


_SERVERS: dict[str, Any] = {
    "file": Files,
    "https": Service,
    "pkcs11": SoftHsm,
    "vault": OpenBao,
    "azurekms": AzureVault,
    "gcpkms": GoogleKms,
    "awskms": LocalKms,
}


@contextlib.contextmanager
def open_server(scheme: str, directory: Path) -> Iterator[KeyServer]:
    """What keeps the keys of a scheme; ends with the context, and leaves the environment as it was."""
    before = dict(os.environ)
    server = _SERVERS[scheme](directory)
    try:
        yield server
    finally:
        server.stop()
        os.environ.clear()
        os.environ.update(before)
