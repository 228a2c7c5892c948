"""Checkpoints: what a log had come to, signed (C2SP tlog-checkpoint over signed-note, with Ed25519)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pipeline.errors import WorldError

__all__ = [
    "Checkpoint",
    "LogFaultError",
    "LogPublicKey",
    "LogSigner",
    "key_of_checkpoint",
    "read_checkpoint",
    "signed_note",
]

_ED25519: Final = b"\1"
_ID_BYTES: Final = 4
_HASH_BYTES: Final = 32
_BODY: Final = re.compile(r"([^\n]+)\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*\n((?:— [^\n]+\n)+)")
_SIGNATURE: Final = re.compile(r"— ([^ +\n]+) ([A-Za-z0-9+/]+={0,2})")


class LogFaultError(WorldError):
    """A tile log in the store is not what was written: a checkpoint, a batch or a tile is missing or another one.

    Nothing is added to such a log, since our signature over it would make it good; records wait until a person has
    looked.
    """


class LogPublicKey:
    """The public key of a log, as outsiders are told it.

    Args:
        raw: the 32 bytes of an Ed25519 public key.
    """

    __slots__ = ("_key", "raw")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._key = Ed25519PublicKey.from_public_bytes(raw)

    def id(self, name: str) -> bytes:
        """The four bytes by which a signature line names the key under a name."""
        return hashlib.sha256(name.encode() + b"\n" + _ED25519 + self.raw).digest()[:_ID_BYTES]

    def vkey(self, name: str) -> str:
        """The verifier key, as C2SP signed-note writes it: name, key id and key."""
        return f"{name}+{self.id(name).hex()}+{base64.b64encode(_ED25519 + self.raw).decode()}"

    def signed(self, text: str, signature: bytes) -> bool:
        """Whether a signature over a text is this key's."""
        try:
            self._key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


class LogSigner(Protocol):
    """Who signs checkpoints."""

    @property
    def public(self) -> LogPublicKey:
        """The key that its signatures are verified with."""
        ...

    def sign(self, text: bytes) -> bytes:
        """An Ed25519 signature over a text; raises `WorldError` where it cannot be had now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How many leaves a log has, and the root of the tree over them."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def signed_note(checkpoint: Checkpoint, signer: LogSigner) -> str:
    """A checkpoint with its signature, under the log's own name.

    Raises:
        WorldError: the signature cannot be had now.
    """
    body = checkpoint.body
    signature = signer.sign(body.encode())
    line = base64.b64encode(signer.public.id(checkpoint.origin) + signature).decode()
    return f"{body}\n— {checkpoint.origin} {line}\n"


def read_checkpoint(note: str, origin: str, keys: Sequence[LogPublicKey]) -> Checkpoint:
    """What a note says, once one of the keys is found to have signed it under the log's name.

    Raises:
        LogFaultError: it is no checkpoint of this log that one of the keys signed.
    """
    return _read(note, origin, keys)[0]


def key_of_checkpoint(note: str, origin: str, keys: Sequence[LogPublicKey]) -> LogPublicKey:
    """The key that a note is verified with, which is a former one until something is added; raises as above."""
    return _read(note, origin, keys)[1]


def _read(note: str, origin: str, keys: Sequence[LogPublicKey]) -> tuple[Checkpoint, LogPublicKey]:
    found = _BODY.fullmatch(note)
    if found is None:
        raise _fault(origin, "is no checkpoint")
    if found[1] != origin:
        raise _fault(origin, "is that of another log")
    text = note[: note.rindex("\n\n") + 1]
    for blob in _signatures(found[4], origin):
        for key in keys:
            if blob[:_ID_BYTES] == key.id(origin) and key.signed(text, blob[_ID_BYTES:]):
                return Checkpoint(origin=origin, size=int(found[2]), root=base64.b64decode(found[3])), key
    raise _fault(origin, "has no signature of a key that is known here")


def _signatures(lines: str, origin: str) -> Iterable[bytes]:
    for line in lines.splitlines():
        found = _SIGNATURE.fullmatch(line)
        if found is not None and found[1] == origin:
            try:
                yield base64.b64decode(found[2], validate=True)
            except binascii.Error:
                continue


def _fault(origin: str, why: str) -> LogFaultError:
    return LogFaultError(
        what=f"What lies in the store as a checkpoint of the log {origin} {why}.",
        remedy="See who else writes to the records bucket; where the log's key was changed, let "
        "SEALSTREAM_TILE_LOG_FORMER_KEYS name the public key that it had before.",
    )
