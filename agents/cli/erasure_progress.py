"""How far `sealstream erase` got: what each step found, written once, for a run that was cut off to go on from."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

import msgspec

from agents.cli.local_file import read_file
from pipeline.errors import AssetRefusedError
from pipeline.usecases.erasure import PartErased, joined_parts

__all__ = ["ErasureProgress"]

_MOST_BYTES: Final = 2**30


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of the file: which erasures the run is for."""

    erasures: tuple[str, ...]


class ErasureProgress:
    """The steps of a run: first what digests lead to, then one part of the records after the other.

    Args:
        erasures: the identities of what is asked for.
        file: where each step is kept, a line for it; None keeps it in memory alone.
        steps: what an earlier run found.
    """

    def __init__(self, erasures: tuple[str, ...], file: Path | None = None, steps: tuple[PartErased, ...] = ()) -> None:
        self._head = _Head(erasures=erasures)
        self._file = file
        self._steps = list(steps)
        self._is_begun = False

    @classmethod
    def taken_up(cls, file: Path | None, erasures: tuple[str, ...]) -> Self:
        """The progress of an earlier run, where there is one; a line that was cut off is one step less.

        Raises:
            AssetRefusedError: the file is from no run for these erasures.
        """
        if file is None or not file.exists():
            return cls(erasures, file)
        first, *lines = read_file(file, max_bytes=_MOST_BYTES).split(b"\n")[:-1] or [b""]
        try:
            is_ours = msgspec.json.decode(first, type=_Head).erasures == erasures
            steps = tuple(msgspec.json.decode(line, type=PartErased) for line in lines)
        except msgspec.DecodeError:
            is_ours, steps = False, ()
        if not is_ours:
            raise AssetRefusedError(
                what=f"{file} is not from a run of this very command.",
                remedy="Name another file, or type the command as it was typed before.",
            )
        return cls(erasures, file, steps)

    def __len__(self) -> int:
        """How many steps are done."""
        return len(self._steps)

    @property
    def events(self) -> int:
        """How many events were found so far."""
        return sum(len(step.events) for step in self._steps)

    def found(self) -> PartErased:
        """What all steps found."""
        return joined_parts(*self._steps)

    def add(self, step: PartErased) -> None:
        """Note what a step found; for nobody else to read, since it says what is erased."""
        self._steps.append(step)
        if self._file is None:
            return
        if self._is_begun:
            self._write(self._file, [step], os.O_APPEND)
        else:
            self._begin(self._file)

    def end(self) -> None:
        """Remove the file: there is nothing left to go on with."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def _begin(self, file: Path) -> None:
        """Write what is known so far, so that nothing stands behind a line that was cut off."""
        beside = file.with_name(f"{file.name}.new")
        self._write(beside, [self._head, *self._steps], os.O_TRUNC)
        beside.replace(file)
        self._is_begun = True

    @staticmethod
    def _write(file: Path, lines: Sequence[msgspec.Struct], how: int) -> None:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | how, 0o600), "wb") as opened:
            opened.write(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
