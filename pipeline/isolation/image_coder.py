"""The image coder with all decoding in child processes."""

from pipeline.errors import HostileAssetError
from pipeline.fingerprints import is_picture
from pipeline.isolation.messages import ImageCoded, ImageCodeJob, unexpected
from pipeline.isolation.pool import WorkerPool

__all__ = ["IsolatedImageCoder"]


class IsolatedImageCoder:
    """A `pipeline.fingerprints.ImageCoder` over a pool; whoever made the pool closes it."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    def code(self, asset: bytes, media_type: str) -> str | None:
        """The Image-Code of a picture; see `ImageCoder.code`."""
        if not is_picture(media_type):
            return None
        try:
            answer = self._pool.run(ImageCodeJob(asset=asset))
        except HostileAssetError:
            # It hurt nobody but its child, and a picture that nothing can show needs no code.
            return None
        if isinstance(answer, ImageCoded):
            return answer.code
        raise unexpected(answer)
