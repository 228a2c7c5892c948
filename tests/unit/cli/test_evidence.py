"""`sealstream evidence`: everything about one event, in one archive."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.cli.main import main
from tests.unit.house import House, publication

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], house: House, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pipeline.store.connection.connect", lambda: None)
    monkeypatch.setattr("pipeline.store.s3.S3ObjectStore", lambda _: house.store)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["sealstream", "evidence", *map(str, arguments)])
        capfd.readouterr()
        try:
            main()
            code: Any = 0
        except SystemExit as end:
            code = end.code or 0
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return int(code), out, err

    return run


@pytest.fixture
def uid(house: House) -> str:
    content = {"id": "letter", "mime": "text/plain", "text": "A letter.\n"}
    return str(house.inspect(publication({"content": content, "jurisdictions": ["CN"]})).record.event_uid)


def test_the_archive_is_unpacked_and_verified_with_python_alone(run: Run, uid: str, tmp_path: Path) -> None:
    code, out, err = run(uid, "--json")
    answer = json.loads(out)
    assert code == 0, err
    assert answer["file"] == f"evidence-{uid[:12]}.zip"
    with zipfile.ZipFile(tmp_path / answer["file"]) as archive:
        archive.extractall(tmp_path / "bundle")
    done = subprocess.run(
        [sys.executable, "-I", "-S", tmp_path / "bundle" / "verify.py"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "all hold" in done.stdout


def test_people_are_shown_digests_and_what_is_not_in_it(run: Run, uid: str) -> None:
    code, out, _ = run(uid, "--out", "e.zip")
    assert code == 0
    assert "record.json" in out
    assert "Reference sets are kept on topics" in out


def test_what_is_no_identity_and_what_is_not_known(run: Run) -> None:
    code, _, err = run("harbour.jpg")
    assert code == 2
    assert "lookup" in err
    assert run("0" * 64)[0] == 1
