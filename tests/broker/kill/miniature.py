"""A whole run without servers: the same cases through the product's own use cases, and everything that is audited."""

import asyncio
import copy
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from aiokafka.structs import ConsumerRecord, TopicPartition

from agents.assembly import Parsers, law_of, use_cases
from agents.delivery import InputRecord
from agents.lanes import LANES
from agents.messages import KafkaMessage
from agents.metrics import Metrics
from agents.outbox import Outbox
from agents.reference.messages import understood
from agents.runtime import Runtime
from agents.strange_members import StrangeMembers
from agents.topics import Topics
from pipeline.credentials import CredentialService
from pipeline.duties.timers import KnownClock, Timers
from pipeline.errors import SealstreamError
from pipeline.fingerprints.in_process import InProcessFingerprinter, InProcessImageCoder
from pipeline.fingerprints.index import FingerprintIndex
from pipeline.fingerprints.recorded import SealedRecord, recorded_codes
from pipeline.labels.explicit.in_process import InProcessLabeler
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.policy.reference import ReferenceSets, Removal
from pipeline.settings import AssetSettings, LabelSettings, PeopleSettings, PolicySettings, StoreSettings
from pipeline.store import Location
from pipeline.store.simulator import StoreSimulator
from tests.broker.kill.audit_clocks import audit_clocks
from tests.broker.kill.audit_last_word import audit_last_word
from tests.broker.kill.audit_ledger import audit_ledger
from tests.broker.kill.audit_matters import audit_matters
from tests.broker.kill.audit_messages import audit_messages
from tests.broker.kill.audit_positions import audit_positions
from tests.broker.kill.audit_store import Outage, audit_store
from tests.broker.kill.bucket import Listed, Stored
from tests.broker.kill.case_maker import Supplies
from tests.broker.kill.cases import Case, sha256
from tests.broker.kill.credentials import credential_service, originals, seal_each_media_type
from tests.broker.kill.evidence import Evidence
from tests.broker.kill.law import LADDER, reference_messages
from tests.broker.kill.ledger import entries_by_event
from tests.broker.kill.problems import Problem
from tests.broker.kill.topic_log import Commit
from tests.broker.kill.workload import KINDS, make_cases

__all__ = ["Backups", "Miniature", "play"]

CONTENT, RECORDS, INBOX = "content", "records", "inbox"
MAX_ASSET_BYTES = 64 * 1024
LANE_OF = {lane.name: lane for lane in LANES}
CLOCKS_FOR = timedelta(minutes=1)
STEP = 10_000
"""Milliseconds from one input to the next; its outputs come one by one right after it, its commit long after."""


@dataclass(slots=True, kw_only=True)
class Miniature:
    """Everything that the audit looks at, to be spoiled by tests."""

    cases: dict[int, Case]
    evidence: Evidence
    records: dict[str, bytes]
    written: dict[str, Listed]
    versions: dict[str, tuple[int, ...]]
    content: dict[str, Stored]
    commits: list[Commit]
    outages: list[Outage]
    until: datetime

    def audit(self) -> list[Problem]:
        """Audit it as a run is."""
        return [
            *audit_messages(self.cases, self.evidence, self.records),
            *audit_store(self.cases, self.records, self.versions, self.content, CONTENT, self.outages),
            *audit_ledger(self.cases, self.evidence, self.records, self.versions, RECORDS, self.outages),
            *audit_positions(self.cases, self.evidence, self.written, entries_by_event(self.records), self.commits),
            *audit_last_word(self.cases, self.evidence),
            *audit_matters(self.cases, self.evidence, self.records, self.commits),
            *audit_clocks(self.cases, self.evidence, self.records, self.commits, self.until),
        ]

    def one(self, kind: str) -> Case:
        """A case of this kind."""
        return next(case for case in self.cases.values() if case.kind == kind)

    def following(self, first: str, kind: str) -> Case:
        """Of what came after the case of the kind `first`, the case of this kind."""
        case = self.one(first)
        while case.kind != kind:
            case = next(later for later in self.cases.values() if later.after == case.number)
        return case


