"""Content is shown to whom may see it, as what it is and nothing else, and not before it is written down who looks."""

import asyncio
import re
import threading
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from starlette.testclient import TestClient

from pipeline.events.intake import intake_access
from pipeline.store import Location, StoredObject
from pipeline.store.simulator import StoreSimulator
from tests.unit.console.browsing import Console, hidden
from tests.unit.console.happenings import TOPICS, Happenings
from tests.unit.console.shelf import INBOX, MOST, Shelf, audited, digest

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


class CrowdedStore(StoreSimulator):
    """A store that waits for more to read at the same time than may, a moment long, and counts them.

    Attributes:
        most: how many there were at once.
    """

    def __init__(self, *buckets: str) -> None:
        super().__init__(*buckets)
        self.most = self._reading = 0
        self._came = threading.Condition()

    def get(self, location: Location, *, max_bytes: int | None = None) -> StoredObject | None:
        with self._came:
            self._reading += 1
            self.most = max(self.most, self._reading)
            self._came.notify_all()
            self._came.wait_for(lambda: self.most > 4, timeout=0.1)
            self._reading -= 1
        return super().get(location, max_bytes=max_bytes)


PEOPLE = (
    ("r-1", "reviewer"),
    ("s-1", "second-reviewer"),
    ("c-1", "complaints-officer"),
    ("au-1", "auditor"),
    ("v-1", "viewer"),
    ("ad-1", "admin"),
)


@pytest.fixture
def shelf() -> Shelf:
    day = Happenings()
    for name, role in PEOPLE:
        day.operator(name, role)
    return Shelf(day)


@pytest.fixture
def console(tmp_path: Path, shelf: Shelf) -> Console:
    return Console(tmp_path, vault=shelf.vault)


def ask(client: TestClient, uid: str, act: str = "show", **more: str) -> "tuple[TestClient, dict[str, str]]":
    html = client.get(f"/queue/{uid}").text
    form = {"act": act, **{name: hidden(html.partition('id="look"')[2], name) for name in ("form", "token")}, **more}
    return client.post(f"/queue/{uid}/content", data=form, follow_redirects=False), form


def look(client: TestClient, uid: str) -> "tuple[str, str]":
    """Look; returns the page, and the address of the bytes in it."""
    answer, _ = ask(client, uid)
    assert answer.status_code == 303, answer.text
    html = client.get(answer.headers["location"]).text
    found = re.search(rf"/queue/{uid}/content\?look=[0-9a-f]+", html)
    assert found is not None, html
    return html, found[0]


def test_nothing_is_shown_before_somebody_asks_and_then_blurred(console: Console, shelf: Shelf) -> None:
    uid = shelf.publish("cat.png", PNG, "image/png")
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    before = client.get(f"/queue/{uid}").text
    assert "/content?look=" not in before
    html, address = look(client, uid)
    assert f'<img src="{address}"' in html
    assert '<input type="checkbox" id="clear" accesskey="v">' in html  # not checked: blurred
    answer = client.get(address)
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")


def test_a_look_is_an_event_that_says_who_saw_what(console: Console, shelf: Shelf) -> None:
    uid = shelf.publish("cat.png", PNG, "image/png")
    console.learn(shelf.day)
    look(console.browser("r-1", "reviewer"), uid)
    (message,) = console.sent
    access = intake_access(message.value, message.headers)
    assert (message.topic, message.key) == (TOPICS.audit, b"r-1")
    assert (access.act, access.event_uid, access.sha256) == ("content.shown", uid, digest(PNG))
    assert (access.actor.id, access.actor.role) == ("r-1", "reviewer")


def test_with_the_brokers_away_nobody_looks(console: Console, shelf: Shelf) -> None:
    uid = shelf.publish("cat.png", PNG, "image/png")
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    console.is_broker_away = True
    for act in ("show", "export"):
        answer, form = ask(client, uid, act)
        assert answer.status_code == 503
        assert "Nothing was shown</strong> Kafka did not confirm" in answer.text
        assert PNG not in answer.content
        assert client.get(f"/queue/{uid}/content?look={form['token']}").status_code == 403
    console.is_broker_away = False
    answer = client.post(f"/queue/{uid}/content", data=form, follow_redirects=False)
    assert answer.content == PNG  # the same form, sent again


@pytest.mark.parametrize(("who", "role"), PEOPLE)
def test_seeing_is_a_permission_apart_from_deciding(console: Console, shelf: Shelf, who: str, role: str) -> None:
    uid = shelf.publish("cat.png", PNG, "image/png")
    console.learn(shelf.day)
    client = console.browser(who, role)
    html = client.get(f"/queue/{uid}").text
    may = role not in ("viewer", "admin")
    assert ('id="look"' in html) == may
    if not may:
        assert "may not see content" in html
        form = {"act": "show", "form": hidden(html, "form"), "token": "0" * 32}
        assert client.post(f"/queue/{uid}/content", data=form).status_code == 403
        assert not console.sent


