"""What is said when a file cannot take or show a label: one family for both kinds, each with what else can be done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from pipeline.errors import ProducerError

__all__ = ["ExplicitRefusedError", "ImplicitRefusedError"]

_BESIDE_THE_FILE = "Mark the content beside the file: a sidecar manifest, or its record."
_BESIDE_THE_CONTENT = "Show the label beside the content, and record it as an interface label."


@dataclass(slots=True, eq=False)
class _LabelRefusedError(ProducerError):
    """The file, or what was to be written into it, was refused; the file is as it was."""

    remedy: str = ""

    stage: ClassVar[str] = "label"

    @classmethod
    @contextmanager
    def instead_of(cls, *errors: type[Exception], what: str) -> Iterator[None]:
        """Turn what a library raises over a file that it cannot handle into a refusal.

        Args:
            errors: what the library raises.
            what: what could not be done; one sentence. The library's own words may quote the file and are not repeated.
        """
        try:
            yield
        except errors as error:
            raise cls(what=what) from error


@dataclass(slots=True, eq=False)
class ImplicitRefusedError(_LabelRefusedError):
    """The file cannot take, or show, an implicit label."""

    remedy: str = _BESIDE_THE_FILE


@dataclass(slots=True, eq=False)
class ExplicitRefusedError(_LabelRefusedError):
    """The file cannot take, or show, an explicit label."""

    remedy: str = _BESIDE_THE_CONTENT
