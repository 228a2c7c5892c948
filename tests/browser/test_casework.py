"""People at work on cases and alerts, in a real browser, with what real workers answer: scenarios of a day.

One console, one worker and one browser serve all of it; each scenario has events and cases of its own.
"""

import re
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from agents.door_settings import DoorSettings
from agents.messages import KafkaMessage
from console.app import application as console_application
from console.doors.app import doors_application
from console.doors.complaining import Complaints
from console.doors.parts import Doors
from console.vault import Vault
from devstack import free_port
from pipeline.events.outputs import Announcement
from pipeline.policy.pack_files import load_packs
from pipeline.reports import period_of, report_of
from pipeline.reports.pdf import pdf_of
from pipeline.settings import StoreSettings
from pipeline.usecases.reporting import Reporting
from tests.browser.conftest import Office
from tests.browser.test_console import faults
from tests.tools import need
from tests.unit.console.browsing import Console
from tests.unit.console.happenings import TOPICS
from tests.unit.console.whole_worker import PEOPLE, WholeWorker

PATIENT: Mapping[str, object] = {"session_minutes": 100_000, "logins_a_minute": 1000, "acts_a_minute": 1000}
"""The clock of the tests goes on by hours while people stay logged in."""

LATER = datetime(2027, 6, 1, tzinfo=UTC)
"""When reports are asked for."""


@dataclass
class House(Office):
    """The console and the public doors, with a worker behind both; people stay logged in."""

    whole: WholeWorker = field(kw_only=True)
    doors: str = field(kw_only=True)
    awake: threading.Event = field(kw_only=True)
    desks: dict[str, Page] = field(default_factory=dict)

    def at_desk(self, who: str, role: str | None = None) -> Page:
        role = role or PEOPLE[who][0]
        if f"{who} {role}" not in self.desks:
            self.desks[f"{who} {role}"] = self.desk(who, role.replace("-", " "))
        return self.desks[f"{who} {role}"]

    def held(self, name: str, *, needs_two: bool = False) -> str:
        """The path of an event that is held."""
        return f"/queue/{self.whole.decide(name, needs_two=needs_two).event_uid}"

    def standing(self, path: str) -> list[str]:
        """What was decided about an event, one after the other."""
        page = self.console.parts().questions.event(path.rpartition("/")[2])
        after = {one.supersedes: one for one in page.decisions} if page is not None else {}
        said, at = [], None
        while at in after:
            said.append(after[at].decision)
            at = after[at].decision_id
        return said

    def report(self, kind: Any, language: Any, *, is_stored: bool = False) -> bytes:
        """The PDF of a report about the month; stored, where that is said, as the command stores it."""
        days = period_of("2026-11", "UTC", LATER)
        reporting = Reporting(store=self.whole.store, layout=self.whole.layout)
        report = report_of(kind, reporting.material(days), days, language, load_packs())
        return reporting.sealed_once(report, lambda: pdf_of(report)).body if is_stored else pdf_of(report)


