"""Every operation on untrusted bytes, each said once.

What goes in, what comes out, how it is done, and what stands in for the answer where the asset hurts its parser. What
decodes a kind of media is loaded with the first job about it: loading decoders takes as long as the rest of a child's
start.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar, get_args

import msgspec

from pipeline.credentials.model import (
    Credential,
    SealedAsset,
    SealOrder,
    SigningIdentity,
    Software,
    StampedManifest,
)
from pipeline.credentials.service import CredentialService
from pipeline.errors import HostileAssetError
from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.traits import NO_TRAITS, Look, Traits
from pipeline.isolation.parsers import Examined, Examining, Made, Making
from pipeline.labels.explicit.model import Checked, LabelClaim, LabelOrder
from pipeline.labels.explicit.port import Labeled
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.implicit.port import ImplicitlyLabeled
from pipeline.media_types import LASTING, LONG_BYTES, UNKNOWN, canonical
from pipeline.pyav import HAS_PYAV
from pipeline.timing import TimedStep

__all__ = [
    "CheckJob",
    "ExamineJob",
    "ExtractJob",
    "FingerprintJob",
    "Here",
    "ImageCodeJob",
    "ImplicitLabelJob",
    "Job",
    "LabelJob",
    "LikenessJob",
    "MakeJob",
    "Performer",
    "ReadImplicitLabelsJob",
    "ReadJob",
    "SealJob",
    "Sign",
    "StampJob",
    "Tools",
    "TraitsJob",
    "about",
    "answers_of",
    "decode_job",
    "is_long",
    "perform",
]

Answer = TypeVar("Answer")
Sign = Callable[[bytes], bytes]
"""Gives the signature over a claim."""


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """What jobs are done with, made once for a process.

    Attributes:
        credentials: reads manifests.
        sealing: the same for an identity, which signs too.
        patience: asks for so many seconds for the job in all.
        progress: says which share of a long job is done, as often as one likes.
    """

    credentials: CredentialService
    sealing: Callable[[SigningIdentity], CredentialService]
    patience: Callable[[float], None] = lambda _: None
    progress: Callable[[float], None] = lambda _: None


class Job(msgspec.Struct, Generic[Answer], frozen=True, kw_only=True):
    """One operation on untrusted bytes; its fields are what it is done with.

    Attributes:
        answer: the type of what it answers, which is what the answer of a child is decoded as.
        step: which step of an event it belongs to.
    """

    answer: ClassVar[Any]
    step: ClassVar[TimedStep] = "read"

    def __init_subclass__(cls, **options: Any) -> None:
        """Take the type of the answer from what the class derives from."""
        super().__init_subclass__(**options)
        base = next(base for base in cls.__dict__["__orig_bases__"] if get_args(base))
        cls.answer = get_args(base)[0]

    def perform(self, tools: Tools) -> Answer:
        """Do it, in a process that the bytes may harm.

        Raises:
            SealstreamError: the asset cannot be worked on.
        """
        raise NotImplementedError

    def hostile(self, error: HostileAssetError) -> Answer:
        """The answer where the asset killed, stalled or starved what worked on it; the error is raised otherwise."""
        raise error


class Performer(Protocol):
    """Has jobs done. Safe to call from several threads."""

    def run(self, job: Job[Answer], sign: Sign | None = None) -> Answer:
        """Have a job done.

        Args:
            job: what to do.
            sign: gives the signatures that it asks for; without it the job may ask for none.

        Raises:
            SealstreamError: what the job itself raised.
            HostileAssetError: the asset killed, stalled or starved what worked on it, and nothing stands in for the
                answer.
        """
        ...


class Here:
    """Has jobs done in this very process: what crashes a decoder crashes the caller.

    Args:
        tools: what they are done with.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def run(self, job: Job[Answer], sign: Sign | None = None) -> Answer:  # noqa: ARG002 (the tools know who signs)
        """Do a job; see `Performer.run`."""
        return job.perform(self._tools)


class MakeJob(Job[Made], frozen=True, kw_only=True, tag=True):
    """Label, seal and read back a generated asset.

    Attributes:
        making: what is to be done.
        identity: under which certificate; the signature is asked for.
    """

    making: Making
    identity: SigningIdentity
    step: ClassVar[TimedStep] = "seal"

    def perform(self, tools: Tools) -> Made:
        """One step after the other."""
        from pipeline.isolation.services import parsers_of  # noqa: PLC0415

        return parsers_of(Here(tools), tools.sealing(self.identity)).make(self.making)


