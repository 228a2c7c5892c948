"""The port: who writes implicit labels into assets, and who finds them there."""

from typing import Protocol

import msgspec

from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite

__all__ = ["ImplicitLabeler", "ImplicitlyLabeled"]


class ImplicitlyLabeled(msgspec.Struct, frozen=True, kw_only=True):
    """An asset with its implicit labels.

    Attributes:
        asset: the bytes to go on with; those that came in where nothing could be written.
        refused: why nothing could be written; None where something was, or nothing had to be.
    """

    asset: bytes
    refused: str | None = None


class ImplicitLabeler(Protocol):
    """Writes and finds implicit labels. Safe to call from several threads.

    `pipeline.isolation.IsolatedImplicitLabeler` does it in child processes, which keeps hostile bytes out of the
    caller's; `pipeline.labels.implicit.in_process.InProcessImplicitLabeler` does it where it is called.
    """

    def label(self, asset: bytes, media_type: str, labels: LabelsToWrite) -> ImplicitlyLabeled:
        """Write implicit labels into an asset; one that cannot take them comes back as it was, with the reason.

        Raises:
            WorldError: no process to do it in could be started.
        """
        ...

    def read(self, asset: bytes, media_type: str) -> FoundLabels:
        """Find the implicit labels of an asset; of one that cannot be read the answer is why.

        Raises:
            WorldError: no process to do it in could be started.
        """
        ...
