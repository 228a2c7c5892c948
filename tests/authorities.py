"""A time-stamp authority of our own (RFC 3161, by openssl), for tests of what asks one."""

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PEM = serialization.Encoding.PEM
CONFIGURATION = """
[authority]
serial = {directory}/serial
signer_cert = {directory}/certificate.pem
certs = {directory}/root.pem
signer_key = {directory}/key.pem
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""


class Authority:
    """Answers time-stamp requests on a free port of this machine."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.status = 200
        self.replayed = False
        key = rsa.generate_private_key(65537, 2048)
        root_key = rsa.generate_private_key(65537, 2048)
        self.root = certificate("root", root_key, root_key).public_bytes(PEM)
        (directory / "root.pem").write_bytes(self.root)
        (directory / "certificate.pem").write_bytes(certificate("authority", key, root_key).public_bytes(PEM))
        (directory / "key.pem").write_bytes(
            key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        (directory / "serial").write_text("01\n")
        (directory / "openssl.cnf").write_text(CONFIGURATION.format(directory=directory))
        self.server = http.server.HTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def stamp(self, request: bytes) -> bytes:
        reply = self.directory / "reply"
        if self.replayed and reply.exists():
            return reply.read_bytes()
        (self.directory / "request").write_bytes(request)
        command = ["openssl", "ts", "-reply", "-config", "openssl.cnf", "-section", "authority"]
        files = ["-queryfile", "request", "-out", "reply"]
        subprocess.run([*command, *files], cwd=self.directory, check=True, capture_output=True)
        return reply.read_bytes()

    def handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                reply = authority.stamp(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(authority.status)
                self.send_header("content-type", "application/timestamp-reply")
                self.send_header("content-length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def certificate(name: str, key: rsa.RSAPrivateKey, issuing: rsa.RSAPrivateKey) -> x509.Certificate:
    def named(common_name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])

    ca = key is issuing
    usage = x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("root"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.public_key()), critical=False)
    )
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(issuing, hashes.SHA256())


@contextmanager
def answering(directory: Path) -> Iterator[Authority]:
    """An authority that answers until the context ends."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: NO time stamp was made or checked")
    authority = Authority(directory)
    threading.Thread(target=authority.server.serve_forever, daemon=True).start()
    try:
        yield authority
    finally:
        authority.server.shutdown()
        authority.server.server_close()
