"""Signing material from files: everything that would make every manifest worthless is found at start.

What a leaf must be: X.509 v3, not a CA, allowed to sign, with an extended key usage for claims, and within its
validity (C2PA 2.4 §14.5). Roots stay out of manifests: a validator trusts them or it does not.
"""

import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from pipeline.credentials.model import Algorithm, SigningIdentity, SigningMaterial
from pipeline.errors import OperatorError

__all__ = [
    "ALGORITHM_SETTING",
    "CERTIFICATE_SETTING",
    "CLAIM_SIGNING",
    "KEY_SETTING",
    "CertificateEndedError",
    "days_to_expiry",
    "load_signing_identity",
    "load_signing_material",
]

CERTIFICATE_SETTING: Final = "SEALSTREAM_SIGN_CERT"
KEY_SETTING: Final = "SEALSTREAM_SIGN_KEY"
ALGORITHM_SETTING: Final = "SEALSTREAM_SIGN_ALGORITHM"
TIME_STAMP_SETTING: Final = "SEALSTREAM_TIME_STAMP_URL"

CLAIM_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
"""`c2pa-kp-claimSigning`, the extended key usage made for this."""

_DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_ACCEPTED_USAGES: Final = frozenset({CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION, _DOCUMENT_SIGNING})
_SMALLEST_RSA: Final = 2048
_CURVES: Final[dict[str, Algorithm]] = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_RSA_ALGORITHMS: Final[frozenset[Algorithm]] = frozenset({"ps256", "ps384", "ps512"})


@dataclass(slots=True, eq=False)
class CertificateEndedError(OperatorError):
    """The certificate was good until it ended: a fault of time, where all others are of the configuration."""


PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey


def load_signing_material(
    certificate_chain: Path,
    private_key: Path,
    *,
    algorithm: str | None = None,
    time_stamp_authority: str | None = None,
    now: datetime | None = None,
) -> SigningMaterial:
    """Load and check what claims are signed with.

    Args:
        certificate_chain: PEM file, leaf first, then its issuers in order; a root at the end is left out.
        private_key: PEM file with the leaf's key, not encrypted, not readable by everybody.
        algorithm: COSE algorithm in lower case; None takes the one that goes with the key.
        time_stamp_authority: URL of an RFC 3161 authority.
        now: the time to check validity at; None is the present.

    Raises:
        OperatorError: the message names the file and the setting, never the key.
    """
    chain = _load_chain(certificate_chain)
    key = _load_key(private_key)
    _check_leaf(chain[0], certificate_chain, now or datetime.now(UTC))
    _check_order(chain, certificate_chain)
    if chain[0].public_key() != key.public_key():
        raise _refused(private_key, KEY_SETTING, "is not the key of the chain's first certificate")
    if time_stamp_authority is not None and not time_stamp_authority.startswith(("http://", "https://")):
        raise OperatorError(
            what=f"{TIME_STAMP_SETTING} is not an http or https URL.",
            remedy="Name the address of an RFC 3161 time-stamp authority.",
        )
    return SigningMaterial(
        certificate_chain=_pem(chain),
        private_key=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        algorithm=_algorithm(key.public_key(), algorithm, private_key),
        not_after=chain[0].not_valid_after_utc.isoformat(),
        time_stamp_authority=time_stamp_authority,
    )


def load_signing_identity(
    certificate_chain: Path, *, algorithm: str | None = None, now: datetime | None = None
) -> SigningIdentity:
    """Load and check the certificates of a key that is kept elsewhere.

    Args:
        certificate_chain: PEM file, leaf first, then its issuers in order; a root at the end is left out.
        algorithm: COSE algorithm in lower case; None takes the one that goes with the leaf's key.
        now: the time to check validity at; None is the present.

    Raises:
        OperatorError: the message names the file and the setting.
    """
    chain = _load_chain(certificate_chain)
    _check_leaf(chain[0], certificate_chain, now or datetime.now(UTC))
    _check_order(chain, certificate_chain)
    key = chain[0].public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey):
        raise _refused(certificate_chain, CERTIFICATE_SETTING, "is for a key that is neither EC, RSA nor Ed25519")
    return SigningIdentity(
        certificate_chain=_pem(chain),
        algorithm=_algorithm(key, algorithm, certificate_chain),
        not_after=chain[0].not_valid_after_utc.isoformat(),
    )