class Backups(NamedTuple):
    """How far a run had come when topics and bucket were copied: before which case, counted from 0."""

    topics: int
    bucket: int


def play(directory: Path, *, backups: Backups | None = None, replayed: bool = False) -> Miniature:
    """Let one case of every kind go through: each is sent, dealt with and committed before the next.

    Args:
        directory: where the development signing chain is kept.
        backups: after what was played by then everything is lost, and goes on from these copies: producers send again
            what they had sent since the topics were copied, or, where only the bucket's copy is older, go on.
        replayed: at the end, everything is delivered once more.
    """
    credentials = credential_service(directory)
    supplies = Supplies(
        seed=1,
        inbox=INBOX,
        max_asset_bytes=MAX_ASSET_BYTES,
        credentialed=tuple(seal_each_media_type(credentials, 1)),
        to_seal_again=tuple(seal_each_media_type(credentials, 2)),
        originals=originals(3),
        clocks_from=datetime.now(UTC) + timedelta(minutes=20),
        clocks_for=CLOCKS_FOR,
    )
    stage = _Stage(credentials, until=supplies.clocks_from + 2 * CLOCKS_FOR)
    cases = list(make_cases(supplies, len(KINDS)))
    with ThreadPoolExecutor(1) as threads:
        if backups is None:
            asyncio.run(stage.play(cases, threads))
        else:
            stage = asyncio.run(_restored(stage, cases, backups, threads))
        if replayed:
            asyncio.run(stage.play(cases, threads))
        stage.let_clocks_speak(threads)
    return stage.seen({case.number: case for case in cases})


async def _restored(stage: "_Stage", cases: Sequence[Case], backups: Backups, threads: ThreadPoolExecutor) -> "_Stage":
    first, last = sorted(backups)
    await stage.play(cases[:first], threads)
    topics, bucket = copy.deepcopy(stage.kept), dict(stage.store.objects)
    await stage.play(cases[first:last], threads)
    restored = _Stage(stage.credentials, until=stage.until, known=stage.known)
    restored.kept = topics if backups.topics == first else stage.kept
    for at, stored in (bucket if backups.bucket == first else stage.store.objects).items():
        restored.store.create(at, stored.body, media_type=stored.media_type, metadata=stored.metadata)
    await restored.play(cases[backups.topics :], threads)
    return restored


@dataclass(slots=True)
class _Kept:
    """What lies in the topics, and when the store had what it has."""

    evidence: Evidence
    commits: list[Commit] = field(default_factory=list)
    written: dict[str, Listed] = field(default_factory=dict)
    timers: Timers = field(default_factory=Timers)
    outputs: int = 0
    time: int = 0


