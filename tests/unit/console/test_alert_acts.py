"""Alerts: acknowledged and closed by event, by whom they may be; the next one opens them again."""

import html
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from console.readmodel.asking import PAGE_ROWS
from pipeline.events.identity import alert_id
from pipeline.events.intake import intake_case_act
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
    text = client.get("/alerts").text.split(f'id="alert-{uid}"')[1]
    return {**{name: hidden(text, name) for name in ("form", "token", "seen")}, "step": step, **more}


def states(client: TestClient) -> dict[str, str]:
    return {event["event_uid"]: event["state"] for event in client.get("/alerts.json").json()["events"]}


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
    assert {row["what"] for row in anna.get("/audit.json").json()["rows"]} == {"alert.acknowledged", "alert.closed"}


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
    text = dora.get("/cases/new?kind=takedown").text
    opening = {name: hidden(text, name) for name in ("form", "token", "kind")}
    more = {"takedown.kind": "order", "at": "2026-11-20T09:00", "case": "T-1", "reason": "It came in."}
    path = str(dora.post("/cases/new", data={**opening, **more}).url.path)
    worker.pass_to(181)
    (event,) = dora.get("/alerts.json").json()["events"]
    assert event["alerts"][0]["kind"] == "takedown-overdue"
    assert f'<a href="{path}">' in dora.get("/alerts").text
    dora.post(f"/alerts/{event['event_uid']}/acts", data=form_for(dora, event["event_uid"], "alert.acknowledged"))
    assert set(states(dora).values()) == {"acknowledged"}


def form_for_several(client: TestClient, chosen: Sequence[str], step: str, query: str = "") -> dict[str, object]:
    text = client.get(f"/alerts{query}").text
    form = text.split('id="several"')[1]
    shown = re.findall(r'name="shown" value="([^"]*)"', text)
    return {**{name: hidden(form, name) for name in ("form", "token")}, "shown": shown, "chosen": chosen, "step": step}


def test_several_are_acknowledged_at_once_each_by_an_event_of_its_own(worker: WholeWorker) -> None:
    first, second, third = sorted(worker.decide(f"post-{number}").event_uid for number in range(3))
    anna = desk(worker, "anna")
    form = form_for_several(anna, [first, third], "alert.acknowledged", "?state=open")
    answer = anna.post("/alerts/acts?state=open", data={**form, "reason": "The same flood."})
    assert "2 sent: 2 done, 0 waiting for the worker, 0 refused." in answer.text
    assert f"alert-{second}" in answer.text  # the filter stayed
    assert f"alert-{first}" not in answer.text
    assert states(anna) == {first: "acknowledged", second: "open", third: "acknowledged"}
    acts = [intake_case_act(message.value, message.headers) for message in worker.console.sent]
    assert [(act.act, act.case, act.reason) for act in acts] == [
        ("alert.acknowledged", uid, "The same flood.") for uid in (first, third)
    ]
    assert [message.key for message in worker.console.sent] == [first.encode(), third.encode()]
    assert acts[0].alerts != acts[1].alerts


def test_all_that_are_open_on_the_page_are_acknowledged_and_none_that_the_filter_left_out(worker: WholeWorker) -> None:
    done, *rest = [worker.decide(f"post-{number}").event_uid for number in range(4)]
    anna = desk(worker, "anna")
    anna.post(f"/alerts/{done}/acts", data=form_for(anna, done, "alert.acknowledged"))
    assert "Acknowledge all open ones on this page (3)" in anna.get("/alerts").text
    filtered = "?kind=content-tampered&state=open"
    form = form_for_several(anna, [], "alert.acknowledged", filtered)
    action = re.search(r'formaction="([^"]*)"', anna.get(f"/alerts{filtered}").text)
    assert action is not None
    answer = anna.post(html.unescape(action[1]), data=form)
    assert "3 sent: 3 done" in answer.text
    assert answer.url.query.startswith(b"kind=content-tampered&state=open&sent=")
    assert set(states(anna).values()) == {"acknowledged"}
    assert len(worker.console.sent) == 1 + len(rest)
    assert "Acknowledge all open ones" not in anna.get("/alerts").text
    form = form_for_several(anna, rest, "alert.closed")
    anna.post("/alerts/acts", data=form)
    assert [state for uid, state in states(anna).items() if uid in rest] == ["closed"] * 3


