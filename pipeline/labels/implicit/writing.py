"""Labeling an asset, and looking for labels: what `carriers` can do, and what is done where they cannot."""

import msgspec

from pipeline.labels.implicit.aigc import AigcLabel
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.implicit.port import ImplicitlyLabeled
from pipeline.labels.implicit.table import read_labels, write_labels
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["label_implicitly"]


def label_implicitly(asset: bytes, media_type: str, labels: LabelsToWrite) -> ImplicitlyLabeled:
    """Write labels into an asset.

    A label that conforms and is there already stays: a file has one implicit label, and the first producer's counts
    (GB 45438-2025 Appendix E). Only who spreads it, and under which number, is for the next one to write: a label that
    differs in nothing else replaces it. A file that cannot take labels comes back as it was, with the reason.
    """
    found: FoundLabels = read_labels(asset, media_type)
    if found.refused is not None:
        return ImplicitlyLabeled(asset=asset, refused=found.refused)
    if found.conforming is not None and (labels.aigc is None or not _spreads(found.conforming, labels.aigc)):
        # Where it is there twice, writing it again leaves one.
        labels = msgspec.structs.replace(labels, aigc=None if len(found.aigc) == 1 else found.conforming)
    try:
        return ImplicitlyLabeled(asset=write_labels(asset, media_type, labels, found=found))
    except ImplicitRefusedError as error:
        return ImplicitlyLabeled(asset=asset, refused=error.what)


def _spreads(there: AigcLabel, new: AigcLabel) -> bool:
    """Whether a label is the one that is there, as the next one to spread the content writes it."""
    return new == msgspec.structs.replace(
        there, content_propagator=new.content_propagator, propagate_id=new.propagate_id
    )
