"""`sealstream console` as it is typed: an option of it counts for its commands, too."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.cli.typing import Run


@pytest.mark.parametrize("order", [("--database", "FILE", "rebuild"), ("rebuild", "--database", "FILE")])
def test_the_database_that_is_named_is_the_one_that_is_rebuilt(
    typed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: tuple[str, ...]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):  # nothing is asked of the store
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("SEALSTREAM_CONSOLE_DATABASE", str(tmp_path / "of-the-settings.sqlite"))
    named = tmp_path / "named.sqlite"
    with closing(sqlite3.connect(named)) as others:
        others.execute("CREATE TABLE customers (id)")
    code, _, told = typed("console", *(named if argument == "FILE" else argument for argument in order))
    assert code == 2
    assert f"{named} is none that a console made" in told.replace("\n", "")
    assert list(tmp_path.iterdir()) == [named]
