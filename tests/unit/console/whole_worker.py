"""A worker behind a console: lanes, use cases and outbox of a real one, over a store in memory, with a clock of tests.

What people send is put on the topics, worked on as workers do it, and what comes of it is put on the topics again, from
which the console learns. Nothing is answered here that a worker would not answer.
"""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from agents.assembly import CLAIM_GENERATOR, law_of, layout_of
from agents.delivery import InputRecord
from agents.lanes import LANES
from agents.messages import KafkaMessage
from agents.metrics import Metrics
from agents.outbox import Outbox
from agents.runtime import Runtime
from agents.strange_members import StrangeMembers
from console.readmodel.rows import rows_of
from pipeline.assets import AssetFetcher
from pipeline.duties import Oversight, OversightFacts
from pipeline.duties.timers import KnownClock, SaidStage, Timers
from pipeline.errors import ProducerError
from pipeline.events.identity import alert_id
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import Alert, Decision, DecisionOutcome
from pipeline.fingerprints.in_process import InProcessFingerprinter
from pipeline.isolation.parsers import Parsers
from pipeline.policy.reference import OperatorEntry, ReferenceSets
from pipeline.settings import PolicySettings, StoreSettings
from pipeline.store.simulator import StoreSimulator
from pipeline.usecases.escalation import Escalation, counted_against
from pipeline.usecases.wiring import wire
from tests.unit.console.browsing import Console
from tests.unit.console.happenings import ALERT, BEGINNING, TOPICS, Happenings
from tests.unit.violations import decision

Kept = TypeVar("Kept", KnownClock, SaidStage)
PEOPLE = {
    "anna": ("reviewer",),
    "ben": ("reviewer", "second-reviewer"),
    "dora": ("complaints-officer",),
    "emil": ("complaints-officer", "second-reviewer"),
    "gita": ("reviewer", "complaints-officer"),
    "hana": ("auditor",),
    "vera": ("viewer",),
}


