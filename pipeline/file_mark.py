"""Whether a file was changed since it was last looked at."""

from pathlib import Path
from typing import TypeAlias

__all__ = ["FileMark", "mark_of"]

FileMark: TypeAlias = tuple[int, int, int] | None
"""Time of change, size and number of a file; None where it cannot be reached. Another mark is another content."""


def mark_of(file: Path) -> FileMark:
    """The mark of a file as it is now."""
    try:
        found = file.stat()
    except OSError:
        return None  # whoever reads it next says why
    return (found.st_mtime_ns, found.st_size, found.st_ino)
