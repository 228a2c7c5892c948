"""What every page of the console stands on: headers, names it answers to, languages, and where it may be served."""

import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest

from agents.cli.screens import NEEDED
from agents.rights import rights_of
from agents.settings import ConsoleSettings
from console.readmodel.rows import rows_of
from console.texts import LANGUAGES, catalogue
from pipeline.errors import OperatorError
from tests.unit.console.browsing import FRESH, Console
from tests.unit.console.happenings import TOPICS

ROOT = Path(__file__).parents[3]


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path, login="none")


def test_it_lives_and_is_ready_where_what_it_shows_can_be_relied_on(console: Console) -> None:
    browser = console.browser()
    assert browser.get("/healthz").json() == {"status": "alive"}
    assert browser.get("/readyz").status_code == 200
    console.state = replace(FRESH, trouble="the brokers are away")
    not_ready = browser.get("/readyz")
    assert (not_ready.status_code, not_ready.json()["why"]) == (503, "the brokers are away")


def test_an_idle_console_goes_without_what_only_workers_need() -> None:
    script = """
import sys, console.serving, console.readmodel.opening, agents.following.consumer
print(sorted({"faust", "numpy", "boto3", "c2pa", "agents.assembly"} & set(sys.modules)))
"""
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("path", ["/healthz", "/static/htmx.min.js", "/nowhere"])
def test_every_answer_forbids_what_the_console_did_not_send_itself(console: Console, path: str) -> None:
    headers = console.browser().get(path).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_it_answers_to_names_of_this_machine_only(console: Console) -> None:
    assert console.browser().get("/healthz", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(("wanted", "title"), [("en", "There is nothing here"), ("zh-CN,en;q=0.5", "这里没有内容")])
def test_a_page_is_in_the_readers_language(console: Console, wanted: str, title: str) -> None:
    found = console.browser().get("/nowhere", headers={"accept-language": wanted})
    assert found.status_code == 404
    assert f"<h1>{title}</h1>" in found.text


def test_a_language_is_chosen_and_nobody_is_sent_elsewhere(console: Console) -> None:
    client = console.browser()
    assert client.get("/language/zh?back=//evil.example", follow_redirects=False).headers["location"] == "/"
    assert client.get("/language/zh?back=/%5Cevil.example", follow_redirects=False).headers["location"] == "/"
    assert "这里没有内容" in client.get("/nowhere").text


@pytest.mark.parametrize("key", list(catalogue()))
def test_every_text_is_there_in_every_language_with_the_same_parts(key: str) -> None:
    words = catalogue()[key]
    assert set(words) - {f"{language}-one" for language in LANGUAGES} == set(LANGUAGES)
    parts = {
        name: {part for _, part, _, _ in Formatter().parse(text) if part is not None} for name, text in words.items()
    }
    assert parts["en"] == parts["zh"]
    assert all(said in (parts["en"], parts["en"] - {"n"}) for said in parts.values())  # of one the number goes without
    assert all(text.strip() for text in words.values())


@pytest.mark.parametrize("bind", ["0.0.0.0:8787", "192.0.2.7:80", "console.example:443", "[::]:8787"])
@pytest.mark.parametrize("login", ["none", "development"])
def test_nothing_is_served_beyond_this_machine_without_a_login_that_tells_people_apart(bind: str, login: str) -> None:
    with pytest.raises(OperatorError, match="beyond this machine"):
        ConsoleSettings(bind=bind, login=login).require_safe()


@pytest.mark.parametrize("bind", ["127.0.0.1:0", "localhost:8787", "[::1]:8787"])
def test_it_is_served_on_this_machine(bind: str) -> None:
    ConsoleSettings(bind=bind).require_safe()


def test_the_command_needs_exactly_the_packages_of_its_extra() -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["console"]
    assert len(NEEDED) == len(extra)


def test_the_rights_of_a_console_are_to_read_what_it_shows_and_to_write_what_people_do() -> None:
    rights = rights_of("console", TOPICS, "group")
    assert {right.name for right in rights if right.operation == "Read"} == set(rows_of(TOPICS))
    assert {right.name for right in rights if right.operation == "Write"} == {
        TOPICS.reviews,
        TOPICS.cases,
        TOPICS.audit,
    }
