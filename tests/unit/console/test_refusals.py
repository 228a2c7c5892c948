"""Whoever reads Chinese is refused in Chinese, at the console and at the public doors, whatever the reason."""

import ast
import html
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import console
from console.refusing import PageRefusal, told_in
from console.texts import catalogue
from pipeline.errors import EventInvalidError
from pipeline.events.identity import event_uid
from tests.unit.console.browsing import FRESH, Console, form_of, hidden
from tests.unit.console.door_house import browser
from tests.unit.console.happenings import Happenings
from tests.unit.house import House
from tests.unit.usecases.public_house import PublicHouse

ROOM = Path(console.__file__).parent
FOR_PROGRAMS = {"resolution.py", "access.py", "issuer_keys.py", "records_log.py"}
"""What no page leads to: they answer programs, in English."""

UID = event_uid("//feed.example", "held")
CHINESE = {"accept": "text/html", "accept-language": "zh-CN"}


def english_in(words: str) -> str | None:
    """Three words of English in a row; commands are typed as they are."""
    found = re.search(r"[A-Za-z']{2,}(?: [A-Za-z']+){2,}", re.sub(r"sealstream [^。]*", "", words))
    return None if found is None else found[0]


def refusal_in(page: str) -> str:
    """What a page says of a refusal: all of a page that says nothing else, or the notice on another."""
    notice = re.search(r'<(div|p)[^>]*role="alert">(.*?)</\1>', page, re.DOTALL)
    main = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert main is not None
    said = notice[2] if notice is not None else main[0]
    return html.unescape(re.sub(r"<[^>]+>", " ", said)).strip()


def refused_in_chinese(answer: Any) -> None:
    assert answer.status_code >= 400, answer.text
    said = refusal_in(answer.text)
    assert re.search(r"[\u4e00-\u9fff]", said), said
    assert english_in(said) is None, said


@pytest.fixture
def desk(tmp_path: Path) -> Console:
    day = Happenings()
    for name, role in (("r-1", "reviewer"), ("v-1", "viewer"), ("au-1", "auditor"), ("o-1", "complaints-officer")):
        day.operator(name, role)
    day.decide("held", "hold")
    there = Console(tmp_path)
    there.learn(day)
    return there


def reader(desk: Console, who: str, role: str) -> TestClient:
    client = desk.browser(who, role)
    client.headers.update(CHINESE)
    return client


def no_reason(desk: Console) -> Any:
    client = reader(desk, "r-1", "reviewer")
    return client.post(f"/queue/{UID}/acts", data=form_of(client, UID, "refuse", reason=" "))


def not_permitted(desk: Console) -> Any:
    client = reader(desk, "v-1", "viewer")
    form = {**form_of(desk.browser("r-1", "reviewer"), UID, "release"), "form": hidden(client.get("/").text, "form")}
    return client.post(f"/queue/{UID}/acts", data=form)


def another_form(desk: Console) -> Any:
    client = reader(desk, "r-1", "reviewer")
    return client.post(f"/queue/{UID}/acts", data={**form_of(client, UID, "release"), "form": "another"})


def another_site(desk: Console) -> Any:
    client = reader(desk, "r-1", "reviewer")
    origin = {"origin": "https://evil.example"}
    return client.post(f"/queue/{UID}/acts", data=form_of(client, UID, "release"), headers=origin)


def no_token(desk: Console) -> Any:
    client = reader(desk, "r-1", "reviewer")
    return client.post(f"/queue/{UID}/acts", data={**form_of(client, UID, "release"), "token": ""})


def brokers_away(desk: Console) -> Any:
    client = reader(desk, "r-1", "reviewer")
    desk.is_broker_away = True
    return client.post(f"/queue/{UID}/acts", data=form_of(client, UID, "release"))


def rights_too_old(desk: Console) -> Any:
    client = reader(desk, "r-1", "reviewer")
    form = form_of(client, UID, "release")
    desk.state = replace(FRESH, age=1000.0)
    return client.post(f"/queue/{UID}/acts", data=form)


def nobody(desk: Console) -> Any:
    client = desk.browser()
    client.headers.update(CHINESE)
    return client.post(f"/queue/{UID}/acts", data={})


def not_an_operator(desk: Console) -> Any:
    client = desk.browser()
    client.headers.update(CHINESE)
    return client.post("/login", data={"form": hidden(client.get("/login").text, "form"), "who": "x reviewer"})


