"""The ports of other rooms with all of their work on untrusted bytes done in child processes.

Whoever made the pool closes it. What stands in for an answer where an asset is hostile, its job says.
"""

from collections.abc import Callable, Sequence

import msgspec

from pipeline.credentials.model import Credential, SealedAsset, SealOrder
from pipeline.credentials.service import Signing, Stamping
from pipeline.errors import OperatorError, WorldError
from pipeline.fingerprints import is_picture
from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.traits import Look, Traits
from pipeline.isolation.jobs import (
    CheckJob,
    ExtractJob,
    FingerprintJob,
    ImageCodeJob,
    LabelJob,
    LikenessJob,
    MarkJob,
    ReadJob,
    ReadMarksJob,
    SealJob,
    TraitsJob,
)
from pipeline.isolation.pool import AssetStalledError, WorkerPool
from pipeline.labels.explicit.model import Checked, Claim, MarkOrder
from pipeline.labels.explicit.port import Labeled
from pipeline.labels.implicit.marks import FoundMarks, MarksToWrite
from pipeline.labels.implicit.port import Marked

__all__ = [
    "IsolatedCredentialService",
    "IsolatedFingerprinter",
    "IsolatedImageCoder",
    "IsolatedLabeler",
    "IsolatedMarker",
]


class _Isolated:
    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool


class IsolatedCredentialService(_Isolated):
    """A `pipeline.credentials.CredentialService` over a pool.

    Args:
        pool: children that parse; they hold no key.
        signer: who signs now; None for a service that only reads.
        stamps: where children ask for time stamps; None for manifests without.
    """

    def __init__(
        self, pool: WorkerPool, signer: Callable[[], Signing] | None = None, stamps: Stamping | None = None
    ) -> None:
        super().__init__(pool)
        self._signer = signer
        self._stamps = stamps

    def seal(self, asset: bytes, order: SealOrder) -> SealedAsset:
        """Sign an asset; see `CredentialService.seal`."""
        if self._signer is None:
            raise OperatorError(
                what="This process was started without a signing certificate and cannot seal.",
                remedy="Give it signing material, or seal elsewhere.",
            )
        signer = self._signer()
        url = None if self._stamps is None else self._stamps.url
        identity = msgspec.structs.replace(signer.identity, time_stamp_authority=url)
        try:
            return self._pool.run(SealJob(asset=asset, order=order, identity=identity), signer.sign)
        except (WorldError, AssetStalledError):
            trouble = None if self._stamps is None else self._stamps.trouble
            if trouble is None or signer.trouble is not None:
                raise
            raise WorldError(
                what=f"No time-stamp authority gave a time stamp: {trouble}.",
                remedy="Check that SEALSTREAM_TIME_STAMP_URL can be reached from here; name several.",
            ) from None

    def read(self, asset: bytes, media_type: str, *, manifest: bytes | None = None) -> Credential:
        """Read and validate a credential; see `CredentialService.read`."""
        return self._pool.run(ReadJob(asset=asset, media_type=media_type, manifest=manifest))

    def extract(self, asset: bytes, media_type: str) -> bytes | None:
        """The manifest store inside an asset; see `CredentialService.extract`."""
        return self._pool.run(ExtractJob(asset=asset, media_type=media_type))


class IsolatedImageCoder(_Isolated):
    """A `pipeline.fingerprints.ImageCoder` over a pool."""

    def code(self, asset: bytes, media_type: str) -> str | None:
        """The Image-Code of a picture; see `ImageCoder.code`."""
        return self._pool.run(ImageCodeJob(asset=asset)) if is_picture(media_type) else None


class IsolatedFingerprinter(_Isolated):
    """A `pipeline.fingerprints.port.Fingerprinter` over a pool."""

    def fingerprint(self, asset: bytes, media_type: str) -> Fingerprint | None:
        """The fingerprint of an asset; see `Fingerprinter.fingerprint`."""
        return self._pool.run(FingerprintJob(asset=asset, media_type=media_type))

    def traits(self, asset: bytes, media_type: str, *, asked: bool = False) -> Traits:
        """All that an asset is recognised by; see `Fingerprinter.traits`."""
        return self._pool.run(TraitsJob(asset=asset, media_type=media_type, asked=asked))

    def likenesses(self, asset: bytes, media_type: str, candidates: Sequence[Sequence[Look]]) -> tuple[float, ...]:
        """How much an asset is like each of some others; see `Fingerprinter.likenesses`."""
        looks = tuple(tuple(candidate) for candidate in candidates)
        return self._pool.run(LikenessJob(asset=asset, media_type=media_type, candidates=looks))


class IsolatedLabeler(_Isolated):
    """A `pipeline.labels.explicit.port.Labeler` over a pool."""

    def label(self, asset: bytes, media_type: str, order: MarkOrder) -> Labeled:
        """Put an explicit label on an asset; see `Labeler.label`."""
        return self._pool.run(LabelJob(asset=asset, media_type=media_type, order=order))

    def check(self, asset: bytes, media_type: str, claim: Claim) -> Checked:
        """Look for the explicit label that is claimed; see `Labeler.check`."""
        return self._pool.run(CheckJob(asset=asset, media_type=media_type, claim=claim))


class IsolatedMarker(_Isolated):
    """A `pipeline.labels.implicit.port.Marker` over a pool."""

    def mark(self, asset: bytes, media_type: str, marks: MarksToWrite) -> Marked:
        """Write an implicit label into an asset; see `Marker.mark`."""
        return self._pool.run(MarkJob(asset=asset, media_type=media_type, marks=marks))

    def read(self, asset: bytes, media_type: str) -> FoundMarks:
        """Find the implicit labels of an asset; see `Marker.read`."""
        return self._pool.run(ReadMarksJob(asset=asset, media_type=media_type))
