"""The port: who puts explicit labels on assets, and who looks for them."""

from typing import Protocol

import msgspec

from pipeline.labels.explicit.model import Checked, LabelClaim, LabelOrder, Written

__all__ = ["Labeled", "Labeler"]


class Labeled(msgspec.Struct, frozen=True, kw_only=True):
    """An asset with its explicit label.

    Attributes:
        asset: the bytes to go on with; those that came in where no label could be put on them.
        written: the label; None where there is none.
        refused: why there is none; None where there is one, or none was asked for.
    """

    asset: bytes
    written: Written | None = None
    refused: str | None = None


class Labeler(Protocol):
    """Writes and checks explicit labels. Safe to call from several threads.

    `pipeline.isolation.IsolatedLabeler` does it in child processes, which keeps hostile bytes out of the caller's;
    `pipeline.labels.explicit.in_process.InProcessLabeler` does it where it is called.
    """

    def label(self, asset: bytes, media_type: str, order: LabelOrder) -> Labeled:
        """Put an explicit label on an asset; one that cannot take it comes back as it was, with the reason.

        Raises:
            WorldError: no process to do it in could be started.
        """
        ...

    def check(self, asset: bytes, media_type: str, claim: LabelClaim) -> Checked:
        """Look for the explicit label that is claimed; where that cannot be told, the answer is why.

        Raises:
            WorldError: no process to do it in could be started.
        """
        ...
