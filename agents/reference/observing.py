"""What the reader of the reference topics tells whoever watches it: metrics, tests."""

from pipeline.policy.reference import SetName

__all__ = ["ReferenceObserver"]


class ReferenceObserver:
    """Hears what happens to reference sets; this one ignores it. Called on the event loop: return at once."""

    def in_force(self, name: SetName, entries: int, version: str) -> None:
        """Hear that a set is used from now on, and what it holds: once at the start, then after each change."""

    def updated(self, name: SetName, count: int) -> None:
        """Hear that so many entries were put or deleted, those at the start included."""

    def refused(self, name: SetName) -> None:
        """Hear that an update was refused."""
