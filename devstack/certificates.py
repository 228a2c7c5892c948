"""An authority for one broker and its clients, made anew each time: TLS certificates for tests and nothing else."""

import os
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from devstack.ports import LOOPBACK

__all__ = ["TlsAuthority"]

_DAY: Final = timedelta(days=1)
_HOSTS: Final = (x509.DNSName("localhost"), x509.IPAddress(ip_address(LOOPBACK)))


class TlsAuthority:
    """Issues certificates of servers on the loopback interface, and of clients.

    Args:
        directory: where its own certificate and those that it issues go, as PEM.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("An authority for tests")
        self._own = self._signed(self._name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0))
        self.file = directory / "authority.pem"
        self.file.write_bytes(self._own.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Issue a certificate: its file and that of its key, which replace those of an earlier one of this name."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(_named(name), key.public_key(), x509.SubjectAlternativeName(_HOSTS))
        files = (self._directory / f"{name}.pem", self._directory / f"{name}.key")
        _replace(files[0], certificate.public_bytes(serialization.Encoding.PEM))
        _replace(files[1], _pkcs8(key))
        return files

    def issue_in_one_file(self, name: str) -> Path:
        """Issue a certificate whose file has its key first, as Kafka reads it."""
        certificate, key = self.issue(name)
        both = self._directory / f"{name}-with-key.pem"
        _replace(both, key.read_bytes() + certificate.read_bytes())
        return both

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, extension: x509.ExtensionType
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + 30 * _DAY)
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
            .sign(self._key, hashes.SHA256())
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pkcs8(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _replace(file: Path, body: bytes) -> None:
    """Write a file that only its owner may read, at once for whoever reads it."""
    new = file.with_name(f".{file.name}.new")
    new.touch(mode=0o600)
    new.write_bytes(body)
    os.replace(new, file)  # noqa: PTH105 - Path.replace says nothing more
