"""After a run: gathers what the servers hold, has it audited, and writes the report."""

import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from devstack.kafka_artifacts import kafka_version
from pipeline.credentials import CredentialService
from pipeline.events.outputs import ManifestRecord
from tests.broker.kill.audit_clocks import audit_clocks, latenesses
from tests.broker.kill.audit_last_word import audit_last_word
from tests.broker.kill.audit_ledger import audit_ledger
from tests.broker.kill.audit_matters import audit_matters
from tests.broker.kill.audit_messages import audit_messages
from tests.broker.kill.audit_positions import audit_positions
from tests.broker.kill.audit_store import audit_store, let_through
from tests.broker.kill.audit_tile_logs import audit_tile_logs, is_of_tile_log
from tests.broker.kill.bucket import Bucket, list_versions, record_key
from tests.broker.kill.cases import Case
from tests.broker.kill.crew import Crew
from tests.broker.kill.evidence import Evidence, Message
from tests.broker.kill.ledger import entries_by_event, read_entries
from tests.broker.kill.ordeal import Suffered
from tests.broker.kill.plan import Plan
from tests.broker.kill.positions import PositionWatch
from tests.broker.kill.problems import Problem
from tests.broker.kill.report import Report
from tests.broker.kill.stack import STORES, Stack
from tests.broker.kill.topic_log import group_history

__all__ = ["Inquest", "Observed"]

_VALIDATED: Final = 60
_BEST_MILLISECONDS: Final = 10_000
_LOGGED: Final = re.compile(r" (?:ERROR|CRITICAL) +(\S.{0,120})")
_EXPECTED: Final = "aiokafka"
"""Logs as errors what is none while a broker is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What was seen while it ran."""

    cases: Mapping[int, Case]
    evidence: Evidence
    crew: Crew
    recogniser: Crew
    suffered: Suffered
    watch: PositionWatch
    seconds: float
    until: datetime
    wedged: bool


