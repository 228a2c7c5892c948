"""The labeler in this very process: for single files, for tests, and inside child processes."""

from pipeline.labels.explicit.checking import check
from pipeline.labels.explicit.model import Checked, LabelClaim, LabelOrder, Progress
from pipeline.labels.explicit.port import Labeled
from pipeline.labels.explicit.writing import write_label
from pipeline.labels.refused import ExplicitRefusedError

__all__ = ["InProcessLabeler"]


class InProcessLabeler:
    """Writes and checks explicit labels in this process: what crashes a decoder crashes the caller.

    Args:
        progress: is told how far a label is that takes long.
    """

    def __init__(self, progress: Progress = lambda _: None) -> None:
        self._progress = progress

    def label(self, asset: bytes, media_type: str, order: LabelOrder) -> Labeled:
        """Put an explicit label on an asset; see `Labeler.label`."""
        try:
            marked = write_label(asset, media_type, order, self._progress)
        except ExplicitRefusedError as error:
            return Labeled(asset=asset, refused=error.what)
        return Labeled(asset=marked.body, written=marked.written)

    def check(self, asset: bytes, media_type: str, claim: LabelClaim) -> Checked:
        """Look for the explicit label that is claimed; see `Labeler.check`."""
        return check(asset, media_type, claim)
