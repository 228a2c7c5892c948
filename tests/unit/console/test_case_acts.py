"""Acts on cases: what a case and a person allow is offered, once, with why the rest is off; workers answer."""

import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from starlette.testclient import TestClient

from console.case_desk import KINDS
from console.texts import catalogue
from pipeline.duties.case_steps import ACTS_ON_CASES, MAY_FOLLOW
from pipeline.events.identity import case_uid, event_uid
from pipeline.events.intake import intake_case_act
from pipeline.events.outgoing import to_json
from pipeline.usecases.casework import newest_case
from tests.unit.console.browsing import Console, hidden
from tests.unit.console.happenings import CASE, STEP, TOPICS
from tests.unit.console.whole_worker import WholeWorker


@pytest.fixture
def worker(tmp_path: Path) -> WholeWorker:
    console = Console(tmp_path)
    worker = WholeWorker(console)
    console.on_send = worker.work
    return worker


def desk(worker: WholeWorker, who: str, role: str | None = None) -> TestClient:
    return worker.console.browser(who, role or worker.people[who][0])


def filled(client: TestClient, path: str, **more: str) -> dict[str, str]:
    """The form on a page, with what a person enters."""
    html = client.get(path).text
    names = [name for name in ("form", "token", "kind", "seen", "seen_decision") if f'name="{name}" value=' in html]
    return {**{name: hidden(html, name) for name in names}, "reason": "As the law has it.", **more}


