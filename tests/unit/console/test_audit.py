"""The log: acts and looks in one list, as a file too, and who took it along is in it."""

import base64
import csv
import hashlib
import io
from pathlib import Path

import msgspec
import pytest
from httpx import Response
from starlette.testclient import TestClient

from console.readmodel.audit import AuditFilter, AuditRow
from pipeline.events.intake import intake_access
from tests.unit.console.browsing import Console, hidden
from tests.unit.console.happenings import BEGINNING, Happenings
from tests.unit.console.shelf import audited


@pytest.fixture
def day() -> Happenings:
    day = Happenings()
    for name, role in (("r-1", "reviewer"), ("r-2", "reviewer"), ("au-1", "auditor")):
        day.operator(name, role)
    return day


@pytest.fixture
def console(tmp_path: Path, day: Happenings) -> Console:
    console = Console(tmp_path)
    first, second = day.decide("first", "hold"), day.decide("second", "hold")
    day.review(first, "release", "r-1", "a-1", reason="=1+1 & labelled")
    day.claim(second, "r-2", "a-2")
    day.refuse(second, "refuse", "r-2", "a-3")
    console.learn(day)
    return console


def export(client: TestClient, form: str = "csv", query: str = "") -> Response:
    html = client.get(f"/audit{query}").text.partition('action="/audit/exports"')[2]
    fields = ("form", "token", "actor", "what", "about", "since", "until")
    told = {name: hidden(html, name) for name in fields}
    return client.post("/audit/exports", data={**told, "format": form})


def rows(client: TestClient, query: str = "") -> list[AuditRow]:
    return msgspec.convert(client.get(f"/audit.json{query}").json()["rows"], list[AuditRow])


def test_acts_and_looks_are_one_list(console: Console, day: Happenings) -> None:
    client = console.browser("au-1", "auditor")
    export(client)
    audited(day, *console.sent)
    console.learn(day)
    assert {(row.actor, row.what, row.state) for row in rows(client)} == {
        ("r-1", "release", "taken"),
        ("r-2", "claim", "taken"),
        ("r-2", "refuse", "refused"),
        ("au-1", "audit.exported", "handed-out"),
    }


def test_it_is_filtered_by_who_what_about_what_and_when(console: Console) -> None:
    client = console.browser("r-1", "reviewer")
    (second,) = {row.event_uid for row in rows(client, "?actor=r-2")}
    assert {row.what for row in rows(client, f"?about={second}")} == {"claim", "refuse"}
    assert {row.actor for row in rows(client, "?what=release")} == {"r-1"}
    day, before = BEGINNING.date().isoformat(), "2026-11-19"
    assert len(rows(client, f"?since={day}&until={day}")) == 3
    assert rows(client, f"?until={before}") == []
    assert "Nothing in the log is like that." in client.get(f"/audit?until={before}").text
    assert client.get("/audit?since=yesterday").status_code == 422
    assert len(rows(client, "?since=0001-01-01&until=9999-12-31")) == 3


def test_pages_follow_one_another_without_gap_or_repeat(console: Console) -> None:
    ask = console.parts().questions
    whole, after, seen = ask.audit(AuditFilter()).rows, None, []
    while True:
        page = ask.audit(AuditFilter(), after, 1)
        seen += page.rows
        if (after := page.next) is None:
            break
    assert tuple(seen) == whole
    assert len(seen) == 3


def test_an_export_is_a_file_with_its_digest_and_the_log_has_both(console: Console, day: Happenings) -> None:
    client = console.browser("au-1", "auditor")
    answer = export(client, "jsonl", "?actor=r-2")
    lines = [msgspec.json.decode(line, type=AuditRow) for line in answer.content.splitlines()]
    assert lines == rows(client, "?actor=r-2")
    digest = hashlib.sha256(answer.content)
    access = intake_access(console.sent[0].value, console.sent[0].headers)
    assert (access.act, access.sha256, access.filter, access.rows) == (
        "audit.exported",
        digest.hexdigest(),
        "actor=r-2",
        2,
    )
    assert answer.headers["content-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert digest.hexdigest()[:16] in answer.headers["content-disposition"]
    audited(day, *console.sent)
    console.learn(day)
    assert digest.hexdigest() in client.get("/audit").text


def test_spreadsheets_calculate_nothing_in_it(console: Console) -> None:
    answer = export(console.browser("au-1", "auditor"), "csv", "?what=release")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row["reason"] == "'=1+1 & labelled"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


def test_with_the_brokers_away_nothing_is_exported(console: Console) -> None:
    client = console.browser("au-1", "auditor")
    console.is_broker_away = True
    answer = export(client)
    assert answer.status_code == 503
    assert "Nothing was exported</strong> Kafka did not confirm" in answer.text
    assert "content-disposition" not in answer.headers


def test_only_auditors_take_it_along(console: Console) -> None:
    client = console.browser("r-1", "reviewer")
    html = client.get("/audit").text
    assert "/audit/exports" not in html
    form = {"form": hidden(html, "form"), "token": "0" * 32, "format": "csv"}
    assert client.post("/audit/exports", data=form).status_code == 403
    assert not console.sent


def test_there_is_no_other_format(console: Console) -> None:
    assert export(console.browser("au-1", "auditor"), "xlsx").status_code == 422
    assert not console.sent