@dataclass(frozen=True, slots=True)
class Inquest:
    """Finds out what came of a run."""

    plan: Plan
    stack: Stack
    credentials: CredentialService
    began: float

    async def report(self, seen: Observed) -> Report:
        """Gather, audit and sum up."""
        environment = self.stack.environment()
        records_bucket = Bucket(STORES.records_bucket, environment)
        content_bucket = Bucket(STORES.content_bucket, environment)
        listed = {
            key: listed_object
            for key, listed_object in (await records_bucket.listing()).items()
            if not is_of_tile_log(key)
        }
        records = await records_bucket.get_all(listed)
        content = await content_bucket.digests(await content_bucket.listing())
        history = await group_history(self.stack.kafka)
        commits = (*seen.watch.commits, *(history.commits if history else ()))
        versions = list_versions(STORES.records_bucket, environment)
        problems = [
            *audit_messages(seen.cases, seen.evidence, records),
            *audit_store(seen.cases, records, versions, content, STORES.content_bucket, seen.suffered.store_away),
            *audit_ledger(
                seen.cases, seen.evidence, records, versions, STORES.records_bucket, seen.suffered.store_away
            ),
            *audit_positions(seen.cases, seen.evidence, listed, entries_by_event(records), commits),
            *audit_last_word(seen.cases, seen.evidence),
            *await audit_tile_logs(self.stack, versions, seen.suffered.store_away),
            *audit_matters(seen.cases, seen.evidence, records, commits),
            *audit_clocks(seen.cases, seen.evidence, records, commits, seen.until),
            *_without_record(seen.watch, seen.cases),
            *_ready_without_store(seen.suffered),
        ]
        validated = 0
        for case, record in self._sample(seen.cases, records):
            problems += [problem async for problem in self._validate(case, record, content_bucket)]
            validated += 1
        twice = sum(
            1 for written in versions.values() if len(written) > 1 and let_through(written, seen.suffered.store_away)
        )
        return self._sum_up(
            seen,
            problems,
            validated=validated,
            commits=len(commits),
            generation=history.generation if history else None,
            twice=twice,
            counted=Counter(entry.account for entry in read_entries(records)),
        )

    def _sample(self, cases: Mapping[int, Case], records: Mapping[str, bytes]) -> list[tuple[Case, ManifestRecord]]:
        sealed = [
            (case, msgspec.json.decode(records[key], type=ManifestRecord))
            for case in cases.values()
            if case.expected.outcome == "manifest" and (key := record_key(str(case.uid))) in records
        ]
        return random.Random(self.plan.seed).sample(sealed, min(_VALIDATED, len(sealed)))

    async def _validate(self, case: Case, record: ManifestRecord, bucket: Bucket) -> AsyncIterator[Problem]:
        """Validate what is stored, the asset with its own manifest or the one beside it."""
        prefix = f"s3://{STORES.content_bucket}/"
        asset = await bucket.get(record.sealed.uri.removeprefix(prefix))
        manifest = await bucket.get(record.manifest.uri.removeprefix(prefix))
        beside = None if record.manifest.binding == "embedded" else manifest
        credential = self.credentials.read(asset, record.content.mime, manifest=beside)
        if (credential.state, credential.trust) != ("valid", "trusted"):
            yield Problem.of(case, "wrong", f"the stored credential is {credential.state} and {credential.trust}")
        if credential.active_manifest != record.manifest.label:
            yield Problem.of(case, "wrong", "the stored manifest has another label than the record says")
        if beside is None and self.credentials.extract(asset, record.content.mime) != manifest:
            yield Problem.of(case, "wrong", "the manifest in the asset is not the one stored for it")

    def _sum_up(
        self,
        seen: Observed,
        problems: list[Problem],
        *,
        validated: int,
        commits: int,
        generation: int | None,
        twice: int,
        counted: Mapping[str, int],
    ) -> Report:
        crew, suffered, watch, evidence = seen.crew, seen.suffered, seen.watch, seen.evidence
        done = max(1, len(evidence.done))
        outcomes = Counter[str](case.expected.outcome for case in seen.cases.values())
        return Report(
            plan=asdict(self.plan),
            broker=f"Apache Kafka {kafka_version()}" if self.stack.broker else self.stack.kafka.bootstrap_servers,
            events=sum(1 for case in seen.cases.values() if case.after is None),
            following=sum(1 for case in seen.cases.values() if case.after is not None),
            counted=sorted(counted.values(), reverse=True),
            inputs=sum(map(len, evidence.inputs.values())),
            outcomes={**outcomes, "alert": len(evidence.alerts), "enforcement": len(evidence.enforcement)},
            announcements=len(evidence.announcements),
            median_lateness_seconds=median(latenesses(evidence) or [0]) / 1000,
            kills=suffered.kills,
            recogniser_kills=suffered.recogniser_kills,
            broker_restarts=suffered.broker_down,
            outages=[outage.last - outage.first for outage in suffered.store_away],
            let_through_by_store=twice,
            workers_that_joined=suffered.joined,
            rebalances=generation,
            unsettled=suffered.unsettled,
            asked_without_store=suffered.asked_without_store,
            starts=crew.starts,
            refused_starts=sum(1 for ending in crew.endings if ending.cause is None and ending.as_it_should_be),
            endings=[
                asdict(ending) for ending in (*crew.endings, *seen.recogniser.endings) if not ending.as_it_should_be
            ],
            left_behind=sorted(crew.left_behind | seen.recogniser.left_behind),
            slowest_stop_seconds=max(
                (ending.seconds for ending in crew.endings if ending.cause == "SIGTERM"), default=0.0
            ),
            repeated_deliveries={
                "manifests": _repeated(evidence.manifests.values()),
                "decisions": _repeated(evidence.decisions.values()),
                "alerts": _repeated(evidence.alerts.values()),
                "enforcement": _repeated(evidence.enforcement.values()),
                "updates": _repeated(evidence.acts.values()),
                "cases": _repeated(evidence.case_updates.values()),
                "dead letters": _repeated(evidence.dead_letters.values()),
            },
            commits=commits,
            samples=watch.samples,
            records_looked_for=watch.heads,
            looked_for_later=watch.deferred,
            manifests_validated=validated,
            wedged=seen.wedged,
            problems=problems,
            log_errors=_log_errors(self.stack.directory),
            seconds=seen.seconds,
            total_seconds=time.monotonic() - self.began,
            events_per_second=done / seen.seconds,
            best_events_per_second=_best(evidence.finished_at),
            cpu_ms_per_event=1000 * crew.cpu_seconds / done,
            cpu_ms_per_event_without_starts=1000 * (crew.cpu_seconds - crew.cpu_seconds_of_starts) / done,
        )


def _without_record(watch: PositionWatch, cases: Mapping[int, Case]) -> Iterator[Problem]:
    for delivery in watch.without_record:
        yield Problem.of(
            cases[delivery.case], "overtaken", f"{delivery.place} was below a committed position and had no record"
        )


def _ready_without_store(suffered: Suffered) -> Iterator[Problem]:
    for name in suffered.ready_without_store:
        yield Problem(verdict="wrong", what=f"{name} did not say that it is not ready while the store was away")


def _repeated(messages: Iterable[Message]) -> int:
    return sum(message.count - 1 for message in messages)


def _best(times: Iterable[int]) -> float:
    """The highest rate in any ten seconds, from times in milliseconds."""
    ordered = sorted(times)
    best = first = 0
    for last, time_of_last in enumerate(ordered):
        while time_of_last - ordered[first] > _BEST_MILLISECONDS:
            first += 1
        best = max(best, last - first + 1)
    return best * 1000 / _BEST_MILLISECONDS


def _log_errors(directory: Path) -> dict[str, int]:
    """What workers and their recogniser logged as errors, without the numbers that make every line another."""
    found = chain.from_iterable(
        _LOGGED.findall(log.read_text(errors="replace"))
        for crew in ("workers", "recogniser")
        for log in sorted((directory / crew).glob("*.log"))
    )
    ours = (re.sub(r"[0-9a-f-]{8,}|\d+", "#", words) for words in found if not words.startswith(_EXPECTED))
    return dict(Counter(ours).most_common(10))
