"""How much pages ask of the database: as many statements for fifty rows as for three, for each is a round trip."""

import itertools
import re
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from console.readmodel.asking import PAGE_ROWS, DeskQuestions
from console.readmodel.keeping import KeptRows
from console.readmodel.port import FoundRows, ModelReader
from console.readmodel.shown import QueueFilter
from pipeline.events.identity import case_uid
from tests.unit.console.browsing import Console, hidden
from tests.unit.console.happenings import ALERT, CASE, CLOCK, MISSED, STEP, Happenings

FEW = 3
MOST = 12
"""So many statements at most are a page, the login and what is selected to filter by included."""


def rows_for_every_page(rows: int) -> Happenings:
    """As many rows for each list, and what belongs to each of them."""
    day = Happenings()
    day.operator("p-00", "auditor", "reviewer")
    for number in range(1, rows):
        day.operator(f"p-{number:02}", "viewer")
        day.operator(f"p-{number:02}", "viewer", version=2)
    for number in range(rows):
        name = f"{number:064}"
        held = day.decide(f"held-{number}", "hold", number)
        day.claim(held, "p-00", f"claim-{number}")
        if number % 2:
            day.look_at_alerts(held, "acknowledged", "p-00", f"look-{number}")
        day.say(msgspec.structs.replace(CLOCK, clock_id=name))
        day.say(msgspec.structs.replace(MISSED, announcement_id=name, clock_id=name))
        day.say(msgspec.structs.replace(STEP, enforcement_id=name))
        step = {"kind": "enforcement", "id": name, "case_uid": case_uid("enforcement", f"#{name}")}
        day.say(msgspec.structs.replace(CASE, facts={"enforcement.taken_at": "2026-11-20T10:00:00Z"}, **step))
    return day


class Counted:
    """A read model, and what it was asked."""

    def __init__(self, rows: KeptRows) -> None:
        self.opened = rows
        self.asked: list[str] = []

    @property
    def reader(self) -> ModelReader:
        return CountedReader(self.opened.reader, self.asked)


class CountedReader:
    def __init__(self, reader: ModelReader, asked: list[str]) -> None:
        self._reader, self._asked = reader, asked

    @property
    def in_transaction(self) -> bool:
        return self._reader.in_transaction

    def execute(self, statement: str, given: Sequence[object] = (), /) -> FoundRows:
        self._asked.append(statement)
        return self._reader.execute(statement, given)


class Office:
    """A console with so many rows on each page."""

    def __init__(self, directory: Path, rows: int) -> None:
        directory.mkdir()
        console = Console(directory)
        console.learn(rows_for_every_page(rows))
        self.counted = Counted(console.rows)
        console.rows = self.counted  # type: ignore[assignment]
        self.auditor = console.browser("p-00", "auditor")
        self.reviewer = console.browser("p-00", "reviewer")

    def count(self, ask: Callable[[], object]) -> int:
        self.counted.asked.clear()
        ask()
        return len(self.counted.asked)


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, Office]:
    directory = tmp_path_factory.mktemp("offices")
    return Office(directory / "few", FEW), Office(directory / "many", PAGE_ROWS)


LISTS = {
    "/queue.json": "rows",
    "/alerts.json": "events",
    "/clocks.json": "clocks",
    "/cases.json": "cases",
    "/accounts.json": "steps",
    f"/accounts/{STEP.account}.json": "steps",
    "/registries/operators.json": "entries",
    "/audit.json": "rows",
}


@pytest.mark.parametrize("page", LISTS)
def test_a_page_of_fifty_rows_asks_no_more_than_a_page_of_three(offices: tuple[Office, Office], page: str) -> None:
    for path in (page, page.removesuffix(".json")):
        few, many = (office.count(lambda: office.auditor.get(path)) for office in offices)  # noqa: B023 - now
        assert many == few <= MOST, offices[1].counted.asked
    rows = [len(office.auditor.get(page).json()[LISTS[page]]) for office in offices]
    assert rows[0] < rows[1] == PAGE_ROWS


def test_acts_on_fifty_alerts_and_what_became_of_them_ask_no_more_than_on_three(
    offices: tuple[Office, Office],
) -> None:
    counts = []
    for office in offices:
        page = office.reviewer.get("/alerts").text
        shown = re.findall(r'name="shown" value="([^"]*)"', page)
        several = page.split('id="several"')[1]
        form: dict[str, str | list[str]] = {name: hidden(several, name) for name in ("form", "token")}
        form |= {"step": "alert.closed", "reason": "Seen.", "shown": shown, "chosen": [alert[:64] for alert in shown]}
        told: list[str] = []
        counts.append(office.count(lambda: told.append(office.reviewer.post("/alerts/acts", data=form).text)))  # noqa: B023 - now
        assert f"{len(shown)} sent" in told[0]
    assert counts[0] == counts[1]


NOTHING_PASSES = {
    "queue": lambda questions: questions.queue(QueueFilter(media="image", severity="low")).rows,
    "alerts": lambda questions: questions.alerts(ALERT.kind, "low").events,
    "alerts in a state": lambda questions: questions.alerts(ALERT.kind, ALERT.severity, "closed").events,
}


@pytest.mark.parametrize("question", NOTHING_PASSES)
def test_a_filter_that_nothing_passes_reads_no_more_of_fifty_rows_than_of_three(
    offices: tuple[Office, Office], question: str
) -> None:
    counts = []
    for office in offices:
        reader, steps = office.counted.opened.reader, itertools.count()
        assert isinstance(reader, sqlite3.Connection)
        ask = DeskQuestions(lambda: reader, lambda: 0)  # noqa: B023 - asked at once
        NOTHING_PASSES[question](ask)
        reader.set_progress_handler(lambda: next(steps) and None, 1)  # noqa: B023 - of this connection
        assert NOTHING_PASSES[question](ask) == ()
        reader.set_progress_handler(None, 0)
        counts.append(next(steps))
    assert counts[0] == counts[1] > 0
