"""Where a manifest store goes in a file: what is before it, and what is behind."""

from typing import NamedTuple

__all__ = ["ManifestPlace", "UnplaceableError"]


class UnplaceableError(Exception):
    """The file is of a shape that takes no manifest in this way."""


class ManifestPlace(NamedTuple):
    """A file but for the manifest store in it."""

    head: bytes
    tail: bytes
