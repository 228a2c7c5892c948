"""How a Faust app stands in its consumer group. Faust does not say, so this looks inside it and inside aiokafka.

A consumer of aiokafka without Faust is looked at in the same way.
"""

# ruff: noqa: SLF001

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import faust
from aiokafka.errors import KafkaError
from aiokafka.protocol.commit import OffsetCommitRequest
from faust.exceptions import ConsumerNotStarted
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

from agents.delivery.record import TopicPartition

__all__ = ["ConsumerStanding", "behind", "is_joined", "is_member", "standing", "standing_of"]

_NO_GENERATION: Final[int] = OffsetCommitRequest.DEFAULT_GENERATION_ID
"""What aiokafka holds for the generation of its group before it joined one, and after it fell out."""

_ANSWER_WITHIN: Final = 10.0
"""How long the broker may take to say where partitions end, in seconds."""


def is_joined(app: faust.App) -> bool:
    """Tell whether the app is a member of its group, knows its coordinator and is not being rebalanced.

    aiokafka's coordination runs in a task that can end, or pause for good, on an error that Faust never looks at; the
    consumer then goes on fetching what it no longer owns.
    """
    client = _client(app)
    return client is not None and not app.rebalancing and is_member(client)


def is_member(client: Any) -> bool:
    """Tell whether a consumer of aiokafka is a member of its group, and knows its coordinator."""
    coordinator = client._coordinator
    return (
        coordinator is not None  # while the client starts
        and coordinator.coordinator_id is not None
        and coordinator.generation != _NO_GENERATION
        and coordinator._pending_exception is None
        and not coordinator._rejoin_needed_fut.done()
        and not coordinator._coordination_task.done()
    )


@dataclass(frozen=True, slots=True)
class ConsumerStanding:
    """Where an app stands in its partitions, as the brokers say.

    Args:
        ends: the offset after the last record of each partition that the app has.
        fetched: the offset up to which each was fetched; 0 where nothing was yet.
        unknown: subscribed topics that the brokers do not know, or do not show to this user.
    """

    ends: Mapping[TopicPartition, int]
    fetched: Mapping[TopicPartition, int]
    unknown: frozenset[str]


async def standing(app: faust.App) -> ConsumerStanding | None:
    """Return where the app stands in its partitions, or None when the brokers do not say."""
    client = _client(app)
    if client is None:
        return None
    # The consumer has an event loop and a thread of its own. Faust's queue of calls into it has two workers, which an
    # outage can occupy; this goes past it.
    loop = _thread(app).thread_loop
    answer = asyncio.run_coroutine_threadsafe(_standing(client), loop)
    try:
        async with asyncio.timeout(_ANSWER_WITHIN):
            # Shielded, since to be cancelled tells the other loop so, which at a worker's end may have ended first.
            return await asyncio.shield(asyncio.wrap_future(answer))
    except (TimeoutError, KafkaError):
        return None
    finally:
        if not loop.is_closed():
            answer.cancel()


async def standing_of(client: Any) -> ConsumerStanding | None:
    """Return where a consumer of aiokafka stands in its partitions, or None when the brokers do not say."""
    try:
        async with asyncio.timeout(_ANSWER_WITHIN):
            return await _standing(client)
    except (TimeoutError, KafkaError):
        return None


async def behind(app: faust.App) -> int | None:
    """Return how many records of the app's partitions were not fetched yet, or None when the broker does not say.

    Records that were fetched and are not acknowledged are not counted, and neither are transaction markers.
    """
    found = await standing(app)
    return (
        None if found is None else sum(max(0, end - found.fetched[partition]) for partition, end in found.ends.items())
    )


async def _standing(client: Any) -> ConsumerStanding:
    if not client.assignment() and not await client._client.force_metadata_update():
        raise KafkaError("No broker answered.")  # without partitions there is nothing else to ask about
    ends = await client.end_offsets(client.assignment())
    subscription = client._subscription.subscription
    if subscription is None or subscription.assignment is None:
        return ConsumerStanding({}, {}, frozenset())
    states = {partition: subscription.assignment.state_value(partition) for partition in ends}
    known = client._client.cluster.topics()
    return ConsumerStanding(
        ends={TopicPartition(*partition): end for partition, end in ends.items() if states[partition] is not None},
        fetched={
            TopicPartition(*partition): state.position if state.has_valid_position else 0
            for partition, state in states.items()
            if state is not None
        },
        unknown=frozenset(subscription.topics) - known,
    )


def _client(app: faust.App) -> Any:
    """Return the app's aiokafka consumer, or None before it was started."""
    try:
        return _thread(app)._ensure_consumer()
    except ConsumerNotStarted:
        return None


def _thread(app: faust.App) -> AIOKafkaConsumerThread:
    return cast(Consumer, app.consumer)._thread