class ExamineJob(Job[Examined], frozen=True, kw_only=True, tag=True):
    """Find out what a published asset says of itself."""

    examining: Examining

    def perform(self, tools: Tools) -> Examined:
        """One step after the other."""
        from pipeline.isolation.services import parsers_of  # noqa: PLC0415

        return parsers_of(Here(tools), tools.credentials).examine(self.examining)


class SealJob(Job[SealedAsset], frozen=True, kw_only=True, tag=True):
    """Seal an asset.

    Attributes:
        identity: under which certificate; the signature is asked for.
        inherits: False where it is known that there is no manifest in it.
    """

    asset: bytes
    order: SealOrder
    identity: SigningIdentity
    inherits: bool = True
    step: ClassVar[TimedStep] = "seal"

    def perform(self, tools: Tools) -> SealedAsset:
        """Sign, and read back."""
        return tools.sealing(self.identity).seal(self.asset, self.order, inherits=self.inherits)


class StampJob(Job[StampedManifest], frozen=True, kw_only=True, tag=True):
    """Add a time stamp to the manifest of an asset.

    Attributes:
        identity: under which certificate the update is signed; the signature is asked for.
    """

    asset: bytes
    media_type: str
    manifest: bytes
    software: Software
    identity: SigningIdentity
    step: ClassVar[TimedStep] = "seal"

    def perform(self, tools: Tools) -> StampedManifest:
        """Update, and read back."""
        return tools.sealing(self.identity).stamp(self.asset, self.media_type, self.manifest, self.software)


class ReadJob(Job[Credential], frozen=True, kw_only=True, tag=True):
    """Read an asset's credential."""

    asset: bytes
    media_type: str
    manifest: bytes | None

    def perform(self, tools: Tools) -> Credential:
        """Read and validate."""
        return tools.credentials.read(self.asset, self.media_type, manifest=self.manifest)


class ExtractJob(Job[bytes | None], frozen=True, kw_only=True, tag=True):
    """Take the manifest store out of an asset."""

    asset: bytes
    media_type: str

    def perform(self, tools: Tools) -> bytes | None:
        """Find the manifest store."""
        return tools.credentials.extract(self.asset, self.media_type)


class ImageCodeJob(Job[str | None], frozen=True, kw_only=True, tag=True):
    """Compute the Image-Code of a picture."""

    asset: bytes

    def perform(self, tools: Tools) -> str | None:  # noqa: ARG002 (as every job)
        """Decode and code."""
        from pipeline.fingerprints.pictures import image_code_of  # noqa: PLC0415

        return image_code_of(self.asset)

    def hostile(self, error: HostileAssetError) -> None:
        """A picture that nothing can show needs no code."""


class ImplicitLabelJob(Job[ImplicitlyLabeled], frozen=True, kw_only=True, tag=True):
    """Write an implicit label into an asset."""

    asset: bytes
    media_type: str
    labels: LabelsToWrite

    def perform(self, tools: Tools) -> ImplicitlyLabeled:  # noqa: ARG002 (as every job)
        """Write, and read back."""
        from pipeline.labels.implicit.writing import label_implicitly  # noqa: PLC0415

        return label_implicitly(self.asset, self.media_type, self.labels)

    def hostile(self, error: HostileAssetError) -> ImplicitlyLabeled:
        """It can still be sealed as it is."""
        return ImplicitlyLabeled(asset=self.asset, refused=error.what)


class ReadImplicitLabelsJob(Job[FoundLabels], frozen=True, kw_only=True, tag=True):
    """Find the implicit labels of an asset."""

    asset: bytes
    media_type: str

    def perform(self, tools: Tools) -> FoundLabels:  # noqa: ARG002 (as every job)
        """Read them."""
        from pipeline.labels.implicit.table import read_labels  # noqa: PLC0415

        return read_labels(self.asset, self.media_type)

    def hostile(self, error: HostileAssetError) -> FoundLabels:
        """They could not be read."""
        return FoundLabels(refused=error.what)


class LabelJob(Job[Labeled], frozen=True, kw_only=True, tag=True):
    """Put an explicit label on an asset."""

    asset: bytes
    media_type: str
    order: LabelOrder

    def perform(self, tools: Tools) -> Labeled:
        """Write it."""
        from pipeline.labels.explicit.in_process import InProcessLabeler  # noqa: PLC0415

        return InProcessLabeler(tools.progress).label(self.asset, self.media_type, self.order)

    def hostile(self, error: HostileAssetError) -> Labeled:
        """It can still be sealed as it is."""
        return Labeled(asset=self.asset, refused=str(error))


