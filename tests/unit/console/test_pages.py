"""Pages: they say what is true, in both languages, and as JSON; what strangers wrote is text and nothing else."""

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as replaced

from pipeline.events.identity import event_uid
from tests.unit.console.browsing import FRESH, Console
from tests.unit.console.happenings import CASE, CLOCK, STEP, Happenings, a_day

LISTS = ("/", "/queue", "/alerts", "/cases", "/clocks", "/accounts", "/audit")
HELD = event_uid("//feed.example", "held")
BLOCKED = event_uid("//feed.example", "blocked")
TWICE = event_uid("//feed.example", "twice")
ONES = (
    f"/queue/{HELD}",
    f"/queue/{TWICE}",
    f"/queue/{event_uid('//studio.example', 'sealed-held')}",
    f"/queue/{event_uid('//feed.example', 'retracted')}",
    f"/cases/{CASE.case_uid}",
    f"/accounts/{STEP.account}",
    "/clocks?state=met",
)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Console:
    there = Console(tmp_path_factory.mktemp("console"), login="none")
    there.learn(a_day())
    return there


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", [*LISTS, *ONES])
def test_every_page_is_there_in_both_languages(console: Console, path: str, language: str) -> None:
    answer = console.browser().get(path, headers={"accept-language": language})
    assert answer.status_code == 200
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in answer.text
    assert ("显示截至 0.4 秒前" if language == "zh" else "Everything up to 0.4 s ago is shown") in answer.text
    assert not re.search(r"<style|<script(?![^>]* src=)| on\w+=| style=", answer.text)


@pytest.mark.parametrize("path", LISTS)
def test_an_empty_page_says_so(tmp_path: Path, path: str) -> None:
    text = Console(tmp_path, login="none").browser().get(path).text
    assert "Everything up to 0.4 s ago is shown" in text
    assert re.search(r"Nothing is held\.|No alert|No case|No clock|No step|Nobody has done", text)


@pytest.mark.parametrize("path", [*LISTS, *ONES])
def test_every_page_is_there_as_json(console: Console, path: str) -> None:
    place, _, query = path.partition("?")
    answer = console.browser().get(f"{'/today' if place == '/' else place}.json?{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert isinstance(answer.json(), dict)


@pytest.mark.parametrize("path", ["/queue/" + "0" * 64, "/cases/" + "0" * 64])
def test_what_is_not_known_is_not_found(console: Console, path: str) -> None:
    assert console.browser().get(path).status_code == 404
    assert console.browser().get(f"{path}.json").status_code == 404


def test_a_page_says_how_late_it_is_and_why(tmp_path: Path) -> None:
    late = Console(tmp_path, login="none", state=replace(FRESH, age=41.7, trouble="the brokers do not answer"))
    text = late.browser().get("/queue").text
    assert "This may be out of date: the brokers do not answer" in text
    assert "41 s ago" in text
    late.state = replace(FRESH, progress=0.407, trouble="not loaded yet")
    assert "Still being read: 40 % of the topics" in late.browser().get("/queue").text
    late.state = replace(FRESH, age=None, trouble="there is no sealstream.decisions")
    assert "Nothing could be read yet: there is no sealstream.decisions" in late.browser().get("/").text


def test_an_event_says_why_it_is_held_by_which_article_and_what_would_mend_it(console: Console) -> None:
    page = console.browser().get(f"/queue/{HELD}.json").json()
    (finding, *_) = page["decisions"][0]["findings"]
    text = console.browser().get(f"/queue/{HELD}").text
    for told in (finding["kind"], finding["rule"], finding["message"]):
        assert told in text
    (finding, *_) = console.browser().get(f"/queue/{BLOCKED}.json").json()["decisions"][0]["findings"]
    text = html.unescape(console.browser().get(f"/queue/{BLOCKED}").text)
    for told in (finding["citation"], finding["remedy"], finding["pack"]["name"]):
        assert told in text
    assert page["is_waiting"]
    assert page["claim"]["actor"] == "r-2"


def test_what_happened_to_an_event_is_told(console: Console) -> None:
    text = re.sub(r"<[^>]+>", "", console.browser().get(f"/queue/{TWICE}").text)
    assert "Refused by r-2: Because of a-7." in text
    assert "Left to a second reviewer by r-1" in text
    assert "refused: Somebody else decided first." in text


@pytest.mark.parametrize("written", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}"])
def test_what_strangers_wrote_is_text(tmp_path: Path, written: str) -> None:
    hostile = Happenings()
    uid = hostile.decide(written, "hold")
    hostile.refuse(uid, "release", written, "a-1", why=written)
    there = Console(tmp_path, login="none")
    there.learn(hostile)
    for path in ("/queue", "/alerts", "/audit", f"/queue/{uid}"):
        text = there.browser().get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "49" not in re.sub(r"[0-9a-f]{12,}|\d{4}-\d\d-\d\d.{9}", "", text) or "{{" not in written


def test_filters_are_in_the_address(console: Console) -> None:
    laws = console.browser().get("/queue.json").json()["laws"]
    assert laws
    text = console.browser().get(f"/queue?law={laws[0]}&severity=low").text
    assert f"<option selected>{laws[0]}</option>" in text
    assert "Nothing that is held is like that." in text


def words_of(console: Console, path: str, language: str = "en") -> str:
    """What a page says, without what marks it up."""
    page = console.browser().get(path, headers={"accept-language": language}).text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_of_one_a_page_speaks_as_of_one(tmp_path: Path) -> None:
    there = Console(tmp_path, login="none", minute=300)
    day = Happenings()
    day.decide("held")
    for message in (CASE, CLOCK):
        day.say(message)
    there.learn(day)
    today = words_of(there, "/")
    for told in (
        "1 waits for a person",
        "1 clock runs",
        "1 of them is past its time",
        "1 event with open alerts",
        "1 case",
    ):
        assert told in today
    assert "One waits." in words_of(there, "/queue")
    day.decide("held as well")
    day.say(replaced(CASE, case_uid="0" * 64, id="T-2"))
    there.learn(day)
    assert "2 wait for a person" in words_of(there, "/")
    assert "2 cases" in words_of(there, "/")
    assert "Oldest first. 2 wait." in words_of(there, "/queue")


def test_cases_have_names_that_people_can_read(tmp_path: Path) -> None:
    there = Console(tmp_path, login="none")
    day = Happenings()
    step, service = "ab" * 32, "cd" * 32
    day.say(replaced(CASE, case_uid=step, kind="enforcement", id="12" * 32))
    day.say(replaced(CASE, case_uid=service, kind="feature_database", id="features/all"))
    day.say(replaced(CLOCK, case_uid=step, case_kind="enforcement", case_id="12" * 32))
    there.learn(day)
    for path in ("/cases", "/clocks", f"/cases/{step}"):
        assert "12" * 6 in words_of(there, path)
        assert "12" * 7 not in words_of(there, path)
        assert "Step against an account" in words_of(there, path)
    assert "features/all Feature database" in words_of(there, "/cases")
    assert "features/all 特征库" in words_of(there, "/cases", "zh")
    assert "特征库 features/all" in words_of(there, f"/cases/{service}", "zh")
    assert "No case is of this kind." in words_of(there, "/cases?kind=order")


def test_the_log_says_roles_in_the_language_of_the_reader(console: Console) -> None:
    assert "r-2 complaints officer" in words_of(console, "/audit")
    assert "r-2 投诉专员" in words_of(console, "/audit", "zh")
