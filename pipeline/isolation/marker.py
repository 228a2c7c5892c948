"""The marker with all parsing and writing in child processes."""

from pipeline.errors import HostileAssetError
from pipeline.isolation.messages import MarkedAsset, MarkJob, MarksFound, ReadMarksJob, unexpected
from pipeline.isolation.pool import WorkerPool
from pipeline.labels.implicit.marks import FoundMarks, MarksToWrite
from pipeline.labels.implicit.port import Marked

__all__ = ["IsolatedMarker"]


class IsolatedMarker:
    """A `pipeline.labels.implicit.port.Marker` over a pool; whoever made the pool closes it."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    def mark(self, asset: bytes, media_type: str, marks: MarksToWrite) -> Marked:
        """Write marks into an asset; see `Marker.mark`."""
        try:
            answer = self._pool.run(MarkJob(asset=asset, media_type=media_type, marks=marks))
        except HostileAssetError as error:
            # It hurt nobody but its child, and it can still be sealed as it is.
            return Marked(asset=asset, refused=error.what)
        if isinstance(answer, MarkedAsset):
            return answer.marked
        raise unexpected(answer)

    def read(self, asset: bytes, media_type: str) -> FoundMarks:
        """Find the marks of an asset; see `Marker.read`."""
        try:
            answer = self._pool.run(ReadMarksJob(asset=asset, media_type=media_type))
        except HostileAssetError as error:
            return FoundMarks(refused=error.what)
        if isinstance(answer, MarksFound):
            return answer.found
        raise unexpected(answer)
