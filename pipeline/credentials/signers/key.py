"""Keys: what a scheme has to do, and what is the same for all of them.

A scheme is asked for a signature over a message; most send its digest and no more, since services take at most a few
thousand bytes and a claim with its certificates is longer. What comes back may be DER, as nearly every service gives
it; a claim carries r and s side by side (RFC 9053).
"""

import hashlib
from typing import Final, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from pipeline.credentials.model import Algorithm

__all__ = [
    "DIGESTS",
    "KeyAwayError",
    "KeyRefusedError",
    "SigningKey",
    "digest_of",
    "is_signed",
    "side_by_side",
]


class KeyAwayError(Exception):
    """What keeps the key did not answer, or not in time: it may later.

    Args:
        why: for people; without addresses' passwords, tokens and PINs.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class KeyRefusedError(Exception):
    """What keeps the key answered, and will not sign: disabled, deleted, not allowed, another kind of key.

    Args:
        why: as above.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class SigningKey(Protocol):
    """A private key, wherever it is kept. Safe to call from several threads.

    Attributes:
        is_local: a signature is computing and nothing else, so that no deadline has to be kept for it.
    """

    is_local: bool

    def sign(self, message: bytes, algorithm: Algorithm) -> bytes:
        """A signature over a message, in DER or as the claim carries it.

        Raises:
            KeyAwayError: try again later.
            KeyRefusedError: nothing but a person can help.
        """
        ...

    def close(self) -> None:
        """Let go of sessions and connections."""
        ...


DIGESTS: Final = {
    "es256": "sha256",
    "es384": "sha384",
    "es512": "sha512",
    "ps256": "sha256",
    "ps384": "sha384",
    "ps512": "sha512",
}
"""What an algorithm hashes with; Ed25519 takes the message as it is."""

_SIZES: Final = {"es256": 32, "es384": 48, "es512": 66}
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def digest_of(message: bytes, algorithm: Algorithm) -> bytes:
    """What services sign instead of the message."""
    return hashlib.new(DIGESTS[algorithm], message).digest()


def side_by_side(signature: bytes, algorithm: Algorithm) -> bytes:
    """An elliptic-curve signature as r and s of fixed length; anything else as it is."""
    size = _SIZES.get(algorithm)
    if size is None or len(signature) == 2 * size:
        return signature
    try:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    except (ValueError, OverflowError):
        return signature


def is_signed(message: bytes, signature: bytes, certificate: x509.Certificate, algorithm: Algorithm) -> bool:
    """Whether a signature, as the claim carries it, is that of the certificate's key."""
    key = certificate.public_key()
    try:
        if isinstance(key, ed25519.Ed25519PublicKey) and algorithm == "ed25519":
            key.verify(signature, message)
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm in _SIZES:
            size = _SIZES[algorithm]
            if len(signature) != 2 * size:
                return False
            r, s = (int.from_bytes(part, "big") for part in (signature[:size], signature[size:]))
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(_HASHES[DIGESTS[algorithm]]))
        elif isinstance(key, rsa.RSAPublicKey) and algorithm.startswith("ps"):
            hashed = _HASHES[DIGESTS[algorithm]]
            # The salt is as long as the digest (RFC 8230): services that use the longest one sign something else.
            key.verify(signature, message, padding.PSS(padding.MGF1(hashed), hashed.digest_size), hashed)
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
