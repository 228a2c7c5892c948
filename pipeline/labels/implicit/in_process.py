"""The labeler in this very process: for tests."""

from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.implicit.port import ImplicitlyLabeled
from pipeline.labels.implicit.table import read_labels
from pipeline.labels.implicit.writing import label_implicitly

__all__ = ["InProcessImplicitLabeler"]


class InProcessImplicitLabeler:
    """Writes and finds implicit labels in this process: what crashes a parser crashes the caller."""

    def label(self, asset: bytes, media_type: str, labels: LabelsToWrite) -> ImplicitlyLabeled:
        """Write implicit labels into an asset; see `ImplicitLabeler.label`."""
        return label_implicitly(asset, media_type, labels)

    def read(self, asset: bytes, media_type: str) -> FoundLabels:
        """Find the implicit labels of an asset; see `ImplicitLabeler.read`."""
        return read_labels(asset, media_type)
