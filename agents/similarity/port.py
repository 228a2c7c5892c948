"""What a worker wants of those who know what was sealed: the port, whether they are in its memory or elsewhere."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from pipeline.fingerprints.port import KnownFingerprints

__all__ = ["FollowedFingerprints"]


class FollowedFingerprints(KnownFingerprints, Protocol):
    """The fingerprints of what was sealed, kept up by somebody."""

    def __len__(self) -> int:
        """How many fingerprints are known."""
        ...

    @property
    def trouble(self) -> str | None:
        """Why it cannot be relied on now; None when it can."""
        ...

    def following(self) -> AbstractAsyncContextManager[object]:
        """Be kept up until the context ends; entered when questions can be answered, or will be as they come."""
        ...
