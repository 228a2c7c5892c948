"""What is found where `sealstream doctor` looks, and what it looks for wherever something keeps a file."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

__all__ = ["CheckResults", "State", "disk_of"]

State = Literal["ok", "warning", "fault"]
CheckResults = Iterator[tuple[State, str]]

_FULL_BYTES: Final = 64 * 2**20
_LOW_BYTES: Final = 2**30
_MIB: Final = 2**20


def disk_of(path: Path) -> CheckResults:
    """Why a file cannot be kept where it is to be; nothing where it can. Nothing is written.

    Args:
        path: the file, which need not be there.
    """
    if path.exists():
        if not path.is_file():
            yield "fault", f"{path} is no file. Name one, or the place of one that can be made."
        elif not os.access(path, os.R_OK | os.W_OK):
            yield "fault", f"This user may not read and write {path}. Let it, or name another file."
    directory = next(parent for parent in path.absolute().parents if parent.exists())
    if not directory.is_dir():
        yield "fault", f"{directory} is no directory, so there can be no {path}. Name another place."
        return
    if not os.access(directory, os.W_OK | os.X_OK):
        yield "fault", f"This user may not make files in {directory}, as {path} asks. Let it, or name another place."
    free = shutil.disk_usage(directory).free
    if free < _LOW_BYTES:
        left = f"{free // _MIB} MiB are free where {path} is"
        yield ("fault", f"Only {left}. Make room.") if free < _FULL_BYTES else ("warning", f"{left}.")
