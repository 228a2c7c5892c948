"""`sealstream cases act`: documents that belong to an act, and to whom they went."""

import hashlib
import json
from pathlib import Path

import pytest

from pipeline.store import Location
from tests.unit.cli.typing import Run
from tests.unit.house import House

REPORT = "s3://sealstream-records/v1/reports/3b/7d/incident.pdf"
TOLD = ("incident.reported", "I-3", "--by", "officer-2", "--reason", "It was reported.", "--dry-run", "--json")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, typed: Run, house: House, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pipeline.store.connection.connect", lambda: None)
    monkeypatch.setattr("pipeline.store.s3.S3ObjectStore", lambda *_, **__: house.store)
    return lambda *arguments: typed("cases", "act", *arguments)


def test_a_report_that_went_to_an_authority_is_named_by_its_digest_and_addressee(run: Run, house: House) -> None:
    house.store.create(Location.parse(REPORT), b"%PDF", media_type="application/pdf")
    code, out, err = run(*TOLD, "--document", REPORT, "--sent-to", "Cyberspace Administration of China")
    assert code == 0, err
    assert json.loads(out)["event"]["data"]["documents"] == [
        {
            "sha256": hashlib.sha256(b"%PDF").hexdigest(),
            "uri": REPORT,
            "addressee": "Cyberspace Administration of China",
        }
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--document", REPORT), "There is no object"),
        (("--sent-to", "somebody"), "none is named"),
        (("--document", "report.pdf"), "scheme is not s3"),
    ],
)
def test_what_is_not_stored_cannot_have_been_sent(run: Run, more: tuple[str, ...], said: str) -> None:
    code, out, err = run(*TOLD, *more)
    assert code != 0
    assert said in out + err
