"""Stored reports on a page: what each is about, and who was handed one is written down."""

from pathlib import Path

import pytest
from httpx import Response
from starlette.testclient import TestClient

from pipeline.events.intake import intake_access
from tests.unit.console.browsing import Console, hidden
from tests.unit.console.happenings import Happenings
from tests.unit.console.shelf import LAYOUT, Shelf, digest

PDF = b"%PDF-1.7 sealed"


@pytest.fixture
def shelf() -> Shelf:
    day = Happenings()
    for name, role in (("au-1", "auditor"), ("c-1", "complaints-officer"), ("r-1", "reviewer")):
        day.operator(name, role)
    return Shelf(day)


@pytest.fixture
def console(tmp_path: Path, shelf: Shelf) -> Console:
    console = Console(tmp_path, vault=shelf.vault)
    console.learn(shelf.day)
    return console


def store(shelf: Shelf, kind: str, period: str, language: str = "en", body: bytes = PDF) -> str:
    uid = digest(f"{kind} {period} {language}".encode())
    about = {"kind": kind, "period": period, "language": language, "document": digest(b"what it says")}
    shelf.store.create(LAYOUT.report(uid), body, media_type="application/pdf", metadata=about)
    return uid


def opened(client: TestClient, uid: str) -> Response:
    html = client.get("/reports").text.partition('action="/reports/files"')[2]
    form = {"form": hidden(html, "form"), "token": hidden(html, "token"), "report": uid}
    return client.post("/reports/files", data=form)


def test_they_are_listed_the_latest_period_first(console: Console, shelf: Shelf) -> None:
    for period in ("2026-09", "2026-11", "2026-10"):
        store(shelf, "incident", period)
    client = console.browser("c-1", "complaints-officer")
    assert [row["period"] for row in client.get("/reports.json").json()["reports"]] == ["2026-11", "2026-10", "2026-09"]
    store(shelf, "duties", "2026-12", "zh")
    html = client.get("/reports").text
    assert "Duties and clocks" in html
    assert "2026-12" in html


def test_of_very_many_those_of_the_latest_periods_are_listed(console: Console, shelf: Shelf) -> None:
    for number in range(1001):
        store(shelf, "incident", f"{1000 + number}-01")
    page = console.browser("au-1", "auditor").get("/reports.json").json()
    assert [row["period"] for row in page["reports"]] == [f"{2000 - number}-01" for number in range(1000)]
    assert page["is_cut"]


def test_one_of_an_older_build_is_there_too(console: Console, shelf: Shelf) -> None:
    uid = digest(b"older")
    shelf.store.create(LAYOUT.report(uid), PDF, media_type="application/pdf")
    client = console.browser("au-1", "auditor")
    assert "(its first page says it)" in client.get("/reports").text
    assert opened(client, uid).content == PDF


def test_whoever_opens_one_is_written_down_first(console: Console, shelf: Shelf) -> None:
    uid = store(shelf, "incident", "2026-11")
    client = console.browser("au-1", "auditor")
    answer = opened(client, uid)
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/pdf")
    access = intake_access(console.sent[0].value, console.sent[0].headers)
    assert (access.act, access.sha256, access.actor.id) == ("report.exported", digest(PDF), "au-1")
    console.is_broker_away = True
    answer = opened(client, uid)
    assert answer.status_code == 503
    assert "Nothing was opened</strong> Kafka did not confirm" in answer.text


def test_what_is_no_report_is_not_opened(console: Console, shelf: Shelf) -> None:
    store(shelf, "incident", "2026-11")
    client = console.browser("au-1", "auditor")
    for uid in ("", "../records", digest(b"nothing"), "x" * 64):
        assert opened(client, uid).status_code == 404
    assert not console.sent


def test_reviewers_read_none(console: Console, shelf: Shelf) -> None:
    uid = store(shelf, "incident", "2026-11")
    client = console.browser("r-1", "reviewer")
    assert 'href="/reports"' not in client.get("/").text
    assert client.get("/reports").status_code == 403
    assert client.get("/reports.json").status_code == 403
    form = {"form": hidden(client.get("/").text, "form"), "token": "0" * 32, "report": uid}
    assert client.post("/reports/files", data=form).status_code == 403


def test_with_the_store_away_or_not_read_the_page_says_so(console: Console, shelf: Shelf, tmp_path: Path) -> None:
    client = console.browser("au-1", "auditor")
    assert "No report is stored." in client.get("/reports").text
    shelf.store.outage = True
    answer = client.get("/reports")
    assert answer.status_code == 503
    assert "Nothing was opened" in answer.text
    assert client.get("/reports.json").status_code == 503
    closed = Console(tmp_path / "closed")
    closed.learn(shelf.day)
    assert "knows of no reports" in closed.browser("au-1", "auditor").get("/reports").text