@pytest.fixture(scope="module")
def house(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    console = Console(tmp_path_factory.mktemp("casework"), settings=PATIENT)
    worker = WholeWorker(console)
    buckets = frozenset({worker.layout.content_bucket})
    console.vault = Vault(store=worker.store, layout=worker.layout, buckets=buckets, max_bytes=10**7)
    console.application = console_application(console.parts())
    awake, lane = threading.Event(), ThreadPoolExecutor(1)
    awake.set()

    def take(message: KafkaMessage) -> None:
        awake.wait()
        worker.work(message)

    console.on_send = lambda message: lane.submit(take, message)  # type: ignore[assignment, return-value]

    async def send(message: KafkaMessage) -> None:
        lane.submit(take, message)

    complaints = Complaints(
        store=worker.store, layout=worker.layout, bucket=StoreSettings().content_bucket, topic=TOPICS.cases, send=send
    )
    nothing: Any = None
    doors = doors_application(Doors.of(DoorSettings(), nothing, nothing, complaints))
    servers = []
    for application in (console.application, doors):
        port = free_port()
        server = uvicorn.Server(uvicorn.Config(application, port=port, log_config=None, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        servers.append((f"http://127.0.0.1:{port}", server, thread))
    at, door = (url for url, *_ in servers)
    there = House(at, console, worker.day, nothing, chromium, whole=worker, doors=door, awake=awake)
    yield there
    assert not there.troubles
    for context in there.contexts:
        context.close()
    for _, server, thread in servers:
        server.should_exit = True
        thread.join(10)
    lane.shutdown()


def press(page: Page, name: str) -> None:
    """Go to a control by the keyboard alone, and use it."""
    _tab_to(page, "(e) => (e.getAttribute('aria-label') || e.innerText || '').trim()", name)
    page.keyboard.press("Enter")


def write(page: Page, text: str) -> None:
    """Give a reason, by the keyboard alone."""
    _tab_to(page, "(e) => e.id", "reason")
    page.keyboard.type(text)


def _tab_to(page: Page, what: str, wanted: str) -> None:
    met = []
    for _ in range(60):
        page.keyboard.press("Tab")
        met.append(page.evaluate(f"({what})(document.activeElement)"))
        if met[-1] == wanted:
            return
    raise AssertionError(f"The keyboard does not come to {wanted}: {met}")


def open_case(page: Page, kind: str, number: str, chosen: Mapping[str, str]) -> None:
    """Open a case, and wait until the worker has it."""
    page.goto(f"/cases/new?kind={kind}")
    page.get_by_label("Number, your own").fill(number)
    for label, value in chosen.items():
        page.get_by_label(label, exact=True).select_option(value)
    page.get_by_label("Reason").fill("As it came in.")
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_role("heading", name=number)).to_be_visible()


def do(page: Page, step: str, reason: str = "As the law has it.", done: str | None = None) -> None:
    """Do something about the case that a page shows, and wait until it is done."""
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name=step, exact=True).click()
    expect(page.get_by_text(f"Done: {done or step}")).to_be_visible()


def test_of_two_at_one_event_the_slower_is_told_by_keyboard_alone(house: House) -> None:  # scenario 3
    path = house.held("two-at-one")
    fast, slow = house.at_desk("anna"), house.at_desk("ben")
    for page in (fast, slow):
        page.goto(path)
    write(slow, "What I wrote so far")
    press(fast, "Claim")
    expect(slow.get_by_text("anna works on it")).to_be_visible()
    expect(slow.get_by_role("button", name="Release")).to_be_disabled()
    expect(fast.get_by_text("Done: Claim")).to_be_visible()
    press(fast, "Give back")
    expect(slow.get_by_role("button", name="Release")).to_be_enabled()
    expect(fast.get_by_text("Done: Give back")).to_be_visible()
    house.awake.clear()  # now both send in the same moment
    write(fast, "It is labelled.")
    press(fast, "Release")
    expect(fast.get_by_text("Sent, waiting for the worker")).to_be_visible()
    press(slow, "Refuse")
    expect(slow.get_by_text("Sent, waiting for the worker")).to_be_visible()
    house.awake.set()
    expect(fast.get_by_text("Done: Release")).to_be_visible()
    expect(slow.get_by_text("The worker refused it")).to_be_visible()
    expect(slow.get_by_text("Released by anna").first).to_be_visible()
    assert house.standing(path) == ["hold", "allow"]


def test_every_exit_drops_a_claim_by_keyboard_alone(house: House) -> None:  # scenario 4
    path = house.held("dropped")
    anna, ben = house.at_desk("anna"), house.at_desk("ben")
    for page in (anna, ben):
        page.goto(path)

    def claimed() -> None:
        press(anna, "Claim")
        expect(anna.get_by_text("Done: Claim")).to_be_visible()
        expect(ben.get_by_role("button", name="Claim")).to_be_disabled()

    def free() -> None:
        expect(ben.get_by_role("button", name="Claim")).to_be_enabled()

    claimed()
    press(anna, "Give back")
    free()
    expect(anna.get_by_text("Done: Give back")).to_be_visible()
    claimed()
    press(anna, "Give back, and to the queue")
    expect(anna.get_by_role("heading", name="Held for review")).to_be_visible()
    free()
    anna.goto(path)
    claimed()
    anna.goto("/")  # gone without a word, as who closes the tab: the claim is a lease
    house.whole.pass_to(house.console.minute + 16)
    ben.reload()
    press(ben, "Claim")
    expect(ben.get_by_text("You work on this until")).to_be_visible()
    write(ben, "It is labelled.")
    press(ben, "Second eyes")  # a decision: the claim was on the one before
    expect(ben.get_by_text("Done: Second eyes")).to_be_visible()
    expect(ben.get_by_text("Nobody has claimed it.")).to_be_visible()
    emil = house.at_desk("emil", "second-reviewer")
    emil.goto(path)
    press(emil, "Claim")
    expect(emil.get_by_text("You work on this until")).to_be_visible()


def test_four_eyes_see_what_is_refused_and_the_account_gets_one_step(house: House) -> None:  # scenario 5
    path = house.held("four-eyes", needs_two=True)
    anna, emil = house.at_desk("anna"), house.at_desk("emil", "second-reviewer")
    anna.goto(path)
    anna.get_by_label("Reason").fill("It deceives.")
    anna.get_by_role("button", name="Refuse").click()
    expect(anna.get_by_text("It waits for another person: you (anna) reviewed it before.")).to_be_visible()
    expect(anna.get_by_role("button", name="Refuse")).to_be_disabled()
    assert house.standing(path) == ["hold", "hold"]
    emil.goto(path)
    emil.get_by_label("Reason").fill("I agree.")
    emil.get_by_role("button", name="Refuse").click()
    expect(emil.get_by_text("Done: Refuse")).to_be_visible()
    assert house.standing(path) == ["hold", "hold", "block"]
    steps = [one.step for one in house.console.parts().questions.accounts().steps]
    assert [one.event_uid for one in steps].count(path.rpartition("/")[2]) == 1


def test_the_public_complains_and_another_officer_overturns(house: House) -> None:  # scenario 6
    path = house.held("complained-of")
    uid = path.rpartition("/")[2]
    reviewer = house.at_desk("gita")
    reviewer.goto(path)
    reviewer.get_by_label("Reason").fill("It deceives.")
    reviewer.get_by_role("button", name="Refuse").click()
    expect(reviewer.get_by_text("Done: Refuse")).to_be_visible()
    somebody = house.page()
    somebody.goto(f"{house.doors}/complaints/new?event={uid}")
    somebody.locator("textarea").fill("It is satire, and says so.")
    somebody.get_by_role("button").last.click()
    somebody.wait_for_url("**/complaints/status/*")
    number = somebody.locator("code").first.inner_text()
    dora, gita = house.at_desk("dora"), house.at_desk("gita", "complaints-officer")
    for officer in (dora, gita):
        officer.goto("/cases?kind=complaint")
        officer.get_by_role("link", name=number).click()
    do(dora, "Acknowledge")
    expect(gita.get_by_role("button", name="Answer: overturn")).to_be_disabled()
    expect(gita.get_by_text("you decided the original (gita). Another officer has to.").first).to_be_visible()
    do(dora, "Answer: overturn", "It is satire and says so.", done="Answer")
    assert house.standing(path) == ["hold", "block", "allow"]
    reversed_ = [one for one in house.console.parts().questions.accounts().steps if one.step.event_uid == uid]
    assert sorted(one.is_reversal for one in reversed_) == [False, True]
    somebody.reload()
    expect(somebody.get_by_text("It is satire and says so.")).to_be_visible()
    assert "gita" not in somebody.content()
    assert "dora" not in somebody.content()


def test_an_order_is_warned_of_and_missed_once_each_and_all_pages_agree(house: House) -> None:  # scenario 7
    need("pdftotext")
    dora = house.at_desk("dora")
    start = house.console.minute
    open_case(dora, "takedown", "T-2026-31", {"What kind of demand": "order"})
    due = dora.locator("table time").first.get_attribute("datetime")
    for minute, said in ((91, "warned"), (120, "warned"), (181, "missed"), (182, "missed")):  # begun anew each time
        house.whole.pass_to(start + minute)
        dora.reload()
        expect(dora.get_by_role("cell", name=said)).to_be_visible()
    expect(dora.get_by_text("late", exact=True)).to_be_visible()
    assert sorted(announced(house, "T-2026-31")) == ["due", "missed", "warned"]
    dora.goto("/clocks")
    row = dora.get_by_role("row").filter(has_text="T-2026-31")
    assert row.locator("time").first.get_attribute("datetime") == due
    dora.goto("/alerts?state=open&kind=takedown-overdue")
    expect(dora.get_by_role("article")).to_have_count(1)
    dora.get_by_role("article").get_by_role("button", name="Acknowledge").click()
    expect(dora.get_by_text("Done: Acknowledge")).to_be_visible()
    dora.goto("/alerts?state=acknowledged&kind=takedown-overdue")
    dora.get_by_role("article").get_by_role("link").first.click()
    expect(dora.get_by_role("heading", name="T-2026-31")).to_be_visible()
    assert due is not None
    text = read_back(house.report("duties", "en"))
    for told in ("T-2026-31", due[:10], due[11:19], "missed", "rule 3(1)(d)"):
        assert told in text, told


def test_a_rumour_goes_from_the_alert_to_the_report_in_chinese(house: House) -> None:  # scenario 8
    need("pdftotext")
    uid = house.whole.decide("rumour").event_uid
    dora = house.at_desk("dora")
    dora.goto("/alerts?state=open")
    dora.locator(f"#alert-{uid}").get_by_role("link", name="Open an incident").click()
    dora.get_by_label("Number, your own").fill("I-2026-8")
    dora.get_by_label("What it is about").select_option("rumour")
    dora.get_by_label("Places").fill("CN")
    dora.get_by_label("Reason").fill("The flood that it shows did not happen.")
    dora.get_by_role("button", name="Open it").click()
    expect(dora.get_by_role("heading", name="I-2026-8")).to_be_visible()
    do(dora, "Disposed of")
    do(dora, "Refuted")
    dora.get_by_label("Document", exact=True).set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"To the authority."}
    )
    dora.get_by_label("Where it is kept").fill("s3://evidence/letter.pdf")
    do(dora, "Reported to the authority")
    expect(dora.get_by_text(sha256(b"To the authority.").hexdigest())).to_be_visible()
    expect(dora.get_by_role("link", name=uid)).to_be_visible()
    body = house.report("incident", "zh")
    assert house.report("incident", "zh") == body
    text = read_back(body)
    for told in ("I-2026-8", "谣言", "第十一条", "2026-11-20"):
        assert told in text, told
    assert re.search(r"[0-9a-f]{64}", text)
    dora.goto("/audit?what=incident.refuted")
    expect(dora.get_by_role("row").filter(has_text="dora")).to_have_count(1)
    assert house.report("incident", "zh", is_stored=True) == body
    dora.goto("/reports")
    with dora.expect_download() as taken:
        dora.get_by_role("button", name="Open PDF incident 2026-11 zh").click()
    assert Path(taken.value.path()).read_bytes() == body
    dora.goto("/audit?what=report.exported")
    expect(dora.get_by_role("row").filter(has_text="Report opened")).to_contain_text(sha256(body).hexdigest())