def test_an_auditor_says_why(console: Console, shelf: Shelf) -> None:
    uid = shelf.publish("cat.png", PNG, "image/png")
    console.learn(shelf.day)
    client = console.browser("au-1", "auditor")
    answer, _ = ask(client, uid)
    assert answer.status_code == 422
    assert "Give a reason." in answer.text
    assert not console.sent
    assert ask(client, uid, reason="Sample 12")[0].status_code == 303
    assert intake_access(console.sent[0].value, console.sent[0].headers).reason == "Sample 12"


def test_a_double_click_is_one_event_and_all_else_that_an_open_page_asks_for_is_its_own(
    console: Console, shelf: Shelf
) -> None:
    uid, other = shelf.publish("cat.png", PNG, "image/png"), shelf.publish("copy.png", PNG, "image/png")
    console.learn(shelf.day)
    client = console.browser("au-1", "auditor")
    _, form = ask(client, uid, reason="Sample 12")

    def identity(about: str, reason: str) -> bytes | None:
        client.post(f"/queue/{about}/content", data={**form, "reason": reason}, follow_redirects=False)
        return dict(console.sent[-1].headers)["ce_id"]

    first = dict(console.sent[-1].headers)["ce_id"]
    assert identity(uid, "Sample 12") == first
    assert identity(other, "Sample 12") != first  # the same bytes
    assert identity(uid, "Sample 13") != first
    console.minute += 10
    assert identity(uid, "Sample 12") != first
    assert len(console.sent) == 5


def test_a_look_is_of_one_person_at_one_event(console: Console, shelf: Shelf) -> None:
    uid, other = shelf.publish("cat.png", PNG, "image/png"), shelf.publish("dog.png", PNG + b"!", "image/png")
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    _, address = look(client, uid)
    assert console.browser("s-1", "second-reviewer").get(address).status_code == 403
    assert console.browser().get(address).status_code == 403
    assert client.get(address.replace(uid, other)).status_code == 403
    shelf.day.operator("r-1", "viewer", version=2)
    console.learn(shelf.day)
    assert client.get(address).status_code == 403