class WholeWorker:
    """Works on what is sent from a console.

    Args:
        console: learns what comes of it.
        places: where cases are that do not say it.
    """

    def __init__(self, console: Console, *, places: tuple[str, ...] = ("IN",)) -> None:
        self.console, self.day = console, Happenings()
        self.people = dict(PEOPLE)
        stores = StoreSettings()
        self.store = StoreSimulator(stores.content_bucket, stores.records_bucket, stores.inbox_bucket)
        self.layout = layout_of(stores)
        sets = ReferenceSets.empty().updated(
            [
                msgspec.convert({"id": name, "version": 1, "roles": roles}, OperatorEntry)
                for name, roles in PEOPLE.items()
            ]
        )
        law = law_of(PolicySettings(jurisdictions=places), lambda: sets.sets, retention_days=183)
        nobody: Any = None
        parsers = Parsers(
            credentials=nobody,
            image_coder=nobody,
            labeler=nobody,
            implicit_labeler=nobody,
            fingerprinter=InProcessFingerprinter(),
        )
        self.cases = wire(
            store=self.store,
            layout=self.layout,
            fetcher=AssetFetcher(store=self.store, allowed_buckets=frozenset(), max_bytes=0),
            parsers=parsers,
            policy=law.policy,
            ladder=law.ladder,
            clocks=law.clocks,
            oversight=Oversight(
                references=lambda: sets.sets,
                facts=OversightFacts(places=law.oversight.places),
            ),
            lease=timedelta(minutes=15),
            known=nobody,
            claim_generator=CLAIM_GENERATOR,
            producer=None,
            labels_when_required=False,
            now=self.now,
        )
        metrics = Metrics.create()
        self.outbox = Outbox(publisher=self, topics=TOPICS, source="sealstream", metrics=metrics)  # type: ignore[arg-type]
        threads = ThreadPoolExecutor(1)
        strange = StrangeMembers(metrics.unknown_members)
        self.runtime = Runtime(cases=self.cases, outbox=self.outbox, strange=strange, threads=threads, patient=threads)
        self._ladder = law.ladder
        self._alone = ThreadPoolExecutor(1)
        self._lock = threading.RLock()
        for name, roles in PEOPLE.items():
            self.day.operator(name, *roles)
        self.learn()

    def now(self) -> datetime:
        """The time of day, which is the console's, too."""
        return BEGINNING + timedelta(minutes=self.console.minute)

    def learn(self) -> None:
        self.console.learn(self.day)

    async def publish(self, messages: Sequence[KafkaMessage]) -> None:
        for message in messages:
            if message.topic not in rows_of(TOPICS):  # the console does not follow it
                continue
            self.day.put(message.topic, (message.key or b"").decode(), message.value, message.headers)

    def work(self, message: KafkaMessage) -> None:
        """Take what was sent, and say what comes of it."""
        with self._lock:
            self._work(message)

    def _work(self, message: KafkaMessage) -> None:
        self.day.put(message.topic, (message.key or b"").decode(), message.value, message.headers)
        if message.topic == TOPICS.audit:  # workers leave it alone
            self.learn()
            return
        record = InputRecord(
            topic=message.topic,
            partition=0,
            offset=0,
            key=message.key,
            value=message.value,
            headers=tuple(message.headers),
            timestamp=self.now().timestamp(),
        )
        self._alone.submit(asyncio.run, self._worked_on(record)).result()  # the caller may be in a loop of its own
        self.learn()

    async def _worked_on(self, record: InputRecord) -> None:
        lane = next(lane for lane in LANES if lane.topic(TOPICS) == record.topic)
        try:
            await self.runtime.work(lane, record)
        except ProducerError as error:
            await self.outbox.dead_letter(record, error, attempts=1)

    def decide(self, name: str = "post-1", outcome: DecisionOutcome = "hold") -> Decision:
        """An event about which rules have decided; one that is blocked counts against its account."""
        decided = decision(name, outcome)
        content = msgspec.structs.replace(decided.content, id=f"{name}.png") if decided.content else None
        decided = msgspec.structs.replace(decided, content=content)
        with self._lock:
            return self._said(decided)

    def _said(self, decided: Decision) -> Decision:
        self.store.create(self.layout.record(decided.event_uid), to_json(decided), media_type="application/json")
        against = counted_against(decided)
        if against is not None:
            Escalation(store=self.store, layout=self.layout, ladder=self._ladder, now=self.now)(against)
        self.day.say(decided)
        self.day.say(alert_about(decided))
        self.learn()
        return decided

    def pass_to(self, minute: float) -> None:
        """Let time pass, and clocks say what they have to."""
        with self._lock:
            self.console.minute = minute
            self._announce()
            self.learn()

    def _announce(self) -> None:
        """As a worker that was just started: all that it knows of clocks, it has read on their topic."""
        timers = Timers()
        for clock in self._on_clocks(b"sealstream.clock.v1", KnownClock):
            timers.take(clock)
        for said in self._on_clocks(b"sealstream.clock-announcement.v1", SaidStage):
            timers.note(said)
        while due := timers.due(self.now(), 100):
            for stage in due:
                announced = self.cases.announcing(stage, "sealstream")
                if announced is not None:
                    self._alone.submit(asyncio.run, self.publish(self.outbox.announcement(announced, 0))).result()
                timers.settled(stage)

    def _on_clocks(self, event_type: bytes, of: type[Kept]) -> list[Kept]:
        return [
            msgspec.json.decode(record.value, type=of)
            for partition, records in self.day.partitions.items()
            for record in records
            if partition.topic == TOPICS.clocks and ("ce_type", event_type) in record.headers and record.value
        ]


def alert_about(decided: Decision) -> Alert:
    """The alert that comes with a decision."""
    return msgspec.structs.replace(
        ALERT,
        alert_id=alert_id(decided.event_uid, ALERT.rule.id),
        event_uid=decided.event_uid,
        event=decided.event,
        record_uri=decided.record_uri,
    )
