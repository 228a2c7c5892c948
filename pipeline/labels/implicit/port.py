"""The port: who writes marks into assets, and who finds them there."""

from typing import Protocol

import msgspec

from pipeline.labels.implicit.marks import FoundMarks, MarksToWrite

__all__ = ["Marked", "Marker"]


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """An asset with its marks.

    Attributes:
        asset: the bytes to go on with; those that came in where nothing could be written.
        refused: why nothing could be written; None where something was, or nothing had to be.
    """

    asset: bytes
    refused: str | None = None


class Marker(Protocol):
    """Writes and finds marks. Safe to call from several threads.

    `pipeline.isolation.IsolatedMarker` does it in child processes, which keeps hostile bytes out of the caller's;
    `pipeline.labels.implicit.in_process.InProcessMarker` does it where it is called.
    """

    def mark(self, asset: bytes, media_type: str, marks: MarksToWrite) -> Marked:
        """Write marks into an asset; one that cannot take them comes back as it was, with the reason.

        Raises:
            WorldError: no process to do it in could be started.
        """
        ...

    def read(self, asset: bytes, media_type: str) -> FoundMarks:
        """Find the marks of an asset; of one that cannot be read the answer is why.

        Raises:
            WorldError: no process to do it in could be started.
        """
        ...
