"""A read model that is rebuilt: what topics forgot comes from the records bucket, and pages say the same as before."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.delivery import InputRecord
from agents.following.port import Read
from console.readmodel.asking import DeskQuestions
from console.readmodel.following import LiveModel
from console.readmodel.keeping import KeptRows
from console.readmodel.opening import open_rows
from console.readmodel.projection import Projection
from console.readmodel.rebuilding import Rebuilt, rebuild_rows
from console.readmodel.rows import millis, rows_of
from pipeline.duties import Oversight
from pipeline.errors import OperatorError, WorldError
from pipeline.events.identity import decision_id, retraction_id, review_id
from pipeline.events.intake import intake_review, intake_review_act
from pipeline.events.outgoing import Output, to_json
from pipeline.events.outputs import Alert, Decision, ManifestRecord, RetractionOutcome, ReviewUpdate
from pipeline.policy.decision import alerts_for
from pipeline.policy.ladder import parse_ladder
from pipeline.policy.reference import ReferenceSets
from pipeline.store.erased import ErasedEvent, note_erased
from pipeline.store.keys import RecordKey, parse_key
from pipeline.usecases.claiming import Claiming
from pipeline.usecases.escalation import Escalation
from pipeline.usecases.frame import alerts_of
from pipeline.usecases.recalling import Recalling
from pipeline.usecases.reviewing import Reviewing
from tests.unit.console.browsing import FRESH, Console
from tests.unit.console.happenings import TOPICS, Happenings
from tests.unit.console.test_readmodel import everything
from tests.unit.usecases.test_casework import LAYOUT, Desk, order
from tests.unit.violations import decision, manifest_record

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FORGETFUL = (TOPICS.decisions, TOPICS.reviews, TOPICS.review_updates, TOPICS.alerts, TOPICS.enforcement)
"""Topics whose messages go after some time."""

COMPACTED = (TOPICS.manifests, TOPICS.case_updates, TOPICS.clocks, TOPICS.operators)


class Town:
    """What happens, as use cases store it and as topics are told of it."""

    def __init__(self) -> None:
        self.desk, self.happened = Desk(), Happenings()
        self.store = self.desk.store
        self._moment = NOW
        self.escalation = Escalation(
            store=self.store, layout=LAYOUT, ladder=parse_ladder("warn:1,restrict:2", 365), now=self.now
        )
        anybody = Oversight(references=ReferenceSets.empty, without_operators=True)
        rest: Any = {"store": self.store, "layout": LAYOUT, "oversight": anybody, "now": self.now}
        self.review = Reviewing(escalation=self.escalation, **rest)
        self.act = Claiming(lease=timedelta(minutes=15), **rest)
        self.recalling = Recalling(store=self.store, layout=LAYOUT, escalation=self.escalation)

    def now(self) -> datetime:
        self._moment += timedelta(seconds=7)
        return self._moment

    def judge(self, record: Decision | ManifestRecord) -> str:
        """A worker stored the record of an event and published what follows."""
        at = {"decided_at": self.now().isoformat()} if isinstance(record, Decision) else {}
        record = msgspec.structs.replace(record, **at)
        self.store.create(LAYOUT.record(record.event_uid), to_json(record), media_type="application/json")
        for output in (record, *alerts_of(record)):
            self.happened.say(output)
        return record.event_uid

    def send(self, uid: str, what: str, name: str, actor: str, seen: str, **more: str) -> tuple[bytes, Any]:
        """A person sends something, and a worker takes it."""
        is_act = what in {"claim", "unclaim", "note"}
        data = {
            "event_uid": uid,
            "act" if is_act else "verdict": what,
            "actor": {"id": actor, "role": "reviewer"},
            "auth": {"issuer": "https://login.example", "at": "2026-06-01T11:58:00Z"},
            "seen": seen,
            "reason": f"Because of {name}.",
            **more,
        }
        kind = "sealstream.review-act.v1" if is_act else "sealstream.review.v2"
        event = {"specversion": "1.0", "id": name, "source": "/people", "type": kind, "data": data}
        headers = [("content-type", b"application/cloudevents+json")]
        value = orjson.dumps(event)
        self.happened.put(TOPICS.reviews, uid, value, headers)
        outcome = self.act(intake_review_act(value, headers)) if is_act else self.review(intake_review(value, headers))
        for output in outcome.outputs:
            self.happened.say(output)
        return value, outcome

    def retract(self, name: str, verdict: str) -> None:
        """A person finds content illegal; what is stored and published of it, by hand."""
        uid = self.judge(decision(name, "allow"))
        record = msgspec.json.decode(self.store.require(LAYOUT.record(uid)).body, type=Decision)
        review = intake_review(self._verdict(uid, verdict), ())
        outcome = RetractionOutcome(
            verdict="illegal",
            categories=(),
            reviewer="r-9",
            reason="It is.",
            found_at=None,
            event=review.reference,
            event_digest=review.digest,
        )
        changes = {"decision_id": retraction_id(uid), "supersedes": decision_id(uid), "decision": "retracted"}
        at = LAYOUT.retraction(uid)
        said = msgspec.structs.replace(
            record, retraction=outcome, decided_at=self.now().isoformat(), record_uri=at.uri, **changes
        )
        self.store.create(at, to_json(said), media_type="application/json")
        woken = alerts_for(
            said.findings,
            event_uid=review.uid,
            event=review.reference,
            subject=alerts_of(record)[0].subject,
            record_uri=at.uri,
        )
        for output in (said, *woken):
            self.happened.say(output)

    def _verdict(self, uid: str, name: str) -> bytes:
        data = {
            "event_uid": uid,
            "verdict": "illegal",
            "actor": {"id": "r-9", "role": "reviewer"},
            "auth": {"issuer": "https://login.example", "at": "2026-06-01T11:58:00Z"},
            "seen": decision_id(uid),
            "reason": "It is.",
        }
        event = {"specversion": "1.0", "id": name, "source": "/people", "type": "sealstream.review.v2", "data": data}
        return orjson.dumps(event)

    def tell(self, name: str, **dates: str) -> None:
        case = self.desk.tell(name, "takedown.updated", **order(**dates))
        for output in (case, *case.clocks):
            self.happened.say(output)


def a_month() -> Town:
    town = Town()
    town.happened.operator("r-1", "reviewer")
    for name, outcome in (("sealed", "allow"), ("waits", "hold")):
        town.judge(manifest_record(name, outcome))
    released = town.judge(manifest_record("released", "hold"))
    town.send(released, "release", "act-1", "r-1", decision_id(released))
    for name, outcome in (("post-1", "hold"), ("post-2", "block"), ("post-3", "allow")):
        town.judge(decision(name, outcome))
    held = decision("post-1").event_uid
    for number, what in enumerate(("claim", "unclaim", "note", "claim")):
        town.send(held, what, f"act-2{number}", "r-2", decision_id(held))
    refused = town.judge(decision("post-4", "hold"))
    town.send(refused, "refuse", "act-3", "r-1", decision_id(refused))
    town.send(refused, "release", "act-4", "r-3", review_id(refused), case="K-1")
    town.retract("post-5", "act-5")
    town.tell("1", received_at="2026-11-20T10:00:00Z")
    town.tell("2", done_at="2026-11-20T12:00:00Z")
    return town


def newest_of_each_key(records: Iterable[InputRecord]) -> list[InputRecord]:
    return list({record.key: record for record in records}.values())


def what_is_left(happened: Happenings, kept: Callable[[str], bool]) -> list[Read]:
    """The topics after a long time: some are empty, of the compacted ones the newest of each key is left."""
    reads = []
    for partition, records in sorted(happened.partitions.items()):
        if kept(partition.topic):
            left = newest_of_each_key(records) if partition.topic in COMPACTED else records
            reads.append(Read(left, {partition: records[-1].offset + 1}))
    return reads


def opened(directory: Path) -> KeptRows:
    return open_rows(directory / "console.sqlite", TOPICS, source="brokers")


def follow(rows: KeptRows, reads: Iterable[Read]) -> None:
    projection = Projection(rows, rows_of(TOPICS))
    for piece in reads:
        projection.begin(dict.fromkeys(piece.positions, 10**6))
        projection.take(piece)


def shown(rows: KeptRows) -> str:
    return everything(DeskQuestions(lambda: rows.reader, lambda: millis("2026-06-01T12:05:00Z")))


def rebuild(town: Town, rows: KeptRows, told: list[float] | None = None) -> Rebuilt:
    on_progress = (lambda _: None) if told is None else told.append
    return rebuild_rows(town.recalling, rows, TOPICS, source="sealstream", on_progress=on_progress)


@pytest.fixture(scope="module")
def town() -> Town:
    return a_month()


@pytest.fixture(scope="module")
def before(town: Town, tmp_path_factory: pytest.TempPathFactory) -> str:
    rows = opened(tmp_path_factory.mktemp("before"))
    follow(rows, town.happened.reads())
    return shown(rows)


def test_a_model_that_was_lost_says_the_same_after_a_rebuild_though_topics_forgot(
    town: Town, before: str, tmp_path: Path
) -> None:
    rows = opened(tmp_path)
    follow(rows, what_is_left(town.happened, lambda topic: topic in COMPACTED))
    assert shown(rows) != before
    told: list[float] = []
    assert rebuild(town, rows, told).left_out == 0
    assert shown(rows) == before
    assert (told[0], told[-1], told) == (0.0, 1.0, sorted(told))


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.sets(st.sampled_from(FORGETFUL)), first=st.sampled_from(["bucket", "topics"]))
def test_whatever_topics_forgot_and_whether_they_are_read_before_or_after(
    town: Town, before: str, tmp_path_factory: pytest.TempPathFactory, kept: set[str], first: str
) -> None:
    rows = opened(tmp_path_factory.mktemp("rebuilt"))
    reads = what_is_left(town.happened, lambda topic: topic in COMPACTED or topic in kept)
    for step in (lambda: rebuild(town, rows), lambda: follow(rows, reads))[:: 1 if first == "bucket" else -1]:
        step()
    assert shown(rows) == before


def test_a_rebuild_of_a_model_that_knows_everything_changes_nothing(town: Town, before: str, tmp_path: Path) -> None:
    rows = opened(tmp_path)
    follow(rows, town.happened.reads())
    rebuild(town, rows)
    assert shown(rows) == before


def test_acts_that_were_refused_are_told_by_their_dead_letters_when_their_own_topic_forgot_them(tmp_path: Path) -> None:
    happened = Happenings()
    happened.refuse(happened.decide("held"), "release", "r-1", "act-1")
    every, left = opened(tmp_path / "1"), opened(tmp_path / "2")
    follow(every, happened.reads())
    follow(left, what_is_left(happened, lambda topic: topic != TOPICS.reviews))
    assert shown(left) == shown(every)
    assert "Somebody else decided first." in shown(left)


def test_nothing_of_an_erased_event_comes_back_neither_its_record_nor_what_people_did_about_it() -> None:
    town = a_month()
    keys = [key for part in range(town.recalling.parts) for key in town.recalling.keys(part)]
    uids = {parsed.event_uid for parsed in map(parse_key, keys) if isinstance(parsed, RecordKey)}
    said = {uid for key in keys for uid in told_of(town.recalling.of(key)) if uid in uids}
    assert said == uids
    for uid in uids:
        note = ErasedEvent(event_uid=uid, erased_at="2026-06-02T12:00:00.000Z", erasure="ab" * 32, basis=())
        note_erased(town.store, LAYOUT, note, ())
    kinds = {type(output) for key in keys for output in town.recalling.of(key)}
    assert not kinds & {ManifestRecord, Decision, ReviewUpdate, Alert}


def told_of(outputs: Iterable[Output]) -> Iterable[str]:
    return (str(getattr(output, "event_uid", "")) for output in outputs)


def test_a_rebuild_that_ended_early_is_seen_and_the_next_one_completes_it(
    before: str, town: Town, tmp_path: Path
) -> None:
    rows, interrupted = opened(tmp_path), a_month()
    follow(rows, what_is_left(town.happened, lambda topic: topic in COMPACTED))
    interrupted.store.fail(1000)
    with pytest.raises(WorldError):
        rebuild(interrupted, rows)
    note = rows.rebuild()
    assert note is not None
    assert 0 < note.progress < 1
    rebuild(town, rows)
    assert shown(rows) == before


def test_what_is_no_record_is_left_out_and_its_key_is_in_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    town, account = Town(), "ab" * 32
    town.store.create(LAYOUT.account_entry(account, 1), b"{}", media_type="application/json")
    rows = opened(tmp_path)
    assert rebuild(town, rows) == Rebuilt(objects=1, left_out=1)
    assert "left out" in caplog.text
    assert account not in caplog.text


def test_a_console_says_how_far_a_rebuild_beside_it_is(tmp_path: Path) -> None:
    live = LiveModel(Any, TOPICS, opened(tmp_path))
    assert live.state().rebuilding is None
    changes = live.changes
    opened(tmp_path).note_rebuild(0.4)  # another process
    live.look_for_rebuild()
    assert (live.state().rebuilding, live.state().is_rebuild_over) == (0.4, False)
    assert live.changes > changes
    opened(tmp_path).note_rebuild(1.0)
    live.look_for_rebuild()
    assert live.state().rebuilding is None


@pytest.mark.parametrize(
    ("language", "going", "over"),
    [
        ("en", "Rebuilding from the records bucket, 40 %", "ended at 40 %"),
        ("zh", "正在从记录存储桶重建：已完成 40 %", "在 40 % 时中断"),
    ],
)
def test_pages_say_how_far_a_rebuild_is(tmp_path: Path, language: str, going: str, over: str) -> None:
    console = Console(tmp_path, login="none", state=replace(FRESH, rebuilding=0.4))
    asked = {"accept-language": language}
    assert going in console.browser().get("/queue", headers=asked).text
    console.state = replace(console.state, is_rebuild_over=True)
    assert over in console.browser().get("/queue", headers=asked).text


def test_a_model_that_was_made_for_other_brokers_is_refused_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "console.sqlite"
    open_rows(path, TOPICS, source="others").note_rebuild(0.5)
    with pytest.raises(OperatorError, match="other brokers"):
        open_rows(path, TOPICS, source="brokers", is_made_anew=False)
    assert open_rows(path, TOPICS, source="others").rebuild() is not None


def test_a_model_that_is_deleted_under_its_console_is_missed_and_nothing_is_shown_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = opened(tmp_path)
    live = LiveModel(Any, TOPICS, rows)
    (tmp_path / "console.sqlite").unlink()
    opened(tmp_path / "elsewhere").close()
    for _ in range(2):
        live.look_for_rebuild()
    assert live.state().trouble == "the database of the read model does not answer"
    assert caplog.text.count("was deleted or replaced while its console runs") == 1
    for use in (lambda: rows.reader, rows.positions, lambda: rows.note_rebuild(0.5)):
        with pytest.raises(WorldError, match="Stop the console"):
            use()
    (tmp_path / "elsewhere" / "console.sqlite").rename(tmp_path / "console.sqlite")  # another one in its place
    with pytest.raises(WorldError, match="replaced"):
        rows.positions()
    assert opened(tmp_path).positions() == {}
