"""What parent and child processes say to each other: length-prefixed MessagePack, never pickle.

Conversation: `Start` and `Ready` (or a `Fault`) once, then one `Job` and one `Reply` at a time, until the parent
closes the child's standard input or the child says that it is spent.
"""

import struct
from typing import Final

import msgspec

from pipeline.credentials.model import Credential, SealedAsset, SealOrder, SigningMaterial
from pipeline.errors import (
    BugError,
    HostileAssetError,
    OperatorError,
    SealRefusedError,
    SealstreamError,
    WorldError,
)
from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.traits import Look, Traits
from pipeline.isolation.confinement import Confinement, Rule
from pipeline.labels.explicit.model import Checked, Claim, MarkOrder
from pipeline.labels.explicit.port import Labeled
from pipeline.labels.implicit.marks import FoundMarks, MarksToWrite
from pipeline.labels.implicit.port import Marked

__all__ = [
    "HEADER",
    "Answer",
    "CheckJob",
    "Compared",
    "ExtractJob",
    "Extracted",
    "Fault",
    "FingerprintJob",
    "Fingerprinted",
    "ImageCodeJob",
    "ImageCoded",
    "Inspected",
    "Job",
    "LabelChecked",
    "LabelJob",
    "LabeledAsset",
    "LikenessJob",
    "MarkJob",
    "MarkedAsset",
    "MarksFound",
    "ReadJob",
    "ReadMarksJob",
    "Ready",
    "Reply",
    "SealJob",
    "Sealed",
    "Start",
    "TraitsFound",
    "TraitsJob",
    "decode_job",
    "decode_reply",
    "decode_start",
    "encode",
    "unexpected",
]

HEADER: Final = struct.Struct(">I")
"""Length of the message that follows, in bytes."""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a child needs to know; sent over its standard input, since arguments and environment can be seen.

    Attributes:
        memory_bytes: limit of the child's address space.
        seconds: longest time for one job; a child left alone by its parent ends itself by then.
        jobs: after how many jobs the child wants to be replaced.
        confinement: whether the child gives up its rights, and what it does where the kernel lacks something.
    """

    signing: SigningMaterial | None = None
    trust_anchors: bytes | None = None
    memory_bytes: int
    seconds: float
    jobs: int
    confinement: Rule = "try"


class SealJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Seal an asset.

    Attributes:
        time_stamp: False leaves the time-stamp authority out, to find out whether it is what stalls.
    """

    asset: bytes
    order: SealOrder
    time_stamp: bool = True


class ReadJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Read an asset's credential."""

    asset: bytes
    media_type: str
    manifest: bytes | None


class ExtractJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Take the manifest store out of an asset."""

    asset: bytes
    media_type: str


class ImageCodeJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Compute the Image-Code of a picture."""

    asset: bytes


class MarkJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Write marks into an asset."""

    asset: bytes
    media_type: str
    marks: MarksToWrite


class ReadMarksJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Find the marks of an asset."""

    asset: bytes
    media_type: str


class LabelJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Put an explicit label on an asset."""

    asset: bytes
    media_type: str
    order: MarkOrder


class CheckJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Look for the explicit label of an asset."""

    asset: bytes
    media_type: str
    claim: Claim


class FingerprintJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Take the fingerprint of an asset."""

    asset: bytes
    media_type: str


class TraitsJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Find out all that an asset is recognised by, or what it is asked about with."""

    asset: bytes
    media_type: str
    asked: bool


class LikenessJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Say how much an asset is like each of some others, by their looks."""

    asset: bytes
    media_type: str
    candidates: tuple[tuple[Look, ...], ...]


Job = (
    SealJob
    | ReadJob
    | ExtractJob
    | ImageCodeJob
    | MarkJob
    | ReadMarksJob
    | LabelJob
    | CheckJob
    | FingerprintJob
    | TraitsJob
    | LikenessJob
)


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The child has started and waits for jobs.

    Attributes:
        confinement: what it gave up.
    """

    confinement: Confinement = Confinement()


class Sealed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer to `SealJob`."""

    sealed: SealedAsset


class Inspected(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer to `ReadJob`."""

    credential: Credential


class Extracted(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer to `ExtractJob`."""

    manifest: bytes | None


class ImageCoded(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer to `ImageCodeJob`."""

    code: str | None


class MarkedAsset(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer to `MarkJob`."""

    marked: Marked


class MarksFound(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer to `ReadMarksJob`."""

    found: FoundMarks


class LabeledAsset(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer to `LabelJob`."""

    labeled: Labeled


class LabelChecked(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer to `CheckJob`."""

    checked: Checked


class Fingerprinted(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer to `FingerprintJob`."""

    fingerprint: Fingerprint | None


class TraitsFound(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer to `TraitsJob`."""

    traits: Traits


class Compared(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer to `LikenessJob`."""

    likenesses: tuple[float, ...]


_FAMILIES: Final[dict[str, type[SealstreamError]]] = {
    family.__name__: family for family in (HostileAssetError, SealRefusedError, WorldError, OperatorError, BugError)
}


class Fault(msgspec.Struct, frozen=True, kw_only=True, tag=True):
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


Answer = (
    Ready
    | Sealed
    | Inspected
    | Extracted
    | ImageCoded
    | MarkedAsset
    | MarksFound
    | LabeledAsset
    | LabelChecked
    | Fingerprinted
    | TraitsFound
    | Compared
    | Fault
)


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a child answers, and whether it wants to be replaced before the next job."""

    answer: Answer
    spent: bool = False


_encoder: Final = msgspec.msgpack.Encoder()
_start: Final = msgspec.msgpack.Decoder(Start)
_job: Final = msgspec.msgpack.Decoder(Job)
_reply: Final = msgspec.msgpack.Decoder(Reply)


def encode(message: Start | Job | Reply) -> bytes:
    """One message without its header."""
    return _encoder.encode(message)


def decode_start(message: bytes) -> Start:
    """The first message that a child gets."""
    return _start.decode(message)


def decode_job(message: bytes) -> Job:
    """Any later message that a child gets."""
    job: Job = _job.decode(message)
    return job


def decode_reply(message: bytes | bytearray) -> Reply:
    """A message from a child."""
    return _reply.decode(message)


def unexpected(answer: Answer) -> BugError:
    """The error for an answer to another question than was asked."""
    return BugError(
        what=f"A parser process answered another question than it was asked ({type(answer).__name__}).",
        remedy="Report this.",
    )
