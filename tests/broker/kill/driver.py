"""One whole run: servers, workers, events, kills, and at the end the audit of everything that is there."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Final

import aiohttp

from agents.kafka import open_publisher
from agents.similarity.questions import PATH
from pipeline.fingerprints.in_process import InProcessFingerprinter
from tests.broker.kill.audit_clocks import unsaid
from tests.broker.kill.bucket import Bucket
from tests.broker.kill.case_maker import Supplies
from tests.broker.kill.cases import Case
from tests.broker.kill.credentials import ORIGINALS, credential_service, originals, seal_each_media_type
from tests.broker.kill.crew import Crew
from tests.broker.kill.evidence import Evidence
from tests.broker.kill.feed import Feed, open_feed
from tests.broker.kill.inquest import Inquest, Observed
from tests.broker.kill.law import reference_messages
from tests.broker.kill.ordeal import Ordeal
from tests.broker.kill.plan import Plan
from tests.broker.kill.positions import PositionWatch
from tests.broker.kill.report import Report
from tests.broker.kill.stack import BOOTSTRAP, STORES, Stack, create_all_topics, open_stack, sealstream
from tests.broker.kill.steps import steps_of
from tests.broker.kill.topic_log import TopicFollower, follow
from tests.broker.kill.workload import make_cases

__all__ = ["Onlooker", "Progress", "run"]

_START_SECONDS: Final = 90.0
_LOOK_SECONDS: Final = 0.5
_PREPARED_AT_ONCE: Final = 200
_CLOCKS_AFTER: Final = timedelta(seconds=60)
"""So long after the cases were begun to be made, the first clock comes due: about when the first events are sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run has come.

    Args:
        total: how many cases there are.
        sent: how many of them were sent.
        done: how many cases have an outcome.
        lag: how many inputs are not committed.
    """

    total: int
    sent: int
    done: int
    lag: int


class Onlooker:
    """Is told what happens; this one ignores it."""

    def say(self, text: str) -> None:
        """Hear of something that was done."""

    def look(self, progress: Progress) -> None:
        """See how far it has come, a few times a second."""


def run(plan: Plan, directory: Path, onlooker: Onlooker) -> Report:
    """Do a whole run.

    Args:
        plan: what to do.
        directory: new; where data and logs go.
        onlooker: is told about it.

    Raises:
        KafkaUnavailableError: there is no broker, and none can be run here.
        ServerStartError: a server did not start.
    """
    began = time.monotonic()
    with open_stack(directory) as stack:
        onlooker.say(f"broker at {stack.kafka.bootstrap_servers}, store at {stack.store.endpoint_url}")
        if stack.broker is None and plan.broker_restarts:
            onlooker.say(f"LEFT OUT: restarts of the broker; the one that {BOOTSTRAP} names is somebody else's")
        return asyncio.run(_Run(plan, stack, onlooker, began).go())


class _Run:
    """The parts of a run and their order."""

    def __init__(self, plan: Plan, stack: Stack, onlooker: Onlooker, began: float) -> None:
        self.plan = plan
        self.stack = stack
        self.onlooker = onlooker
        self.began = began
        self.clocks_from = datetime.now(UTC) + _CLOCKS_AFTER
        self.environment = stack.environment()
        self.evidence = Evidence(stack.topics)
        self.credentials = credential_service(stack.state_dir)

    async def go(self) -> Report:
        plan, stack = self.plan, self.stack
        await create_all_topics(stack, plan.partitions)
        await asyncio.to_thread(
            subprocess.run, [sealstream(), "bucket", "create"], env=self.environment, check=True, capture_output=True
        )
        async with open_publisher(stack.kafka) as operator:
            await operator.publish(list(reference_messages(stack.topics)))
        cases = await self._prepare()
        topics = [plan.name for plan in stack.topics.plans()]
        async with (
            follow(stack.kafka, topics, self.evidence.take) as follower,
            open_feed(stack.kafka, self.evidence.done) as feed,
            Crew([sealstream(), "recogniser"], self.environment, stack.directory / "recogniser") as recogniser,
            Crew(
                [sealstream(), "worker"],
                self.environment,
                stack.directory / "workers",
                named_by="SEALSTREAM_KAFKA_STATIC_MEMBER" if plan.static_members else None,
            ) as crew,
        ):
            recogniser.hire("recogniser")
            await self._gather_workers(crew)
            await self._seal_originals(cases, feed, recogniser)
            watch = PositionWatch(
                settings=stack.kafka,
                cases={case.number: case for case in cases},
                evidence=self.evidence,
                records=Bucket(STORES.records_bucket, self.environment),
            )
            ordeal = Ordeal(
                plan=plan,
                stack=stack,
                crew=crew,
                recogniser=recogniser,
                feed=feed,
                evidence=self.evidence,
                say=self.onlooker.say,
            )
            async with self._watching(watch, follower, feed, len(cases)):
                started = time.monotonic()
                await ordeal.go(steps_of(plan, own_broker=stack.broker is not None), cases[ORIGINALS:])
                wedged = not await self._all_committed(watch, follower, feed)
                seconds = time.monotonic() - started
                until = await self._all_said({case.number: case for case in cases})
                if wedged:
                    await self._tell_where_it_is_stuck(crew, watch)
                self.onlooker.say("wedged: nothing moves" if wedged else "everything is committed; workers stop")
                await crew.retire_all()
                await recogniser.retire_all()
                await asyncio.sleep(2 * _LOOK_SECONDS)
            await follower.catch_up()
        self.onlooker.say("audit")
        observed = Observed(
            cases={case.number: case for case in cases},
            evidence=self.evidence,
            crew=crew,
            recogniser=recogniser,
            suffered=ordeal.suffered,
            watch=watch,
            seconds=seconds,
            until=until,
            wedged=wedged,
        )
        return await Inquest(plan, stack, self.credentials, self.began).report(observed)

    async def _prepare(self) -> list[Case]:
        """Make the cases, and store the assets that they refer to; only their bytes are let go."""
        supplies = Supplies(
            seed=self.plan.seed,
            inbox=STORES.inbox_bucket,
            max_asset_bytes=self.stack.max_asset_bytes,
            credentialed=tuple(seal_each_media_type(self.credentials, self.plan.seed)),
            to_seal_again=tuple(seal_each_media_type(self.credentials, self.plan.seed + 1_000_000)),
            originals=originals(self.plan.seed),
            clocks_from=self.clocks_from,
            clocks_for=timedelta(seconds=self.plan.clock_seconds),
        )
        inbox = Bucket(STORES.inbox_bucket, self.environment)
        made = make_cases(supplies, self.plan.events)
        cases: list[Case] = []
        while some := list(islice(made, _PREPARED_AT_ONCE)):
            await inbox.put_all(inbox_object for case in some for inbox_object in case.objects)
            cases += (replace(case, objects=()) for case in some)
        for case in cases:
            self.evidence.expect(case)
        self.onlooker.say(f"{len(cases)} cases are ready")
        return cases

    async def _gather_workers(self, crew: Crew) -> None:
        for number in range(self.plan.workers):
            crew.hire(f"worker-{number}")
        async with asyncio.timeout(_START_SECONDS):
            while not await crew.all_ready():  # noqa: ASYNC110 - it is asked over HTTP
                await asyncio.sleep(_LOOK_SECONDS)
        self.onlooker.say(f"{self.plan.workers} workers are ready")

    async def _seal_originals(self, cases: Sequence[Case], feed: Feed, recogniser: Crew) -> None:
        """Have the originals sealed, and wait until the recogniser knows them: from now on, no copy of them passes."""
        first = cases[:ORIGINALS]
        await feed.send(first)
        found = (InProcessFingerprinter().fingerprint(original, "image/png") for original in originals(self.plan.seed))
        codes = [code.code for code in found if code is not None]
        async with asyncio.timeout(_START_SECONDS):
            while not await self._are_known(codes, recogniser):  # noqa: ASYNC110 - it is asked over HTTP
                await asyncio.sleep(_LOOK_SECONDS)
        self.onlooker.say(f"{len(first)} originals are sealed and known")

    async def _are_known(self, codes: Sequence[str], recogniser: Crew) -> bool:
        try:
            async with recogniser.http.post(
                f"{self.stack.recogniser}{PATH}", json={"codes": codes, "limit": 1}
            ) as answer:
                if answer.status != HTTPStatus.OK:
                    return False
                said = await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError):
            return False
        return all(found["matches"] for found in said["near"])

    async def _all_committed(self, watch: PositionWatch, follower: TopicFollower, feed: Feed) -> bool:
        """Wait until nothing is left to do; False when nothing has moved for too long."""
        moved, last = time.monotonic(), (-1, -1)
        while time.monotonic() - moved < self.plan.patience_seconds:
            now = (self._lag(watch), len(self.evidence.done))
            if now != last:
                moved, last = time.monotonic(), now
            if now[0] == 0 and feed.waiting == 0 and await self._is_everything(watch, follower):
                return True
            await asyncio.sleep(_LOOK_SECONDS)
        return False

    async def _all_said(self, cases: Mapping[int, Case]) -> datetime:
        """Wait until clocks said what is due in this run, or too long; returns up to when whatever is due was."""
        last = self.clocks_from + timedelta(seconds=self.plan.clock_seconds)
        await asyncio.sleep(max(0.0, (last - datetime.now(UTC)).total_seconds()))
        deadline = time.monotonic() + self.plan.patience_seconds
        while (waiting := unsaid(cases, self.evidence, last)) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)
        self.onlooker.say(f"clocks have {waiting} things more to say" if waiting else "clocks said everything")
        return last

    async def _is_everything(self, watch: PositionWatch, follower: TopicFollower) -> bool:
        ends = await follower.ends()
        return all(
            watch.positions.get(partition, 0) >= end
            for partition, end in ends.items()
            if partition.topic in self.stack.topics.inputs
        )

    async def _tell_where_it_is_stuck(self, crew: Crew, watch: PositionWatch) -> None:
        for partition, inputs in sorted(self.evidence.inputs.items()):
            position, end = watch.positions.get(partition, 0), inputs[-1].place.offset + 1
            if position < end:
                self.onlooker.say(f"{partition.topic}[{partition.partition}] is committed to {position} of {end}")
        for member in crew.members:
            self.onlooker.say(f"{member.name}, pid {member.pid}, says of its readiness: {await member.readiness()}")

    def _lag(self, watch: PositionWatch) -> int:
        return sum(
            max(0, inputs[-1].place.offset + 1 - watch.positions.get(partition, 0))
            for partition, inputs in self.evidence.inputs.items()
        )

    @asynccontextmanager
    async def _watching(
        self, watch: PositionWatch, follower: TopicFollower, feed: Feed, total: int
    ) -> AsyncIterator[None]:
        async def look() -> None:
            while True:
                self.onlooker.look(
                    Progress(total=total, sent=feed.sent, done=len(self.evidence.done), lag=self._lag(watch))
                )
                await asyncio.sleep(_LOOK_SECONDS)

        tasks = [asyncio.create_task(watch.run(), name="sample positions"), asyncio.create_task(look(), name="look")]
        try:
            yield
            for task in (*tasks, follower.task):
                if task.done():  # they never end unless they fail, and nothing is proved without them
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
