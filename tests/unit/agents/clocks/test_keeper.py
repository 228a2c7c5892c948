"""The keeper of clocks on ports in memory: what is waited for before anything is said, and what is said once."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from agents.clocks.keeper import ClockKeeper
from agents.clocks.port import Page
from agents.clocks.registry import RegisteredDuties
from agents.delivery import InputRecord, TopicPartition
from agents.messages import KafkaMessage
from pipeline.duties.timers import DueStage
from pipeline.errors import WorldError
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import Case
from pipeline.policy.reference import ReferenceSets, parse_entry
from tests.unit.usecases.test_casework import LAYOUT, SOURCE, Desk, order

INPUT = TopicPartition("activities", 0)


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something, some 20 s at most."""
    for _ in range(20_000):
        if happened():
            return
        await asyncio.sleep(0.001)
    raise TimeoutError


class Sets:
    """The reference sets, as old as a test has them."""

    def __init__(self) -> None:
        self.current = ReferenceSets.empty()
        self.age_seconds = 0.0

    def put(self, entry: str, version: int, **service: Any) -> None:
        data = {"id": entry, "version": version, "jurisdictions": ["CN"], "service": service}
        self.current = self.current.put(parse_entry("services", entry, data))


class Topic:
    """One partition of the clocks topic, its pens, and the inputs; the ports on them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.log: list[InputRecord] = []
        self.said: list[Any] = []
        self.read = 0
        self.committed = self.sent = 0
        self.refusals = self.polls = 0
        self.is_away = self.closes_badly = False
        self.sets = Sets()
        self.threads = ThreadPoolExecutor(1)

    def publish(self, *messages: tuple[bytes, bytes | None], key: bytes = b"") -> None:
        for kind, value in messages:
            offset = len(self.log)
            self.log.append(
                InputRecord(
                    topic="clocks",
                    partition=0,
                    offset=offset,
                    key=key,
                    value=value,
                    headers=(("ce_type", kind),),
                    timestamp=self.desk.now.timestamp(),
                )
            )

    async def poll(self, seconds: float) -> Page:
        await asyncio.sleep(0)
        self.polls += 1
        if self.is_away:
            raise WorldError(what="The brokers are away.", remedy="Wait.")
        fresh, self.read = self.log[self.read :], len(self.log)
        return Page({0: 1}, fresh, {0: self.read})

    async def ends(self, partitions: Sequence[int]) -> Mapping[int, int]:
        return dict.fromkeys(partitions, len(self.log))

    async def mark(self) -> Mapping[TopicPartition, int]:
        return {INPUT: self.sent} if self.sent else {}

    async def reached(self, mark: Mapping[TopicPartition, int]) -> bool:
        return all(self.committed >= end for end in mark.values())

    async def write(self, messages: Sequence[KafkaMessage]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise WorldError(what="The brokers are away.", remedy="Wait.")
        for message in messages:
            self.publish((b"sealstream.clock-announcement.v1", message.value), key=message.key or b"")

    def keeper(self) -> ClockKeeper:
        @asynccontextmanager
        async def port(*_: int) -> AsyncIterator["Topic"]:
            self.read = 0
            yield self

        @asynccontextmanager
        async def pen(_: int) -> AsyncIterator["Topic"]:
            yield self
            if self.closes_badly:
                raise ConnectionError

        async def announce(due: DueStage) -> Any:
            return self.desk.announce(due, SOURCE)

        def messages(said: Any, partition: int) -> Sequence[KafkaMessage]:
            value = to_json(said.announcement)
            return (KafkaMessage(topic="clocks", key=b"", value=value, partition=partition),)

        def forgotten(clock: str, shares: Sequence[int], partition: int) -> Sequence[KafkaMessage]:
            keys = (clock, *(f"{clock}.warned-{share}" for share in shares))
            return [KafkaMessage(topic="clocks", key=key.encode(), value=None, partition=partition) for key in keys]

        @asynccontextmanager
        async def arrears() -> AsyncIterator["Topic"]:
            yield self

        return ClockKeeper(
            open_reader=port,
            open_pen=pen,
            open_arrears=arrears,
            registry=RegisteredDuties(
                references=self.sets,
                registering=self.desk.register,
                publish=self.publish_case,
                threads=self.threads,
                now=lambda: self.desk.now,
            ),
            announce=announce,
            messages=messages,
            said=self.said.append,
            forgotten=forgotten,
            now=lambda: self.desk.now,
        )

    async def publish_case(self, case: Case) -> None:
        self.publish(*((b"sealstream.clock.v1", to_json(clock)) for clock in case.clocks))

    async def keep(self, turns: int = 50) -> None:
        """Let a new worker keep clocks for a while, and kill it."""
        keeping = asyncio.create_task(self.keeper().run())
        end = self.polls + turns
        await until(lambda: self.polls >= end)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    def stages(self) -> list[str]:
        return [said.announcement.stage for said in self.said]

    def lapses(self) -> list[str]:
        """What was said of security assessments."""
        rule = "cn.deep-synthesis.art15.assessment-clock"
        return [said.announcement.stage for said in self.said if said.announcement.law.clock == rule]

    def clock_of(self, offset: int) -> str:
        """The identity of the clock that a record is about."""
        return str(json.loads(self.log[offset].value or b"")["clock_id"])

    def order(self, name: str, **dates: str | None) -> None:
        case = self.desk.tell(name, "takedown.updated", **order(**dates))
        self.publish(*((b"sealstream.clock.v1", to_json(clock)) for clock in case.clocks))


async def test_what_is_due_is_said_by_one_worker_after_the_other_and_once() -> None:
    topic = Topic(Desk())
    topic.order("1", received_at="2026-11-20T10:00:00Z")
    await topic.keep()
    assert topic.stages() == []
    topic.desk.now += timedelta(hours=2)
    await topic.keep()
    assert topic.stages() == ["warned"]
    topic.desk.now += timedelta(hours=1)
    await topic.keep()
    await topic.keep()
    assert topic.stages() == ["warned", "due", "missed"]


async def test_a_clock_that_was_over_long_ago_is_taken_off_the_topic_once_with_what_it_announced() -> None:
    topic = Topic(Desk())
    topic.order("1", received_at="2026-11-20T10:00:00Z")
    topic.order("2", done_at="2026-11-20T12:00:00Z")
    await topic.keep()
    topic.desk.now += timedelta(days=29)
    await topic.keep()
    assert len(topic.log) == 2
    topic.desk.now += timedelta(days=2)
    await topic.keep()
    await topic.keep()
    clock = topic.desk.tell("2", "takedown.updated", **order(done_at="2026-11-20T12:00:00Z")).clocks[0].clock_id
    assert [(record.key, record.value) for record in topic.log[2:]] == [
        (clock.encode(), None),
        (f"{clock}.warned-50".encode(), None),
    ]
    assert topic.stages() == []


async def test_what_was_sent_before_the_time_was_up_is_worked_on_before_it_is_said() -> None:
    topic = Topic(Desk())
    topic.order("1", received_at="2026-11-20T06:00:00Z")
    topic.sent = 1
    await topic.keep()
    assert topic.stages() == []
    topic.order("2", done_at="2026-11-20T08:00:00Z")
    topic.committed = 1
    await topic.keep()
    assert topic.stages() == []


async def test_what_becomes_due_while_inputs_are_waited_for_waits_for_those_that_were_sent_by_then() -> None:
    topic = Topic(Desk())
    topic.order("1", received_at="2026-11-20T06:00:00Z")
    topic.sent = 1
    keeping = asyncio.create_task(topic.keeper().run())
    end = topic.polls + 50
    await until(lambda: topic.polls >= end)
    assert topic.stages() == []
    topic.order("2", id="another", received_at="2026-11-20T07:30:00Z")
    topic.desk.now += timedelta(hours=1)  # the time of the second one is up, too, and that it was done is on its way
    topic.sent, topic.committed = 2, 1
    end = topic.polls + 50
    await until(lambda: topic.polls >= end)
    assert {said.announcement.clock_id for said in topic.said} == {topic.clock_of(0)}
    topic.order("3", id="another", received_at="2026-11-20T07:30:00Z", done_at="2026-11-20T08:00:00Z")
    topic.committed = 2
    end = topic.polls + 50
    await until(lambda: topic.polls >= end)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert {said.announcement.clock_id for said in topic.said} == {topic.clock_of(0)}


async def test_what_the_brokers_did_not_take_is_said_later() -> None:
    topic = Topic(Desk())
    topic.order("1", received_at="2026-11-20T06:00:00Z")
    topic.refusals = 1_000
    await topic.keep()
    assert topic.stages() == []
    topic.refusals = 0
    await topic.keep()
    assert topic.stages() == ["missed"]


async def test_what_is_no_clock_keeps_no_other_from_being_said() -> None:
    topic = Topic(Desk())
    topic.publish((b"sealstream.clock.v1", b"nonsense"), (b"another.type", b"{}"))
    topic.order("1", received_at="2026-11-20T06:00:00Z")
    await topic.keep()
    assert topic.stages() == ["missed"]
    assert datetime.fromisoformat(topic.said[0].announcement.at) == datetime(2026, 11, 20, 9, tzinfo=UTC)


async def test_a_clock_with_numbers_that_no_clock_has_keeps_no_other_from_being_said() -> None:
    topic = Topic(Desk())
    topic.order("2", received_at="2026-11-20T06:00:00Z")
    foreign = (topic.log[0].value or b"").replace(b'"case_version":1', b'"case_version":-1')
    topic.log.clear()
    topic.publish((b"sealstream.clock.v1", foreign))
    topic.order("1", received_at="2026-11-20T06:00:00Z")
    await topic.keep()
    assert topic.stages() == ["missed"]


async def test_a_partition_of_which_nothing_can_be_said_is_in_trouble_until_it_can() -> None:
    topic = Topic(Desk())
    topic.order("1", received_at="2026-11-20T06:00:00Z")
    topic.refusals = 1
    keeper = topic.keeper()
    keeping = asyncio.create_task(keeper.run())
    await until(lambda: topic.polls >= 10)
    assert (keeper.trouble, topic.stages()) == ("The brokers are away.", [])
    await until(lambda: keeper.trouble is None)
    assert topic.stages() == ["missed"]
    keeping.cancel()


async def test_a_case_that_cannot_be_read_is_trouble_and_does_not_have_all_partitions_begin_anew() -> None:
    topic = Topic(Desk())
    topic.order("1", received_at="2026-11-20T06:00:00Z")
    case = topic.desk.tell("1", "takedown.updated", **order(received_at="2026-11-20T06:00:00Z"))
    topic.desk.store.create(LAYOUT.case(case.case_uid, 2), b"nonsense", media_type="application/json")
    keeper = topic.keeper()
    keeping = asyncio.create_task(keeper.run())
    await until(lambda: topic.polls >= 10)
    assert "is not what the layout says it is" in str(keeper.trouble)
    assert len(keeper) == 1
    keeping.cancel()


async def test_a_pen_that_does_not_close_ends_no_keeping() -> None:
    topic = Topic(Desk())
    topic.order("1", received_at="2026-11-20T06:00:00Z")
    topic.closes_badly = True
    keeping = asyncio.create_task(topic.keeper().run())
    await until(lambda: topic.stages() == ["missed"])
    topic.is_away = True
    polls = topic.polls
    await until(lambda: topic.polls >= polls + 2)
    assert not keeping.done()
    keeping.cancel()


async def test_a_security_assessment_lapses_with_no_event_arriving_and_is_said_once() -> None:
    topic = Topic(Desk())
    topic.sets.put("painter", 1, biometric_tool=True, security_assessed_at="2026-01-01T10:00:00Z")
    await topic.keep()
    assert topic.lapses() == []
    topic.desk.now += timedelta(days=6)
    await topic.keep()
    assert topic.lapses() == ["warned"]
    topic.desk.now += timedelta(days=40)
    await topic.keep()
    await topic.keep()
    assert topic.lapses() == ["warned", "due", "missed"]
    (said,) = (
        announced.alert
        for announced in topic.said
        if announced.alert and announced.alert.kind == "security-assessment-lapsed"
    )
    assert said.evidence["service.id"] == "services/painter"


async def test_an_assessment_that_was_renewed_while_nobody_looked_does_not_lapse() -> None:
    topic = Topic(Desk())
    topic.sets.put("painter", 1, biometric_tool=True, security_assessed_at="2025-11-21T10:00:00Z")
    await topic.keep()
    topic.desk.now += timedelta(days=2)
    topic.sets.put("painter", 2, biometric_tool=True, security_assessed_at="2026-11-20T10:00:00Z")
    await topic.keep()
    assert topic.lapses() == []
    topic.desk.now += timedelta(days=364)
    await topic.keep()
    assert topic.lapses() == ["warned", "warned", "due", "missed"]


async def test_a_feature_database_that_nobody_brings_up_to_date_is_said_with_no_event_arriving() -> None:
    topic = Topic(Desk())
    data = {"id": "f-1", "version": 1, "verdict": "harmful", "phrase": "words", "reviewed_at": "2026-11-20T10:00:00Z"}
    topic.sets.current = topic.sets.current.put(parse_entry("features", "f-1", data))
    await topic.keep()
    topic.desk.now += timedelta(days=40)
    await topic.keep()
    await topic.keep()
    said = [announced.alert for announced in topic.said if announced.alert]
    assert sorted(alert.kind for alert in said) == ["feature-database-stale", "feature-entries-unfounded"]
    assert {alert.evidence["feature_database.id"] for alert in said} == {"features/all"}


async def test_an_entry_that_was_deleted_has_no_duties_any_more() -> None:
    topic = Topic(Desk())
    topic.sets.put("painter", 1, biometric_tool=True, security_assessed_at="2025-11-21T10:00:00Z")
    await topic.keep()
    topic.sets.current = topic.sets.current.remove("services", "painter")
    topic.desk.now += timedelta(days=2)
    await topic.keep()
    assert topic.lapses() == []
    clocks = [json.loads(record.value or b"{}") for record in topic.log]
    assert {clock["state"] for clock in {clock["clock_id"]: clock for clock in clocks}.values()} == {"withdrawn"}


async def test_a_duty_is_not_said_before_the_sets_are_known_up_to_its_time() -> None:
    topic = Topic(Desk())
    topic.sets.put("painter", 1, biometric_tool=True, security_assessed_at="2025-11-19T10:00:00Z")
    topic.sets.age_seconds = 2 * 24 * 3600.0
    await topic.keep()
    assert topic.lapses() == []
    topic.sets.age_seconds = 0.0
    await topic.keep()
    assert topic.lapses() == ["missed"]
