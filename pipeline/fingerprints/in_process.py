"""The image coder and the fingerprinter in this very process: for single files, and for tests."""

from collections.abc import Sequence

from pipeline.fingerprints.coder import is_picture
from pipeline.fingerprints.content import fingerprint, likenesses, traits
from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.pictures import image_code_of
from pipeline.fingerprints.traits import Look, Traits

__all__ = ["InProcessFingerprinter", "InProcessImageCoder"]


class InProcessImageCoder:
    """Codes pictures in this process: what crashes a decoder crashes the caller."""

    def code(self, asset: bytes, media_type: str) -> str | None:
        """The Image-Code of a picture; see `ImageCoder.code`."""
        return image_code_of(asset) if is_picture(media_type) else None


class InProcessFingerprinter:
    """Takes fingerprints in this process: what crashes a decoder crashes the caller."""

    def fingerprint(self, asset: bytes, media_type: str) -> Fingerprint | None:
        """The fingerprint of an asset; see `Fingerprinter.fingerprint`."""
        return fingerprint(asset, media_type)

    def traits(self, asset: bytes, media_type: str, *, asked: bool = False) -> Traits:
        """All that an asset is recognised by; see `Fingerprinter.traits`."""
        return traits(asset, media_type, asked=asked)

    def likenesses(self, asset: bytes, media_type: str, candidates: Sequence[Sequence[Look]]) -> tuple[float, ...]:
        """How much an asset is like each of some others; see `Fingerprinter.likenesses`."""
        return likenesses(asset, media_type, candidates)
