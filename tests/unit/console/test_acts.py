"""Acts: a form is an event and nothing else; once, by whom it may be done, from a page of the console."""

from pathlib import Path

import orjson
import pytest
from starlette.testclient import TestClient

from pipeline.events.identity import event_uid
from pipeline.events.inputs import Review
from pipeline.events.intake import intake_review_act
from tests.unit.console.browsing import Console, form_of
from tests.unit.console.happenings import TOPICS, Happenings

UID = event_uid("//feed.example", "held")


@pytest.fixture
def day() -> Happenings:
    day = Happenings()
    day.operator("r-1", "reviewer")
    day.operator("r-2", "reviewer")
    day.operator("v-1", "viewer")
    day.decide("held", "hold")
    return day


@pytest.fixture
def console(tmp_path: Path, day: Happenings) -> Console:
    there = Console(tmp_path)
    there.learn(day)
    return there


def post(client: TestClient, form: dict[str, str], **more: str) -> TestClient:
    return client.post(f"/queue/{UID}/acts", data=form, headers=more, follow_redirects=False)


@pytest.mark.parametrize("act", ["release", "refuse", "escalate", "claim", "note"])
def test_an_act_is_an_event_that_workers_take(console: Console, act: str) -> None:
    client = console.browser("r-1", "reviewer")
    form = form_of(client, UID, act)
    answer = post(client, form)
    (message,) = console.sent
    taken = intake_review_act(message.value, message.headers)
    assert (message.topic, message.key) == (TOPICS.reviews, UID.encode())
    person = taken.reviewer if isinstance(taken, Review) else taken.actor
    assert (taken.event_uid, person.id, person.role) == (UID, "r-1", "reviewer")
    assert orjson.loads(message.value)["id"] == form["token"]
    assert answer.headers["location"] == f"/queue/{UID}?sent={event_uid('sealstream-console', form['token'])}"


def test_a_double_click_is_one_event(console: Console) -> None:
    client = console.browser("r-1", "reviewer")
    form = form_of(client, UID, "release")
    assert post(client, form).headers["location"] == post(client, form).headers["location"]
    assert len(console.sent) == 1


def test_it_is_sent_and_waits_until_the_decision_is_back(console: Console, day: Happenings) -> None:
    client = console.browser("r-1", "reviewer")
    form = form_of(client, UID, "release")
    page = post(client, form).headers["location"]
    assert "Sent, waiting for the worker" in client.get(page).text
    day.review(UID, "release", "r-1", form["token"])
    console.learn(day)
    assert "Done: Release" in client.get(page).text
    assert "Released by you" in client.get(page).text
    assert "Released by r-1" in console.browser("r-2", "reviewer").get(f"/queue/{UID}").text
    assert "Nothing is held." in client.get("/queue").text


def test_what_the_worker_refuses_is_told_with_why(console: Console, day: Happenings) -> None:
    client = console.browser("r-1", "reviewer")
    form = form_of(client, UID, "release")
    page = post(client, form).headers["location"]
    day.refuse(UID, "release", "r-1", form["token"])
    console.learn(day)
    assert "The worker refused it</strong> Somebody else decided first. Look again." in client.get(page).text


def test_what_could_not_be_sent_is_told_and_can_be_sent_again_as_the_same_event(console: Console) -> None:
    client = console.browser("r-1", "reviewer")
    form = form_of(client, UID, "release", reason="Seen & fine.")
    console.is_broker_away = True
    answer = post(client, form)
    assert answer.status_code == 503
    assert "Nothing was sent</strong> Kafka did not confirm" in answer.text
    assert "Seen &amp; fine." in answer.text
    assert form["token"] in answer.text
    console.is_broker_away = False
    assert post(client, form).status_code == 303
    assert len(console.sent) == 1


def test_a_decision_needs_a_reason(console: Console) -> None:
    client = console.browser("r-1", "reviewer")
    answer = post(client, form_of(client, UID, "refuse", reason="  "))
    assert answer.status_code == 422
    assert "Give a reason." in answer.text
    assert not console.sent


def test_a_viewer_sees_no_buttons_and_may_not_act_by_hand(console: Console) -> None:
    reviewer, viewer = console.browser("r-1", "reviewer"), console.browser("v-1", "viewer")
    text = viewer.get(f"/queue/{UID}").text
    assert "<textarea" not in text
    assert "may look, and not decide" in text
    form = form_of(reviewer, UID, "release")
    stolen = {**form, "form": form_secret(viewer)}
    assert post(viewer, stolen).status_code == 403
    assert not console.sent


def form_secret(client: TestClient) -> str:
    text = client.get("/").text
    return text.split('name="form" value="')[1].split('"')[0]


@pytest.mark.parametrize("change", ["missing", "another", "empty"])
def test_a_form_from_elsewhere_is_refused(console: Console, change: str) -> None:
    client = console.browser("r-1", "reviewer")
    form = form_of(client, UID, "release")
    form["form"] = {"missing": "", "another": form_secret(console.browser("r-2", "reviewer")), "empty": " "}[change]
    assert post(client, form).status_code == 403
    assert not console.sent


def test_a_form_that_another_site_sends_is_refused(console: Console) -> None:
    client = console.browser("r-1", "reviewer")
    assert post(client, form_of(client, UID, "release"), origin="https://evil.example").status_code == 403
    assert not console.sent


def test_nobody_acts_without_a_login(console: Console, tmp_path: Path) -> None:
    form = form_of(console.browser("r-1", "reviewer"), UID, "release")
    assert post(console.browser(), form).status_code == 403
    assert console.browser().get("/queue", follow_redirects=False).headers["location"] == "/login?to=%2Fqueue"
    assert console.browser().get("/queue.json").status_code == 401
    assert console.browser().get("/live").text == "event: changed\ndata: 0\n\n"
    without = Console(tmp_path, login="none")
    assert without.browser().get("/login").status_code == 404
    assert post(without.browser(), form).status_code == 403
    assert not console.sent + without.sent


def test_a_session_ends_with_the_role(console: Console, day: Happenings) -> None:
    client = console.browser("r-1", "reviewer")
    form = form_of(client, UID, "release")
    day.operator("r-1", "viewer", version=2)
    console.learn(day)
    assert post(client, form).status_code == 403
    assert client.get("/", follow_redirects=False).headers["location"] == "/login"
    assert not console.sent


def test_nobody_logs_in_as_what_the_set_does_not_say(console: Console) -> None:
    for who, role in (("r-1", "admin"), ("nobody", "reviewer"), ("", "")):
        client = console.browser()
        secret = client.get("/login").text.split('name="form" value="')[1].split('"')[0]
        assert client.post("/login", data={"form": secret, "who": f"{who} {role}"}).status_code == 403
        assert client.post("/login", data={"form": "x", "who": "r-1 reviewer"}).status_code == 403


def test_who_sees_another_persons_claim_cannot_click_past_it(console: Console, day: Happenings) -> None:
    day.claim(UID, "r-2", "a-1")
    console.learn(day)
    text = console.browser("r-1", "reviewer").get(f"/queue/{UID}").text
    assert "r-2 works on it" in text
    assert text.count("disabled") == 4  # release, refuse, second eyes, claim
    assert "You work on this until" in console.browser("r-2", "reviewer").get(f"/queue/{UID}").text


def test_logging_out_ends_it(console: Console) -> None:
    client = console.browser("r-1", "reviewer")
    client.post("/logout", data={"form": form_secret(client)})
    assert client.get("/", follow_redirects=False).headers["location"] == "/login"
