"""The image coder and the fingerprinter in this very process: for single files, and for tests."""

from pipeline.fingerprints.coder import is_picture
from pipeline.fingerprints.confirming import same_recording
from pipeline.fingerprints.content import fingerprint
from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.media import AUDIO_TYPES
from pipeline.fingerprints.pictures import image_code_of
from pipeline.media_types import canonical

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

    def same_recording(self, one: bytes, one_type: str, other: bytes, other_type: str) -> bool:
        """Whether two recordings are copies; see `Fingerprinter.same_recording`."""
        kinds = [canonical(kind) for kind in (one_type, other_type)]
        return all(kind in AUDIO_TYPES for kind in kinds) and same_recording(one, kinds[0], other, kinds[1])
