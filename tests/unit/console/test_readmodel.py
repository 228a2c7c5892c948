"""The read model: the same pages in whatever order topics are read, after whatever end, and once more from nothing."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.following.port import Read
from console.readmodel.asking import PAGE_ROWS, DeskQuestions
from console.readmodel.audit import AuditFilter
from console.readmodel.keeping import KeptRows
from console.readmodel.opening import open_rows
from console.readmodel.port import FoundRows, Kept, ModelReader
from console.readmodel.projection import Projection
from console.readmodel.rows import millis, rows_of
from console.readmodel.shown import QueueFilter
from console.readmodel.standing import ALERT_STATES
from pipeline.errors import OperatorError
from pipeline.events.identity import event_uid
from tests.unit.console.databases import Databases
from tests.unit.console.happenings import CASE, CASE_DONE, CLOCK, CLOCK_MET, HELD, MISSED, TOPICS, Happenings, a_day, at

NOW = millis(at(8))


_OF_THIS_RUN: list[Databases] = []


@pytest.fixture(scope="module", params=["sqlite", "postgres"], autouse=True)
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Everything here holds for both."""
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None
    _OF_THIS_RUN.append(Databases(server))
    yield _OF_THIS_RUN[-1]
    _OF_THIS_RUN.pop().close()


@pytest.fixture(autouse=True)
def closed(databases: Databases) -> Iterator[None]:
    yield
    databases.close()


def opened(directory: Path, source: str = "brokers") -> KeptRows:
    return _OF_THIS_RUN[-1].opened(directory, source)


def asked(rows: KeptRows) -> DeskQuestions:
    return DeskQuestions(lambda: rows.reader, lambda: NOW)


def read(directory: Path, reads: Iterable[Read]) -> DeskQuestions:
    rows = opened(directory)
    projection = Projection(rows, rows_of(TOPICS))
    for piece in reads:
        projection.begin(dict.fromkeys(piece.positions, 10**6))
        projection.take(piece)
    return asked(rows)


def everything(questions: DeskQuestions) -> str:
    """All pages there are, as JSON."""
    queue, alerts = questions.queue(QueueFilter()), questions.alerts()
    uids = {row.event_uid for row in queue.rows} | {
        row.event_uid for row in questions.audit(AuditFilter()).rows if row.event_uid is not None
    }
    pages = [
        queue,
        alerts,
        [questions.alerts(state=state) for state in ALERT_STATES],
        [questions.event(uid) for uid in sorted(uids)],
        questions.cases(),
        [questions.case(case.case_uid) for case in questions.cases().cases],
        [questions.clocks(state) for state in ("open", "met")],
        questions.accounts(),
        questions.audit(AuditFilter()),
        questions.registers(("operators", "services")),
        questions.register("operators"),
        questions.entry("operators", "r-1"),
        questions.operators(),
        questions.today(),
    ]
    return msgspec.json.format(msgspec.json.encode(pages)).decode()


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> str:
    return everything(read(tmp_path_factory.mktemp("in-order"), a_day().reads()))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(0, 40), min_size=1, max_size=60), sizes=st.lists(st.integers(1, 5), min_size=1))
def test_pages_are_the_same_in_whatever_order_topics_are_read(
    in_order: str, tmp_path_factory: pytest.TempPathFactory, order: list[int], sizes: list[int]
) -> None:
    assert everything(read(tmp_path_factory.mktemp("shuffled"), a_day().reads(order, sizes))) == in_order
    _OF_THIS_RUN[-1].close()


def test_what_was_read_goes_on_after_an_end_at_any_place(in_order: str, tmp_path: Path) -> None:
    for piece in a_day().reads((3, 1, 2), (2,)):
        questions = read(tmp_path, [piece])  # opened anew each time
    assert everything(questions) == in_order


def test_the_same_read_twice_changes_nothing(in_order: str, tmp_path: Path) -> None:
    assert everything(read(tmp_path, [*a_day().reads(), *a_day().reads((1,))])) == in_order


