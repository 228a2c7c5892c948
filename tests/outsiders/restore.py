"""A restore from a backup, on real Kafka and a real S3 server; `make outsiders` runs it.

    python -m tests.outsiders.restore [--bucket-first]

While workers are at work, topics and the offsets of their group are copied (the broker's disk, while it is down for a
moment), and later the buckets, as docs/operations.md says. Then everything is lost. A new broker on the copied disk and
a new S3 server with the copied objects take its place, producers send again what the topics do not have, and at the end
everything is audited as after a kill run: events, acts, ledgers, cases, clocks. With `--bucket-first` the buckets are
copied before the topics, which has to lose events.
"""

import asyncio
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import boto3
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition

from agents.kafka import open_publisher
from agents.kafka_connection import connection
from devstack import KafkaServer, SeaweedServer
from devstack.ports import free_ports
from tests.broker.kill.audit_clocks import audit_clocks, unsaid
from tests.broker.kill.audit_last_word import audit_last_word
from tests.broker.kill.audit_ledger import audit_ledger
from tests.broker.kill.audit_matters import audit_matters
from tests.broker.kill.audit_messages import audit_messages
from tests.broker.kill.audit_positions import audit_positions
from tests.broker.kill.audit_store import audit_store
from tests.broker.kill.audit_tile_logs import is_of_tile_log
from tests.broker.kill.bucket import Bucket, Listed, list_versions
from tests.broker.kill.case_maker import Supplies
from tests.broker.kill.cases import Case
from tests.broker.kill.credentials import ORIGINALS, credential_service, originals, seal_each_media_type
from tests.broker.kill.crew import Crew
from tests.broker.kill.evidence import Evidence, inputs_by_case
from tests.broker.kill.feed import Feed, open_feed
from tests.broker.kill.law import reference_messages
from tests.broker.kill.ledger import entries_by_event
from tests.broker.kill.problems import Problem
from tests.broker.kill.stack import STORES, Stack, create_all_topics, open_stack, sealstream
from tests.broker.kill.topic_log import TopicFollower, follow, group_history
from tests.broker.kill.workload import make_cases

_EVENTS: Final = 200
_SEED: Final = 29
_PATIENCE: Final = 240.0
_CLOCKS_AFTER, _CLOCKS_FOR = timedelta(seconds=90), timedelta(seconds=90)
_BUCKETS: Final = (STORES.records_bucket, STORES.content_bucket)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Objects:
    """A copy of the buckets: what lies there, with its type and metadata, and when each was written."""

    stored: Mapping[tuple[str, str], Mapping[str, Any]]
    written: Mapping[str, Listed]


@dataclass(slots=True, kw_only=True)
class _Site:
    """Workers at work on servers, and what is seen of them."""

    stack: Stack
    evidence: Evidence
    feed: Feed
    follower: TopicFollower
    crew: Crew

    async def until(self, met: Callable[[], Awaitable[bool]], what: str) -> None:
        """Wait for something, but not for ever."""
        deadline = time.monotonic() + _PATIENCE
        while not await met():
            if time.monotonic() > deadline:
                sys.exit(f"Waited {_PATIENCE:.0f} s in vain: {what}.")
            await asyncio.sleep(0.5)

    async def dealt_with(self, count: int) -> None:
        """Wait until so many cases came to their end."""

        async def enough() -> bool:
            return len(self.evidence.done) >= count

        await self.until(enough, f"{count} cases done, and there are {len(self.evidence.done)}")

    async def all_committed(self) -> None:
        """Wait until everything that was sent is worked on, and committed."""
        admin = AIOKafkaAdminClient(**connection(self.stack.kafka))
        await admin.start()

        async def everything() -> bool:
            ends = {
                partition: end
                for partition, end in (await self.follower.ends()).items()
                if partition.topic in self._inputs
            }
            committed: Mapping[TopicPartition, Any] = await admin.list_consumer_group_offsets(self.stack.kafka.group)
            left = [
                partition
                for partition, end in ends.items()
                if end and (partition not in committed or committed[partition].offset < end)
            ]
            return not left and self.feed.waiting == 0

        try:
            await self.until(everything, f"everything committed; {self.feed.waiting} wait to be sent")
        finally:
            await admin.close()

    @property
    def _inputs(self) -> Sequence[str]:
        return self.stack.topics.inputs


