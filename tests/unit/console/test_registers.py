"""Reference sets on pages: what is in force, and what was sent; for whom may read them."""

from pathlib import Path

import orjson
import pytest

from console.readmodel.registers import EntryVersion
from tests.unit.console.browsing import Console
from tests.unit.console.happenings import TOPICS, Happenings


def put(day: Happenings, name: str, version: int, status: str = "licensed", **more: object) -> None:
    entry = {"id": name, "version": version, "name": "Example Daily", "status": status, **more}
    headers = [("ce_specversion", b"1.0"), ("ce_id", f"{name}/{version}".encode()), ("ce_source", b"//registry")]
    headers += [("ce_type", b"sealstream.news-source.v1"), ("content-type", b"application/json")]
    day.put(TOPICS.news_sources, name, orjson.dumps(entry), headers)


@pytest.fixture
def day() -> Happenings:
    day = Happenings()
    for name, role in (("au-1", "auditor"), ("ad-1", "admin"), ("r-1", "reviewer")):
        day.operator(name, role)
    return day


def versions(console: Console, name: str) -> tuple[EntryVersion, ...]:
    return console.parts().questions.entry("news-sources", name).versions


def test_an_entry_has_the_versions_that_were_sent_and_the_newest_counts(tmp_path: Path, day: Happenings) -> None:
    put(day, "daily", 1)
    put(day, "daily", 3, status="revoked")
    put(day, "daily", 2)
    console = Console(tmp_path)
    console.learn(day)
    assert [(entry_version.version, entry_version.standing) for entry_version in versions(console, "daily")] == [
        (2, "not-taken"),
        (3, "in-force"),
        (1, "superseded"),
    ]
    (row,) = console.parts().questions.register("news-sources").entries
    assert (row.entry_id, row.version, row.sent) == ("daily", 3, 3)


def test_after_it_was_deleted_an_entry_begins_anew(tmp_path: Path, day: Happenings) -> None:
    put(day, "daily", 2)
    day.put(TOPICS.news_sources, "daily", None)
    console = Console(tmp_path)
    console.learn(day)
    assert console.parts().questions.register("news-sources").entries[0].version is None
    put(day, "daily", 1)
    console.learn(day)
    assert [(entry_version.version, entry_version.standing) for entry_version in versions(console, "daily")] == [
        (1, "in-force"),
        (None, "deleted"),
        (2, "superseded"),
    ]


def test_entries_are_listed_a_page_at_a_time_and_by_the_beginning_of_their_ids(tmp_path: Path, day: Happenings) -> None:
    for number in range(120):
        put(day, f"paper-{number:03}", 1)
    put(day, "weekly", 1)
    console = Console(tmp_path)
    console.learn(day)
    ask, seen, after = console.parts().questions, [], ""
    while True:
        page = ask.register("news-sources", "paper", after)
        seen += [row.entry_id for row in page.entries]
        if page.next is None:
            break
        after = page.next
    assert seen == [f"paper-{number:03}" for number in range(120)]


def test_auditors_and_admins_read_them(tmp_path: Path, day: Happenings) -> None:
    put(day, "daily/<b>", 1, note="<script>alert(1)</script>")
    console = Console(tmp_path)
    console.learn(day)
    for who, role in (("au-1", "auditor"), ("ad-1", "admin")):
        client = console.browser(who, role)
        assert 'href="/registries"' in client.get("/").text
        assert "news-sources" in client.get("/registries").text
        assert "daily/&lt;b&gt;" in client.get("/registries/news-sources").text
        html = client.get("/registries/news-sources/entry", params={"id": "daily/<b>"}).text
        assert "in force" in html
        assert "&lt;script&gt;" in html
        told = client.get("/registries/news-sources/entry.json", params={"id": "daily/<b>"}).json()
        assert told["versions"][0]["entry"]["status"] == "licensed"
        assert client.get("/registries/passwords").status_code == 404
        assert client.get("/registries/news-sources/entry?id=nobody").status_code == 404
    client = console.browser("r-1", "reviewer")
    assert 'href="/registries"' not in client.get("/").text
    for path in ("/registries", "/registries/operators", "/registries/operators/entry?id=r-1", "/registries.json"):
        assert client.get(path).status_code == 403


def test_without_a_login_nobody_reads_them(tmp_path: Path, day: Happenings) -> None:
    console = Console(tmp_path, login="none")
    console.learn(day)
    assert console.browser().get("/registries/operators").status_code == 403
