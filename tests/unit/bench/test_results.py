"""Figures say of which commit they are, and whether the tree had other code in it."""

import subprocess
from pathlib import Path

import pytest

from bench.results import version_of


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    for name in ("code.py", "docs/performance.md"):
        (tmp_path / name).write_text("before\n")
    named = ("-c", "user.name=n", "-c", "user.email=e@e.example")
    for command in (("init", "--quiet"), ("add", "."), (*named, "commit", "--quiet", "-m", "m")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_a_page_that_is_written_meanwhile_changes_no_version(tree: Path) -> None:
    commit = version_of(tree)
    (tree / "docs" / "performance.md").write_text("after\n")
    assert version_of(tree) == commit != "unknown"


def test_other_code_does(tree: Path) -> None:
    commit = version_of(tree)
    (tree / "code.py").write_text("after\n")
    assert version_of(tree) == f"{commit}-dirty"


def test_what_is_no_checkout_has_none(tmp_path: Path) -> None:
    assert version_of(tmp_path) == "unknown"
