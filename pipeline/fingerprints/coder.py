"""The port: who can say the Image-Code of an asset."""

from typing import Final, Protocol

from pipeline.media_types import canonical

__all__ = ["DRAWING", "ImageCoder", "is_picture"]

DRAWING: Final = "image/svg+xml"


class ImageCoder(Protocol):
    """Computes Image-Codes. Safe to call from several threads.

    `pipeline.isolation.IsolatedImageCoder` does it in child processes, which keeps hostile bytes out of the caller's;
    `pipeline.fingerprints.in_process.InProcessImageCoder` does it where it is called.
    """

    def code(self, asset: bytes, media_type: str) -> str | None:
        """The ISCC Image-Code of a picture, 256 bits long, in canonical form.

        None where there is none to be had: the media type is no picture, the format is not known, the file is broken,
        larger than it should be, or hostile. That is no error, for the event can be judged without.

        Raises:
            WorldError: no process to do it in could be started.
        """
        ...


def is_picture(media_type: str) -> bool:
    """Whether a media type is one that pictures made of pixels may have."""
    name = canonical(media_type)
    return name.startswith("image/") and name != DRAWING
