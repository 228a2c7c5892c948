"""Recognising content: fingerprints of every kind that were seen, and whose they are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple, get_args

from pipeline.fingerprints.columns import NO_DAY, Columns
from pipeline.fingerprints.fingerprint import NEAR, Fingerprint, Kind
from pipeline.fingerprints.similarity import Neighbours, SimilarityIndex

__all__ = ["FingerprintIndex", "IndexEntry"]

_BATCH: Final = 65_536


class IndexEntry(NamedTuple):
    """A fingerprint, the identity of the event whose asset has it, and when that was sealed.

    The day is counted from 1 January 1970.
    """

    fingerprint: Fingerprint
    key: bytes
    day: int = NO_DAY


class FingerprintIndex:
    """One similarity index for each kind of content; the same rules of use. A `KnownFingerprints`.

    Whatever part of what is known a fingerprint comes from, it lies in the same index: the part is its lot.
    """

    def __init__(self) -> None:
        self._indexes: Final[dict[Kind, SimilarityIndex]] = {kind: SimilarityIndex() for kind in get_args(Kind)}

    def __len__(self) -> int:
        """How many fingerprints were added and are not gone."""
        return sum(map(len, self._indexes.values()))

    @property
    def nbytes(self) -> int:
        """Memory of all of it."""
        return sum(index.nbytes for index in self._indexes.values())

    def add(self, fingerprint: Fingerprint, key: bytes, *, lot: int = 0, day: int = NO_DAY) -> None:
        """Add a fingerprint; see `SimilarityIndex.add`."""
        self._indexes[fingerprint.kind].add(fingerprint.digest, key, lot=lot, day=day)

    def load(self, entries: Iterable[IndexEntry]) -> None:
        """Add many fingerprints, and settle once."""
        self.extend(entries)
        self.settle()

    def extend(self, entries: Iterable[IndexEntry], *, lot: int = 0) -> None:
        """Add many fingerprints, and leave settling to the caller; see `SimilarityIndex.extend`."""
        remaining = iter(entries)
        while batch := list(islice(remaining, _BATCH)):
            for kind, index in self._indexes.items():
                some = [
                    (addition.fingerprint.digest, addition.key, addition.day)
                    for addition in batch
                    if addition.fingerprint.kind == kind
                ]
                index.extend(some, lot=lot)

    def reserve(self, kind: Kind, more: int) -> None:
        """Make room for so many more of one kind; see `SimilarityIndex.reserve`."""
        self._indexes[kind].reserve(more)

    def append(self, kind: Kind, columns: Columns) -> None:
        """Add many of one kind at once; see `SimilarityIndex.append`."""
        self._indexes[kind].append(columns)

    def settle(self) -> None:
        """See `SimilarityIndex.settle`."""
        for index in self._indexes.values():
            index.settle()

    def settle_tail(self) -> None:
        """See `SimilarityIndex.settle_tail`."""
        for index in self._indexes.values():
            index.settle_tail()

    def hide(self, lot: int) -> None:
        """See `SimilarityIndex.hide`."""
        for index in self._indexes.values():
            index.hide(lot)

    def show(self, lot: int, *, instead_of: Collection[int] = ()) -> None:
        """See `SimilarityIndex.show`."""
        for index in self._indexes.values():
            index.show(lot, instead_of=instead_of)

    def drop(self, lot: int) -> None:
        """See `SimilarityIndex.drop`."""
        for index in self._indexes.values():
            index.drop(lot)

    def expire(self, before: int) -> None:
        """See `SimilarityIndex.expire`."""
        for index in self._indexes.values():
            index.expire(before)

    def lot(self, lot: int) -> Mapping[Kind, Columns]:
        """What there is of a lot, by kind; see `SimilarityIndex.lot`."""
        return {kind: index.lot(lot) for kind, index in self._indexes.items()}

    def nearest(self, fingerprints: Sequence[Fingerprint], *, limit: int) -> tuple[Neighbours, ...]:
        """The keys of the same kind that are as near as near copies are, for each fingerprint."""
        return tuple(
            self._indexes[fingerprint.kind].nearest(fingerprint.digest, NEAR[fingerprint.kind], limit)
            for fingerprint in fingerprints
        )
