"""The fingerprint of an asset, whatever it is.

Decodes untrusted bytes with native libraries: only for processes that they may harm.
"""

from pipeline.fingerprints.coder import is_picture
from pipeline.fingerprints.fingerprint import Fingerprint, NoFingerprint
from pipeline.fingerprints.media import AUDIO_TYPES, VIDEO_TYPES
from pipeline.fingerprints.pictures import code_of, has_features, pixels_of
from pipeline.fingerprints.sounds import audio_fingerprint
from pipeline.fingerprints.texts import TEXT_TYPES, text_fingerprint
from pipeline.fingerprints.videos import video_fingerprint
from pipeline.media_types import canonical

__all__ = ["examine", "fingerprint"]


def fingerprint(body: bytes, media_type: str) -> Fingerprint | None:
    """The fingerprint of an asset; None where it has none, for which `examine` knows the reason.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    found = examine(body, media_type)
    return found if isinstance(found, Fingerprint) else None


def examine(body: bytes, media_type: str) -> Fingerprint | NoFingerprint:
    """The fingerprint of an asset, or why it has none.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    name = canonical(media_type)
    if name in TEXT_TYPES:
        return text_fingerprint(body, media_type)
    if name in AUDIO_TYPES:
        return audio_fingerprint(body, name)
    if name in VIDEO_TYPES:
        return video_fingerprint(body, name)
    if is_picture(name):
        return _image_fingerprint(body)
    return NoFingerprint(reason="not-supported")


def _image_fingerprint(body: bytes) -> Fingerprint | NoFingerprint:
    pixels = pixels_of(body)
    if pixels is None:
        return NoFingerprint(reason="not-readable")
    if not has_features(pixels):
        return NoFingerprint(reason="featureless")
    return Fingerprint(kind="image", code=code_of(pixels))
