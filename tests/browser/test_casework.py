"""People at work on cases and alerts, in a real browser, with what real workers answer, and with a clock of tests.

One console, one worker and one browser serve all of it. The scenarios of a day are played over real Kafka, in
tests/broker/test_scenarios.py; here hours pass, as many as the law has.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from devstack import free_port
from pipeline.events.outputs import Announcement
from pipeline.policy.pack_files import load_packs
from pipeline.reports import period_of, report_of
from pipeline.reports.pdf import pdf_of
from pipeline.usecases.reporting import Reporting
from tests.browser.desks import Desks, open_case, read_back
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
class House(Desks):
    """The console with a worker behind it; people stay logged in."""

    console: Console
    whole: WholeWorker
    desks: dict[str, Page] = field(default_factory=dict)

    def at_desk(self, who: str) -> Page:
        if who not in self.desks:
            self.desks[who] = self.desk(who, PEOPLE[who][0].replace("-", " "))
        return self.desks[who]

    def duties(self) -> bytes:
        """The PDF about the duties of the month."""
        days = period_of("2026-11", "UTC", LATER)
        material = Reporting(store=self.whole.store, layout=self.whole.layout).material(days)
        return pdf_of(report_of("duties", material, days, "en", load_packs()))


@pytest.fixture(scope="module")
def house(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    console = Console(tmp_path_factory.mktemp("casework"), settings=PATIENT)
    worker, lane = WholeWorker(console), ThreadPoolExecutor(1)
    console.on_send = lambda message: lane.submit(worker.work, message)  # type: ignore[assignment, return-value]
    port = free_port()
    config = uvicorn.Config(console.application, port=port, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    there = House(f"http://127.0.0.1:{port}", chromium, console, worker)
    yield there
    assert not there.troubles
    for context in there.contexts:
        context.close()
    server.should_exit = True
    thread.join(10)
    lane.shutdown()


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
    text = read_back(house.duties())
    for told in ("T-2026-31", due[:10], due[11:19], "missed", "rule 3(1)(d)"):
        assert told in text, told


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