def test_rows_and_offsets_come_together_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = opened(tmp_path)
    (piece, *_) = a_day().reads()
    positions = dict(piece.positions)

    class Broken(dict):
        def items(self):
            raise OSError("the disk is full")

    before = everything(asked(rows))
    projection = Projection(rows, rows_of(TOPICS))
    projection.begin(dict.fromkeys(positions, 0))
    kept = [row for record in piece.records for row in rows_of(TOPICS)[record.topic](record)]
    with pytest.raises(OSError, match="the disk is full"):
        rows.keep(lambda _: Kept(kept, Broken(positions)))
    assert everything(asked(rows)) == before
    assert opened(tmp_path).positions() == {}


def test_a_topic_that_began_anew_is_forgotten_alone(in_order: str, tmp_path: Path) -> None:
    day = a_day()
    rows = opened(tmp_path)
    projection = Projection(rows, rows_of(TOPICS))
    for piece in day.reads():
        projection.begin(dict.fromkeys(piece.positions, 10**6))
        projection.take(piece)
    for topic in rows_of(TOPICS):
        projection.begin_anew([partition for partition in day.partitions if partition.topic == topic])
        assert not any(partition.topic == topic for partition in projection.positions)
        for piece in day.reads():
            if next(iter(piece.positions)).topic == topic:
                projection.begin(dict.fromkeys(piece.positions, 10**6))
                projection.take(piece)
        assert everything(asked(rows)) == in_order, topic


def test_what_other_brokers_said_is_forgotten(tmp_path: Path) -> None:
    assert read(tmp_path, a_day().reads()).today().waiting == 3
    _OF_THIS_RUN[-1].close()
    assert asked(opened(tmp_path, "other brokers")).today().waiting == 0


@pytest.mark.parametrize("table", ["customers (id)", "meta (version)", "meta (name, value)"])
def test_the_database_of_another_program_is_refused_and_stays_as_it_is(tmp_path: Path, table: str) -> None:
    path = tmp_path / "console.sqlite"
    with closing(sqlite3.connect(path)) as others:
        others.execute(f"CREATE TABLE {table}")
    before = path.read_bytes()
    for is_made_anew in (True, False):
        with pytest.raises(OperatorError, match="none that a console made"):
            open_rows(path, TOPICS, source="brokers", is_made_anew=is_made_anew)
    assert path.read_bytes() == before


def test_what_waits_is_held_by_a_decision_that_none_supersedes(tmp_path: Path) -> None:
    queue = read(tmp_path, a_day().reads()).queue(QueueFilter())
    assert [row.content_id for row in queue.rows] == ["sealed-held.txt", "held.jpg", HELD.content.id]  # escalated
    assert (queue.waiting, queue.is_more, queue.next) == (3, False, None)


def test_a_claim_counts_until_its_time_and_for_what_was_seen(tmp_path: Path) -> None:
    rows = read(tmp_path, a_day().reads()).queue(QueueFilter()).rows
    claims = {row.content_id: row.claim.actor for row in rows if row.claim is not None}
    assert claims == {"held.jpg": "r-2"}
    later = DeskQuestions(lambda: opened(tmp_path).reader, lambda: millis(at(30)))
    assert not any(row.claim for row in later.queue(QueueFilter()).rows)


def test_what_became_of_an_act_is_told(tmp_path: Path) -> None:
    acts = read(tmp_path, a_day().reads()).audit(AuditFilter()).rows
    told = {act.reason: (act.state, act.refused) for act in acts}
    assert told["Because of a-1."] == ("taken", None)
    assert told["Because of a-8."] == ("refused", "Somebody else decided first.")
    assert told["Because of a-10."] == ("waiting", None)
    assert told["Because of a-11."] == ("taken", None)  # about a case, as the next one
    assert told["Because of a-12."] == ("waiting", None)


def test_the_newest_version_of_a_person_counts_and_who_is_deleted_is_gone(tmp_path: Path) -> None:
    people = read(tmp_path, a_day().reads()).operators()
    assert {name: entry.roles for name, entry in people.items()} == {
        "r-1": ("viewer",),
        "r-2": ("reviewer", "second-reviewer"),
        "v-1": ("viewer",),
    }


UID = event_uid("//feed.example", "held")
QUESTIONS: dict[str, Callable[[DeskQuestions], object]] = {
    "event": lambda questions: questions.event(UID),
    "alerts": lambda questions: questions.alerts(),
    "alerts of one": lambda questions: questions.alerts_of((UID,)),
    "case": lambda questions: questions.case(CASE.case_uid),
    "queue": lambda questions: questions.queue(QueueFilter()),
    "today": lambda questions: questions.today(),
    "clocks": lambda questions: questions.clocks(),
}


