"""Alerts: acknowledged and closed by event, by whom they may be; the next one opens them again."""

import re
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from pipeline.events.identity import alert_id
from tests.unit.console.browsing import Console, hidden
from tests.unit.console.whole_worker import WholeWorker, alert_about


@pytest.fixture
def worker(tmp_path: Path) -> WholeWorker:
    console = Console(tmp_path)
    worker = WholeWorker(console)
    console.on_send = worker.work
    return worker


def desk(worker: WholeWorker, who: str) -> TestClient:
    return worker.console.browser(who, worker.people[who][0])


def form_for(client: TestClient, uid: str, step: str, **more: str) -> dict[str, str]:
    html = client.get("/alerts").text.split(f'id="alert-{uid}"')[1]
    return {**{name: hidden(html, name) for name in ("form", "token", "seen")}, "step": step, **more}


def states(client: TestClient) -> dict[str, str]:
    return {one["event_uid"]: one["state"] for one in client.get("/alerts.json").json()["events"]}


def test_an_alert_is_acknowledged_and_closed_and_says_by_whom(worker: WholeWorker) -> None:
    uid = worker.decide().event_uid
    anna, dora = desk(worker, "anna"), desk(worker, "dora")
    assert states(anna) == {uid: "open"}
    answer = anna.post(f"/alerts/{uid}/acts?state=open", data=form_for(anna, uid, "alert.acknowledged"))
    assert "Done: Acknowledge" in answer.text
    assert "No alert is like that." in answer.text  # the filter stayed
    assert states(dora) == {uid: "acknowledged"}
    text = re.sub(r"<[^>]+>", "", dora.get("/alerts").text)
    assert "acknowledged by anna · 0 s ago · In the console." in text
    dora.post(f"/alerts/{uid}/acts", data=form_for(dora, uid, "alert.closed", reason="It was a test picture."))
    assert states(anna) == {uid: "closed"}
    assert "It was a test picture." in anna.get("/alerts").text
    assert anna.get("/today.json").json()["alerts"] == 0
    assert {one["what"] for one in anna.get("/audit.json").json()["rows"]} == {"alert.acknowledged", "alert.closed"}


def test_the_next_alert_of_the_event_opens_them_again(worker: WholeWorker) -> None:
    decided = worker.decide()
    uid, anna = decided.event_uid, desk(worker, "anna")
    anna.post(f"/alerts/{uid}/acts", data=form_for(anna, uid, "alert.closed"))
    worker.day.say(msgspec.structs.replace(alert_about(decided), alert_id=alert_id(uid, "another.rule")))
    worker.learn()
    assert states(anna) == {uid: "open"}
    assert "Another one came since." in anna.get("/alerts").text
    anna.post(f"/alerts/{uid}/acts", data=form_for(anna, uid, "alert.acknowledged"))
    assert states(anna) == {uid: "acknowledged"}


def test_who_saw_fewer_alerts_or_an_older_state_is_told_and_nothing_is_sent(worker: WholeWorker) -> None:
    decided = worker.decide()
    uid, anna, dora = decided.event_uid, desk(worker, "anna"), desk(worker, "dora")
    early = form_for(dora, uid, "alert.closed")
    worker.day.say(msgspec.structs.replace(alert_about(decided), alert_id=alert_id(uid, "another.rule")))
    worker.learn()
    assert dora.post(f"/alerts/{uid}/acts", data=early).status_code == 409
    early = form_for(dora, uid, "alert.closed")
    anna.post(f"/alerts/{uid}/acts", data=form_for(anna, uid, "alert.acknowledged"))
    answer = dora.post(f"/alerts/{uid}/acts", data=early)
    assert answer.status_code == 409
    assert "Something happened to these alerts meanwhile." in answer.text
    assert len(worker.console.sent) == 1


def test_the_alert_of_a_missed_clock_leads_to_its_case_and_is_acknowledged_too(worker: WholeWorker) -> None:
    dora = desk(worker, "dora")
    html = dora.get("/cases/new?kind=takedown").text
    opening = {name: hidden(html, name) for name in ("form", "token", "kind")}
    more = {"takedown.kind": "order", "at": "2026-11-20T09:00", "case": "T-1", "reason": "It came in."}
    path = str(dora.post("/cases/new", data={**opening, **more}).url.path)
    worker.pass_to(181)
    (event,) = dora.get("/alerts.json").json()["events"]
    assert event["alerts"][0]["kind"] == "takedown-overdue"
    assert f'<a href="{path}">' in dora.get("/alerts").text
    dora.post(f"/alerts/{event['event_uid']}/acts", data=form_for(dora, event["event_uid"], "alert.acknowledged"))
    assert set(states(dora).values()) == {"acknowledged"}


def test_a_double_click_is_one_act_and_a_viewer_has_no_buttons(worker: WholeWorker) -> None:
    uid = worker.decide().event_uid
    anna, vera = desk(worker, "anna"), desk(worker, "vera")
    form = form_for(anna, uid, "alert.acknowledged")
    for _ in range(2):
        assert anna.post(f"/alerts/{uid}/acts", data=form).status_code == 200
    assert "alert.closed" not in vera.get("/alerts").text
    stolen = {**form, "form": hidden(vera.get("/").text, "form"), "token": "0" * 32}
    assert vera.post(f"/alerts/{uid}/acts", data=stolen).status_code == 403
    assert anna.post(f"/alerts/{'0' * 64}/acts", data=form).status_code == 404
    assert anna.post(f"/alerts/{uid}/acts", data={**form, "form": "x"}).status_code == 403
    assert len(worker.console.sent) == 1
