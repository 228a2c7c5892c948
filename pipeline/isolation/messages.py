"""What parent and child processes say to each other: MessagePack with its length before it, never pickle.

Conversation: `Start` and `Ready` (or a `Fault`) once, then one job and its answer (or a `Fault`) at a time, until the
parent closes the child's standard input or the child says that it is spent. In the middle of a job that seals, the
child asks for signatures over claims: no child holds a key.
"""

import struct
from typing import Final

import msgspec

from pipeline.credentials.model import Trust
from pipeline.errors import (
    BugError,
    HostileAssetError,
    OperatorError,
    SealRefusedError,
    SealstreamError,
    TimeStampError,
    WorldError,
)
from pipeline.isolation.confinement import UNCONFINED, Confinement, ConfinementRule

__all__ = [
    "ANSWER",
    "FAULT",
    "HEADER",
    "NONSENSE",
    "PATIENCE",
    "PROGRESS",
    "QUESTION",
    "REPLY_HEADER",
    "Fault",
    "Ready",
    "Signed",
    "Start",
    "decode_fault",
    "decode_number",
    "decode_ready",
    "decode_signed",
    "decode_start",
    "encode_message",
]

HEADER: Final = struct.Struct(">I")
"""Length of the message that follows, in bytes; from the parent to the child."""

REPLY_HEADER: Final = struct.Struct(">IB?")
"""Length of the message that follows; of which kind it is; whether the child wants to be replaced before the next
job."""

ANSWER: Final = 0
FAULT: Final = 1
QUESTION: Final = 2
PATIENCE: Final = 3
PROGRESS: Final = 4
"""Kinds of messages from the child. The third is a claim to be signed, in the middle of a job: it is answered with
`Signed`, and the job goes on. The last two are answered with nothing, and about something that lasts: how many seconds
the job may take in all, and which share of it is done."""


NONSENSE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises for bytes that are no message: text that is no UTF-8 has an error of its own."""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a child needs to know; sent over its standard input, since arguments and environment can be seen.

    Attributes:
        memory_bytes: limit of the child's address space.
        seconds: longest time for one job; a child left alone by its parent ends itself by then.
        patience: longest time for a job about something that lasts, whatever the job asks for; None: no longer either.
        yields: whether the child lets others have the processor first.
        jobs: after how many jobs the child wants to be replaced.
        stamping_port: where on this machine time stamps are asked for.
        confinement: whether the child gives up its rights, and what it does where the kernel lacks something.
    """

    trust_anchors: Trust | bytes | None = None
    memory_bytes: int
    seconds: float
    jobs: int
    patience: float | None = None
    yields: bool = False
    confinement: ConfinementRule = "try"
    stamping_port: int | None = None


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """The child has started and waits for jobs.

    Attributes:
        confinement: what it gave up.
    """

    confinement: Confinement = UNCONFINED


_FAMILIES: Final[dict[str, type[SealstreamError]]] = {
    family.__name__: family
    for family in (HostileAssetError, SealRefusedError, TimeStampError, WorldError, OperatorError, BugError)
}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """An error on its way from the child to the caller; it keeps its class."""

    family: str
    what: str
    remedy: str

    @classmethod
    def of(cls, error: SealstreamError) -> "Fault":
        """The fault that says the same as an error."""
        return cls(family=type(error).__name__, what=error.what, remedy=error.remedy)

    def error(self) -> SealstreamError:
        """The error that says the same as this fault."""
        return _FAMILIES.get(self.family, BugError)(what=self.what, remedy=self.remedy)


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What the parent answers to a question: a signature, or why there is none."""

    signature: bytes = b""
    fault: Fault | None = None


_encoder: Final = msgspec.msgpack.Encoder()
_start: Final = msgspec.msgpack.Decoder(Start)
_ready: Final = msgspec.msgpack.Decoder(Ready)
_signed: Final = msgspec.msgpack.Decoder(Signed)
_fault: Final = msgspec.msgpack.Decoder(Fault)
_number: Final = msgspec.msgpack.Decoder(float)


def encode_message(message: object) -> bytes:
    """One message without its header: a `Start`, a job, or what is answered."""
    return _encoder.encode(message)


def decode_start(message: bytes) -> Start:
    """The first message that a child gets."""
    return _start.decode(message)


def decode_ready(message: bytes | bytearray) -> Ready:
    """The first message of a child."""
    return _ready.decode(message)


def decode_signed(message: bytes) -> Signed:
    """What the parent answers to a question."""
    return _signed.decode(message)


def decode_number(message: bytes | bytearray) -> float:
    """How many seconds a job may take in all, or which share of it is done, as the child says."""
    return _number.decode(message)


def decode_fault(message: bytes | bytearray) -> Fault:
    """What a child says where something went wrong."""
    return _fault.decode(message)
