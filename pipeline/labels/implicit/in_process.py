"""The marker in this very process: for single files, and for tests."""

from pipeline.labels.implicit.marking import mark
from pipeline.labels.implicit.marks import FoundMarks, MarksToWrite
from pipeline.labels.implicit.port import Marked
from pipeline.labels.implicit.table import read_marks

__all__ = ["InProcessMarker"]


class InProcessMarker:
    """Writes and finds marks in this process: what crashes a parser crashes the caller."""

    def mark(self, asset: bytes, media_type: str, marks: MarksToWrite) -> Marked:
        """Write marks into an asset; see `Marker.mark`."""
        return mark(asset, media_type, marks)

    def read(self, asset: bytes, media_type: str) -> FoundMarks:
        """Find the marks of an asset; see `Marker.read`."""
        return read_marks(asset, media_type)
