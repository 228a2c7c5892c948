"""An asset in hand: its bytes, what they are, and their digest."""

import hashlib
import re
from email.message import EmailMessage
from typing import Final

import msgspec

from pipeline.assets.sniffing import sniffed
from pipeline.events.outputs import Digest
from pipeline.media_types import format_of

__all__ = ["Asset", "asset_of", "sha256_hex"]

_CHARACTER_SET: Final = re.compile(r"[a-z0-9][a-z0-9._:+-]{0,39}")


def sha256_hex(body: bytes) -> str:
    """The lowercase hex SHA-256 by which files are known everywhere in the store and the messages."""
    return hashlib.sha256(body).hexdigest()


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that were fetched and have the digest that their event declares.

    Attributes:
        body: the bytes.
        media_type: what they are, by the bytes: a canonical name, for texts with the character set where one was named.
        sha256: their digest.
        claimed: the media type that was declared, where the bytes are something else.
    """

    body: bytes
    media_type: str
    sha256: str
    claimed: str | None = None

    @property
    def digest(self) -> Digest:
        """Digest and size, as messages state them."""
        return Digest(sha256=self.sha256, size=len(self.body))


def asset_of(body: bytes, claim: str | None, *, sha256: str | None = None) -> Asset:
    """Bytes as an asset: what they are, they say themselves; a claim only helps where they leave it open.

    Args:
        body: the bytes, from wherever.
        claim: the media type that was declared or that a file's name tells, in any spelling.
        sha256: their digest, where it is known already.
    """
    found = sniffed(body, claim)
    return Asset(
        body=body,
        media_type=_with_character_set(found.media_type, claim),
        sha256=sha256 or sha256_hex(body),
        claimed=claim if found.differs else None,
    )


def _with_character_set(media_type: str, claim: str | None) -> str:
    """The media type with the character set that was claimed; only texts have one (RFC 6657)."""
    known = format_of(media_type)
    if claim is None or not (media_type.startswith("text/") or (known is not None and known.is_text)):
        return media_type
    declared = EmailMessage()
    declared["Content-Type"] = claim
    name = declared.get_content_charset()
    return media_type if name is None or not _CHARACTER_SET.fullmatch(name) else f"{media_type}; charset={name}"
