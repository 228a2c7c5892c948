"""Signatures of webhooks, as standardwebhooks.com has them, so that receivers find a library to verify them."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Final

__all__ = ["secret_of", "signed_headers"]

_PREFIX: Final = "whsec_"
_SHORTEST, _LONGEST = 24, 64


def secret_of(path: Path) -> bytes:
    """The secret in a file: `whsec_` and 24 to 64 random bytes in Base64.

    Raises:
        ValueError: there is none; the message says why, and nothing of the secret.
    """
    try:
        text = path.expanduser().read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read ({type(error).__name__})") from error
    if not text.startswith(_PREFIX):
        raise ValueError(f"{path} does not begin with {_PREFIX}")
    try:
        secret = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError(f"{path} is not Base64 behind {_PREFIX}") from error
    if not _SHORTEST <= len(secret) <= _LONGEST:
        raise ValueError(f"{path} has {len(secret)} bytes; let it have {_SHORTEST} to {_LONGEST}")
    return secret


def signed_headers(secret: bytes, name: str, at: int, body: bytes) -> Mapping[str, str]:
    """The headers that a receiver verifies.

    Args:
        secret: that both know.
        name: the identity of the notification: the same each time it is tried.
        at: now, in seconds since 1970.
        body: what is sent.
    """
    digest = hmac.digest(secret, f"{name}.{at}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
