"""Folders, as commands take them: which files are in one, at what pace they are worked on, and what became of each."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from agents.cli.console import console, errors
from agents.cli.local_file import printable
from pipeline.errors import AssetRefusedError, ProducerError

__all__ = ["RefusedFile", "Worked", "files_below", "told", "work_on"]

Answer = TypeVar("Answer")

_SIDECAR: Final = ".c2pa"
_MOST_NAMED: Final = 20
"""Refused files that are named on a terminal; the rest is counted, and in the answer to `--json`."""


class RefusedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that could not be used, and why."""

    file: str
    what: str
    remedy: str


class Worked(msgspec.Struct, Generic[Answer], frozen=True, kw_only=True):
    """What became of the files of a folder.

    Attributes:
        done: the answers, in the order of the files.
        left_out: files that were done before.
        refused: files that cannot be used; the others went on.
    """

    done: tuple[Answer, ...]
    left_out: tuple[str, ...]
    refused: tuple[RefusedFile, ...]


def files_below(folder: Path) -> list[Path]:
    """All files in a folder and those below, in order; hidden ones, manifests beside files and links are left out.

    Raises:
        AssetRefusedError: the folder, or one in it that is not hidden, cannot be read; or it has no such file.
    """
    try:
        found = sorted(_walked(folder))
    except OSError as error:
        place = printable(Path(error.filename or folder))
        raise AssetRefusedError(
            what=f"{place} cannot be read: {error.strerror}.",
            remedy="Make it readable, or move it away: what is in it would be missed.",
        ) from error
    if not found:
        raise AssetRefusedError(
            what=f"There is no file in {folder}.",
            remedy=f"Name a folder with files. Hidden ones, links and *{_SIDECAR} are left out.",
        )
    return found


def _walked(folder: Path) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        raise error

    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = (name for name in folders if not name.startswith("."))
        for path in (Path(place, name) for name in names if not name.startswith(".")):
            if path.suffix != _SIDECAR and not path.is_symlink() and path.is_file():
                yield path


def work_on(
    files: Iterable[Path],
    work: Callable[[Path], Answer | None],
    *,
    name: str,
    rate: float | None = None,
    threads: int = 1,
) -> Worked[Answer]:
    """Work on files, some side by side, with a bar on a terminal that shows how far it is.

    Args:
        files: which.
        work: does it; None says that the file was done before.
        name: what the bar calls it.
        rate: so many files a second at most, those that were done before not counted.
        threads: how many files at once.

    Raises:
        SealstreamError: nothing about a file, but a service or a setting stands in the way; what is done is done.
    """
    listed, done, left_out, refused = list(files), list[Answer](), list[str](), list[RefusedFile]()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, disable=not sys.stderr.isatty(), transient=True) as progress:
        bar = progress.add_task(name, total=len(listed))
        pace = _Pace(rate)
        for file, outcome in _side_by_side(listed, work, threads):
            progress.advance(bar)
            if isinstance(outcome, ProducerError):
                refused.append(RefusedFile(file=printable(file), what=outcome.what, remedy=outcome.remedy))
            elif outcome is None:
                left_out.append(printable(file))
            else:
                done.append(outcome)
                pace.wait()
    return Worked(done=tuple(done), left_out=tuple(left_out), refused=tuple(refused))


def told(worked: Worked[Answer], verb: str) -> int:
    """Say on the terminal what became of a folder; returns the exit code, 1 where a file was refused."""
    for refused in worked.refused[:_MOST_NAMED]:
        errors.print(f"{refused.file}: {refused.what} {refused.remedy}", style="red", markup=False, soft_wrap=True)
    more = len(worked.refused) - _MOST_NAMED
    if more > 0:
        errors.print(f"{more} more were refused; --json names them all.", style="red")
    console.print(
        f"{len(worked.done)} {verb}, {len(worked.left_out)} left out (done before), {len(worked.refused)} refused",
        markup=False,
    )
    return 1 if worked.refused else 0


def _side_by_side(
    files: list[Path], work: Callable[[Path], Answer | None], threads: int
) -> Iterator[tuple[Path, Answer | ProducerError | None]]:
    """The outcomes in the order of the files; no more than twice as many are begun as there are threads."""

    def attempt(file: Path) -> Answer | ProducerError | None:
        try:
            return work(file)
        except ProducerError as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        waiting = iter(files)
        begun = [(file, pool.submit(attempt, file)) for file in islice(waiting, 2 * threads)]
        while begun:
            file, outcome = begun.pop(0)
            try:
                yield file, outcome.result()
            except BaseException:
                for _, other in begun:
                    other.cancel()
                raise
            begun += [(later, pool.submit(attempt, later)) for later in islice(waiting, 1)]


class _Pace:
    """Waits so that no more than so many happen in a second."""

    def __init__(self, rate: float | None) -> None:
        self._gap = None if rate is None else 1 / rate
        self._next = time.monotonic()

    def wait(self) -> None:
        if self._gap is None:
            return
        self._next = max(self._next + self._gap, time.monotonic() - self._gap)
        time.sleep(max(0.0, self._next - time.monotonic()))
