"""Recognising content: fingerprints of every kind that were seen, and whose they are."""

from collections.abc import Iterable
from itertools import islice
from typing import Final, get_args

from pipeline.fingerprints.fingerprint import NEAR, Fingerprint, Kind
from pipeline.fingerprints.similarity import Match, SimilarityIndex

__all__ = ["FingerprintIndex"]

_BATCH: Final = 65_536


class FingerprintIndex:
    """One similarity index for each kind of content; the same rules of use."""

    def __init__(self) -> None:
        self._indexes: Final[dict[Kind, SimilarityIndex]] = {kind: SimilarityIndex() for kind in get_args(Kind)}

    def __len__(self) -> int:
        """How many fingerprints were added."""
        return sum(map(len, self._indexes.values()))

    @property
    def nbytes(self) -> int:
        """Memory of all of it."""
        return sum(index.nbytes for index in self._indexes.values())

    def add(self, fingerprint: Fingerprint, key: bytes) -> None:
        """Add a fingerprint; see `SimilarityIndex.add`."""
        self._indexes[fingerprint.kind].add(fingerprint.digest, key)

    def load(self, entries: Iterable[tuple[Fingerprint, bytes]]) -> None:
        """Add many fingerprints with their keys; see `SimilarityIndex.load`."""
        self.extend(entries)
        self.settle()

    def extend(self, entries: Iterable[tuple[Fingerprint, bytes]]) -> None:
        """Add many fingerprints with their keys, and leave settling to the caller; see `SimilarityIndex.extend`."""
        remaining = iter(entries)
        while batch := list(islice(remaining, _BATCH)):
            for kind, index in self._indexes.items():
                index.extend((one.digest, key) for one, key in batch if one.kind == kind)

    def settle(self) -> None:
        """See `SimilarityIndex.settle`."""
        for index in self._indexes.values():
            index.settle()

    def nearest(
        self, fingerprint: Fingerprint, *, max_distance: int | None = None, limit: int = 1
    ) -> tuple[Match, ...]:
        """The keys of the same kind that are nearest, as far away as near copies are; see `SimilarityIndex.nearest`."""
        if max_distance is None:
            max_distance = NEAR[fingerprint.kind]
        return self._indexes[fingerprint.kind].nearest(fingerprint.digest, max_distance, limit)