def test_what_somebody_was_faster_with_is_left_out_and_the_rest_is_sent(worker: WholeWorker) -> None:
    first, second = (worker.decide(f"post-{number}").event_uid for number in range(2))
    anna, dora = desk(worker, "anna"), desk(worker, "dora")
    early = form_for_several(dora, [first, second], "alert.closed")
    anna.post(f"/alerts/{first}/acts", data=form_for(anna, first, "alert.acknowledged"))
    answer = dora.post("/alerts/acts", data=early)
    assert "1 sent: 1 done" in answer.text
    assert "1 left out: something happened to it meanwhile." in answer.text
    assert states(anna) == {first: "acknowledged", second: "closed"}
    late = form_for_several(dora, [first], "alert.closed")
    anna.post(f"/alerts/{first}/acts", data=form_for(anna, first, "alert.closed"))
    answer = dora.post("/alerts/acts", data=late)
    assert answer.status_code == 409
    assert "Something happened to these alerts meanwhile." in answer.text


def test_sent_twice_several_are_one_act_each_also_where_the_brokers_were_away(worker: WholeWorker) -> None:
    chosen = [worker.decide(f"post-{number}").event_uid for number in range(2)]
    anna = desk(worker, "anna")
    form = form_for_several(anna, chosen, "alert.acknowledged")
    worker.console.is_broker_away = True
    answer = anna.post("/alerts/acts", data={**form, "reason": "What I wrote"})
    assert answer.status_code == 503
    assert "Not all of it was confirmed." in answer.text
    assert "What I wrote" in answer.text
    assert answer.text.count(" checked") == 2
    assert hidden(answer.text.split('id="several"')[1], "token") == form["token"]
    worker.console.is_broker_away = False
    first, second = (anna.post("/alerts/acts", data=form, follow_redirects=False) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(worker.console.sent) == 2


def test_while_no_worker_answers_it_is_said_of_how_many_and_who_is_refused_reads_why(worker: WholeWorker) -> None:
    chosen = [worker.decide(f"post-{number}").event_uid for number in range(2)]
    anna, dora = desk(worker, "anna"), desk(worker, "dora")
    worker.console.on_send = None
    page = anna.post("/alerts/acts", data=form_for_several(anna, chosen, "alert.acknowledged")).url
    assert "2 sent: 0 done, 2 waiting for the worker, 0 refused." in anna.get(str(page)).text
    dora.post(f"/alerts/{chosen[0]}/acts", data=form_for(dora, chosen[0], "alert.closed"))
    worker.work(worker.console.sent[-1])  # dora's comes first
    for message in worker.console.sent[:2]:
        worker.work(message)
    text = anna.get(str(page)).text
    assert "2 sent: 1 done, 0 waiting for the worker, 1 refused." in text
    assert "is not the newest" in text


def test_who_may_not_or_chooses_nothing_sends_nothing(worker: WholeWorker) -> None:
    uid = worker.decide().event_uid
    anna, vera = desk(worker, "anna"), desk(worker, "vera")
    form = form_for_several(anna, [uid], "alert.acknowledged")
    assert "several" not in vera.get("/alerts").text
    stolen = {**form, "form": hidden(vera.get("/").text, "form")}
    assert vera.post("/alerts/acts", data=stolen).status_code == 403
    assert anna.post("/alerts/acts", data={**form, "form": "x"}).status_code == 403
    assert anna.post("/alerts/acts", data={**form, "step": "alert.deleted"}).status_code == 403
    for nothing in ({"chosen": []}, {"chosen": ["0" * 64]}, {"shown": ["nonsense"]}, {"shown": [f"{'0' * 64} 0 1"]}):
        answer = anna.post("/alerts/acts", data={**form, **nothing}, headers={"accept-language": "zh"})
        assert answer.status_code == 422
        assert "请至少选择一个事件。" in answer.text
    assert not worker.console.sent


def test_a_page_of_alerts_is_acknowledged_at_once(worker: WholeWorker) -> None:
    for number in range(PAGE_ROWS + 1):
        worker.day.decide(f"post-{number}")
    worker.learn()
    worker.console.on_send = None
    anna = desk(worker, "anna")
    text = anna.post("/alerts/acts?all=open", data=form_for_several(anna, [], "alert.acknowledged")).text
    assert f"{PAGE_ROWS} sent: 0 done, {PAGE_ROWS} waiting" in text


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
