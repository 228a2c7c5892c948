"""Complaints of people without an account: from the form to a case, and what a token shows of it."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from agents.messages import KafkaMessage
from console.doors.complaining import Complaints, case_number
from pipeline.errors import WorldError
from pipeline.events.intake import intake_case_act
from pipeline.store import Location
from pipeline.store.simulator import StoreSimulator
from tests.unit.console.door_house import browser
from tests.unit.house import House
from tests.unit.usecases.public_house import PublicHouse
from tests.unit.usecases.test_case_acting import Desk
from tests.unit.violations import LAYOUT

PAGE = {"accept": "text/html", "accept-language": "en"}
TOKEN = "abcdefghijklmnopqrstuvwxyz_-0123"
SECRET = "my neighbour, jane@example.org"


class Office:
    """The doors, and the desk at which complaints arrive."""

    def __init__(self, house: House) -> None:
        self.public = PublicHouse(house)
        self.sent: list[KafkaMessage] = []
        self.store = StoreSimulator(LAYOUT.content_bucket, LAYOUT.records_bucket, "inbox")
        self.desk = Desk(self.store)
        self.complaints = self.taking(self._send)
        self.browser = browser(self.public, self.complaints)

    def taking(self, send: Callable[[KafkaMessage], Awaitable[None]]) -> Complaints:
        return Complaints(store=self.store, layout=LAYOUT, bucket="inbox", topic="cases", send=send)

    async def _send(self, message: KafkaMessage) -> None:
        self.sent.append(message)

    def complain(self, client: TestClient | None = None, **said: str) -> Any:
        form = {"token": TOKEN, "text": "The picture shows me.", "contact": SECRET, **said}
        return (client or self.browser).post("/complaints/new", data=form, headers=PAGE, follow_redirects=False)

    def arrive(self) -> None:
        """Let a worker do what was sent."""
        for message in self.sent:
            self.desk.acting(intake_case_act(message.value, ()))
        self.sent.clear()

    def status(self, **headers: str) -> str:
        return self.browser.get(f"/complaints/status/{TOKEN}", headers={**PAGE, **headers}).text


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


def test_a_complaint_opens_a_case_and_its_token_shows_it(office: Office) -> None:
    answer = office.complain()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/complaints/status/{TOKEN}")
    assert "Not known yet" in office.status()
    office.arrive()
    assert "<h2>Received</h2>" in office.status()
    assert "<h2>已收到</h2>" in office.status(**{"accept-language": "zh"})
    office.desk.act("complaint.acknowledged", "dora", case=case_number(TOKEN))
    assert "being looked at" in office.status()
    office.desk.act("complaint.answered", "dora", case=case_number(TOKEN), reason="The label is right.")
    assert "<h2>Answered</h2>" in office.status()
    assert "The label is right." in office.status()


def test_what_was_written_is_in_a_document_and_on_no_topic(office: Office) -> None:
    office.complain()
    (message,) = office.sent
    assert message.value is not None
    assert b"jane" not in message.value
    assert b"shows me" not in message.value
    assert TOKEN.encode() not in message.value
    (document,) = msgspec.json.decode(message.value)["data"]["documents"]
    kept = msgspec.json.decode(office.store.objects[Location.parse(document["uri"])].body)
    assert (kept["text"], kept["contact"]) == ("The picture shows me.", SECRET)


def test_a_form_that_is_sent_twice_is_one_complaint(office: Office) -> None:
    office.complain()
    office.complain(text="The picture shows me!", label="missing")
    first, second = office.sent
    assert first == second
    office.arrive()
    assert office.complaints.case_of(TOKEN).version == 1  # type: ignore[union-attr]


def test_a_complaint_says_which_event_and_which_label(office: Office) -> None:
    office.store.create(LAYOUT.record("0" * 64), b"{}", media_type="application/json")
    office.complain(event_uid="0" * 64, label="wrong")
    office.arrive()
    case = office.complaints.case_of(TOKEN)
    assert case is not None
    assert case.about is not None
    assert (case.about.event_uid, case.about.label, case.channel) == ("0" * 64, "wrong", "web")


def test_what_is_told_of_an_event_leads_to_the_form_about_it(office: Office) -> None:
    record = office.public.seal()
    shown = office.browser.get("/lookup", params={"event": record.event_uid}, headers=PAGE).text
    (path,) = re.findall(r'href="(/complaints/new\?event=[^"]+)"', shown)
    assert f'value="{record.event_uid}"' in office.browser.get(path, headers=PAGE).text
    closed = browser(office.public, open=("lookup",)).get("/lookup", params={"event": record.event_uid}, headers=PAGE)
    assert "/complaints/new" not in closed.text


@pytest.mark.parametrize(
    "said",
    [{"text": " "}, {"text": "x" * 5001}, {"event_uid": "0" * 64}, {"event_uid": "<script>"}, {"label": "nonsense"}],
)
def test_a_form_that_cannot_be_taken_comes_back_as_it_was(office: Office, said: dict[str, str]) -> None:
    answer = office.complain(**said)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "jane@example.org" in answer.text
    assert "<script>" not in answer.text
    assert office.sent == []


def test_each_form_has_a_token_of_its_own(office: Office) -> None:
    tokens = {
        found[1]
        for _ in range(3)
        if (found := re.search(r'name="token" value="([^"]+)"', office.browser.get("/complaints/new").text))
    }
    assert len(tokens) == 3
    assert office.complain(token="guess").status_code == 400


def test_what_was_asked_back_is_replied_to_with_the_token(office: Office) -> None:
    office.complain()
    office.arrive()
    reply = {"data": {"text": "On the left."}, "headers": PAGE, "follow_redirects": False}
    assert office.browser.post(f"/complaints/status/{TOKEN}", **reply).status_code == 400, "nothing was asked"
    office.desk.act("complaint.asked-back", "dora", case=case_number(TOKEN), reason="Which of the two are you?")
    assert "Which of the two are you?" in office.status()
    answer = office.browser.post(f"/complaints/status/{TOKEN}", **reply)
    assert answer.status_code == 303
    office.arrive()
    assert "Your reply came in" in office.status()


def test_a_token_of_nobody_shows_nothing(office: Office) -> None:
    office.complain()
    office.arrive()
    other = office.browser.get(f"/complaints/status/{'x' * 32}", headers=PAGE)
    assert "Not known yet" in other.text
    assert office.browser.get("/complaints/status/short", headers=PAGE).status_code == 404


def test_brokers_that_are_away_are_said_and_the_same_form_works_later(office: Office) -> None:
    async def away(message: KafkaMessage) -> None:
        raise WorldError(what="No broker answers at 10.0.0.1.", remedy="Look.")

    refused = office.complain(browser(office.public, office.taking(away)))
    assert refused.status_code == 503
    assert "10.0.0.1" not in refused.text
    assert office.complain().status_code == 303


def test_the_form_is_closed_by_a_setting(office: Office) -> None:
    client = browser(office.public, office.complaints, open=("verify",))
    assert client.get("/complaints/new", headers=PAGE).status_code == 404
