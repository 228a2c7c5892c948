"""`file:` — a key in memory, read from a PEM file. The fastest, and as safe as the file."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from pipeline.credentials.model import Algorithm, SigningMaterial
from pipeline.credentials.signers.claim_signer import ClaimSigner
from pipeline.credentials.signers.key import DIGESTS, KeyRefusedError
from pipeline.errors import OperatorError

__all__ = ["FileKey", "claim_signer"]


class FileKey:
    """A `SigningKey` over a PEM private key.

    Raises:
        KeyRefusedError: it cannot be read, or is of a kind that signs no claims.
    """

    is_local = True

    def __init__(self, private_key: bytes) -> None:
        try:
            key = serialization.load_pem_private_key(private_key, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise KeyRefusedError("it is no PEM private key without a password") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
            raise KeyRefusedError("it is neither an EC, an RSA nor an Ed25519 key")
        self._key = key

    def sign(self, message: bytes, algorithm: Algorithm) -> bytes:
        """See `SigningKey.sign`."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(message)
        if algorithm not in DIGESTS:
            raise KeyRefusedError(f"its key is not one for {algorithm}")
        hashed = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[DIGESTS[algorithm]]
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(message, ec.ECDSA(hashed))
        return self._key.sign(message, padding.PSS(padding.MGF1(hashed), hashed.digest_size), hashed)

    def close(self) -> None:
        """Nothing is open."""


def claim_signer(material: SigningMaterial) -> ClaimSigner:
    """What signs with a key in this process.

    Raises:
        OperatorError: key and certificate do not belong together.
    """
    try:
        key = FileKey(material.private_key)
    except KeyRefusedError as error:
        raise OperatorError(
            what=f"The signing key cannot be used: {error.why}.", remedy="Correct SEALSTREAM_SIGN_KEY."
        ) from None
    return ClaimSigner(material.identity(), key, name="in a file")
