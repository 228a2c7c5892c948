"""The fingerprinter with all decoding in child processes."""

from pipeline.errors import HostileAssetError
from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.isolation.messages import (
    Fingerprinted,
    FingerprintJob,
    RecordingsCompared,
    SameRecordingJob,
    unexpected,
)
from pipeline.isolation.pool import WorkerPool

__all__ = ["IsolatedFingerprinter"]


class IsolatedFingerprinter:
    """A `pipeline.fingerprints.port.Fingerprinter` over a pool; whoever made the pool closes it."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    def fingerprint(self, asset: bytes, media_type: str) -> Fingerprint | None:
        """The fingerprint of an asset; see `Fingerprinter.fingerprint`."""
        try:
            answer = self._pool.run(FingerprintJob(asset=asset, media_type=media_type))
        except HostileAssetError:
            # It hurt nobody but its child, and what cannot be decoded can still be sealed and judged.
            return None
        if isinstance(answer, Fingerprinted):
            return answer.fingerprint
        raise unexpected(answer)

    def same_recording(self, one: bytes, one_type: str, other: bytes, other_type: str) -> bool:
        """Whether two recordings are copies; see `Fingerprinter.same_recording`."""
        try:
            answer = self._pool.run(SameRecordingJob(one=one, one_type=one_type, other=other, other_type=other_type))
        except HostileAssetError:
            return False
        if isinstance(answer, RecordingsCompared):
            return answer.same
        raise unexpected(answer)
