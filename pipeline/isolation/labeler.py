"""The labeler with all decoding and encoding in child processes."""

from pipeline.errors import HostileAssetError
from pipeline.isolation.messages import CheckJob, LabelChecked, LabeledAsset, LabelJob, unexpected
from pipeline.isolation.pool import WorkerPool
from pipeline.labels.explicit.model import Checked, Claim, MarkOrder
from pipeline.labels.explicit.port import Labeled

__all__ = ["IsolatedLabeler"]


class IsolatedLabeler:
    """A `pipeline.labels.explicit.port.Labeler` over a pool; whoever made the pool closes it."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    def label(self, asset: bytes, media_type: str, order: MarkOrder) -> Labeled:
        """Put an explicit label on an asset; see `Labeler.label`."""
        try:
            answer = self._pool.run(LabelJob(asset=asset, media_type=media_type, order=order))
        except HostileAssetError as error:
            # It hurt nobody but its child, and it can still be sealed as it is.
            return Labeled(asset=asset, refused=error.what)
        if isinstance(answer, LabeledAsset):
            return answer.labeled
        raise unexpected(answer)

    def check(self, asset: bytes, media_type: str, claim: Claim) -> Checked:
        """Look for the explicit label that is claimed; see `Labeler.check`."""
        try:
            answer = self._pool.run(CheckJob(asset=asset, media_type=media_type, claim=claim))
        except HostileAssetError as error:
            return Checked(present=None, reason=error.what)
        if isinstance(answer, LabelChecked):
            return answer.checked
        raise unexpected(answer)