def days_to_expiry(material: SigningMaterial, now: datetime | None = None) -> float:
    """Days until the leaf ends; negative when it has."""
    left = datetime.fromisoformat(material.not_after) - (now or datetime.now(UTC))
    return left.total_seconds() / 86_400


def _refused(path: Path, setting: str, why: str, remedy: str | None = None) -> OperatorError:
    return OperatorError(what=f"{path} ({setting}) {why}.", remedy=remedy or f"Correct the file or {setting}.")


def _read(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _refused(path, setting, f"cannot be read: {error.strerror}") from error


def _load_chain(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(path, CERTIFICATE_SETTING))
    except ValueError as error:
        raise _refused(path, CERTIFICATE_SETTING, "holds no PEM certificates") from error


def _load_key(path: Path) -> PrivateKey:
    pem = _read(path, KEY_SETTING)
    if path.stat().st_mode & stat.S_IROTH:
        raise _refused(path, KEY_SETTING, "can be read by every user of this machine", f"Run: chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        # The cause is left out: it may quote the file.
        raise _refused(path, KEY_SETTING, "holds no PEM private key that can be used without a password") from None
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < _SMALLEST_RSA:
        raise _refused(path, KEY_SETTING, f"is an RSA key of fewer than {_SMALLEST_RSA} bits")
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise _refused(path, KEY_SETTING, "is neither an EC, an RSA nor an Ed25519 key")
    return key


def _check_leaf(leaf: x509.Certificate, path: Path, now: datetime) -> None:
    def refuse(why: str) -> OperatorError:
        return _refused(path, CERTIFICATE_SETTING, f"starts with a certificate that {why}")

    if now >= leaf.not_valid_after_utc:
        told = refuse(f"expired on {leaf.not_valid_after_utc:%Y-%m-%d}")
        raise CertificateEndedError(what=told.what, remedy=told.remedy)
    if now < leaf.not_valid_before_utc:
        raise refuse(f"is not valid before {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC")
    try:
        extensions = leaf.extensions
    except (ValueError, x509.DuplicateExtension) as error:
        raise refuse("has malformed extensions") from error
    if _is_ca(extensions):
        raise refuse("is a certificate authority; the leaf has to come first")
    try:
        may_sign = extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
        usages = frozenset(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except x509.ExtensionNotFound as error:
        raise refuse(f"lacks the extension {error.oid.dotted_string}, which C2PA requires") from error
    if not may_sign:
        raise refuse("may not make digital signatures (key usage)")
    if ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usages or not usages & _ACCEPTED_USAGES:
        raise refuse("may not sign claims (extended key usage)")


def _is_ca(extensions: x509.Extensions) -> bool:
    try:
        return extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _check_order(chain: list[x509.Certificate], path: Path) -> None:
    for position, (certificate, issuer) in enumerate(pairwise(chain), start=1):
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise _refused(
                path,
                CERTIFICATE_SETTING,
                f"is out of order: certificate {position} is not issued by the one after it",
                "Put the leaf first, then each issuer after what it issued.",
            ) from error


def _pem(chain: list[x509.Certificate]) -> bytes:
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in _without_root(chain))


def _without_root(chain: list[x509.Certificate]) -> list[x509.Certificate]:
    last = chain[-1]
    return chain[:-1] if len(chain) > 1 and last.subject == last.issuer else chain


def _algorithm(key: PublicKey, wanted: str | None, path: Path) -> Algorithm:
    possible: frozenset[Algorithm]
    if isinstance(key, ec.EllipticCurvePublicKey):
        possible = frozenset({_CURVES[key.curve.name]} if key.curve.name in _CURVES else ())
    else:
        possible = frozenset({"ed25519"}) if isinstance(key, ed25519.Ed25519PublicKey) else _RSA_ALGORITHMS
    if not possible:
        raise _refused(path, KEY_SETTING, "is on a curve that C2PA does not allow")
    for algorithm in sorted(possible):
        if wanted in (None, algorithm):
            return algorithm
    raise _refused(
        path, KEY_SETTING, f"does not go with {wanted}", f"Set {ALGORITHM_SETTING} to {' or '.join(sorted(possible))}."
    )
