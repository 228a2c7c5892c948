"""What is left after a loss is enough: topics fill anew from the records bucket, and copies of both go on as one."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agents.messages import KafkaMessage
from agents.metrics import Metrics
from agents.outbox import Outbox
from agents.restating import restate
from agents.topics import Topics
from pipeline.duties.timers import KnownClock, Timers
from pipeline.store import Layout, Location
from pipeline.store.simulator import StoreSimulator
from pipeline.usecases.restating import Restating
from tests.broker.kill.miniature import CONTENT, RECORDS, Backups, Miniature, play

TOPICS = Topics("mini.")


class Anew:
    """New topics, which are empty; the port of an outbox on them."""

    def __init__(self) -> None:
        self.messages: list[KafkaMessage] = []

    async def publish(self, messages: list[KafkaMessage]) -> None:
        self.messages += messages

    def newest(self, topic: str) -> Mapping[bytes | None, bytes | None]:
        return {message.key: message.value for message in self.messages if message.topic == topic}


async def rebuilt(run: Miniature) -> Anew:
    """Topics that were filled anew from nothing but the records bucket."""
    store, anew = StoreSimulator(CONTENT, RECORDS), Anew()
    for key, body in run.records.items():
        store.create(Location(RECORDS, key), body, media_type="application/json")
    restating = Restating(store=store, layout=Layout(content_bucket=CONTENT, records_bucket=RECORDS))
    publisher: Any = anew
    outbox = Outbox(publisher=publisher, topics=TOPICS, source="mini", metrics=Metrics.create())
    counts = [
        await restate(outbox, restating.events(), restating.of_event),
        await restate(outbox, restating.cases(), restating.of_case),
    ]
    assert sum(counts) == len(anew.messages)
    return anew


async def test_decisions_in_force_are_rebuilt_from_the_bucket_alone(run: Miniature) -> None:
    anew = await rebuilt(run)

    last = {}
    for message in anew.messages:
        if message.topic == TOPICS.decisions:
            last[json.loads(message.value or b"")["event_uid"]] = dict(message.headers)["ce_id"].decode()
    assert last == run.evidence.last_decision
    assert {restated.value for restated in anew.messages if restated.topic == TOPICS.decisions} == {
        decision.value for decision in run.evidence.decisions.values()
    }
    assert anew.newest(TOPICS.manifests) == {
        manifest.key: manifest.value for manifest in run.evidence.manifests.values()
    }


async def test_orders_that_are_not_carried_out_suspend_their_services_again(run: Miniature) -> None:
    anew = await rebuilt(run)

    order = f"order:{run.one('suspension-ordered').matter.uid}"  # type: ignore[union-attr]
    lifted = f"order:{run.one('suspension-ordered-and-lifted').matter.uid}"  # type: ignore[union-attr]
    assert {order, lifted} == set(run.evidence.suspensions)
    assert anew.newest(TOPICS.services) == {order.encode(): run.evidence.suspensions[order].value}


async def test_cases_and_their_clocks_are_rebuilt_and_speak_with_the_names_that_they_had(run: Miniature) -> None:
    anew = await rebuilt(run)

    evidence, timers = run.evidence, Timers()
    for topic, messages in ((TOPICS.case_updates, evidence.case_updates), (TOPICS.clocks, evidence.clocks)):
        last = {key: messages.get(name) for (of, key), name in evidence.last_by_key.items() if of == topic}
        assert anew.newest(topic) == {key: message.value for key, message in last.items() if message is not None}
    for value in anew.newest(TOPICS.clocks).values():
        timers.take(msgspec.json.decode(value or b"", type=KnownClock))
    stages = {(due.mark, due.stage) for due in timers.due(run.until, 100)}
    said = [json.loads(announcement.value or b"") for announcement in evidence.announcements.values()]
    assert stages == {(body["clock_id"][:16], body["stage"]) for body in said}


@pytest.mark.parametrize("backups", [Backups(topics=17, bucket=89), Backups(topics=70, bucket=70)])
def test_topics_that_were_copied_before_the_bucket_pass_the_audit_when_both_are_restored(
    backups: Backups, tmp_path: Path
) -> None:
    assert play(tmp_path, backups=backups).audit() == []


def test_when_everything_is_replayed_what_is_in_force_stays_the_last_word(tmp_path: Path) -> None:
    assert play(tmp_path, replayed=True).audit() == []


def test_a_bucket_that_was_copied_before_the_topics_has_lost_what_came_between(tmp_path: Path) -> None:
    problems = play(tmp_path, backups=Backups(topics=90, bucket=40)).audit()

    assert {problem.what for problem in problems} >= {"there is no record in the store"}
    assert all(
        40 <= problem.case < 110 for problem in problems if problem.case is not None and problem.verdict == "lost"
    )
