"""The Kafka clients that are not Faust's: publishing with awaited delivery, reading a topic.

An adapter around aiokafka, as `agents.topic_admin` is one: typed values go in and come out, and its errors become ours.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.structs import ConsumerRecord, TopicPartition

from agents.header_names import accept_any_header_name
from agents.kafka_connection import connection
from agents.kafka_trouble import why_unreachable
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topics import MAX_MESSAGE_BYTES
from pipeline.errors import BugError, OperatorError, WorldError

__all__ = ["Publisher", "open_publisher", "read_from_now", "read_to_end", "read_topic", "start"]

accept_any_header_name()

_LINGER_MS: Final = 5
_BATCH_BYTES: Final = 64 * 1024
_ONE_RECORD: Final = 1
"""A batch takes its first record whatever the size, and with this bound no second one.

Where the newest batch of a partition has several records, the embedded broker says that the partition ends after the
first of them. Whoever has read them all then finds himself beyond the end, as after a loss, and reads all over again.
"""

_REQUEST_TIMEOUT_MS: Final = 10_000
_TROUBLE_SECONDS: Final = 120.0
"""What cannot be published is tried again more often than that, as long as anybody has it."""

_COMMITTED: Final = "read_committed"
"""What clocks announce is written in transactions, and one that was taken back was never said."""

_POLL_MS: Final = 500
_PATIENCE_SECONDS: Final = 30.0
_METADATA_SECONDS: Final = 0.25
"""Shortest time between two requests for metadata: where the leaders of partitions are."""


class Publisher:
    """Publishes messages and returns only when the brokers have them all."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._troubles: dict[str, tuple[str, float]] = {}

    @property
    def trouble(self) -> str | None:
        """Why something could not be published lately; None where all could, or nobody tried for two minutes."""
        since = time.monotonic() - _TROUBLE_SECONDS
        return next((why for why, at in self._troubles.values() if at > since), None)

    async def publish(self, messages: Sequence[KafkaMessage]) -> None:
        """Publish the messages and wait for every delivery.

        Raises:
            WorldError: a delivery did not happen or was not confirmed; some of the messages may have arrived.
            BugError: a message is larger than a topic takes.
        """
        sent: list[tuple[str, asyncio.Future[object]]] = []
        for message in messages:
            try:
                sent.append((message.topic, await self._send(message)))
            except KafkaError as error:
                raise self._failed(message.topic, error) from error
        # Every delivery is waited for, also behind one that failed: none may be left to fail unseen.
        outcomes = await asyncio.gather(*(delivery for _, delivery in sent), return_exceptions=True)
        failures = {
            topic: outcome
            for (topic, _), outcome in zip(sent, outcomes, strict=True)
            if isinstance(outcome, BaseException)
        }
        for topic in {topic for topic, _ in sent} - failures.keys():
            self._troubles.pop(topic, None)
        explained = [
            (self._failed(topic, cause) if isinstance(cause, KafkaError) else cause, cause)
            for topic, cause in failures.items()
        ]
        for failure, cause in explained:
            raise failure from cause

    def _failed(self, topic: str, error: KafkaError) -> WorldError | BugError:
        too_large = isinstance(error, MessageSizeTooLargeError)
        why = (
            f"A message is larger than {topic} takes."
            if too_large
            else f"Kafka did not confirm a delivery to {topic} ({type(error).__name__})."
        )
        self._troubles[topic] = (why, time.monotonic())
        if too_large:
            return BugError(what=why, remedy="Raise max.message.bytes: `sealstream topics create --alter` does.")
        return WorldError(
            what=why,
            remedy="It is tried again; let this user write to the topic."
            if isinstance(error, TopicAuthorizationFailedError)
            else "It is tried again; see that the brokers are up and the topics exist.",
        )

    async def _send(self, message: KafkaMessage) -> asyncio.Future[object]:
        delivery = await self._hand_over(message)
        # It may fail after nobody waits for it any more: when a message behind it could not be sent, or on a stop.
        delivery.add_done_callback(_see_failure)
        return delivery

    async def _hand_over(self, message: KafkaMessage) -> asyncio.Future[object]:
        delivery: asyncio.Future[object]
        headers = list(message.headers)
        if message.key is not None or message.value is not None:
            delivery = await self._producer.send(
                message.topic, message.value, message.key, partition=message.partition, headers=headers
            )
            return delivery
        # Kafka takes a record without key and value, and a dead letter is what its input was. aiokafka takes one only
        # in a batch, for which the partition has to be named.
        batch = self._producer.create_batch()
        batch.append(timestamp=None, key=None, value=None, headers=headers)
        partitions = await self._producer.partitions_for(message.topic)
        delivery = await self._producer.send_batch(batch, message.topic, partition=min(partitions))
        return delivery


def _see_failure(delivery: asyncio.Future[object]) -> None:
    """Take note of a failure, which asyncio would log as one that nobody saw."""
    if not delivery.cancelled():
        delivery.exception()


@asynccontextmanager
async def open_publisher(settings: KafkaSettings) -> AsyncIterator[Publisher]:
    """Connect a publisher: acknowledged by all in-sync replicas, batched for at most 5 ms.

    Raises:
        WorldError: no broker answers.
    """
    producer = AIOKafkaProducer(
        **connection(settings),
        acks="all",
        compression_type=None if settings.compression == "none" else settings.compression,
        linger_ms=_LINGER_MS,
        max_batch_size=_ONE_RECORD if settings.embedded else _BATCH_BYTES,
        max_request_size=MAX_MESSAGE_BYTES,
        request_timeout_ms=_REQUEST_TIMEOUT_MS,
    )
    _ask_calmly_for_metadata(producer)
    await start(producer, settings)
    try:
        yield Publisher(producer)
    finally:
        await producer.stop()