def no_case_that_can_be(desk: Console) -> Any:
    client = reader(desk, "o-1", "complaints-officer")
    page = client.get("/cases/new?kind=complaint").text
    form = {name: hidden(page, name) for name in ("form", "token", "kind")}
    told = {"case": "C-1", "reason": "Said.", "jurisdictions": "Atlantis", "at": "yesterday"}
    return client.post("/cases/new?kind=complaint", data={**form, **told}, files={"document": ("", b"", "")})


def no_day(desk: Console) -> Any:
    return reader(desk, "au-1", "auditor").get("/audit?since=yesterday&from=yesterday")


def no_log_to_take(desk: Console) -> Any:
    client = reader(desk, "v-1", "viewer")
    return client.post("/audit/exports", data={"form": hidden(client.get("/").text, "form")})


def no_registry(desk: Console) -> Any:
    return reader(desk, "v-1", "viewer").get("/registries")


def no_reports(desk: Console) -> Any:
    return reader(desk, "v-1", "viewer").get("/reports")


def no_page(desk: Console) -> Any:
    return reader(desk, "v-1", "viewer").get("/nowhere")


def no_method(desk: Console) -> Any:
    return reader(desk, "v-1", "viewer").post("/clocks")


def too_often(desk: Console) -> Any:
    there = Console(desk.directory / "again", settings={"logins_a_minute": 1})
    client = there.browser()
    client.headers.update(CHINESE)
    return [client.post("/login", data={}) for _ in range(3)][-1]


REFUSALS: tuple[Callable[[Console], Any], ...] = (
    *(no_reason, not_permitted, another_form, another_site, no_token, brokers_away, rights_too_old, nobody),
    *(not_an_operator, no_case_that_can_be, no_day, no_log_to_take, no_registry, no_reports, no_page, no_method),
    too_often,
)


@pytest.mark.parametrize("refused", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_the_console_refuses_in_the_language_of_the_reader(desk: Console, refused: Callable[[Console], Any]) -> None:
    refused_in_chinese(refused(desk))


def test_a_refusal_that_was_not_translated_is_seen(desk: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    words = catalogue()["refused.reason"]
    monkeypatch.setitem(words, "zh", words["en"])
    answer = no_reason(desk)
    assert english_in(refusal_in(answer.text)) == "Give a reason"


def of_the_doors(client: TestClient) -> Iterator[Any]:
    yield client.get("/lookup?sha256=xyz")
    yield client.get("/lookup?sha256=a&sha256=b")
    yield client.get(f"/lookup?sha256={'0' * 64}&event={'0' * 64}")
    yield client.get(f"/lookup?urn={'u' * 3000}")
    yield client.post("/verify", content=b"no form")
    yield client.post("/verify", files={"file": ("a.jpg", io.BytesIO(b""), "image/jpeg")})
    yield client.post("/verify", content=b"--x", headers={"content-type": "multipart/form-data; boundary=y"})
    yield client.get("/nowhere")


def test_the_public_doors_refuse_in_the_language_of_the_reader(house: House) -> None:
    client = browser(PublicHouse(house))
    client.headers.update(CHINESE)
    for answer in of_the_doors(client):
        refused_in_chinese(answer)


def test_a_part_of_what_the_contract_refuses_is_named_and_its_english_is_not_told() -> None:
    error = EventInvalidError(
        what="It is no date at all.", remedy="Write one.", path="$.at", rule="format", value_type="string"
    )
    assert "$.at" in told_in("zh", error)
    assert english_in(told_in("zh", error)) is None
    assert told_in("en", error) == "It is no date at all. Write one."


def test_what_was_not_written_for_people_is_on_no_page() -> None:
    assert told_in("en", ValueError("the internals")) == ""
    assert PageRefusal("refused.role", 403, role="viewer").detail == "Somebody acting as viewer may not do this."


def unsaid(source: str) -> list[int]:
    """The lines of a module that refuse by a text of their own, which no catalogue has."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id == "HTTPException"
        and len(call.args) + len(call.keywords) > 1
    ]


def test_pages_refuse_by_texts_of_the_catalogue_alone() -> None:
    files = [file for file in ROOM.rglob("*.py") if file.name not in FOR_PROGRAMS]
    assert {file.name: lines for file in files if (lines := unsaid(file.read_text(encoding="utf-8")))} == {}
    assert unsaid('raise HTTPException(403, "You may not.")') == [1]


def test_no_text_of_the_catalogue_is_english_where_it_should_be_chinese() -> None:
    assert {key: found for key, words in catalogue().items() if (found := english_in(words["zh"]))} == {}
