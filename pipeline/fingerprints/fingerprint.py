"""A fingerprint: the ISCC Content-Code (ISO 24138) of an asset, which its near copies nearly share."""

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

import msgspec

__all__ = ["ALGORITHM", "BITS", "NEAR", "Fingerprint", "Kind", "NoFingerprint", "NoFingerprintReason"]

Kind = Literal["text", "image", "audio", "video"]
NoFingerprintReason = Literal["not-supported", "not-readable", "too-large", "too-short", "featureless"]

ALGORITHM: Final = "io.iscc.v0"
"""The name of these codes on C2PA's list of soft-binding algorithms."""

BITS: Final = 256

NEAR: Final[Mapping[Kind, int]] = MappingProxyType({"text": 32, "image": 32, "audio": 32, "video": 32})
"""In how many bits near copies differ at most. What has nothing in common differs in about 128; recordings of the same
sort, such as music of one style, in fewer, and the longer they are the fewer. A second look tells them apart."""

_SCHEME: Final = "ISCC:"
_HEADER: Final = 2
_LENGTH: Final = BITS // 32 - 1
# The first byte of a code: main type "content", and which content.
_TEXT, _IMAGE, _AUDIO, _MIXED = 0x20, 0x21, 0x22, 0x24
_TYPES: Final[Mapping[Kind, int]] = MappingProxyType(
    # A video's is made of the codes of its pictures, which the standard calls mixed content.
    {"text": _TEXT, "image": _IMAGE, "audio": _AUDIO, "video": _MIXED}
)


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """What near copies of an asset can be recognised by.

    Attributes:
        kind: what the asset is; only fingerprints of one kind are comparable.
        code: the ISCC in its canonical form, such as `ISCC:EAD...`.
    """

    kind: Kind
    code: str

    @classmethod
    def parse(cls, code: str) -> "Fingerprint | None":
        """The fingerprint behind a code in canonical form; None where it is no code of a kind and length made here."""
        written = code.removeprefix(_SCHEME)
        try:
            raw = base64.b32decode(written + "=" * (-len(written) % 8))
        except ValueError:
            return None
        kinds = [kind for kind in get_args(Kind) if raw[:_HEADER] == bytes((_TYPES[kind], _LENGTH))]
        if not kinds or len(raw) != _HEADER + BITS // 8:
            return None
        found = cls.of(kinds[0], raw[_HEADER:])
        # The last character has bits to spare; written in any other way, it is not the canonical form.
        return found if found.code == code else None

    @classmethod
    def of(cls, kind: Kind, digest: bytes) -> "Fingerprint":
        """The fingerprint with a digest of 256 bits."""
        raw = bytes((_TYPES[kind], _LENGTH)) + digest
        return cls(kind=kind, code=_SCHEME + base64.b32encode(raw).decode().rstrip("="))

    @property
    def bits(self) -> int:
        """How long the code is."""
        return BITS

    @property
    def raw(self) -> bytes:
        """The code in bytes: two that say which kind of code it is, and its digest."""
        written = self.code.removeprefix(_SCHEME)
        return base64.b32decode(written + "=" * (-len(written) % 8))

    @property
    def digest(self) -> bytes:
        """The code without what says which kind of code it is."""
        return self.raw[_HEADER:]

    def distance(self, other: "Fingerprint") -> int:
        """In how many bits two fingerprints of one kind differ."""
        return (int.from_bytes(self.digest, "big") ^ int.from_bytes(other.digest, "big")).bit_count()


class NoFingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """Why an asset has none.

    Attributes:
        reason: `not-supported`: nothing here reads this media type; `not-readable`: the bytes are not what it says,
            or broken; `too-large`: reading all of it would take too long; `too-short` and `featureless`: it would be
            taken for others that have nothing to do with it, as all black pictures look alike.
    """

    reason: NoFingerprintReason
