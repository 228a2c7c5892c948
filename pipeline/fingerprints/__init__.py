"""Fingerprints: how content is recognised that was re-encoded, resized or lightly edited."""

from pipeline.fingerprints.coder import ImageCoder, is_picture
from pipeline.fingerprints.fingerprint import NEAR, Fingerprint, Kind, NoFingerprint
from pipeline.fingerprints.image_code import ImageCode

__all__ = ["NEAR", "Fingerprint", "ImageCode", "ImageCoder", "Kind", "NoFingerprint", "is_picture"]
