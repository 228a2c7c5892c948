"""How far an erasure got: each step is written and worked on once, and an earlier run's is taken up."""

import itertools
import stat
from pathlib import Path
from typing import Self

import pytest

from agents.cli.erasure_progress import ErasureProgress
from pipeline.errors import AssetRefusedError
from pipeline.usecases.erasure import PartErased

OURS = ("erasure-1", "erasure-2")
STEPS = 257


def step(number: int) -> PartErased:
    return PartErased(events=(f"event-{number}",), content_ids=(f"content-{number}",), sizes=frozenset({number}))


class Counted(str):
    """A content id that counts how often any of them is looked at."""

    __slots__ = ()
    looks = itertools.count()

    def __new__(cls, text: str) -> Self:
        return super().__new__(cls, text)

    def __hash__(self) -> int:
        next(self.looks)
        return super().__hash__()


def test_what_steps_found_is_put_together_once_however_many_there_are() -> None:
    progress = ErasureProgress(OURS)
    for number in range(STEPS):
        progress.add(PartErased(content_ids=(Counted(number),)))
    assert len(progress.found().content_ids) == STEPS
    assert next(Counted.looks) <= 2 * STEPS


def test_each_step_is_written_once_and_for_nobody_else_to_read(tmp_path: Path) -> None:
    file = tmp_path / "progress"
    progress = ErasureProgress(OURS, file)
    before, places = b"", set()
    for number in range(STEPS):
        progress.add(step(number))
        after = file.read_bytes()
        assert after.startswith(before), "what was written is not written again"
        before = after
        places.add(file.stat().st_ino)
    assert len(places) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    progress.end()
    assert not list(tmp_path.iterdir())


def test_a_run_goes_on_after_what_an_earlier_one_found(tmp_path: Path) -> None:
    file = tmp_path / "progress"
    first = ErasureProgress(OURS, file)
    for number in range(3):
        first.add(step(number))
    second = ErasureProgress.taken_up(file, OURS)
    second.add(step(3))
    third = ErasureProgress.taken_up(file, OURS)
    assert (len(third), third.events) == (4, 4)
    assert third.found().events == ("event-0", "event-1", "event-2", "event-3")


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_line_that_was_cut_off_is_a_step_that_was_not_done(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "progress"
    first = ErasureProgress(OURS, file)
    for number in range(3):
        first.add(step(number))
    file.write_bytes(file.read_bytes()[:-cut])
    second = ErasureProgress.taken_up(file, OURS)
    assert len(second) == 2
    second.add(step(2))
    assert ErasureProgress.taken_up(file, OURS).found() == first.found()


@pytest.mark.parametrize("body", [b"{}\n", b"not ours", b'{"erasures":["erasure-1"]}\n', b"\n\n"])
def test_a_file_of_anything_else_is_refused(tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "progress"
    file.write_bytes(body)
    with pytest.raises(AssetRefusedError, match="not from a run of this very command"):
        ErasureProgress.taken_up(file, OURS)
    assert file.read_bytes() == body