def test_a_look_is_over_after_ten_minutes_and_is_asked_for_anew(
    console: Console, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("console.looks.time", SimpleNamespace(monotonic=lambda: now))
    uid = shelf.publish("cat.png", PNG, "image/png")
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    location = ask(client, uid)[0].headers["location"]
    address = location.replace("?", "/content?").partition("#")[0]
    now += 599
    assert client.get(address).content == PNG
    assert 'id="look-again"' in client.get(location).text  # it has no button to show it
    now += 1
    assert client.get(address).status_code == 403
    assert ('id="look"' in client.get(location).text, look(client, uid)[1] != address) == (True, True)


def test_a_form_from_elsewhere_shows_nothing(console: Console, shelf: Shelf) -> None:
    uid = shelf.publish("cat.png", PNG, "image/png")
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    answer = client.post(f"/queue/{uid}/content", data={"act": "export", "form": "guessed", "token": "0" * 32})
    assert answer.status_code == 403
    assert not console.sent


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/plain", "text/markdown"])
def test_text_is_text_whatever_browsers_would_make_of_it(console: Console, shelf: Shelf, mime: str) -> None:
    uid = shelf.publish("page", b"<script>alert(1)</script>", mime)
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    html, address = look(client, uid)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;</pre>" in html
    assert "<script>alert" not in html
    assert client.get(address).headers["content-type"] == "text/plain; charset=utf-8"


def test_content_runs_nothing_and_is_not_guessed_nor_kept(console: Console, shelf: Shelf) -> None:
    uid = shelf.publish("cat.png", b"<html><script>alert(1)</script>", "image/png")
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    headers = client.get(look(client, uid)[1]).headers
    assert headers["content-type"] == "image/png"  # as the record says, and not as the bucket does
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_what_browsers_do_not_show_safely_is_a_file(console: Console, shelf: Shelf) -> None:
    uid = shelf.publish("paper.pdf", b"%PDF-1.7", "application/pdf")
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    answer, form = ask(client, uid)
    assert "Save it as a file" in client.get(answer.headers["location"]).text
    assert client.get(f"/queue/{uid}/content?look={form['token']}").status_code == 404
    answer, _ = ask(client, uid, "export")
    assert (answer.content, answer.headers["content-type"]) == (b"%PDF-1.7", "application/octet-stream")
    name = f"{digest(b'%PDF-1.7')[:16]}.pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert intake_access(console.sent[-1].value, console.sent[-1].headers).act == "content.exported"


def test_players_get_the_part_that_they_ask_for(console: Console, shelf: Shelf) -> None:
    uid = shelf.publish("film.mp4", b"0123456789", "video/mp4")
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    html, address = look(client, uid)
    assert "<video " in html

    def part(asked: str) -> tuple[int, bytes, str | None]:
        answer = client.get(address, headers={"range": asked})
        return answer.status_code, answer.content, answer.headers.get("content-range")

    assert part("bytes=2-4") == (206, b"234", "bytes 2-4/10")
    assert part("bytes=7-") == (206, b"789", "bytes 7-9/10")
    assert part("bytes=-3") == (206, b"789", "bytes 7-9/10")
    assert part("bytes=8-99") == (206, b"89", "bytes 8-9/10")
    assert part("bytes=10-") == (416, b"", "bytes */10")
    assert part("bytes=4-2") == (416, b"", "bytes */10")
    for whole in ("bytes=0-1,4-5", "bytes=-", "lines=1-2"):
        assert part(whole) == (200, b"0123456789", None)


def test_a_page_that_shows_content_reads_it_once_however_often_it_asks(console: Console, shelf: Shelf) -> None:
    uid = shelf.publish("cat.png", PNG, "image/png")
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    location = ask(client, uid)[0].headers["location"]

    def reads() -> int:
        return sum((call.operation, call.uri) == ("get", f"s3://{INBOX}/cat.png") for call in shelf.store.calls)

    before = reads()
    for _ in range(3):
        assert "<img " in client.get(location).text
    assert reads() == before
    shelf.outlaw(PNG)
    assert "found illegal" in client.get(location).text


async def test_of_many_who_look_at_once_a_few_are_read_for_at_a_time(tmp_path: Path, shelf: Shelf) -> None:
    crowded = CrowdedStore("sealstream", "sealstream-records", INBOX)
    shelf.store = crowded
    uid = shelf.publish("cat.png", PNG, "image/png")
    console = Console(tmp_path, vault=shelf.vault)
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    _, address = look(client, uid)
    transport = httpx.ASGITransport(app=console.application)
    async with httpx.AsyncClient(transport=transport, base_url=console.at, cookies=dict(client.cookies)) as asking:
        answers = await asyncio.gather(*(asking.get(address) for _ in range(12)))
    assert [answer.content for answer in answers] == [PNG] * 12
    assert crowded.most == 4


def test_of_what_was_sealed_the_sealed_asset_is_shown(console: Console, shelf: Shelf) -> None:
    uid = shelf.seal("cat.png", PNG, "image/png")
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    assert client.get(look(client, uid)[1]).content == PNG


def test_what_came_inside_of_its_event_is_shown_where_the_same_was_sealed(console: Console, shelf: Shelf) -> None:
    shelf.seal("cat.png", PNG, "image/png")
    uid = shelf.publish("copy.png", PNG, "image/png", bucket=None)
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    assert client.get(look(client, uid)[1]).content == PNG


def test_why_something_is_not_shown_is_told_and_nothing_is_written_down(console: Console, shelf: Shelf) -> None:
    large, outlawed = b"x" * (MOST + 1), b"outlawed"
    unseen = {
        shelf.publish("inline", b"inline", "image/png", bucket=None): "no copy of it is kept",
        shelf.publish(
            "there", b"there", "image/png", bucket="elsewhere"
        ): "in a bucket that this console does not read",
        shelf.publish("large", large, "image/png"): "larger than this console hands out",
        shelf.publish("changed", b"changed", "image/png", put=b"other"): "not what was judged",
        shelf.publish("bad", outlawed, "image/png"): "found illegal, and is handed to nobody",
    }
    retracted = shelf.publish("retracted", b"retracted", "image/png")
    shelf.day.retract(retracted, "s-1", "act")
    unseen[retracted] = "found illegal, and is handed to nobody"
    shelf.outlaw(outlawed)
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    for uid, why in unseen.items():
        for act in ("show", "export"):
            answer, _ = ask(client, uid, act)
            assert why in answer.text, uid
    assert not console.sent


def test_what_is_found_illegal_while_it_is_shown_is_gone(console: Console, shelf: Shelf) -> None:
    uid = shelf.publish("cat.png", PNG, "image/png")
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    _, address = look(client, uid)
    shelf.outlaw(PNG)
    assert client.get(address).status_code == 404


def test_with_the_store_away_the_page_says_so(console: Console, shelf: Shelf) -> None:
    uid = shelf.publish("cat.png", PNG, "image/png")
    console.learn(shelf.day)
    client = console.browser("r-1", "reviewer")
    shelf.store.outage = True
    answer, _ = ask(client, uid)
    assert answer.status_code == 503
    assert "Nothing was shown" in answer.text
    assert not console.sent


def test_a_console_without_the_buckets_says_so(tmp_path: Path, shelf: Shelf) -> None:
    uid = shelf.publish("cat.png", PNG, "image/png")
    console = Console(tmp_path)
    console.learn(shelf.day)
    html = console.browser("r-1", "reviewer").get(f"/queue/{uid}").text
    assert "does not read the buckets" in html
    assert 'id="look"' not in html


def test_looks_are_on_the_page_of_the_log(console: Console, shelf: Shelf) -> None:
    uid = shelf.publish("cat.png", PNG, "image/png")
    console.learn(shelf.day)
    client = console.browser("au-1", "auditor")
    ask(client, uid, reason="Sample 12")
    audited(shelf.day, *console.sent)
    console.learn(shelf.day)
    html = console.browser("r-1", "reviewer").get("/audit").text
    assert "Sample 12" in html
    assert f"/queue/{uid}" in html
