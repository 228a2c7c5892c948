"""Pictures that look alike, by the Hamming distance of their ISCC Image-Codes.

Every code is compared with every other: 100,000 comparisons take about as long as matching a long text.
"""

from collections.abc import Iterable, Iterator

from pipeline.fingerprints import ImageCode
from pipeline.policy.reference.entries import FeatureEntry

__all__ = ["PictureIndex"]


class PictureIndex:
    """Finds features whose picture looks like a given one; immutable."""

    def __init__(self, entries: Iterable[FeatureEntry]) -> None:
        self._by_length: dict[int, list[tuple[int, int, FeatureEntry]]] = {}
        for entry in entries:
            if entry.picture is not None:
                code = entry.picture.code
                self._by_length.setdefault(code.bits, []).append((code.body, entry.picture.distance, entry))

    @property
    def is_filled(self) -> bool:
        """Whether there is anything to compare with."""
        return bool(self._by_length)

    def find(self, image_code: str | None) -> Iterator[FeatureEntry]:
        """The features that a picture is like; a shorter code than the feature's says too little to tell."""
        seen = None if image_code is None else ImageCode.parse(image_code)
        if seen is None:
            return
        for bits, codes in self._by_length.items():
            if bits <= seen.bits:
                body = seen.beginning(bits)
                yield from (entry for known, distance, entry in codes if (known ^ body).bit_count() <= distance)
