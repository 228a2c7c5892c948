"""An update that cannot be used: what was known stays, and one alert says so, without quoting anything."""

import asyncio
import logging
from typing import Any

import msgspec
import pytest

from agents.reference import records
from pipeline.events.outgoing import encode, to_json
from pipeline.policy.reference import SetName
from schemas import first_violation, validator
from tests.unit.agents.reference.conftest import Worker, until
from tests.unit.agents.reference.fake_kafka import TOPICS, FakeKafka

SECRET = "forbidden words"
HEADERS = (
    ("ce_specversion", b"1.0"),
    ("ce_id", b"1"),
    ("ce_source", b"/s"),
    ("ce_type", b"sealstream.feature.v1"),
)
GOOD: dict[str, Any] = {"id": "f", "version": 2, "verdict": "illegal", "phrase": SECRET}


@pytest.fixture
def kafka(kafka: FakeKafka) -> FakeKafka:
    """Brokers that hold one good feature, in version 2."""
    kafka.put("features", **{**GOOD, "phrase": "known"})
    return kafka


@pytest.mark.parametrize(
    ("key", "value", "headers"),
    [
        (b"f", b"{nothing", HEADERS),
        (b"f", b"", HEADERS),
        (b"f", [GOOD], HEADERS),
        (b"f", {**GOOD, "version": 3}, ()),
        (b"f", {**GOOD, "version": 3}, (*HEADERS[:3], ("ce_type", b"sealstream.service.v1"))),
        (b"f", {**GOOD, "version": 0}, HEADERS),
        (b"f", {**GOOD, "version": 3, "regex": SECRET}, HEADERS),
        (b"f", {**GOOD, "version": 3, "phrase": "\u200b"}, HEADERS),
        (b"f", {"id": "f", "version": 3, "verdict": "illegal", "regex": "(" + SECRET}, HEADERS),
        (b"f", {**GOOD, "version": 1}, HEADERS),
        (b"f", {**GOOD, "version": 2}, HEADERS),
        (b"g", {**GOOD, "version": 3}, HEADERS),
        (b"\xff", {**GOOD, "version": 3}, HEADERS),
        (None, {**GOOD, "version": 3}, HEADERS),
    ],
    ids=[
        "not JSON",
        "empty",
        "a list",
        "no CloudEvent",
        "an entry of another set",
        "a version that is none",
        "against the schema",
        "a phrase of nothing",
        "a broken expression",
        "an older version",
        "the same version with other words",
        "another key",
        "a key that is no text",
        "no key",
    ],
)
async def test_what_was_known_stays_and_one_alert_says_so(
    kafka: FakeKafka,
    worker: Worker,
    caplog: pytest.LogCaptureFixture,
    key: bytes | None,
    value: object,
    headers: tuple[tuple[str, bytes], ...],
) -> None:
    async with worker.at_work() as references:
        before = references.current
        kafka.send_raw("features", key, value, *headers)
        await until(lambda: bool(worker.alerts))
        await until(lambda: kafka.now > 1020)
        assert references.current is before
        assert references.trouble is None

    (alert,) = worker.alerts
    assert (alert.kind, alert.severity, alert.action, alert.rule.id) == (
        "operations",
        "high",
        "alert",
        "operations.reference-entry",
    )
    assert (alert.event.source, alert.event.id, alert.event.type) == (
        "kafka:t.features",
        "0/1",
        "sealstream.feature.v1",
    )
    assert alert.evidence == {"set": "features", "partition": 0, "offset": 1}
    assert alert.message
    assert alert.remedy
    assert first_violation(validator("alert.v2"), msgspec.json.decode(to_json(alert))) is None
    assert encode(alert, source="here").key == alert.event_uid.encode()
    assert worker.numbers.refusals == {"features": 1}
    assert SECRET not in caplog.text
    assert SECRET not in to_json(alert).decode()


async def test_a_good_entry_beside_a_bad_one_is_taken(kafka: FakeKafka, worker: Worker) -> None:
    async with worker.at_work():
        kafka.send_raw("features", b"bad", b"{", *HEADERS)
        kafka.put("features", id="good", version=1, verdict="rumour", phrase="x")
        await until(lambda: set(worker.phrases) == {"f", "good"})
        await until(lambda: len(worker.alerts) == 1)


async def test_an_entry_that_is_sent_twice_is_no_reason_for_an_alert(kafka: FakeKafka, worker: Worker) -> None:
    async with worker.at_work() as references:
        before = references.current
        for _ in range(3):
            kafka.put("features", **{**GOOD, "phrase": "known"})
        await until(lambda: kafka.delivered == 4 and kafka.now > 1005)
        assert references.current is before
    assert worker.alerts == []


async def test_a_bad_entry_is_alerted_at_every_start_until_it_is_mended(kafka: FakeKafka) -> None:
    kafka.send_raw("features", b"f", b"{", *HEADERS)
    first, second, third = Worker(kafka), Worker(kafka), Worker(kafka)
    for worker in (first, second):
        async with worker.at_work():
            await until(lambda worker=worker: len(worker.alerts) == 1)
            assert worker.phrases == {"f": "known"}
    assert first.alerts == second.alerts, "the same alert, so that repeats can be told"

    kafka.put("features", **{**GOOD, "version": 3, "phrase": "mended"})
    async with third.at_work():
        await until(lambda: kafka.now > 1020)
        assert third.phrases == {"f": "mended"}
    assert third.alerts == []


async def test_alerts_that_cannot_be_published_delay_nothing_and_are_not_lost(kafka: FakeKafka, worker: Worker) -> None:
    for number in range(5):
        kafka.send_raw("features", b"bad-%d" % number, b"{", *HEADERS)
    worker.alerts_are_lost = True
    async with asyncio.timeout(10), worker.at_work():
        kafka.put("features", id="g", version=1, verdict="rumour", phrase="x")
        await until(lambda: set(worker.phrases) == {"f", "g"})
        assert worker.alerts == []
        worker.alerts_are_lost = False
        await until(lambda: len(worker.alerts) == 5)
    assert [alert.evidence["offset"] for alert in worker.alerts] == [1, 2, 3, 4, 5]


async def test_a_fault_of_ours_is_an_alert_and_not_the_end(
    kafka: FakeKafka, worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    parse = records.parse_entry

    def fail_for_some(name: SetName, key: str, data: Any) -> Any:
        if key == "odd":
            raise KeyError(SECRET)
        return parse(name, key, data)

    monkeypatch.setattr(records, "parse_entry", fail_for_some)
    caplog.set_level(logging.WARNING)
    async with worker.at_work():
        for entry_id in ("odd", "even"):
            kafka.put("features", id=entry_id, version=1, verdict="rumour", phrase="x")
        await until(lambda: "even" in worker.phrases and len(worker.alerts) == 1)
    assert "KeyError" in worker.alerts[0].message
    assert "test_refusing.py" in caplog.text, "the log says where it happened"
    assert SECRET not in caplog.text


async def test_very_many_bad_entries_do_not_fill_the_log(
    kafka: FakeKafka, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    for number in range(300):
        kafka.send_raw("features", b"%d" % number, b"{", *HEADERS)
    async with worker.at_work():
        await until(lambda: len(worker.alerts) == 300)
    assert len(caplog.records) < 30
    assert worker.numbers.refusals == {"features": 300}


def test_every_set_has_a_topic_of_the_installation() -> None:
    assert {topic.removeprefix("t.") for topic in records.sets_by_topic(TOPICS)} == set(records.ENTRY_TYPES)
    assert set(records.sets_by_topic(TOPICS)) == set(TOPICS.references)