@dataclass(slots=True)
class _Stage:
    credentials: CredentialService
    until: datetime
    known: FingerprintIndex = field(default_factory=FingerprintIndex)
    store: StoreSimulator = field(default_factory=lambda: StoreSimulator(CONTENT, RECORDS, INBOX))
    topics: Topics = field(default_factory=lambda: Topics("mini."))
    published: list[KafkaMessage] = field(default_factory=list)
    kept: _Kept = field(default_factory=lambda: _Kept(Evidence(Topics("mini."))))

    async def play(self, cases: Sequence[Case], threads: ThreadPoolExecutor) -> None:
        runtime = self._runtime(threads)
        for case in cases:
            self.kept.evidence.expect(case)
            for inbox_object in case.objects:
                self.store.create(Location(INBOX, inbox_object.key), inbox_object.body, media_type=inbox_object.mime)
            for _ in range(case.times):
                self.kept.time += STEP
                self.kept.commits.append(await self._deliver(case, runtime))
                for at in self.store.objects:
                    self.kept.written.setdefault(at.key, Listed(0, self.kept.time // 1000))

    def seen(self, cases: dict[int, Case]) -> Miniature:
        objects = self.store.objects.items()
        written = self.kept.written
        records = {at.key: stored.body for at, stored in objects if at.bucket == RECORDS}
        return Miniature(
            cases=cases,
            evidence=self.kept.evidence,
            records=records,
            written={key: written[key] for key in records},
            versions={key: (written[key].modified,) for key in records},
            content={
                at.key: Stored(sha256=sha256(stored.body), size=stored.size, modified=0)
                for at, stored in objects
                if at.bucket == CONTENT
            },
            commits=self.kept.commits,
            outages=[],
            until=self.until,
        )

    def let_clocks_speak(self, threads: ThreadPoolExecutor) -> None:
        """Say what was due until the end; whoever had said it at its time would have said the same."""
        runtime = self._runtime(threads)
        announcing = replace(runtime.cases.announcing, now=lambda: self.until)
        for due in self.kept.timers.due(self.until, len(self.kept.timers)):
            said = announcing(due, runtime.outbox.source)
            for message in () if said is None else runtime.outbox.announcement(said, 0):
                self.kept.evidence.take(self._output(message, due.at))

    async def publish(self, messages: Sequence[KafkaMessage]) -> None:
        self.published += messages

    async def _deliver(self, case: Case, runtime: Runtime) -> Commit:
        kept = self.kept
        topic = f"{self.topics.prefix}{case.topic}"
        partition = TopicPartition(topic, case.number % 2)
        offset = len(kept.evidence.inputs.get(partition, []))
        kept.evidence.take(_record(topic, partition.partition, offset, kept.time, case.key, case.value, case.headers))
        record = InputRecord(
            topic=topic,
            partition=partition.partition,
            offset=offset,
            key=case.key,
            value=case.value,
            headers=case.headers,
            timestamp=kept.time / 1000,
        )
        try:
            await runtime.work(LANE_OF[case.topic], record)
        except SealstreamError as error:
            await runtime.outbox.dead_letter(record, error, 1)
        self._take()
        return Commit(partition, offset + 1, kept.time + STEP - 1)

    def _take(self) -> None:
        """Take note of what was published, as the recogniser and the keeper of clocks do."""
        for message in self.published:
            if message.topic == self.topics.manifests:
                sealed = msgspec.json.decode(message.value or b"", type=SealedRecord)
                for code in recorded_codes(sealed):
                    self.known.add(code, bytes.fromhex(sealed.event_uid))
            if message.topic == self.topics.clocks:
                self.kept.timers.take(msgspec.json.decode(message.value or b"", type=KnownClock))
            self.kept.evidence.take(self._output(message, self.kept.time + 1))
        self.published.clear()

    def _output(self, message: KafkaMessage, time: int) -> ConsumerRecord:
        self.kept.outputs += 1
        return _record(message.topic, 0, self.kept.outputs, time, message.key, message.value, message.headers)

    def _runtime(self, threads: ThreadPoolExecutor) -> Runtime:
        references = ReferenceSets.empty()
        for message in reference_messages(self.topics):
            entry = understood("features" if message.topic == self.topics.features else "operators", message)
            assert not isinstance(entry, Removal)
            references = references.put(entry)
        cases = use_cases(
            self.store,
            Parsers(
                credentials=self.credentials,
                image_coder=InProcessImageCoder(),
                labeler=InProcessLabeler(),
                implicit_labeler=InProcessImplicitLabeler(),
                fingerprinter=InProcessFingerprinter(),
            ),
            law_of(PolicySettings(jurisdictions=("ES",), ladder=LADDER), lambda: references),
            StoreSettings(content_bucket=CONTENT, records_bucket=RECORDS, inbox_bucket=INBOX),
            AssetSettings(max_asset_bytes=MAX_ASSET_BYTES),
            LabelSettings(),
            PeopleSettings(),
            self.known,
        )
        publisher: Any = self
        metrics = Metrics.create()
        return Runtime(
            cases=cases,
            outbox=Outbox(publisher=publisher, topics=self.topics, source="mini", metrics=metrics),
            strange=StrangeMembers(metrics.unknown_members),
            threads=threads,
            patient=threads,
        )


def _record(
    topic: str,
    partition: int,
    offset: int,
    time: int,
    key: bytes | None,
    value: bytes | None,
    headers: Sequence[tuple[str, bytes | None]],
) -> ConsumerRecord:
    return ConsumerRecord(topic, partition, offset, time, 1, key, value, None, 0, 0, headers)
