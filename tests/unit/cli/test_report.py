"""`sealstream report`: documents of what is in the records bucket."""

import json
from pathlib import Path

import pytest

from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.events.identity import case_uid
from pipeline.reports.pdf import FONT
from tests.tools import need_font
from tests.unit.cli.typing import Run
from tests.unit.house import House, png, publication, review
from tests.unit.reports.test_cases import tell


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, typed: Run, house: House, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr("pipeline.store.connection.connect", lambda: None)
    monkeypatch.setattr("pipeline.store.s3.S3ObjectStore", lambda *_, **__: house.store)

    content = {"id": "letter", "mime": "text/plain", "text": "A letter.\n"}
    house.inspect(publication({"content": content, "jurisdictions": ["CN"]}))
    return lambda *arguments: typed("report", *arguments)


@pytest.fixture
def font() -> None:
    need_font(FONT)


@pytest.mark.usefixtures("font")
def test_a_pdf_is_sealed_and_stored_once_and_asking_again_gives_that_one(
    run: Run, house: House, tmp_path: Path, credentials: InProcessCredentialService
) -> None:
    code, out, err = run("inspection", "--period", "2026-06", "--json")
    first, body = json.loads(out), (tmp_path / "inspection-2026-06.en.pdf").read_bytes()
    assert code == 0, err
    assert first["sealed_now"]
    assert house.stored(first["stored"]) == body
    credential = credentials.read(body, "application/pdf")
    assert credential.state == "valid"
    assert credential.ai_generated is not True

    again = json.loads(run("inspection", "--period", "2026-06", "--json", "--out", "again.pdf")[1])
    assert not again["sealed_now"]
    assert (tmp_path / "again.pdf").read_bytes() == body
    assert again["document"] == first["document"]


@pytest.mark.usefixtures("font")
def test_an_unsealed_pdf_is_the_same_bytes_twice_and_is_stored_nowhere(run: Run, house: House, tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        assert run("inspection", "--period", "2026-06", "--lang", "zh", "--unsealed", "--out", name)[0] == 0
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert not [key for key in house.records() if "reports" in key]


def test_json_and_html_go_to_standard_output_where_that_is_asked_for(run: Run) -> None:
    document = json.loads(run("inspection", "--period", "2026-06", "--format", "json", "--out", "-")[1])
    assert document["kind"] == "inspection"
    assert document["sections"][0]["figures"][0] == {"name": "events judged", "value": "1"}
    assert run("inspection", "--period", "2026-06", "--format", "html", "--out", "-")[1].startswith("<!DOCTYPE html>")


def test_statements_are_what_the_database_takes_and_of_one_event_where_it_is_named(run: Run, house: House) -> None:
    picture = {**house.put("post.png", png(55), "image/png"), "synthetic": "yes"}
    said = {"content": picture, "declared": "ai", "explicit": {"present": False}, "jurisdictions": ["ES"]}
    held = house.inspect(publication(said, event_id="post")).record
    house.review(review({"event_uid": held.event_uid, "verdict": "refuse", "reviewer": {"id": "r"}, "reason": "no"}))
    exported = json.loads(run("statement", "--period", "2026-06", "--format", "json", "--out", "-")[1])
    assert [statement["puid"] for statement in exported["statements"]] == [held.event_uid]
    about = ("--event", held.event_uid, "--format", "html", "--out", "-")
    assert held.event_uid in run("statement", "--period", "2026-06", *about)[1]
    code, _, err = run("statement", "--period", "2026-06", "--event", "0" * 64)
    assert (code, "Nothing was decided" in err) == (1, True)
    assert run("inspection", "--period", "2026-06", *about)[0] == 2


def test_a_report_on_one_incident_is_about_its_case_and_its_event_alone(run: Run, house: House) -> None:
    """The event of the fixture is about another thing, and so is the other incident."""
    for number in ("I-1", "I-2"):
        tell(house, "incident", number, kind="rumour", found_at="2026-06-01T03:00:00Z")
    asked = ("incident", "--period", "2026-06", "--format", "json", "--json", "--force")
    assert json.loads(run(*asked)[1])["cases"] == 2
    for name in ("I-1", case_uid("incident", "#I-1")):
        answer = json.loads(run(*asked, "--case", name)[1])
        assert (answer["cases"], answer["events"]) == (1, 0)
        said = Path(answer["file"]).read_text(encoding="utf-8")
        assert ("I-1" in said, "I-2" in said) == (True, False)
    code, _, err = run(*asked, "--case", "I-3")
    assert (code, "No incident I-3" in err) == (1, True)
    assert run("complaints", "--period", "2026-06", "--case", "I-1")[0] == 2


def test_a_file_that_is_there_is_overwritten_by_force_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "inspection-2026-06.en.html").write_text("mine")
    code, _, err = run("inspection", "--period", "2026-06", "--format", "html")
    assert (code, "--force" in err) == (1, True)
    assert run("inspection", "--period", "2026-06", "--format", "html", "--force")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--period", "soon"), "is no period"), (("--period", "2026-06", "--time-zone", "Mars"), "no time zone")],
)
def test_what_cannot_be_reported_is_explained(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = run("inspection", *arguments)
    assert code == 2
    assert said in err
