"""The Faust app of a worker: what it needs is opened before any partition is taken, and closed after the last drain."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from agents.broker_watch import BrokerWatch
from agents.clocks.keeper import ClockKeeper
from agents.clocks.keeping import keeper_of
from agents.delivery import (
    DeliveryLoop,
    SealstreamApp,
    WatchdogSettings,
    is_joined,
    leave_for_operator,
    standing,
)
from agents.health import serve_health
from agents.kafka import Publisher, open_publisher
from agents.lanes import LANES
from agents.metrics import Metrics
from agents.outbox import Outbox
from agents.parts import Parts
from agents.record_log import RecordLog
from agents.reference import References
from agents.rights import rights_of
from agents.runtime import Runtime
from agents.settings import KafkaSettings, WorkerSettings
from agents.similarity import FollowedFingerprints
from agents.similarity.settings import RecogniserSettings
from agents.steps import StepTimer
from agents.strange_members import StrangeMembers
from agents.topic_planning import as_planned
from agents.topics import Topics
from agents.tracing import Tracing
from pipeline.credentials.signers.identities import NamedSigner
from pipeline.errors import OperatorError, WorldError

__all__ = ["WorkerApp"]

logger = logging.getLogger(__name__)

_PROBE_SECONDS: Final = 5.0
"""How often the store is asked whether it is there."""

_TELLING_SECONDS: Final = 15.0
"""How often it is logged how far long work is, and from when on work is long."""

_RENEW_DAYS: Final = 3
"""A certificate that ends sooner makes the worker not ready."""


class WorkerApp(SealstreamApp):
    """The app; its agents are declared on it by `agents.app.create_app`.

    Args:
        open_parts: opens the use cases and what belongs to them; they are closed at shutdown. It is the first to ask
            anything of a network, and is asked for after everything else was found to be in order.
        references: the reference sets, followed while the app runs.
        known: the fingerprints of what was sealed, likewise.
        metrics: what is counted.
        steps: times what is published.
        tracing: makes spans of the work; closed at shutdown.
        kafka: how to reach Kafka.
        worker: threads, health, logs.
        delivery: works on the records.
        watch: how patient the watchdog is.
        options: settings of Faust.

    Raises:
        OperatorError: the configuration cannot work; nothing was started.
    """

    runtime: Runtime

    def __init__(
        self,
        open_parts: Callable[[], AbstractContextManager[Parts]],
        *,
        references: References,
        known: FollowedFingerprints,
        metrics: Metrics,
        steps: StepTimer,
        tracing: Tracing,
        kafka: KafkaSettings,
        worker: WorkerSettings,
        delivery: DeliveryLoop,
        watch: WatchdogSettings,
        **options: Any,
    ) -> None:
        super().__init__(
            kafka.group,
            delivery=delivery,
            watch=watch,
            store_healthy=lambda: self._store_trouble is None and (self._log is None or self._log.trouble is None),
            works_long=lambda: bool(self._parts.under_way()),
            given_up=lambda: None if self._log is None else self._log.give_up(),
            **options,
        )
        self.topic_names = Topics(kafka.topic_prefix)
        self._references = references
        self._known = known
        self._kafka = kafka
        self._worker = worker
        self._metrics = metrics
        self._steps, self._tracing = steps, tracing
        self._rights = rights_of(
            "worker", self.topic_names, kafka.group, asks_recognisers=bool(RecogniserSettings().urls)
        )
        self._store_trouble: str | None = "not asked yet"
        self._topic_trouble: str | None = "not looked at yet"
        self._publisher: Publisher | None = None
        self._keeper: ClockKeeper | None = None
        self._log: RecordLog | None = None
        self._threads: tuple[ThreadPoolExecutor, ...] = ()
        self._resources = AsyncExitStack()
        self._brokers = BrokerWatch(partial(standing, self), self.delivery.firsts, metrics.lag)
        self._resources.callback(tracing.close)
        self._parts = self._resources.enter_context(open_parts())
        metrics.begin(lane.topic(self.topic_names) for lane in LANES)
        metrics.begin_identities(self._parts.signers.named)
        metrics.confinement.labels("landlock").set(self._parts.confinement.landlock)
        metrics.confinement.labels("seccomp").set(self._parts.confinement.seccomp)

    async def on_start(self) -> None:
        """Open what the agents need; a broker that is away is waited for."""
        await super().on_start()
        port = await self._resources.enter_async_context(
            serve_health(
                host=self._worker.health_host,
                port=self._worker.health_port,
                checks=self._checks,
                states=self._states,
                metrics=self._metrics,
            )
        )
        logger.info("Health is served at http://%s:%d", self._worker.health_host, port)
        threads, patient = self._threads = (
            ThreadPoolExecutor(self._worker.threads, thread_name_prefix="use-case"),
            ThreadPoolExecutor(self._worker.threads, thread_name_prefix="patient-use-case"),
        )
        publisher = self._publisher = await self._open_publisher()
        await self._require_topics()
        outbox = Outbox(
            publisher=publisher,
            topics=self.topic_names,
            source=self._worker.source,
            metrics=self._metrics,
            timed=self._steps,
            tracing=self._tracing,
        )
        # Nothing is judged before everything is known that it is judged by.
        await self._resources.enter_async_context(self._references.following(outbox.alert))
        await self._resources.enter_async_context(self._known.following())
        if self._parts.logs is not None:
            self._log = RecordLog(self._parts.logs, self._parts.store, self._parts.log_seconds, self._metrics)
            self._resources.push_async_callback(self._log.close)
        self.runtime = Runtime(
            cases=self._parts.cases,
            outbox=outbox,
            strange=StrangeMembers(self._metrics.unknown_members),
            threads=threads,
            patient=patient,
            pseudonyms=self._parts.pseudonyms,
            tracing=self._tracing,
            log=self._log,
        )
        self._keeper = keeper_of(self._kafka, self.topic_names, self._parts.cases, self._references, outbox, threads)
        self.add_future(self._keeper.run())
        self.add_future(self._probe_store())
        self.add_future(self._brokers.run())
        self.add_future(self._tell_of_recordings())
        self.add_future(self._look_at_signers())

    async def on_shutdown(self) -> None:
        """Close what was opened, after the agents have drained.

        Nobody waits for the answer of work that is still under way: its events are left to others. It may hold up what
        is closed here, but not for longer than a stop may take, which is over once this returns.
        """
        for threads in self._threads:
            threads.shutdown(wait=False, cancel_futures=True)
        await self._resources.aclose()
        await super().on_shutdown()

    async def _open_publisher(self) -> Publisher:
        while True:
            try:
                return await self._resources.enter_async_context(open_publisher(self._kafka))
            except WorldError as error:
                self._topic_trouble = error.what
                logger.warning("%s Trying again in %.0f s.", error, _PROBE_SECONDS)
                await asyncio.sleep(_PROBE_SECONDS)
            except OperatorError as error:
                leave_for_operator(error)

    async def _require_topics(self) -> None:
        def note(why: str | None) -> None:
            self._topic_trouble = why

        try:
            await as_planned(self._kafka, note, self._rights)
        except OperatorError as error:
            leave_for_operator(error)

    async def _probe_store(self) -> None:
        while not self.should_stop:
            try:
                await asyncio.to_thread(self._parts.trust.look)
                await asyncio.to_thread(self._parts.probe_store)
            except WorldError as error:
                if self._store_trouble is None:
                    logger.warning("%s", error)
                self._store_trouble = error.what
            else:
                self._store_trouble = None
            await self.sleep(_PROBE_SECONDS)

    async def _look_at_signers(self) -> None:
        """See what failed last come back; apart from the store, for it may take as long as a key may."""
        while not self.should_stop:
            await asyncio.to_thread(self._parts.signers.look)
            await self.sleep(_PROBE_SECONDS)

    async def _tell_of_recordings(self) -> None:
        while not self.should_stop:
            await self.sleep(_TELLING_SECONDS)
            for recording in self._parts.under_way():
                if recording.seconds >= _TELLING_SECONDS:
                    logger.info("Working on %s.", recording)

    def _signer_trouble(self, named: NamedSigner) -> str | None:
        ends, trouble = named.not_after, named.trouble
        self._metrics.signer_usable.labels(named.name).set(named.is_usable)
        if ends is None:
            return trouble or "not opened yet"
        self._metrics.signer_expiry.labels(named.name).set(ends.timestamp())
        days_left = (ends - datetime.now(UTC)).days
        return trouble or (None if days_left >= _RENEW_DAYS else f"the certificate ends in {days_left} days")

    def _oldest_trouble(self) -> str | None:
        oldest = self.delivery.oldest_seconds
        return None if oldest <= self._worker.ready_oldest_seconds else f"in work for {oldest:.0f} s"

    def _operators_trouble(self) -> str | None:
        if self._references.current.operators or self._parts.without_operators:
            return None
        return "the operators set is empty, so that reviews wait: `sealstream operators set` puts people into it"

    def _stamps_state(self) -> str:
        stamps = self._parts.stamps
        if stamps is None:
            return "none asked for (SEALSTREAM_TIME_STAMP_URL)"
        if stamps.trouble is None:
            return "asked for"
        if stamps.later:
            return f"sealed without, for `sealstream restamp` to add later: {stamps.trouble}"
        return f"waited for: {stamps.trouble}"

    def _states(self) -> Mapping[str, str]:
        return {
            "confinement": str(self._parts.confinement),
            **{
                _of("signing certificate until", named): "not known yet" if ends is None else ends.isoformat()
                for named in self._parts.signers.named.values()
                for ends in (named.not_after,)
            },
            "recordings": "; ".join(map(str, self._parts.under_way())) or "none in work",
            "tile log": "none kept (SEALSTREAM_TILE_LOG_KEY)" if self._log is None else f"kept as {self._log.name}",
            "time stamps": self._stamps_state(),
            **self._parts.trust.states(),
        }

    def _checks(self) -> Mapping[str, str | None]:
        stamps = self._parts.stamps
        signers = {_of("signer", named): self._signer_trouble(named) for named in self._parts.signers.named.values()}
        for name, issued in self._parts.trust.issued().items():
            self._metrics.trust_list_issued.labels(name).set(issued)
        recordings = self._parts.under_way()
        self._metrics.recordings.set(len(recordings))
        self._metrics.recording_share.set(min((recording.share or 0.0 for recording in recordings), default=1.0))
        self._metrics.in_flight.set(self.delivery.in_flight)
        self._metrics.fingerprints.set(len(self._known))
        self._metrics.open_clocks.set(0 if self._keeper is None else len(self._keeper))
        self._metrics.oldest_in_flight_seconds.set(self.delivery.oldest_seconds)
        return {
            "brokers": self._brokers.silence,
            "topics": self._topic_trouble or self._brokers.gone,
            "partitions": None if is_joined(self) else "not a member of the consumer group",
            "outputs": None if self._publisher is None else self._publisher.trouble,
            "oldest event": self._oldest_trouble(),
            "store": self._store_trouble,
            "tile log": None if self._log is None else self._log.trouble,
            "reference sets": self._references.trouble,
            "operators": self._operators_trouble(),
            "fingerprints": self._known.trouble,
            "clocks": "not kept yet" if self._keeper is None else self._keeper.trouble,
            **signers,
            "trust lists": self._parts.trust.trouble,
            "time stamps": None if stamps is None or stamps.later else stamps.trouble,
        }


def _of(what: str, named: NamedSigner) -> str:
    """What a line about an identity begins with: its name too, where it is one of several."""
    return what if named.alone else f"{what}, {named.name}"
