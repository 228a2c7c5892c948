"""What the modules of this room share: pieces of files that are compared, and what is said of broken ones."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

__all__ = ["METADATA", "BrokenContainerError", "Promises", "Stretch", "reading"]

Promises = Mapping[str, object]
"""What a file promises, by words that continue "Of the file, …": values that are equal in a file that keeps it."""

METADATA: Final = "its other metadata"
"""The one promise that a label may change, which takes the place of labels in other metadata."""


class BrokenContainerError(Exception):
    """The file does not hold together, or is larger or deeper than is looked at."""


class Stretch:
    """A piece of a file, compared without a copy of it."""

    __slots__ = ("_body", "_end", "_start")

    def __init__(self, body: bytes, start: int, end: int | None = None) -> None:
        self._body = body
        self._start = start
        self._end = len(body) if end is None else end
        if not 0 <= self._start <= self._end <= len(body):
            raise BrokenContainerError

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        """Whether two pieces hold the same bytes."""
        if not isinstance(other, Stretch):
            return NotImplemented
        if self._end - self._start != other._end - other._start:
            return False
        with memoryview(other._body) as view:
            return self._body.startswith(view[other._start : other._end], self._start)


@contextmanager
def reading(*errors: type[Exception]) -> Iterator[None]:
    """Turn what is raised over broken bytes into `BrokenContainerError`."""
    try:
        yield
    except errors as error:
        raise BrokenContainerError from error