class Traced:
    """A connection beside which something is taken in before the second question."""

    def __init__(self, reader: ModelReader, learn: Callable[[], None]) -> None:
        self._reader, self._learn, self._asked = reader, learn, 0

    @property
    def in_transaction(self) -> bool:
        return self._reader.in_transaction

    def execute(self, statement: str, given: Sequence[object] = (), /) -> FoundRows:
        self._asked += "FROM" in statement
        if self._asked == 2:
            self._learn()
        return self._reader.execute(statement, given)


@pytest.mark.parametrize("question", QUESTIONS)
def test_one_answer_is_of_one_state_whatever_is_taken_in_meanwhile(tmp_path: Path, question: str) -> None:
    ask, rows, day = QUESTIONS[question], opened(tmp_path), Happenings()

    def learn() -> None:
        read(tmp_path, day.reads())

    day.decide("held")
    for message in (CASE, CLOCK):
        day.say(message)
    learn()
    before, questions = ask(asked(rows)), asked(rows)
    day.review(UID, "release", "r-1", "a-1")
    for message in (CASE_DONE, CLOCK_MET, MISSED):
        day.say(message)
    traced = Traced(rows.reader, learn)
    assert ask(DeskQuestions(lambda: traced, lambda: NOW)) == before
    assert ask(questions) != before


def test_several_answers_are_of_one_state_where_they_have_to_be(tmp_path: Path) -> None:
    day = Happenings()
    uid = day.decide("held")
    questions = read(tmp_path, day.reads())
    day.review(uid, "release", "r-1", "a-1")
    with questions.of_one_state():
        before = questions.event(uid)
        read(tmp_path, day.reads())
        assert (questions.event(uid), questions.audit(AuditFilter()).rows) == (before, ())
    assert questions.event(uid) != before


def test_a_list_goes_on_page_by_page_and_loses_nobody(tmp_path: Path) -> None:
    many = Happenings()
    uids = [many.decide(f"held-{number}", "hold", number % 7) for number in range(2 * PAGE_ROWS + 3)]
    questions = read(tmp_path, many.reads())
    media = (HELD.content.mime if HELD.content else "").split("/")[0]
    for ask in (
        lambda after: questions.queue(QueueFilter(media=media), after),
        lambda after: questions.alerts(after=after),
    ):
        found, after = [], None
        while True:
            page = ask(after)
            found += [row.event_uid for row in (page.rows if hasattr(page, "rows") else page.events)]
            if (after := page.next) is None:
                break
        assert sorted(found) == sorted(uids)
    assert questions.queue(QueueFilter(), "nonsense").rows == questions.queue(QueueFilter()).rows


def test_lists_are_filtered(tmp_path: Path) -> None:
    questions = read(tmp_path, a_day().reads())
    queue = questions.queue(QueueFilter())
    for law in queue.laws:
        assert {row.law for row in questions.queue(QueueFilter(law=law)).rows} == {law}
    assert questions.queue(QueueFilter(media="text")).waiting == 1
    assert questions.queue(QueueFilter(severity="low")).waiting == 0
    alerts = questions.alerts()
    assert len(alerts.kinds) == 1
    assert questions.alerts(alerts.kinds[0], "critical").events == alerts.events
    assert questions.alerts(alerts.kinds[0], "low").events == ()
    by_state = {state: questions.alerts(state=state).events for state in ALERT_STATES}
    assert [len(events) for events in by_state.values()] == [len(alerts.events) - 2, 1, 1]
    assert questions.alerts(alerts.kinds[0], "critical", "closed").events == by_state["closed"]
    assert questions.today().alerts == len(by_state["open"])


def test_a_record_that_cannot_be_read_is_left_out_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    strange = Happenings()
    strange.put(TOPICS.decisions, "k", b"secret words")
    strange.decide("held", "hold")
    assert read(tmp_path, strange.reads()).today().waiting == 1
    assert "sealstream.decisions/" in caplog.text
    assert "secret" not in caplog.text


def test_the_words_of_a_note_are_not_kept(tmp_path: Path) -> None:
    noted = Happenings()
    noted.claim(noted.decide("held"), "r-1", "a-1", what="note")
    assert {act.reason for act in read(tmp_path, noted.reads()).audit(AuditFilter()).rows} == {""}
