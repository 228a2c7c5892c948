"""Who signs checkpoints: an Ed25519 key in a PEM file, or wherever the keys of claims may be kept."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pipeline.credentials.signers import KeyAwayError, KeyRefusedError, SigningKey
from pipeline.credentials.signers.opening import SCHEMES, files_of
from pipeline.errors import OperatorError, WorldError
from pipeline.settings import TileLogSettings
from pipeline.tile_log.checkpoint import LogPublicKey, LogSigner

__all__ = ["InMemorySigner", "former_keys", "log_public_keys", "log_signer"]

_KEY: Final = "SEALSTREAM_TILE_LOG_KEY"
_PUBLIC: Final = "SEALSTREAM_TILE_LOG_PUBLIC_KEY"
_FORMER: Final = "SEALSTREAM_TILE_LOG_FORMER_KEYS"
_MAKE: Final = "`openssl genpkey -algorithm ed25519 -out log.pem` makes one."


class InMemorySigner:
    """A `LogSigner` whose key is in this process."""

    __slots__ = ("_key", "public")

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = LogPublicKey(key.public_key().public_bytes_raw())

    def sign(self, text: bytes) -> bytes:
        """See `LogSigner.sign`."""
        return self._key.sign(text)


class _KeptElsewhere:
    """A `LogSigner` that asks for each signature, and verifies what comes back."""

    __slots__ = ("_key", "public")

    def __init__(self, key: SigningKey, public: LogPublicKey) -> None:
        self._key = key
        self.public = public

    def sign(self, text: bytes) -> bytes:
        """See `LogSigner.sign`."""
        try:
            signature = self._key.sign(text, "ed25519")
        except (KeyAwayError, KeyRefusedError) as error:
            raise WorldError(
                what=f"The key of the tile log ({_KEY}) did not sign: {error.why}.", remedy="Check what keeps the key."
            ) from None
        if not self.public.signed(text.decode(), signature):
            raise WorldError(
                what=f"What {_KEY} names gave a signature that is not that of {_PUBLIC}.",
                remedy="Let both be of one Ed25519 key.",
            )
        return signature


def log_signer(settings: TileLogSettings) -> LogSigner | None:
    """Who signs checkpoints; None where no key is configured, and no log is kept.

    Raises:
        OperatorError: the key cannot be used.
        WorldError: what keeps it does not answer.
    """
    if settings.key is None:
        return None
    if not files_of(settings.key):
        signer = _KeptElsewhere(_asked(settings), _public_key(settings))
        signer.sign(b"sealstream")  # so that a key that cannot sign stops the start, and not the first record
        return signer
    (file,) = files_of(settings.key)
    try:
        key = serialization.load_pem_private_key(_read(file, _KEY), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise OperatorError(what=f"{file} ({_KEY}) is no Ed25519 private key as PEM without a password.", remedy=_MAKE)
    return InMemorySigner(key)


def log_public_keys(settings: TileLogSettings) -> tuple[LogPublicKey, ...]:
    """The keys that checkpoints are verified with, the present one first; none where no log is kept.

    Raises:
        OperatorError: a file cannot be used.
    """
    if settings.public_key is not None:
        return (_public_key(settings), *former_keys(settings))
    signer = log_signer(settings)
    return () if signer is None else (signer.public, *former_keys(settings))


def former_keys(settings: TileLogSettings) -> Sequence[LogPublicKey]:
    """Public keys that signed earlier checkpoints.

    Raises:
        OperatorError: a file cannot be used.
    """
    return tuple(_load_public(Path(file).expanduser(), _FORMER) for file in settings.former_keys)


def _asked(settings: TileLogSettings) -> SigningKey:
    uri = settings.key or ""
    try:
        return SCHEMES[uri.partition(":")[0]](uri, settings.key_seconds)
    except KeyRefusedError as error:
        raise OperatorError(what=f"{_KEY} cannot be used: {error.why}.", remedy=f"Correct {_KEY}.") from None
    except KeyAwayError as error:
        raise WorldError(what=f"What {_KEY} names is away: {error.why}.", remedy="Check what keeps the key.") from None


def _public_key(settings: TileLogSettings) -> LogPublicKey:
    if settings.public_key is None:
        raise OperatorError(
            what=f"{_KEY} names a key that is kept elsewhere, and {_PUBLIC} is not set.",
            remedy=f"Let {_PUBLIC} name a PEM file with its public key.",
        )
    return _load_public(settings.public_key.expanduser(), _PUBLIC)


def _load_public(file: Path, setting: str) -> LogPublicKey:
    try:
        key = serialization.load_pem_public_key(_read(file, setting))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise OperatorError(
            what=f"{file} ({setting}) is no Ed25519 public key as PEM.",
            remedy="`openssl pkey -in log.pem -pubout` writes one.",
        )
    return LogPublicKey(key.public_bytes_raw())


def _read(file: Path, setting: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise OperatorError(
            what=f"{file} ({setting}) cannot be read: {error.strerror}.", remedy=f"Correct {setting}. {_MAKE}"
        ) from None
