"""The ports of other rooms, with all of their work on untrusted bytes done as jobs: in child processes, as a rule.

Whoever made the pool closes it. What stands in for an answer where an asset is hostile, its job says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from pipeline.credentials.model import (
    Credential,
    SealedAsset,
    SealOrder,
    SigningIdentity,
    Software,
    StampedManifest,
)
from pipeline.credentials.service import CredentialService, Signing, Stamping
from pipeline.errors import HostileAssetError, OperatorError, TimeStampError, WorldError
from pipeline.fingerprints import is_picture
from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.traits import Look, Traits
from pipeline.isolation.jobs import (
    CheckJob,
    ExamineJob,
    ExtractJob,
    FingerprintJob,
    ImageCodeJob,
    ImplicitLabelJob,
    Job,
    LabelJob,
    LikenessJob,
    MakeJob,
    Performer,
    ReadImplicitLabelsJob,
    ReadJob,
    SealJob,
    StampJob,
    TraitsJob,
)
from pipeline.isolation.parsers import Examined, Examining, Made, Making, Parsers
from pipeline.isolation.pool import AssetStalledError, WorkerPool
from pipeline.labels.explicit.model import Checked, LabelClaim, LabelOrder
from pipeline.labels.explicit.port import Labeled
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.implicit.port import ImplicitlyLabeled

Answer = TypeVar("Answer")

__all__ = [
    "IsolatedCredentialService",
    "IsolatedFingerprinter",
    "IsolatedImageCoder",
    "IsolatedImplicitLabeler",
    "IsolatedLabeler",
    "isolated_parsers",
    "parsers_of",
]


class _Isolated:
    def __init__(self, performer: Performer) -> None:
        self._performer = performer


class IsolatedCredentialService(_Isolated):
    """A `pipeline.credentials.CredentialService` that has jobs done.

    Args:
        performer: has them done where no key is.
        signer: who signs now, by the name of an identity; None for a service that only reads.
        stamps: where time stamps are asked for; None for manifests without.
    """

    def __init__(
        self,
        performer: Performer,
        signer: Callable[[str | None], Signing] | None = None,
        stamps: Stamping | None = None,
    ) -> None:
        super().__init__(performer)
        self._signer = signer
        self._stamps = stamps

    def seal(self, asset: bytes, order: SealOrder, *, inherits: bool = True) -> SealedAsset:
        """Sign an asset; see `CredentialService.seal`."""
        return self.signed(
            lambda identity: SealJob(asset=asset, order=order, identity=identity, inherits=inherits), order.identity
        )

    def signed(
        self, job: Callable[[SigningIdentity], Job[Answer]], name: str | None = None, *, needs_stamp: bool = False
    ) -> Answer:
        """Have a job done that asks for a signature.

        Args:
            job: what to do under a certificate.
            name: of the identity that signs; None for the default.
            needs_stamp: whether it is of no use without a time stamp, whatever the authorities' `later` says.

        Raises:
            OperatorError: this service only reads.
            TimeStampError: no time-stamp authority answered.
            SealstreamError: what the job raised.
        """
        if self._signer is None:
            raise OperatorError(
                what="This process was started without a signing certificate and cannot seal.",
                remedy="Give it signing material, or seal elsewhere.",
            )
        signer, stamps = self._signer(name), self._stamps
        unstamped = msgspec.structs.replace(signer.identity, time_stamp_authority=None)

        def done_as(identity: SigningIdentity) -> Answer:
            with signer.in_use():
                return self._performer.run(job(identity), signer.sign)

        does_without = stamps is not None and stamps.later and not needs_stamp
        if stamps is None or (does_without and stamps.pauses):
            return done_as(unstamped)
        try:
            return done_as(msgspec.structs.replace(unstamped, time_stamp_authority=stamps.url))
        except (WorldError, AssetStalledError) as failed:
            trouble = stamps.trouble
            if signer.trouble is not None or (trouble is None and not isinstance(failed, TimeStampError)):
                raise
            if not does_without:
                raise failed if trouble is None else _unanswered(trouble) from None
        return done_as(unstamped)

    def stamp(self, asset: bytes, media_type: str, manifest: bytes, software: Software) -> StampedManifest:
        """Add a time stamp to a manifest; see `CredentialService.stamp`."""
        return self.signed(
            lambda identity: StampJob(
                asset=asset, media_type=media_type, manifest=manifest, software=software, identity=identity
            ),
            needs_stamp=True,
        )

    def read(self, asset: bytes, media_type: str, *, manifest: bytes | None = None) -> Credential:
        """Read and validate a credential; see `CredentialService.read`."""
        return self._performer.run(ReadJob(asset=asset, media_type=media_type, manifest=manifest))

    def extract(self, asset: bytes, media_type: str) -> bytes | None:
        """The manifest store inside an asset; see `CredentialService.extract`."""
        return self._performer.run(ExtractJob(asset=asset, media_type=media_type))


def _unanswered(trouble: str) -> TimeStampError:
    return TimeStampError(
        what=f"No time-stamp authority gave a time stamp: {trouble}.",
        remedy="Check that SEALSTREAM_TIME_STAMP_URL can be reached from here; name several.",
    )


class IsolatedImageCoder(_Isolated):
    """A `pipeline.fingerprints.ImageCoder` that has jobs done."""

    def code(self, asset: bytes, media_type: str) -> str | None:
        """The Image-Code of a picture; see `ImageCoder.code`."""
        return self._performer.run(ImageCodeJob(asset=asset)) if is_picture(media_type) else None


class IsolatedFingerprinter(_Isolated):
    """A `pipeline.fingerprints.port.Fingerprinter` that has jobs done."""

    def fingerprint(self, asset: bytes, media_type: str) -> Fingerprint | None:
        """The fingerprint of an asset; see `Fingerprinter.fingerprint`."""
        return self._performer.run(FingerprintJob(asset=asset, media_type=media_type))

    def traits(self, asset: bytes, media_type: str, *, asked: bool = False) -> Traits:
        """All that an asset is recognised by; see `Fingerprinter.traits`."""
        return self._performer.run(TraitsJob(asset=asset, media_type=media_type, asked=asked))

    def likenesses(self, asset: bytes, media_type: str, candidates: Sequence[Sequence[Look]]) -> tuple[float, ...]:
        """How much an asset is like each of some others; see `Fingerprinter.likenesses`."""
        looks = tuple(tuple(candidate) for candidate in candidates)
        return self._performer.run(LikenessJob(asset=asset, media_type=media_type, candidates=looks))


class IsolatedLabeler(_Isolated):
    """A `pipeline.labels.explicit.port.Labeler` that has jobs done."""

    def label(self, asset: bytes, media_type: str, order: LabelOrder) -> Labeled:
        """Put an explicit label on an asset; see `Labeler.label`."""
        return self._performer.run(LabelJob(asset=asset, media_type=media_type, order=order))

    def check(self, asset: bytes, media_type: str, claim: LabelClaim) -> Checked:
        """Look for the explicit label that is claimed; see `Labeler.check`."""
        return self._performer.run(CheckJob(asset=asset, media_type=media_type, claim=claim))


class IsolatedImplicitLabeler(_Isolated):
    """A `pipeline.labels.implicit.port.ImplicitLabeler` that has jobs done."""

    def label(self, asset: bytes, media_type: str, labels: LabelsToWrite) -> ImplicitlyLabeled:
        """Write an implicit label into an asset; see `ImplicitLabeler.label`."""
        return self._performer.run(ImplicitLabelJob(asset=asset, media_type=media_type, labels=labels))

    def read(self, asset: bytes, media_type: str) -> FoundLabels:
        """Find the implicit labels of an asset; see `ImplicitLabeler.read`."""
        return self._performer.run(ReadImplicitLabelsJob(asset=asset, media_type=media_type))


@dataclass(frozen=True, slots=True, kw_only=True)
class _IsolatedParsers(Parsers):
    """Parsers whose whole work on an asset is one job, and single ones where that hurts the child that does it."""

    credentials: IsolatedCredentialService
    performer: Performer

    def make(self, making: Making) -> Made:
        """See `Parsers.make`."""
        try:
            return self.credentials.signed(
                lambda identity: MakeJob(making=making, identity=identity), making.order.identity
            )
        except AssetStalledError as stalled:
            if making.label is None:
                return Parsers.make(self, making)
            # Putting the label on is what takes long, and it would take as long again.
            made = Parsers.make(self, msgspec.structs.replace(making, label=None))
            return msgspec.structs.replace(made, label_refused=made.label_refused or str(stalled))
        except HostileAssetError:
            return Parsers.make(self, making)

    def examine(self, examining: Examining) -> Examined:
        """See `Parsers.examine`."""
        try:
            return self.performer.run(ExamineJob(examining=examining))
        except HostileAssetError:
            return Parsers.examine(self, examining)


def isolated_parsers(
    pool: WorkerPool, signer: Callable[[str | None], Signing] | None = None, stamps: Stamping | None = None
) -> Parsers:
    """Parsers that work in the child processes of a pool.

    Args:
        pool: the children, which hold no key.
        signer: who signs now, by the name of an identity; None for parsers that only read.
        stamps: where children ask for time stamps; None for manifests without.
    """
    return _IsolatedParsers(
        credentials=IsolatedCredentialService(pool, signer, stamps),
        image_coder=IsolatedImageCoder(pool),
        labeler=IsolatedLabeler(pool),
        implicit_labeler=IsolatedImplicitLabeler(pool),
        fingerprinter=IsolatedFingerprinter(pool),
        confinement=pool.confinement,
        stamps=stamps,
        renew_trust=pool.renew,
        under_way=pool.under_way,
        performer=pool,
    )


def parsers_of(performer: Performer, credentials: CredentialService) -> Parsers:
    """Parsers each of whose steps is a job of its own.

    Args:
        performer: has them done.
        credentials: signs and reads manifests.
    """
    return Parsers(
        credentials=credentials,
        image_coder=IsolatedImageCoder(performer),
        labeler=IsolatedLabeler(performer),
        implicit_labeler=IsolatedImplicitLabeler(performer),
        fingerprinter=IsolatedFingerprinter(performer),
    )
