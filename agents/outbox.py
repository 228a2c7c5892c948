"""The outbox: what the pipeline has to say becomes Kafka messages, each one delivered before the call returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.dead_letters import EXPLANATION_PREFIX
from agents.delivery import InputRecord
from agents.kafka import Publisher
from agents.messages import KafkaMessage
from agents.metrics import Metrics
from agents.topics import Topics
from agents.tracing import UNTRACED, Tracing
from pipeline.duties.case_steps import suspension_by
from pipeline.errors import SealstreamError
from pipeline.events.intake import ACTIVITY, PUBLICATION
from pipeline.events.outgoing import Output, dead_letter_header, encode
from pipeline.events.outputs import Alert, Case, Enforcement, InputPosition, ManifestRecord
from pipeline.policy.decision import would_be_decisions
from pipeline.timing import Timed, untimed
from pipeline.usecases.announcing import Said
from pipeline.usecases.claiming import ActTaken
from pipeline.usecases.frame import AnyOutcome
from pipeline.usecases.refusal import Refusal, refuse
from pipeline.usecases.retracting import Retraction

__all__ = ["Outbox", "refusal_of"]

_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """Publishes outputs and dead letters.

    Args:
        publisher: delivers messages.
        topics: where they go.
        source: CloudEvents `source` of this installation.
        metrics: counts alerts.
        timed: hears how long deliveries take.
        tracing: says what messages carry of the trace that they belong to.
    """

    publisher: Publisher
    topics: Topics
    source: str
    metrics: Metrics
    timed: Timed = untimed
    tracing: Tracing = UNTRACED

    async def publish(self, outcome: AnyOutcome | ActTaken) -> None:
        """Deliver what became of an event: its record, its alerts, and the step against an account that it led to.

        Raises:
            WorldError: a delivery was not confirmed; publish the same again.
        """
        await self._deliver([self._message(output) for output in outcome.outputs])
        if isinstance(outcome, ActTaken):
            return
        self._count(outcome.alerts)
        if isinstance(outcome.record, ManifestRecord) and outcome.record.manifest.time_stamped is False:
            self.metrics.unstamped.inc()
        for pack, decision in would_be_decisions(outcome.record.observed):
            self.metrics.observed.labels(pack, decision).inc()
        if isinstance(outcome.enforcement, Enforcement):
            self.metrics.enforcement.labels(outcome.enforcement.step).inc()

    async def repeat(self, *said: Output) -> None:
        """Deliver once more what was published before, for it to be the last that is said, or because it was lost.

        Raises:
            WorldError: a delivery was not confirmed; publish the same again.
        """
        await self._deliver([self._message(output) for output in said])

    async def publish_case(self, case: Case) -> None:
        """Deliver a case as it stands, and its clocks; of an order also what it puts into the service registry.

        Raises:
            WorldError: a delivery was not confirmed; publish the same again.
        """
        order = suspension_by(case)
        outputs: tuple[Output, ...] = (*(() if order is None else (order,)), case, *case.clocks)
        await self._deliver([self._message(output) for output in outputs])

    def announcement(self, said: Said, partition: int) -> tuple[KafkaMessage, ...]:
        """What is to be published of what a clock says: into the partition that the clock is in, and an alert."""
        message = self._message(said.announcement, partition)
        return (message,) if said.alert is None else (message, self._message(said.alert))

    def forgotten_clock(self, clock: str, shares: Sequence[int], partition: int) -> tuple[KafkaMessage, ...]:
        """What takes a clock, and whatever it may have announced, off the topic."""
        stages = [*(f"warned-{share}" for share in shares), "due", "missed", "undated"]
        keys = (clock, *(f"{clock}.{stage}" for stage in stages))
        topic = self.topics.clocks
        return tuple(KafkaMessage(topic=topic, key=key.encode(), value=None, partition=partition) for key in keys)

    def count_announcement(self, said: Said) -> None:
        """Count what a clock said, once it is published."""
        self.metrics.announcements.labels(said.announcement.stage).inc()
        self._count(() if said.alert is None else (said.alert,))

    async def retract(self, retraction: Retraction) -> None:
        """Deliver what follows from a later verdict; first what blocks the same bytes from then on.

        Raises:
            WorldError: a delivery was not confirmed; publish the same again.
        """
        said: tuple[Output, ...] = (*retraction.decisions, *retraction.enforcements, *retraction.alerts)
        await self._deliver([self._message(addition) for addition in retraction.additions])
        await self._deliver([self._message(output) for output in said])
        self._count(retraction.alerts)
        self.metrics.retracted.inc(len(retraction.decisions))
        for step in retraction.enforcements:
            self.metrics.enforcement.labels(step.step).inc()

    async def alert(self, alert: Alert) -> None:
        """Deliver an alert that no event led to.

        Raises:
            WorldError: the delivery was not confirmed; publish the same again.
        """
        await self._deliver([self._message(alert)])
        self._count((alert,))

    async def dead_letter(self, record: InputRecord, error: SealstreamError, attempts: int) -> None:
        """Deliver an input as a dead letter: as it was sent, byte for byte, with headers that explain it beside.

        Raises:
            WorldError: a delivery was not confirmed; publish the same again.
        """
        refusal = refusal_of(record, error, attempts, awaits_judgement=self._judged.get(record.topic))
        await self._deliver([self._dead_letter(record, refusal), *map(self._message, refusal.alerts)])
        self._count(refusal.alerts)

    @property
    def _judged(self) -> Mapping[str, str]:
        """The topics whose events are judged, with their type: what is refused there was judged by nobody."""
        return {self.topics.publication: PUBLICATION, self.topics.activities: ACTIVITY}

    async def _deliver(self, messages: Sequence[KafkaMessage]) -> None:
        with self.timed("publish"):
            await self.publisher.publish(messages)

    def _message(self, output: Output, partition: int | None = None) -> KafkaMessage:
        outgoing = encode(output, source=self.source)
        return KafkaMessage(
            topic=self.topics.of(outgoing.channel),
            key=outgoing.key,
            value=outgoing.value,
            headers=(*outgoing.headers, *self.tracing.headers()),
            partition=partition,
        )

    def _dead_letter(self, record: InputRecord, refusal: Refusal) -> KafkaMessage:
        letter = refusal.dead_letter
        # The names that Kafka Connect gives these facts, which existing tools for dead letters read.
        explanation = {
            "topic": record.topic,
            "partition": str(record.partition),
            "offset": str(record.offset),
            "stage": letter.stage,
            "exception.class.name": letter.error,
            "exception.message": f"{letter.what} {letter.remedy}",
        }
        return KafkaMessage(
            topic=self.topics.dead_letters,
            key=record.key,
            value=record.value,
            headers=(
                *record.headers,
                *((f"{EXPLANATION_PREFIX}{name}", text.encode()) for name, text in explanation.items()),
                dead_letter_header(letter),
            ),
        )

    def _count(self, alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            self.metrics.alerts.labels(alert.kind, alert.severity).inc()


def refusal_of(
    record: InputRecord, error: SealstreamError, attempts: int, *, awaits_judgement: str | None = None
) -> Refusal:
    """Explain why a record is refused; `awaits_judgement` as `pipeline.usecases.refusal.refuse` takes it."""
    return refuse(
        position=InputPosition(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            timestamp=None if record.timestamp is None else round(record.timestamp * _MILLISECONDS),
        ),
        key=record.key,
        value=record.value,
        headers=record.headers,
        error=error,
        attempts=attempts,
        awaits_judgement=awaits_judgement,
    )
