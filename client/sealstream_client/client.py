"""Sends events to an installation of sealstream, and returns when the brokers have them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from sealstream_client.checking import Event, prepared
from sealstream_client.errors import DeliveryError, EventRefusedError

__all__ = ["Client", "Sent", "connect"]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Where an event went. `uid` is in everything that sealstream writes about it, `source` and `id` say it again."""

    topic: str
    partition: int
    offset: int
    key: str
    source: str
    id: str
    uid: str


class Client:
    """Sends events of one source. `connect` makes one, or give it a started AIOKafkaProducer of your own.

    Args:
        producer: it should wait for all replicas (`acks="all"`).
        source: the CloudEvents source of every event: a URI that is this program's own.
        topic_prefix: what the installation's topics begin with.
    """

    def __init__(self, producer: AIOKafkaProducer, *, source: str, topic_prefix: str = "sealstream.") -> None:
        self._producer = producer
        self._source = source
        self._prefix = topic_prefix

    async def send(self, event: Event, *, id: str | None = None, time: datetime | str | None = None) -> Sent:  # noqa: A002 - what CloudEvents calls it
        """Send an event and wait until the brokers have it.

        Args:
            event: it is held against the contract first.
            id: with the source, what makes it this event: the same again is a replay, which is answered once; the
                same with other content is refused by workers. Left out, it is derived from what the event says, and
                its time: whatever sends it twice, it counts once.
            time: when it happened; activities without `id` need it.

        Raises:
            EventRefusedError: a worker would not take it; nothing was sent.
            DeliveryError: it did not verifiably arrive; send it again as it is.
        """
        ready = prepared(event, source=self._source, event_id=id, time=time)
        topic = f"{self._prefix}{ready.topic}"
        try:
            placed = await self._producer.send_and_wait(topic, ready.value, key=ready.key, headers=list(ready.headers))
        except MessageSizeTooLargeError as error:
            raise EventRefusedError(f"The event is larger than {topic} takes. Put its asset into the inbox.") from error
        except KafkaError as error:
            raise DeliveryError(f"Kafka did not confirm the event on {topic} ({type(error).__name__}).") from error
        return Sent(
            topic=topic,
            partition=placed.partition,
            offset=placed.offset,
            key=ready.key.decode(),
            source=ready.source,
            id=ready.id,
            uid=ready.uid,
        )


@asynccontextmanager
async def connect(
    bootstrap_servers: str, *, source: str, topic_prefix: str = "sealstream.", **options: Any
) -> AsyncIterator[Client]:
    """Connect a client; what was sent is delivered when the block ends.

    Args:
        bootstrap_servers: where Kafka is, such as `localhost:9092`.
        source: the CloudEvents source of every event: a URI that is this program's own.
        topic_prefix: what the installation's topics begin with.
        options: what else AIOKafkaProducer takes, such as `security_protocol`, `ssl_context` and `sasl_mechanism`.

    Raises:
        DeliveryError: no broker answers.
    """
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, **{"acks": "all", **options})
    try:
        await producer.start()
    except KafkaError as error:
        await producer.stop()
        raise DeliveryError(f"No Kafka broker answers at {bootstrap_servers} ({type(error).__name__}).") from error
    try:
        yield Client(producer, source=source, topic_prefix=topic_prefix)
    finally:
        await producer.stop()
