"""`sealstream evidence`: everything about one event, in one archive."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.unit.cli.typing import Run
from tests.unit.house import House, publication


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, typed: Run, house: House, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pipeline.store.connection.connect", lambda: None)
    monkeypatch.setattr("pipeline.store.s3.S3ObjectStore", lambda _: house.store)

    return lambda *arguments: typed("evidence", *arguments)


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
