"""The image coder in this very process: for single files, and for tests."""

from pipeline.fingerprints.coder import is_picture
from pipeline.fingerprints.pictures import image_code_of

__all__ = ["InProcessImageCoder"]


class InProcessImageCoder:
    """Codes pictures in this process: what crashes a decoder crashes the caller."""

    def code(self, asset: bytes, media_type: str) -> str | None:
        """The Image-Code of a picture; see `ImageCoder.code`."""
        return image_code_of(asset) if is_picture(media_type) else None
