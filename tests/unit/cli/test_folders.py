"""Folders: which files are in one, at what pace they are worked on, and that one bad file does not stop the others."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agents.cli.folders import RefusedFile, files_below, work_on
from agents.cli.local_file import printable
from pipeline.errors import AssetRefusedError, OperatorError

_NOBODY = 65534


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b/2.txt", "a/1.txt", "a/.hidden", ".git/config", "a/1.txt.c2pa", "b/.3.txt.9.part", "b/film.part"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    (tmp_path / "b" / "link.txt").symlink_to(tmp_path / "a" / "1.txt")
    return tmp_path


def test_hidden_files_manifests_and_links_are_left_out_and_nothing_else(folder: Path) -> None:
    (folder / "elsewhere").symlink_to(folder / "b")
    taken = [path.relative_to(folder).as_posix() for path in files_below(folder)]
    assert taken == ["a/1.txt", "b/2.txt", "b/film.part"]


@contextmanager
def bound_by_modes() -> Iterator[None]:
    """Be somebody whom the modes of files bind, as they do not bind root, who may run the tests."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("mode", [0o000, 0o444], ids=["what is in it", "what the files in it are"])
def test_a_folder_with_one_in_it_that_cannot_be_read_is_refused_as_files_would_be_missed(
    folder: Path, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.chmod(0o755)
    (folder / "a").chmod(mode)
    monkeypatch.chdir(folder)
    with bound_by_modes(), pytest.raises(AssetRefusedError, match=r"^a(/1\.txt)? cannot be read: Permission denied\."):
        files_below(Path())


def test_a_hidden_folder_need_not_be_readable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.chmod(0o755)
    (folder / ".git").chmod(0)
    monkeypatch.chdir(folder)
    with bound_by_modes():
        assert len(files_below(Path())) == 3


def test_a_folder_of_which_all_is_left_out_says_what_is(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_text("x")
    with pytest.raises(AssetRefusedError, match=r"Hidden ones, links and \*\.c2pa are left out"):
        files_below(tmp_path)


def test_a_refused_file_is_named_and_the_others_go_on_in_their_order() -> None:
    def work(file: Path) -> str | None:
        if file.name == "3":
            raise AssetRefusedError(what="It is empty.", remedy="Fill it.")
        return None if file.name == "1" else file.name

    worked = work_on([Path(str(number)) for number in range(6)], work, name="working", threads=3)
    assert worked.done == ("0", "2", "4", "5")
    assert worked.left_out == ("1",)
    assert worked.refused == (RefusedFile(file="3", what="It is empty.", remedy="Fill it."),)


def test_a_file_whose_name_is_no_utf_8_is_named_so_that_it_can_be_printed() -> None:
    def refuse(file: Path) -> None:
        raise AssetRefusedError(what=f"{printable(file)} is empty.", remedy="Fill it.")

    odd = Path(os.fsdecode(b"caf\xe9"))
    assert [refused.file for refused in work_on([odd], refuse, name="working").refused] == [r"caf\xe9"]
    assert work_on([odd], lambda _: None, name="working").left_out == (r"caf\xe9",)


def test_what_is_no_files_fault_stops_it_and_little_more_is_begun() -> None:
    begun: list[str] = []
    seen = threading.Lock()

    def work(file: Path) -> str:
        with seen:
            begun.append(file.name)
        raise OperatorError(what="No broker.", remedy="Start one.")

    with pytest.raises(OperatorError):
        work_on([Path(str(number)) for number in range(100)], work, name="working", threads=2)
    assert len(begun) <= 6


def test_no_more_than_so_many_are_done_in_a_second() -> None:
    began = time.monotonic()
    work_on([Path(str(number)) for number in range(6)], lambda file: file.name, name="working", rate=20)
    assert time.monotonic() - began >= 0.25
