"""A Faust app that loses nothing: its agents hand records to a delivery loop, and the loop says what is committed."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, cast

import faust
from faust.types import ConsumerT, EventT, StreamT, TopicT, TransportT

from agents.delivery.exits import WorkerExit, leave
from agents.delivery.loop import DeadLetterSender, DeliveryLoop, Process
from agents.delivery.membership import behind, is_joined
from agents.delivery.record import InputRecord
from agents.delivery.tracebacks import without_content
from agents.delivery.transport import DeliveryTransport
from agents.delivery.watchdog import Watchdog, WatchdogSettings, WorkerFacts
from pipeline.errors import OperatorError
from pipeline.settings import ENV_PREFIX

__all__ = ["SealstreamApp", "consume"]

_COMMIT_SECONDS: Final = 5.0
"""How long the last commit before partitions are given up may take, in seconds."""

_STOP_SECONDS: Final = 5.0
"""How long everything else may take to stop after the drain and the last commit, in seconds."""

logger = logging.getLogger(__name__)


class SealstreamApp(faust.App):
    """A Faust app around one delivery loop, which all its agents share.

    Args:
        id: the consumer group.
        delivery: works on the records.
        watch: how patient the watchdog is that ends the process when nothing moves.
        store_healthy: tells the watchdog whether the services are there that records need.
        works_long: tells it whether something is in work that may take long, and has a limit of its own.
        given_up: called when the partitions were given up, all of them, as each rebalance asks for.
        options: settings of Faust; see `faust_options`.

    Raises:
        OperatorError: the watchdog is less patient than the records may be.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - Faust's name
        *,
        delivery: DeliveryLoop,
        watch: WatchdogSettings,
        store_healthy: Callable[[], bool] = lambda: True,
        works_long: Callable[[], bool] = lambda: False,
        given_up: Callable[[], None] = lambda: None,
        **options: Any,
    ) -> None:
        if delivery.longest_patience >= watch.stuck_seconds:
            raise OperatorError(
                what=f"Records may wait {delivery.longest_patience:.0f} seconds for what is missing, and the worker is "
                f"restarted when nothing moves for {watch.stuck_seconds:.0f}.",
                remedy=f"Set {ENV_PREFIX}STUCK_SECONDS above the patience, or records wait for ever.",
            )
        super().__init__(id, **options)
        self.delivery = delivery
        self._watch = watch
        self._store_healthy = store_healthy
        self._works_long = works_long
        self._given_up = given_up
        self._streams: list[StreamT[bytes]] = []
        self._deadline: threading.Timer | None = None

    def input_topic(self, name: str) -> TopicT:
        """Return a topic whose records arrive as they are: Faust skips what it cannot decode, so it decodes nothing."""
        return self.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    async def on_start(self) -> None:
        """Start the watchdog with everything else: a task of Faust's would wait for the first assignment."""
        await super().on_start()
        self.add_future(self._keep_watch())

    async def on_stop(self) -> None:
        """Stop in order, but not for ever: without a broker, parts of aiokafka never end."""
        seconds = self.delivery.settings.drain_seconds + _COMMIT_SECONDS + _STOP_SECONDS
        code = WorkerExit.CRASHED if self.crashed else WorkerExit.STOPPED
        reason = f"Could not stop in order within {seconds:.0f} seconds: the broker is away, or work would not end."
        self._deadline = threading.Timer(seconds, leave, (code, reason))
        self._deadline.daemon = True
        self._deadline.start()
        await super().on_stop()

    async def on_shutdown(self) -> None:
        """Everything has stopped in order."""
        if self._deadline is not None:
            self._deadline.cancel()
        await super().on_shutdown()

    def _create_directories(self) -> None:
        """Faust's directories for tables; there are none, and a worker may run where nothing can be written."""

    def _new_transport(self) -> TransportT:
        return DeliveryTransport(self.conf.broker_consumer, self, self.delivery)

    async def _consumer_wait_empty(self, consumer: ConsumerT, logger: Any) -> None:  # noqa: ARG002 - Faust's signature
        """Drain and commit. Faust calls this when partitions are taken away, and when the program stops."""
        generation = self.consumer_generation_id
        try:
            await self.delivery.drain(generation)
            await self._commit_last_positions(consumer)
        finally:
            self.delivery.kill(generation)
            self._given_up()

    async def _commit_last_positions(self, consumer: Any) -> None:
        # Not `asyncio.timeout`: while Faust waits for a commit under way it swallows the cancellation.
        commit = asyncio.create_task(_commit_now(consumer))
        _, late = await asyncio.wait([commit], timeout=_COMMIT_SECONDS)
        if late:
            commit.cancel()
            logger.warning("The last positions could not be committed in time; what they cover will be done again.")

    async def _keep_watch(self) -> None:
        watchdog = Watchdog(self._watch, time.monotonic())
        while True:
            await self.sleep(self._watch.watch_seconds)
            if self.should_stop:
                return
            if reason := watchdog.judge(await self._facts()):
                leave(WorkerExit.STUCK, reason)

    async def _facts(self) -> WorkerFacts:
        joined = is_joined(self)
        return WorkerFacts(
            now=time.monotonic(),
            joined=joined,
            backlog=joined and await self._has_backlog(),
            acknowledged=self.delivery.acknowledged,
            store_healthy=self._store_healthy(),
            works_long=self._works_long(),
        )

    async def _has_backlog(self) -> bool:
        buffered = sum(cast("Any", stream).channel.queue.qsize() for stream in self._streams)
        return self.delivery.unacknowledged > 0 or buffered > 0 or (await behind(self) or 0) > 0


async def _commit_now(consumer: Any) -> None:
    # A commit under way may be one of older positions, and Faust's `commit` would leave it at that.
    await consumer.maybe_wait_for_commit_to_finish()
    await consumer.force_commit()


async def consume(stream: StreamT[bytes], *, process: Process, dead_letter: DeadLetterSender) -> None:
    """Hand every record of a stream to the app's delivery loop: the whole body of an agent.

    Nothing leaves it but a cancellation. Faust would start the agent again after an exception and go on with the next
    event, past the one that failed; so the process ends instead.

    Args:
        stream: of a `SealstreamApp.input_topic`.
        process: does the work of one record.
        dead_letter: publishes a record that can never succeed.
    """
    app = cast("SealstreamApp", stream.app)
    app._streams.append(stream)  # noqa: SLF001 - our own
    delivery = app.delivery
    try:
        async for event in cast("faust.Stream[bytes]", stream).noack().events():
            # Nothing may be awaited between taking an event and admitting it: were the agent cancelled there, a later
            # event of the partition would be acknowledged past this one.
            record = _record(event)
            generation = cast("int", event.message.generation_id)
            delivery.admit(record, generation, process=process, dead_letter=dead_letter)
            await delivery.room()
    except Exception as error:  # noqa: BLE001 - see above
        leave(WorkerExit.BUG, f"An agent failed outside the delivery of a record:\n{without_content(error)}\n")


def _record(event: EventT[bytes]) -> InputRecord:
    message = event.message
    headers = cast("Iterable[tuple[str, bytes | None]]", message.headers or ())
    return InputRecord(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple(headers),
        timestamp=_known(message.timestamp),
    )


def _known(timestamp: float | None) -> float | None:
    """None where the message has no timestamp: its format has none, or the producer said -1 (here in seconds)."""
    return None if timestamp is None or timestamp < 0 else timestamp