def test_several_alerts_are_acknowledged_at_once(house: House) -> None:
    first, second, third = (house.whole.decide(f"flood-{number}").event_uid for number in range(3))
    anna = house.at_desk("anna")
    anna.goto("/alerts?state=open")
    for uid in (first, second):
        anna.locator(f"#alert-{uid}").get_by_role("checkbox").check()
    fourth = house.whole.decide("flood-3").event_uid  # the page is exchanged, and what was chosen stays so
    expect(anna.locator(f"#alert-{fourth}")).to_be_visible()
    expect(anna.locator(f"#alert-{second}").get_by_role("checkbox")).to_be_checked()
    anna.get_by_role("button", name="Acknowledge what is chosen").focus()
    anna.keyboard.press("Enter")
    expect(anna.get_by_text("2 sent: 2 done")).to_be_visible()
    expect(anna.locator(f"#alert-{third}")).to_be_visible()
    expect(anna.locator(f"#alert-{first}")).to_have_count(0)
    assert faults(anna) == []


def announced(house: House, number: str) -> list[str]:
    """What the clocks of a case said, as it lies on the topic."""
    return [
        said.stage
        for partition, records in house.whole.day.partitions.items()
        for record in records
        if partition.topic == TOPICS.clocks and ("ce_type", b"sealstream.clock-announcement.v1") in record.headers
        for said in [msgspec.json.decode(record.value or b"", type=Announcement)]
        if said.case_id == number
    ]


def read_back(pdf: bytes) -> str:
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return found.stdout.decode()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_to_act_on_can_be_used_by_everybody(house: House, language: str) -> None:
    uid = house.whole.decide(f"for-everybody-{language}").event_uid
    dora = house.at_desk("dora")
    dora.goto("/language/en")
    open_case(dora, "complaint", f"K-{language}", {"What is wrong with the label": "wrong"})
    case = dora.url.partition("?")[0]
    dora.goto(f"/language/{language}")
    for path in (case, f"/cases/new?kind=complaint&event_uid={uid}", "/alerts"):
        dora.goto(path)
        assert faults(dora) == [], path
    dora.goto("/language/en")
