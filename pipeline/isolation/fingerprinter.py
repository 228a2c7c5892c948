"""The fingerprinter with all decoding in child processes."""

from collections.abc import Sequence

from pipeline.errors import HostileAssetError
from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.traits import NO_TRAITS, Look, Traits
from pipeline.isolation.messages import (
    Compared,
    Fingerprinted,
    FingerprintJob,
    LikenessJob,
    TraitsFound,
    TraitsJob,
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

    def traits(self, asset: bytes, media_type: str, *, asked: bool = False) -> Traits:
        """All that an asset is recognised by; see `Fingerprinter.traits`."""
        try:
            answer = self._pool.run(TraitsJob(asset=asset, media_type=media_type, asked=asked))
        except HostileAssetError:
            return NO_TRAITS
        if isinstance(answer, TraitsFound):
            return answer.traits
        raise unexpected(answer)

    def likenesses(self, asset: bytes, media_type: str, candidates: Sequence[Sequence[Look]]) -> tuple[float, ...]:
        """How much an asset is like each of some others; see `Fingerprinter.likenesses`."""
        looks = tuple(tuple(candidate) for candidate in candidates)
        try:
            answer = self._pool.run(LikenessJob(asset=asset, media_type=media_type, candidates=looks))
        except HostileAssetError:
            return (0.0,) * len(looks)
        if isinstance(answer, Compared):
            return answer.likenesses
        raise unexpected(answer)
