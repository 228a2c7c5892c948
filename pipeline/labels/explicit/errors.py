"""What a writer says when a file cannot take an explicit label."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from pipeline.errors import ProducerError

__all__ = ["ExplicitRefusedError", "refusing"]

_OTHER_WAY = "Show the label beside the content, and record it as an interface label."


@dataclass(slots=True, eq=False)
class ExplicitRefusedError(ProducerError):
    """The file cannot take an explicit label; it is as it was."""

    remedy: str = _OTHER_WAY

    stage: ClassVar[str] = "label"


@contextmanager
def refusing(what: str, *errors: type[Exception]) -> Iterator[None]:
    """Turn what a library raises over a file that it cannot handle into a refusal.

    Args:
        what: what could not be done; one sentence. The library's own words may quote the file and are not repeated.
        errors: what the library raises.
    """
    try:
        yield
    except errors as error:
        raise ExplicitRefusedError(what=what) from error