class CheckJob(Job[Checked], frozen=True, kw_only=True, tag=True):
    """Look for the explicit label of an asset."""

    asset: bytes
    media_type: str
    claim: LabelClaim

    def perform(self, tools: Tools) -> Checked:  # noqa: ARG002 (as every job)
        """Look for it."""
        from pipeline.labels.explicit.checking import check  # noqa: PLC0415

        return check(self.asset, self.media_type, self.claim)

    def hostile(self, error: HostileAssetError) -> Checked:
        """It cannot be told."""
        return Checked(present=None, reason=error.what)


class FingerprintJob(Job[Fingerprint | None], frozen=True, kw_only=True, tag=True):
    """Take the fingerprint of an asset."""

    asset: bytes
    media_type: str

    def perform(self, tools: Tools) -> Fingerprint | None:  # noqa: ARG002 (as every job)
        """Decode and code."""
        from pipeline.fingerprints.content import fingerprint  # noqa: PLC0415

        return fingerprint(self.asset, self.media_type)

    def hostile(self, error: HostileAssetError) -> None:
        """What cannot be decoded can still be sealed and judged."""


class TraitsJob(Job[Traits], frozen=True, kw_only=True, tag=True):
    """Find out all that an asset is recognised by, or what it is asked about with."""

    asset: bytes
    media_type: str
    asked: bool

    def perform(self, tools: Tools) -> Traits:  # noqa: ARG002 (as every job)
        """Decode, code and look."""
        from pipeline.fingerprints.content import traits  # noqa: PLC0415

        return traits(self.asset, self.media_type, asked=self.asked)

    def hostile(self, error: HostileAssetError) -> Traits:  # noqa: ARG002 (the reason is of no matter)
        """What cannot be decoded can still be sealed and judged."""
        return NO_TRAITS


class LikenessJob(Job[tuple[float, ...]], frozen=True, kw_only=True, tag=True):
    """Say how much an asset is like each of some others, by their looks."""

    asset: bytes
    media_type: str
    candidates: tuple[tuple[Look, ...], ...]

    def perform(self, tools: Tools) -> tuple[float, ...]:  # noqa: ARG002 (as every job)
        """Decode and compare."""
        from pipeline.fingerprints.content import likenesses  # noqa: PLC0415

        return likenesses(self.asset, self.media_type, self.candidates)

    def hostile(self, error: HostileAssetError) -> tuple[float, ...]:  # noqa: ARG002 (the reason is of no matter)
        """It is like none of them."""
        return (0.0,) * len(self.candidates)


_AnyJob = (
    MakeJob
    | ExamineJob
    | SealJob
    | StampJob
    | ReadJob
    | ExtractJob
    | ImageCodeJob
    | ImplicitLabelJob
    | ReadImplicitLabelsJob
    | LabelJob
    | CheckJob
    | FingerprintJob
    | TraitsJob
    | LikenessJob
)

_jobs: Final = msgspec.msgpack.Decoder(_AnyJob)


_A_SECOND: Final = 8.0
"""So many seconds a second of a recording may take: labeling full HD takes about one of a processor that is idle."""


def is_long(job: Job[Any]) -> bool:
    """Whether a job is about something that lasts: a recording of some size."""
    asset, media_type = about(job)
    return media_type.startswith(LASTING) and len(asset) >= LONG_BYTES


def perform(job: Job[Any], tools: Tools, seconds: float) -> object:
    """Do a job, with the patience that it takes.

    Args:
        job: what to do.
        tools: what it is done with.
        seconds: how long it may take if it asks for no patience.
    """
    if is_long(job) and HAS_PYAV:
        from pipeline.fingerprints.media import seconds_of  # noqa: PLC0415

        tools.patience(seconds + _A_SECOND * seconds_of(*about(job)))
    return job.perform(tools)


def about(job: Job[Any]) -> tuple[bytes, str]:
    """The asset of a job, and its canonical type."""
    work = job.making if isinstance(job, MakeJob) else job.examining if isinstance(job, ExamineJob) else job
    return getattr(work, "asset", b""), canonical(getattr(work, "media_type", UNKNOWN))


def decode_job(message: bytes) -> Job[Any]:
    """A job as it comes to a child."""
    job: Job[Any] = _jobs.decode(message)
    return job


@cache
def answers_of(kind: type[Job[Any]]) -> msgspec.msgpack.Decoder[Any]:
    """What decodes the answers to a kind of job."""
    return msgspec.msgpack.Decoder(kind.answer)
