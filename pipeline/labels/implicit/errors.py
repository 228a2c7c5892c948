"""What a carrier says when a file cannot take or show its marks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from pipeline.errors import ProducerError

__all__ = ["LabelRefusedError", "refusing"]

_OTHER_WAY = "Mark the content beside the file: a sidecar manifest, or its record."


@dataclass(slots=True, eq=False)
class LabelRefusedError(ProducerError):
    """The file, or what was to be written into it, was refused; the file is as it was."""

    remedy: str = _OTHER_WAY

    stage: ClassVar[str] = "label"


@contextmanager
def refusing(what: str, *errors: type[Exception]) -> Iterator[None]:
    """Turn what a library raises over broken bytes into a refusal.

    Args:
        what: what could not be read; one sentence. The library's own words may quote the file and are not repeated.
        errors: what the library raises.
    """
    try:
        yield
    except errors as error:
        raise LabelRefusedError(what=what) from error
