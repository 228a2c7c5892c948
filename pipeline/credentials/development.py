"""A signing chain for development: made on first use, so that everything works before anybody has a certificate.

Nobody else trusts its root, and nobody should: whoever reads the directory can sign as this machine. A leaf lasts 90
days and is renewed in time; the root stays, so that what was sealed last month is trusted still.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pipeline.credentials.model import SigningMaterial
from pipeline.credentials.signer import CLAIM_SIGNING, load_signing_material
from pipeline.errors import OperatorError

__all__ = ["DevelopmentChain", "development_anchors", "development_chain"]

_ROOT: Final = "root.pem"
_LEAF: Final = "signer.pem"
_ANCHORS: Final = "trust-anchors.pem"
_ROOT_LIFE: Final = timedelta(days=3650)
_LEAF_LIFE: Final = timedelta(days=90)
_RENEW_BEFORE: Final = timedelta(days=14)
_CLOCK_SKEW: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentChain:
    """What to sign with, and what to trust so that it is trusted here."""

    material: SigningMaterial
    trust_anchors: bytes
    files: tuple[Path, ...] = ()


def development_chain(directory: Path, *, now: datetime | None = None) -> DevelopmentChain:
    """The development chain kept in a directory; made, completed or renewed where necessary.

    Processes that start at the same moment end with the same chain: one makes it while the others wait.

    Raises:
        OperatorError: the directory or what is in it cannot be used.
    """
    now = now or datetime.now(UTC)
    directory = directory.expanduser()
    try:
        with _alone_in(directory):
            if not (directory / _ROOT).exists():
                _make_root(directory, now)
            if _ends_soon(directory / _LEAF, now):
                _make_leaf(directory, now)
        anchors = (directory / _ANCHORS).read_bytes()
    except (OSError, ValueError) as error:
        raise OperatorError(
            what=f"The development signing chain in {directory} cannot be used: {error}.",
            remedy="Make the directory writable, or remove it and start again.",
        ) from error
    material = load_signing_material(directory / _LEAF, directory / _LEAF, now=now)
    return DevelopmentChain(material=material, trust_anchors=anchors, files=(directory / _LEAF,))


def development_anchors(directory: Path) -> bytes | None:
    """What to trust so that files sealed here are trusted; None where no chain was made, and none is made for that.

    Raises:
        OperatorError: the file is there and cannot be read.
    """
    anchors = directory.expanduser() / _ANCHORS
    try:
        return anchors.read_bytes() if anchors.exists() else None
    except OSError as error:
        raise OperatorError(
            what=f"The development trust anchors in {directory} cannot be read: {error.strerror}.",
            remedy="Let this user read the directory, or set SEALSTREAM_STATE_DIR to another.",
        ) from error


def _ends_soon(leaf: Path, now: datetime) -> bool:
    if not leaf.exists():
        return True
    return x509.load_pem_x509_certificate(leaf.read_bytes()).not_valid_after_utc - now < _RENEW_BEFORE


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _make_root(directory: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Sealstream development root")
    root = (
        _certificate(name, name, key.public_key(), now, _ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    # The anchors first: a root without them would never get any.
    _write(directory / _ANCHORS, root.public_bytes(serialization.Encoding.PEM), mode=0o644)
    _write(directory / _ROOT, _pem(key, root), mode=0o600)


def _make_leaf(directory: Path, now: datetime) -> None:
    pem = (directory / _ROOT).read_bytes()
    root = x509.load_pem_x509_certificate(pem)
    root_key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(root_key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{_ROOT} holds no EC key")  # noqa: TRY004 (the file is wrong, not the code)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = (
        _certificate(_name("Sealstream development signer"), root.subject, key.public_key(), now, _LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    _write(directory / _LEAF, _pem(key, leaf), mode=0o600)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "For development only"),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _write(path: Path, body: bytes, *, mode: int) -> None:
    """Write a file whole or not at all; never readable by more than `mode` says, not even while it is written."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