async def read_topic(
    settings: KafkaSettings, *topics: str, from_beginning: bool, idle_seconds: float | None = None
) -> AsyncIterator[KafkaMessage]:
    """Read topics outside any consumer group, for people to look at; ends after `idle_seconds` without a message.

    Raises:
        WorldError: no broker answers.
    """
    consumer = AIOKafkaConsumer(
        *topics,
        **connection(settings),
        auto_offset_reset="earliest" if from_beginning else "latest",
        enable_auto_commit=False,
        isolation_level=_COMMITTED,
    )
    await start(consumer, settings)
    try:
        while True:
            try:
                with _reading(*topics):
                    record: ConsumerRecord = await asyncio.wait_for(consumer.getone(), idle_seconds)
            except TimeoutError:
                return
            yield _message(record)
    finally:
        await consumer.stop()


async def read_to_end(settings: KafkaSettings, topic: str) -> AsyncIterator[KafkaMessage]:
    """Read a topic from its beginning to where it ends now, outside any consumer group.

    Raises:
        OperatorError: there is no such topic.
        WorldError: no broker answers, or not for 30 seconds.
    """
    consumer = AIOKafkaConsumer(
        topic,
        **connection(settings),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level=_COMMITTED,
    )
    await start(consumer, settings)
    try:
        with _reading(topic):
            ends: dict[TopicPartition, int] = await consumer.end_offsets(consumer.assignment())
        moved_at = time.monotonic()
        while [partition for partition, end in ends.items() if await consumer.position(partition) < end]:
            with _reading(topic):
                fetched = await consumer.getmany(timeout_ms=_POLL_MS)
            for records in fetched.values():
                moved_at = time.monotonic()
                for record in records:
                    yield _message(record)
            if time.monotonic() - moved_at > _PATIENCE_SECONDS:
                raise WorldError(
                    what=f"Kafka has more of {topic} and did not deliver it within {_PATIENCE_SECONDS:.0f} seconds.",
                    remedy="See that the brokers are up, and try again.",
                )
    finally:
        await consumer.stop()


@asynccontextmanager
async def read_from_now(settings: KafkaSettings, topic: str) -> AsyncIterator[AsyncIterator[KafkaMessage]]:
    """Read what comes to a topic from now on, outside any consumer group; nothing that comes after entering is missed.

    Raises:
        OperatorError: there is no such topic.
        WorldError: no broker answers.
    """
    consumer = AIOKafkaConsumer(
        topic,
        **connection(settings),
        auto_offset_reset="latest",
        enable_auto_commit=False,
        isolation_level=_COMMITTED,
    )
    await start(consumer, settings)
    try:
        with _reading(topic):
            for partition in consumer.assignment():
                await consumer.position(partition)

        async def coming() -> AsyncIterator[KafkaMessage]:
            while True:
                with _reading(topic):
                    record: ConsumerRecord = await consumer.getone()
                yield _message(record)

        yield coming()
    finally:
        await consumer.stop()


@contextmanager
def _reading(*topics: str) -> Iterator[None]:
    """Make aiokafka's errors ours."""
    try:
        yield
    except TopicAuthorizationFailedError as error:
        raise _may_not_read(*topics) from error
    except KafkaError as error:
        raise WorldError(
            what=f"{', '.join(topics)} cannot be read ({type(error).__name__}).",
            remedy="See that the brokers are up, and try again.",
        ) from error


def _may_not_read(*topics: str) -> OperatorError:
    return OperatorError(
        what=f"This user may not read {', '.join(topics)}.",
        remedy="Grant it; `sealstream topics acls` prints how.",
    )


def _message(record: ConsumerRecord) -> KafkaMessage:
    return KafkaMessage(
        topic=record.topic,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        partition=record.partition,
        offset=record.offset,
    )


def _ask_calmly_for_metadata(producer: AIOKafkaProducer) -> None:
    """While a partition has no leader, aiokafka's producer asks where it is without any pause.

    A broker that was stopped leaves its partitions without one: thousands of attempts to connect in every second until
    it is back, each with two lines in the log.
    """
    client = producer.client
    ask = client._metadata_update  # noqa: SLF001 - every request for metadata goes through it
    asked = 0.0

    async def ask_calmly(cluster: object, topics: object) -> bool:
        nonlocal asked
        await asyncio.sleep(asked + _METADATA_SECONDS - time.monotonic())
        asked = time.monotonic()
        return bool(await ask(cluster, topics))

    client._metadata_update = ask_calmly  # noqa: SLF001


async def start(client: AIOKafkaProducer | AIOKafkaConsumer | AIOKafkaAdminClient, settings: KafkaSettings) -> None:
    """Connect a client.

    Raises:
        OperatorError: a topic that it is to read is not there, or a setting is in the way, such as a wrong password.
        WorldError: no broker answers.
    """
    try:
        await client.start()
    except UnknownTopicOrPartitionError as error:
        await client.stop()
        raise OperatorError(
            what="A topic is not there, or this user may not see it.",
            remedy="Create it with `sealstream topics create`, or correct SEALSTREAM_KAFKA_TOPIC_PREFIX.",
        ) from error
    except TopicAuthorizationFailedError as error:
        await client.stop()
        raise _may_not_read("the topic") from error
    except KafkaError as error:
        await (client.close() if isinstance(client, AIOKafkaAdminClient) else client.stop())
        raise await why_unreachable(settings) or WorldError(
            what=f"No Kafka broker answers at {settings.bootstrap_servers} ({type(error).__name__}).",
            remedy="Start the broker, or set SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS to where it is.",
        ) from error
