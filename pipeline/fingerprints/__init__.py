"""Fingerprints: how content is recognised that was re-encoded, resized or lightly edited."""

from pipeline.fingerprints.coder import ImageCoder, is_picture
from pipeline.fingerprints.image_code import ImageCode

__all__ = ["ImageCode", "ImageCoder", "is_picture"]