@asynccontextmanager
async def _at_work(stack: Stack, cases: Sequence[Case], name: str) -> AsyncIterator[_Site]:
    """Two workers and a recogniser on these servers."""
    evidence = Evidence(stack.topics)
    for case in cases:
        evidence.expect(case)
    environment = stack.environment()
    topics = [plan.name for plan in stack.topics.plans()]
    async with (
        follow(stack.kafka, topics, evidence.take) as follower,
        open_feed(stack.kafka, evidence.done) as feed,
        Crew([sealstream(), "recogniser"], environment, stack.directory / f"{name}-recogniser") as recogniser,
        Crew([sealstream(), "worker"], environment, stack.directory / f"{name}-workers") as crew,
    ):
        await follower.catch_up()
        site = _Site(stack=stack, evidence=evidence, feed=feed, follower=follower, crew=crew)
        recogniser.hire("recogniser")
        for number in range(2):
            crew.hire(f"worker-{number}")
        await site.until(crew.all_ready, "workers are ready")
        await site.until(recogniser.all_ready, "the recogniser is ready")
        yield site


def _made(stack: Stack, clocks_from: datetime) -> list[Case]:
    credentials = credential_service(stack.state_dir)
    supplies = Supplies(
        seed=_SEED,
        inbox=STORES.inbox_bucket,
        max_asset_bytes=stack.max_asset_bytes,
        credentialed=tuple(seal_each_media_type(credentials, _SEED)),
        to_seal_again=tuple(seal_each_media_type(credentials, _SEED + 1_000_000)),
        originals=originals(_SEED),
        clocks_from=clocks_from,
        clocks_for=_CLOCKS_FOR,
    )
    return list(make_cases(supplies, _EVENTS))


def _client(environment: Mapping[str, str]) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
    )


async def _copied_buckets(environment: Mapping[str, str]) -> _Objects:
    """Copy the buckets as they were at one moment, while workers go on writing to them.

    Nothing in them is ever changed, so that is everything with a time of writing before it. Without that a record could
    be in the copy, and the note under the digest of its bytes, which is written before it and listed before it, not.
    """
    moment = int(time.time())  # stores date objects in whole seconds
    await asyncio.sleep(2)
    client, stored = _client(environment), dict[tuple[str, str], Mapping[str, Any]]()
    written: dict[str, Listed] = {}

    def get(bucket: str, key: str) -> None:
        found = client.get_object(Bucket=bucket, Key=key)
        stored[bucket, key] = {
            "Body": found["Body"].read(),
            "ContentType": found["ContentType"],
            "Metadata": found["Metadata"],
        }

    for bucket in _BUCKETS:
        everything = await Bucket(bucket, environment).listing()
        listed = {key: entry for key, entry in everything.items() if entry.modified < moment}
        written |= listed
        with ThreadPoolExecutor(8) as threads:
            await asyncio.gather(
                *(asyncio.get_running_loop().run_in_executor(threads, get, bucket, key) for key in listed)
            )
    print(f"  the buckets were copied: {Counter(bucket for bucket, _ in stored)}")
    return _Objects(stored=stored, written=written)


async def _copied_topics(site: _Site, to: Path) -> None:
    """Copy the broker's disk while it is down: topics and offsets, as they were at one moment."""
    broker = site.stack.broker
    assert broker is not None, "this run has a broker of its own"
    site.crew.set_trouble(there=True)
    await asyncio.to_thread(broker.stop)
    shutil.copytree(broker.directory, to)
    await asyncio.to_thread(broker.start)
    site.crew.set_trouble(there=False)
    print(f"  the topics were copied: {sum(map(len, site.evidence.inputs.values()))} inputs were in them")


async def _until_the_loss(stack: Stack, cases: Sequence[Case], copy: Path, *, bucket_first: bool) -> _Objects:
    """Work, with a copy of one kind after a third, and of the other after two thirds."""
    third = (len(cases) - ORIGINALS) // 3
    parts = [cases[ORIGINALS + third * number : ORIGINALS + third * (number + 1)] for number in range(3)]
    objects: _Objects | None = None
    async with _at_work(stack, cases, "first") as site:
        await site.feed.send(cases[:ORIGINALS])
        await site.dealt_with(ORIGINALS)
        for number, part in enumerate(parts):
            before = len(site.evidence.done)
            await site.feed.send(part)
            await site.dealt_with(before + third // 2)
            if number == (0 if bucket_first else 1):
                objects = await _copied_buckets(stack.environment())
            elif number < 2:
                await _copied_topics(site, copy)
        print(f"  everything is lost when {len(site.evidence.done)} of {len(cases)} cases were done")
    assert objects is not None, "both copies were made"
    return objects


async def _put(objects: _Objects, cases: Sequence[Case], environment: Mapping[str, str]) -> None:
    """Put the copied objects into new buckets, and let producers have what theirs was."""
    client = _client(environment)

    def put(at: tuple[str, str]) -> None:
        client.put_object(Bucket=at[0], Key=at[1], **objects.stored[at])

    with ThreadPoolExecutor(8) as threads:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(threads, put, at) for at in objects.stored))
    await Bucket(STORES.inbox_bucket, environment).put_all(
        inbox_object for case in cases for inbox_object in case.objects
    )


