"""The process that notifies: reads what wakes people in a consumer group of its own, and commits what is done."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import aiokafka
from aiokafka.errors import (
    CommitFailedError,
    GroupAuthorizationFailedError,
    IllegalStateError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from agents.delivery import InputRecord, TopicPartition
from agents.header_names import accept_any_header_name
from agents.health import serve_health
from agents.kafka import start
from agents.kafka_connection import connection
from agents.notifying.items import Source, notified_item, sources_of
from agents.notifying.metrics import NotifierMetrics
from agents.notifying.notifier import Notifier, Place
from agents.notifying.plan_file import NotificationPlan
from agents.notifying.port import Deliver, Notification
from agents.notifying.services import open_service
from agents.notifying.standing import NotifierStanding
from agents.notifying.undelivered import undelivered_keeper
from agents.notifying.webhook import open_webhook
from agents.rights import notify_group
from agents.settings import KafkaSettings, WorkerSettings
from agents.topics import Topics
from pipeline.errors import OperatorError, WorldError

__all__ = ["notify", "open_targets"]

logger = logging.getLogger(__name__)

accept_any_header_name()

_POLL_MS: Final = 500
_MILLISECONDS: Final = 1000


@asynccontextmanager
async def open_targets(plan: NotificationPlan) -> AsyncIterator[Mapping[str, Deliver]]:
    """What delivers to each target of a plan.

    Raises:
        OperatorError: one cannot be used.
    """
    async with AsyncExitStack() as stack:
        opened: dict[str, Deliver] = {}
        for name, target in plan.targets.items():
            if target.webhook is not None and target.secret_file is not None:
                opened[name] = await stack.enter_async_context(open_webhook(target.webhook, target.secret_file))
            elif target.apprise_file is not None:
                opened[name] = await stack.enter_async_context(open_service(name, target.apprise_file))
        yield opened


async def notify(
    kafka: KafkaSettings,
    worker: WorkerSettings,
    plan: NotificationPlan,
    places: Mapping[str, str],
    *,
    from_beginning: bool,
) -> None:
    """Tell targets what concerns them until SIGTERM or Ctrl-C.

    Args:
        kafka: how to reach the brokers.
        worker: where health is served.
        plan: to whom, what, when.
        places: of each pack by its name, where it is law.
        from_beginning: whether a group that never read begins with the oldest there is, and not with what comes.

    Raises:
        OperatorError: a setting or a target cannot be used.
        WorldError: no broker answers at the start.
    """
    sources, metrics = sources_of(Topics(kafka.topic_prefix)), NotifierMetrics.create()
    async with open_targets(plan) as targets:
        notifier = Notifier(plan, targets, _kept_in_file(plan.undelivered.expanduser()), metrics)
        standing = NotifierStanding(notifier, metrics)
        async with serve_health(
            host=worker.health_host,
            port=worker.health_port,
            checks=standing.checks,
            states=standing.states,
            metrics=metrics,
        ) as port:
            logger.info("Health is served at http://%s:%d", worker.health_host, port)
            if not from_beginning:
                await _begin_with_now(kafka, sources)
            async with _consumer(kafka) as consumer:
                consumer.subscribe(list(sources), listener=_Listener(notifier))
                logger.info("Notifications go to %s.", ", ".join(targets))
                committing = _Committing(consumer, notifier)
                watch = standing.watch(consumer)
                await _until_stopped(notifier.run(), _read(consumer, committing, sources, places), watch.run())
                await committing.commit()


def _kept_in_file(path: Path) -> Callable[[Notification, str], None]:
    try:
        return undelivered_keeper(path)
    except OSError as error:
        raise OperatorError(
            what=f"{path}, which is to keep what is undelivered, cannot be written: {error.strerror}.",
            remedy="Name a file with `undelivered` that this user may write.",
        ) from error


async def _begin_with_now(kafka: KafkaSettings, sources: Collection[str]) -> None:
    """Let a group that never read begin with what comes from now on: nobody is woken for what is a month old.

    Done once for all partitions, and only where the group has read none: one that is added later is read whole.
    """
    async with _consumer(kafka) as consumer:
        # What is public gives names of topics without their partitions, and none of topics that are not read yet.
        cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001
        partitions = [
            aiokafka.TopicPartition(topic, number)
            for topic in sources
            for number in cluster.partitions_for_topic(topic) or ()
        ]
        consumer.assign(partitions)
        try:
            if any([await consumer.committed(partition) is not None for partition in partitions]) or not partitions:
                return
            await consumer.commit(await consumer.end_offsets(partitions))
        except (TopicAuthorizationFailedError, GroupAuthorizationFailedError) as error:
            raise OperatorError(
                what=f"This user may not read with the group {notify_group(kafka.group)}, or one of its topics.",
                remedy="Grant it; `sealstream topics acls --for notifier` prints how.",
            ) from error
        except KafkaError as error:
            raise WorldError(
                what=f"It could not be found out where to begin ({type(error).__name__}).",
                remedy="Start it again; another one may have begun in the same moment.",
            ) from error
        logger.info("This group never read: it begins with what comes from now on.")


@asynccontextmanager
async def _consumer(kafka: KafkaSettings) -> AsyncIterator[aiokafka.AIOKafkaConsumer]:
    consumer = aiokafka.AIOKafkaConsumer(
        **connection(kafka),
        group_id=notify_group(kafka.group),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    await start(consumer, kafka)
    try:
        yield consumer
    finally:
        await consumer.stop()


class _Listener(aiokafka.ConsumerRebalanceListener):  # type: ignore[misc] # untyped
    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def on_partitions_revoked(self, revoked: Collection[aiokafka.TopicPartition]) -> None:
        self._notifier.forget([TopicPartition(*partition) for partition in revoked])

    def on_partitions_assigned(self, assigned: Collection[aiokafka.TopicPartition]) -> None:
        """Nothing: reading begins where was committed."""


async def _until_stopped(*work: Coroutine[object, object, None]) -> None:
    """Let these go on until a signal, or until one of them ends: which none does but by an error."""
    loop, tasks = asyncio.get_running_loop(), [asyncio.create_task(job) for job in work]

    def stop() -> None:
        logger.info("Stopping; what is not delivered is read again at the next start.")
        for task in tasks:
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome


class _Committing:
    """Commits what is done, where that has changed."""

    def __init__(self, consumer: aiokafka.AIOKafkaConsumer, notifier: Notifier) -> None:
        self._consumer = consumer
        self.notifier = notifier
        self._committed: dict[aiokafka.TopicPartition, int] = {}

    async def commit(self) -> None:
        """Commit up to where everything is done, of the partitions that are ours."""
        done = {
            aiokafka.TopicPartition(*partition): offset
            for partition, offset in self.notifier.done.items()
            if aiokafka.TopicPartition(*partition) in self._consumer.assignment()
        }
        changed = {partition: offset for partition, offset in done.items() if self._committed.get(partition) != offset}
        if not changed:
            return
        try:
            await self._consumer.commit(changed)
        except (CommitFailedError, IllegalStateError, KafkaError) as error:
            # Whoever has the partitions now reads them again from what was committed before.
            logger.warning("What is done could not be committed (%s).", type(error).__name__)
            return
        self._committed.update(changed)


async def _read(
    consumer: aiokafka.AIOKafkaConsumer,
    committing: _Committing,
    sources: Mapping[str, Source],
    places: Mapping[str, str],
) -> None:
    notifier = committing.notifier
    while True:
        if notifier.has_room:
            consumer.resume(*consumer.paused())
        else:
            consumer.pause(*consumer.assignment())
        try:
            fetched = await consumer.getmany(timeout_ms=_POLL_MS)
        except KafkaError as error:
            logger.warning("Kafka does not answer (%s); it is tried again.", type(error).__name__)
            await asyncio.sleep(1)
            continue
        for partition, records in fetched.items():
            for record in records:
                _take(notifier, TopicPartition(*partition), record, sources, places)
        await committing.commit()


def _take(
    notifier: Notifier,
    partition: TopicPartition,
    record: aiokafka.ConsumerRecord,
    sources: Mapping[str, Source],
    places: Mapping[str, str],
) -> None:
    read = InputRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        timestamp=record.timestamp / _MILLISECONDS,
    )
    try:
        item = notified_item(read, sources[record.topic], places)
    except ValueError as error:
        logger.warning("%s is told to nobody: it cannot be read (%s).", read, type(error).__name__)
        item = None
    notifier.take(Place(partition, record.offset), item)
