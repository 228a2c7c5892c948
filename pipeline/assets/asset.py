"""An asset in hand: its bytes, what they are, and their digest."""

import hashlib

import msgspec

from pipeline.events.outputs import Digest

__all__ = ["Asset", "sha256_hex"]


def sha256_hex(body: bytes) -> str:
    """The lowercase hex SHA-256 by which files are known everywhere in the store and the messages."""
    return hashlib.sha256(body).hexdigest()


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that were fetched and are what their event declares."""

    body: bytes
    media_type: str
    sha256: str

    @property
    def digest(self) -> Digest:
        """Digest and size, as messages state them."""
        return Digest(sha256=self.sha256, size=len(self.body))
