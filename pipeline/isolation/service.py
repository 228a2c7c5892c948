"""The credential service with all parsing and signing in child processes."""

from pipeline.credentials.model import Credential, SealedAsset, SealOrder
from pipeline.errors import WorldError
from pipeline.isolation.messages import Extracted, ExtractJob, Inspected, ReadJob, Sealed, SealJob, unexpected
from pipeline.isolation.pool import AssetStalledError, WorkerPool

__all__ = ["IsolatedCredentialService"]


class IsolatedCredentialService:
    """A `pipeline.credentials.CredentialService` over a pool; whoever made the pool closes it."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    def seal(self, asset: bytes, order: SealOrder) -> SealedAsset:
        """Sign an asset; see `CredentialService.seal`."""
        try:
            answer = self._pool.run(SealJob(asset=asset, order=order))
        except AssetStalledError:
            if not self._pool.time_stamps:
                raise
            # Asset or time-stamp authority: without the latter, only the asset can stall once more.
            self._pool.run(SealJob(asset=asset, order=order, time_stamp=False))
            raise WorldError(
                what="The time-stamp authority did not answer in time.", remedy="Check that it can be reached."
            ) from None
        if isinstance(answer, Sealed):
            return answer.sealed
        raise unexpected(answer)

    def read(self, asset: bytes, media_type: str, *, manifest: bytes | None = None) -> Credential:
        """Read and validate a credential; see `CredentialService.read`."""
        answer = self._pool.run(ReadJob(asset=asset, media_type=media_type, manifest=manifest))
        if isinstance(answer, Inspected):
            return answer.credential
        raise unexpected(answer)

    def extract(self, asset: bytes, media_type: str) -> bytes | None:
        """The manifest store inside an asset; see `CredentialService.extract`."""
        answer = self._pool.run(ExtractJob(asset=asset, media_type=media_type))
        if isinstance(answer, Extracted):
            return answer.manifest
        raise unexpected(answer)