async def _after_the_restore(stack: Stack, cases: Sequence[Case], objects: _Objects, until: datetime) -> list[Problem]:
    by_number = {case.number: case for case in cases}
    async with _at_work(stack, cases, "second") as site:
        there = {number: len(places) for number, places in inputs_by_case(site.evidence).items()}
        again = [
            replace(case, times=case.times - there.get(case.number, 0))
            for case in cases
            if there.get(case.number, 0) < case.times
        ]
        print(f"  producers send {len(again)} cases again; {len(site.evidence.done)} are done in the restored topics")
        await site.feed.send(again)
        await site.all_committed()

        async def said() -> bool:
            return datetime.now(UTC) > until and not unsaid(by_number, site.evidence, until)

        deadline = time.monotonic() + _PATIENCE
        while not await said() and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        await site.crew.retire_all()
        await site.follower.catch_up()
        return await _audited(site, by_number, objects, until)


async def _audited(site: _Site, cases: Mapping[int, Case], objects: _Objects, until: datetime) -> list[Problem]:
    environment, evidence = site.stack.environment(), site.evidence
    records_bucket, content_bucket = (Bucket(name, environment) for name in _BUCKETS)
    now = await records_bucket.listing()
    listed = {key: objects.written.get(key, entry) for key, entry in now.items() if not is_of_tile_log(key)}
    records = await records_bucket.get_all(listed)
    content = await content_bucket.digests(await content_bucket.listing())
    versions = list_versions(STORES.records_bucket, environment)
    history = await group_history(site.stack.kafka)
    commits = () if history is None else history.commits
    print(f"  audit of {len(cases)} cases, {len(records)} records, {len(content)} objects, {len(commits)} commits")
    return [
        *audit_messages(cases, evidence, records),
        *audit_store(cases, records, versions, content, STORES.content_bucket),
        *audit_ledger(cases, evidence, records, versions, STORES.records_bucket),
        *audit_positions(cases, evidence, listed, entries_by_event(records), commits),
        *audit_last_word(cases, evidence),
        *audit_matters(cases, evidence, records, commits),
        *audit_clocks(cases, evidence, records, commits, until),
    ]


async def _go(directory: Path, *, bucket_first: bool) -> list[Problem]:
    (directory / "first").mkdir()
    with open_stack(directory / "first") as stack:
        if stack.broker is None:
            sys.exit("A broker of somebody else's is not copied: unset KAFKA_BOOTSTRAP_SERVERS.")
        clocks_from = datetime.now(UTC) + _CLOCKS_AFTER
        await create_all_topics(stack, 2)
        await _create_buckets(stack)
        async with open_publisher(stack.kafka) as operator:
            await operator.publish(list(reference_messages(stack.topics)))
        cases = _made(stack, clocks_from)
        objects = [inbox_object for case in cases for inbox_object in case.objects]
        await Bucket(STORES.inbox_bucket, stack.environment()).put_all(objects)
        copied = await _until_the_loss(stack, cases, directory / "copy", bucket_first=bucket_first)
    home = directory / "second"
    home.mkdir()
    shutil.copytree(directory / "copy", home / "kafka")
    shutil.copytree(stack.state_dir, home / "state")  # the operator keeps the keys
    shutil.copy(stack.log_key, home)
    with KafkaServer(home / "kafka") as broker, SeaweedServer(home / "s3") as store:
        (port,) = free_ports(1)
        restored = replace(
            stack,
            broker=broker,
            kafka=stack.kafka.model_copy(update={"bootstrap_servers": broker.bootstrap_servers}),
            store=store,
            directory=home,
            recogniser_port=port,
        )
        await _create_buckets(restored)
        await _put(copied, cases, restored.environment())
        return await _after_the_restore(restored, cases, copied, clocks_from + _CLOCKS_FOR)


async def _create_buckets(stack: Stack) -> None:
    command = [sealstream(), "bucket", "create"]
    await asyncio.to_thread(subprocess.run, command, env=stack.environment(), check=True, capture_output=True)


def main() -> None:
    """Go the whole way."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # our own clients complain while the broker is away
    bucket_first = "--bucket-first" in sys.argv[1:]
    began = time.monotonic()
    print(f"restore of {'buckets that were copied before the topics' if bucket_first else 'topics, then buckets'}")
    with tempfile.TemporaryDirectory(prefix="sealstream-restore-") as name:
        problems = asyncio.run(_go(Path(name), bucket_first=bucket_first))
    print(
        f"  {len(problems)} problems {dict(Counter(problem.verdict for problem in problems))}, "
        f"{time.monotonic() - began:.0f} s"
    )
    for problem in problems[:12]:
        print(f"  {problem.verdict}: case {problem.case} ({problem.kind}): {problem.what}")
    if bool(problems) != bucket_first:
        sys.exit(1)
    print("lost as it has to be" if bucket_first else "nothing was lost, twice, early or out of order")


if __name__ == "__main__":
    main()