def opened(worker: WholeWorker, kind: str = "order", number: str = "O-1", by: str = "dora", **more: str) -> str:
    """Open a case; returns its path."""
    client = desk(worker, by)
    form = filled(client, f"/cases/new?kind={kind}", case=number, **more)
    answer = client.post("/cases/new", data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    uid = case_uid(kind, f"#{number}")
    assert answer.headers["location"].startswith(f"/cases/{uid}?sent=")
    return f"/cases/{uid}"


def act(worker: WholeWorker, path: str, step: str, by: str = "dora", role: str | None = None, **more: str) -> str:
    """Do something about a case; returns the page that tells what became of it."""
    client = desk(worker, by, role)
    answer = client.post(f"{path}/acts", data=filled(client, path, step=step, **more))
    assert answer.status_code == 200, answer.text
    return answer.text


def offered(worker: WholeWorker, path: str, who: str, role: str | None = None) -> dict[str, str | None]:
    page = desk(worker, who, role).get(f"{path}.json").json()
    return {" ".join(filter(None, (offer["act"], offer["outcome"]))): offer["off"] for offer in page["offered"]}


def test_every_act_kind_and_state_has_words() -> None:
    words = catalogue()
    assert {f"case-acts.{act}" for act in ACTS_ON_CASES} <= words.keys()
    assert {f"case-kinds.{kind}" for kind in MAY_FOLLOW} <= words.keys()
    assert {f"case-states.{act.partition('.')[2]}" for act in ACTS_ON_CASES} <= words.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_case_is_opened_and_goes_on_by_the_table_of_states(worker: WholeWorker, kind: str) -> None:
    path = opened(worker, kind, "X-1", by="emil" if kind == "appeal" else "dora")
    (message,) = worker.console.sent
    taken = intake_case_act(message.value, message.headers)
    assert (message.topic, message.key, taken.seen) == (TOPICS.cases, b"X-1", 0)
    (first,) = MAY_FOLLOW[kind][None]
    steps = offered(worker, path, "dora")
    assert {step.split()[0] for step in steps} == {f"{kind}.{state}" for state in MAY_FOLLOW[kind][first]}
    assert set(steps.values()) == {None}


def test_what_is_entered_is_on_the_case(worker: WholeWorker) -> None:
    more = {"order.kind": "suspend-service", "order.due_at": "2026-11-21T09:00", "service.id": "svc-1"}
    path = opened(worker, at="2026-11-20T08:30", jurisdictions="IN, US-CA", channel="authority", **more)
    case = desk(worker, "dora").get(f"{path}.json").json()["case"]["case"]
    assert case["jurisdictions"] == ["IN", "US-CA"]
    assert case["channel"] == "authority"
    assert case["facts"]["order.received_at"] == "2026-11-20T08:30:00.000Z"
    assert case["facts"]["order.due_at"].startswith("2026-11-21T09:00:00")
    assert (case["facts"]["order.kind"], case["facts"]["service.id"]) == ("suspend-service", "svc-1")


@pytest.mark.parametrize(("places", "begins"), [((), "Opened"), (("IN", "US-CA"), "IN, US-CA · Opened")])
def test_a_case_begins_with_its_places_where_it_has_some(
    worker: WholeWorker, places: tuple[str, ...], begins: str
) -> None:
    worker.day.say(msgspec.structs.replace(CASE, jurisdictions=places))
    worker.learn()
    (lead,) = re.findall(r'<p class="lead">(.*?)</p>', desk(worker, "dora").get(f"/cases/{CASE.case_uid}").text)
    assert lead.startswith(begins)


def test_an_act_waits_and_is_done_and_the_page_says_by_whom(worker: WholeWorker) -> None:
    path = opened(worker)
    worker.console.on_send = None
    text = act(worker, path, "order.contested")
    assert "Sent, waiting for the worker" in text
    worker.work(worker.console.sent[-1])
    token = intake_case_act(worker.console.sent[-1].value, ()).reference.id
    text = desk(worker, "vera").get(f"{path}?sent={event_uid('sealstream-console', token)}").text
    assert "Done: Contested" in text
    assert "dora: Contested: As the law has it." in text
    assert "complaints officer" in text  # who may, told to somebody who may not
    assert "<textarea" not in text


def test_a_case_that_is_not_there_yet_says_what_becomes_of_opening_it(worker: WholeWorker) -> None:
    worker.console.on_send = None
    client = desk(worker, "dora")
    form = filled(client, "/cases/new?kind=takedown", case="T-1")
    answer = client.post("/cases/new", data=form)
    assert "A case is being opened" in answer.text
    assert "Sent, waiting for the worker" in answer.text
    worker.work(worker.console.sent[-1])
    assert "Done: Takedown demanded" in client.get(str(answer.url)).text
    again = filled(client, "/cases/new?kind=takedown", case="T-1")  # the number is taken
    page = client.post("/cases/new", data=again).url
    worker.work(worker.console.sent[-1])
    assert "The worker refused it" in client.get(str(page)).text
    assert client.get(f"/cases/{case_uid('takedown', '#T-2')}").status_code == 404


def test_a_document_is_on_the_case_by_digest_and_place_and_kept_nowhere(worker: WholeWorker) -> None:
    client, body = desk(worker, "dora"), b"An order, signed and sealed." * 100_000
    form = filled(client, "/cases/new?kind=order", case="O-1", document_uri="s3://evidence/o-1.pdf")
    opening = {"document": ("o-1.pdf", body, "application/pdf")}
    path = str(client.post("/cases/new", data=form, files=opening).url.path)
    form = filled(client, path, step="order.contested", document_uri="s3://evidence/answer")
    answer = client.post(f"{path}/acts", data=form, files={"document": ("answer", b"We do not.", "")})
    assert "Done: Contested" in answer.text
    documents = client.get(f"{path}.json").json()["case"]["case"]["documents"]
    told = [(document["act"], document["sha256"], document["uri"], document["mime"]) for document in documents]
    assert told == [
        ("order.received", sha256(body).hexdigest(), "s3://evidence/o-1.pdf", "application/pdf"),
        ("order.contested", sha256(b"We do not.").hexdigest(), "s3://evidence/answer", None),
    ]
    assert sha256(body).hexdigest() in answer.text
    assert not any(b"signed and sealed" in stored.body for stored in worker.store.objects.values())
    assert all(b"signed and sealed" not in message.value for message in worker.console.sent)


def test_a_document_that_went_to_an_authority_says_so_in_both_languages(worker: WholeWorker) -> None:
    path, client = opened(worker), desk(worker, "dora")
    assert "送交单位" in client.get(path, headers={"accept-language": "zh"}).text
    assert "Went to" in client.get("/cases/new?kind=order").text
    form = filled(
        client,
        path,
        step="order.contested",
        document_uri="s3://evidence/answer",
        document_addressee=" cyberspace office ",
    )
    answer = client.post(f"{path}/acts", data=form, files={"document": ("answer", b"We do not.", "")})
    assert "→ cyberspace office" in answer.text
    (document,) = client.get(f"{path}.json").json()["case"]["case"]["documents"]
    assert document["addressee"] == "cyberspace office"


def test_nothing_that_was_sent_is_asked_for_and_to_whom_it_went_stays_on_the_page(worker: WholeWorker) -> None:
    path, client = opened(worker), desk(worker, "dora")
    form = filled(client, path, step="order.done", document_addressee="cyberspace office")
    answer = client.post(
        f"{path}/acts", data=form, files={"document": ("", b"", "")}, headers={"accept-language": "zh"}
    )
    assert answer.status_code == 422
    assert "请选择已送交的文件" in answer.text
    assert 'value="cyberspace office"' in answer.text
    assert len(worker.console.sent) == 1


@pytest.mark.parametrize(
    ("place", "file", "why"),
    [
        ("s3://evidence/o-1.pdf", None, "请选择存放在该位置的文件。"),
        ("", b"An order", "请填写文件的存放位置。"),
        ("https://elsewhere.example/o-1.pdf", b"An order", "documents"),
    ],
)
def test_a_document_without_its_place_is_not_sent_and_what_was_typed_stays(
    worker: WholeWorker, place: str, file: bytes | None, why: str
) -> None:
    path, client = opened(worker), desk(worker, "dora")
    form = filled(client, path, step="order.done", document_uri=place, reason="What I wrote")
    files = {"document": ("o-1.pdf", file or b"", "application/pdf")} if file else {"document": ("", b"", "")}
    answer = client.post(f"{path}/acts", data=form, files=files, headers={"accept-language": "zh"})
    assert answer.status_code == 422
    assert why in answer.text
    assert "What I wrote" in answer.text
    assert f'value="{place}"' in answer.text
    assert "如有文件，请重新选择。" in answer.text
    assert len(worker.console.sent) == 1


def test_a_document_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    console = Console(tmp_path, settings={"content_max_bytes": 1000})
    worker = WholeWorker(console)
    console.on_send = worker.work
    path, client = opened(worker), desk(worker, "dora")
    form = filled(client, path, step="order.done", document_uri="s3://evidence/o-1.pdf")
    answer = client.post(f"{path}/acts", data=form, files={"document": ("o-1.pdf", b"x" * 70_000)})
    assert answer.status_code == 413
    assert len(console.sent) == 1


def test_a_double_click_is_one_act(worker: WholeWorker) -> None:
    path = opened(worker)
    client = desk(worker, "dora")
    form = filled(client, path, step="order.done")
    first, second = (client.post(f"{path}/acts", data=form, follow_redirects=False) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(worker.console.sent) == 2  # opening it, and this
    case = newest_case(worker.store, worker.layout, case_uid("order", "#O-1"))
    assert case is not None
    assert (case.version, case.state) == (2, "done")


def test_who_looked_at_an_older_version_is_told_and_nothing_is_sent(worker: WholeWorker) -> None:
    path = opened(worker)
    client = desk(worker, "dora")
    form = filled(client, path, step="order.done", reason="What I wrote")
    act(worker, path, "order.contested", by="emil")
    answer = client.post(f"{path}/acts", data=form)
    assert answer.status_code == 409
    assert "Somebody acted on this case meanwhile" in answer.text
    assert "What I wrote" in answer.text
    assert len(worker.console.sent) == 2


def test_who_sends_in_the_same_moment_is_refused_by_the_worker_and_reads_why(worker: WholeWorker) -> None:
    path = opened(worker)
    worker.console.on_send = None
    act(worker, path, "order.contested", by="emil")
    act(worker, path, "order.done", by="dora")
    for message in worker.console.sent[-2:]:
        worker.work(message)
    token = intake_case_act(worker.console.sent[-1].value, ()).reference.id
    text = desk(worker, "dora").get(f"{path}?sent={event_uid('sealstream-console', token)}").text
    assert "The worker refused it" in text
    assert "is not the newest" in text
    assert "dora: Carried out · refused" in text


def test_who_decided_the_original_is_told_so_and_another_overturns(worker: WholeWorker) -> None:
    worker.people["emil"] = ("second-reviewer",)
    decided = worker.decide()
    client = desk(worker, "ben")
    client.post(f"/queue/{decided.event_uid}/acts", data=filled(client, f"/queue/{decided.event_uid}", act="refuse"))
    path = opened(worker, "appeal", "A-1", by="dora", **{"about.event_uid": decided.event_uid})
    assert offered(worker, path, "ben", "second-reviewer") == {
        "appeal.decided upheld": "decided-before",
        "appeal.decided overturned": "decided-before",
    }
    text = desk(worker, "ben", "second-reviewer").get(path).text
    assert "you decided the original (ben). Another officer has to." in text
    assert "Done: Decide" in act(worker, path, "appeal.decided overturned", by="emil")
    event = desk(worker, "ben").get(f"/queue/{decided.event_uid}.json").json()
    assert event["standing"] == "allow"
    case = newest_case(worker.store, worker.layout, case_uid("appeal", "#A-1"))
    assert case is not None
    assert (case.state, case.outcome) == ("decided", "overturned")


def test_while_the_event_is_held_there_is_nothing_to_overturn(worker: WholeWorker) -> None:
    decided = worker.decide()
    path = opened(worker, "complaint", "K-1", **{"about.event_uid": decided.event_uid})
    steps = offered(worker, path, "dora")
    assert steps["complaint.answered overturned"] == "held"
    assert steps["complaint.answered"] is None
    assert f'<a href="/queue/{decided.event_uid}">Review it</a>' in desk(worker, "dora").get(path).text
    client = desk(worker, "dora")
    form = filled(client, path, step="complaint.answered overturned")
    assert client.post(f"{path}/acts", data=form).status_code == 403


def test_a_reviewer_may_look_and_not_act_nor_open(worker: WholeWorker) -> None:
    path = opened(worker)
    assert set(offered(worker, path, "anna").values()) == {"role"}
    client, officer = desk(worker, "anna"), desk(worker, "dora")
    stolen = {**filled(officer, path, step="order.done"), "form": hidden(client.get("/").text, "form")}
    assert client.post(f"{path}/acts", data=stolen).status_code == 403
    assert "may open no case" in desk(worker, "vera").get("/cases/new").text
    opening = {**filled(officer, "/cases/new?kind=order", case="O-2"), "form": hidden(client.get("/").text, "form")}
    assert client.post("/cases/new", data=opening).status_code == 403
    assert len(worker.console.sent) == 1


def test_forms_from_elsewhere_without_a_reason_or_that_no_contract_takes_send_nothing(worker: WholeWorker) -> None:
    path = opened(worker)
    client = desk(worker, "dora")
    form = filled(client, path, step="order.done")
    assert client.post(f"{path}/acts", data={**form, "form": "x"}).status_code == 403
    assert client.post(f"{path}/acts", data=form, headers={"origin": "https://evil.example"}).status_code == 403
    assert worker.console.browser().post(f"{path}/acts", data=form).status_code == 403
    assert "Give a reason." in client.post(f"{path}/acts", data={**form, "reason": " "}).text
    strange = filled(client, "/cases/new?kind=order", case="with a space")
    answer = client.post("/cases/new", data=strange)
    assert answer.status_code == 422
    assert "Nothing was sent" in answer.text
    assert 'value="with a space"' in answer.text
    assert client.post(f"{path}/acts", data={**form, "at": "yesterday"}).status_code == 422
    assert len(worker.console.sent) == 1


def test_what_the_brokers_did_not_take_is_sent_again_as_the_same_act(worker: WholeWorker) -> None:
    path = opened(worker)
    client = desk(worker, "dora")
    form = filled(client, path, step="order.done")
    worker.console.is_broker_away = True
    answer = client.post(f"{path}/acts", data=form)
    assert answer.status_code == 503
    assert form["token"] in answer.text
    worker.console.is_broker_away = False
    assert "Done: Carried out" in client.post(f"{path}/acts", data=form).text


def test_a_page_that_says_why_nothing_was_sent_stays_as_it_is_and_keeps_what_was_typed(worker: WholeWorker) -> None:
    path, uid = opened(worker), worker.decide().event_uid
    client, new = desk(worker, "dora"), "/cases/new?kind=order"
    html = client.get("/alerts?state=open").text.split(f'id="alert-{uid}"')[1]
    alert = {name: hidden(html, name) for name in ("form", "token", "seen")}
    forms = {
        f"{path}/acts": (path, filled(client, path, step="order.done", reason="Typed.")),
        new: (new, filled(client, new, case="O-2", reason="Typed.")),
        f"/alerts/{uid}/acts?state=open": ("/alerts?state=open", {**alert, "step": "alert.closed", "reason": "Typed."}),
    }
    worker.console.is_broker_away = True
    for to, (page, form) in forms.items():
        before, answer = client.get(page).text, client.post(to, data=form)
        assert answer.status_code == 503
        assert ("Kafka did not confirm" in answer.text, "Typed." in answer.text) == (True, True)
        assert form["token"] in answer.text
        assert ("hx-get=" in before, "hx-get=" in answer.text) == (True, False)
        assert f'back={quote(page)}"' in answer.text.replace("%3F", quote("?")).replace("%3D", quote("="))
        assert f'action="{to}"' in before.replace("&amp;", "&")


def test_clocks_are_on_the_page_and_late_ones_say_so(worker: WholeWorker) -> None:
    path = opened(worker, "takedown", "T-1", at="2026-11-20T09:00", **{"takedown.kind": "order"})
    text = desk(worker, "dora").get(path).text
    assert "PT3H" in text
    assert ">late<" not in text
    worker.pass_to(181)
    text = desk(worker, "dora").get(path).text
    assert '<span class="badge critical">late</span>' in text
    assert "missed" in text
    act(worker, path, "takedown.done")
    assert "met late" in desk(worker, "dora").get(path).text


def test_the_journal_has_acts_on_cases_beside_reviews(worker: WholeWorker) -> None:
    path = opened(worker)
    uid = worker.decide().event_uid
    client = desk(worker, "anna")
    client.post(f"/queue/{uid}/acts", data=filled(client, f"/queue/{uid}", act="claim"))
    act(worker, path, "order.done", by="emil")
    page = client.get("/audit.json").json()
    assert {(row["actor"], row["what"], row["state"]) for row in page["rows"]} == {
        ("dora", "order.received", "taken"),
        ("anna", "claim", "taken"),
        ("emil", "order.done", "taken"),
    }
    assert "Order received" in client.get("/audit").text
    assert {row["actor"] for row in client.get("/audit.json?actor=emil").json()["rows"]} == {"emil"}


def test_what_is_registered_has_no_acts_and_says_where_it_is_changed(worker: WholeWorker) -> None:
    worker.day.say(msgspec.structs.replace(CASE, kind="service", id="services/studio", state=None))
    worker.learn()
    text = desk(worker, "dora").get(f"/cases/{CASE.case_uid}").text
    assert "put a new version into its reference set" in text
    assert "<textarea" not in text


def test_stored_script_is_text(worker: WholeWorker) -> None:
    written = '<script>alert(1)</script>"'
    path = opened(worker, reason=written, **{"about.content_id": written})
    for page in (path, "/cases", "/audit"):
        assert "<script>alert" not in desk(worker, "dora").get(page).text


def test_the_page_of_accounts_says_whether_a_step_was_taken(worker: WholeWorker) -> None:
    worker.day.put(TOPICS.enforcement, STEP.account, to_json(STEP))
    worker.learn()
    page = desk(worker, "dora").get(f"/accounts/{STEP.account}").text
    assert "not confirmed" not in page
    path = opened(worker, "enforcement", STEP.enforcement_id)
    assert "not confirmed" in desk(worker, "dora").get(f"/accounts/{STEP.account}").text
    act(worker, path, "enforcement.taken")
    page = desk(worker, "dora").get(f"/accounts/{STEP.account}").text
    assert "carried out" in page
    assert f'href="{path}"' in page
