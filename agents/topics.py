"""The topics: their names, and how each is created."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.events.outgoing import Channel

__all__ = ["DAY_MS", "MAX_EVENT_BYTES", "MAX_MESSAGE_BYTES", "RECORD_DAYS", "TopicPlan", "Topics"]

MAX_MESSAGE_BYTES: Final = 4 * 2**20
"""Room for a dead letter: the largest input Kafka takes by default (1 MiB) and its explanation, with space to spare."""

MAX_EVENT_BYTES: Final = 2**20 + 12
"""The largest event: Kafka's own default. Larger content is referred to."""

DAY_MS: Final = 24 * 3600 * 1000
"""A day, in milliseconds."""

RECORD_DAYS: Final = 183
"""How long records are kept if nobody says otherwise, in days: six months at least."""

_FOREVER: Final = "-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPlan:
    """A topic to be created: its name, what it is for, and its Kafka topic configuration."""

    name: str
    config: Mapping[str, str]
    role: Literal["input", "reference", "audit", "output", "dead letters"] = "output"

    @property
    def compacted(self) -> bool:
        """Whether it holds the newest message of each key, for ever."""
        return self.config.get("cleanup.policy") == "compact"


@dataclass(frozen=True, slots=True)
class Topics:
    """The names of the topics, with the configured prefix."""

    prefix: str

    @property
    def generation(self) -> str:
        """In: generation events."""
        return f"{self.prefix}generation"

    @property
    def publication(self) -> str:
        """In: publication events."""
        return f"{self.prefix}publication"

    @property
    def activities(self) -> str:
        """In: events without an asset that law regulates."""
        return f"{self.prefix}activities"

    @property
    def reviews(self) -> str:
        """In: what people decided about held events."""
        return f"{self.prefix}reviews"

    @property
    def cases(self) -> str:
        """In: what people did about cases, and what the public complained of."""
        return f"{self.prefix}cases"

    @property
    def services(self) -> str:
        """In, compacted: the service registry."""
        return f"{self.prefix}services"

    @property
    def news_sources(self) -> str:
        """In, compacted: the licensed news sources."""
        return f"{self.prefix}news-sources"

    @property
    def features(self) -> str:
        """In, compacted: the feature database of prohibited content."""
        return f"{self.prefix}features"

    @property
    def consents(self) -> str:
        """In, compacted: consents to the editing of faces and voices, and their revocation."""
        return f"{self.prefix}consents"

    @property
    def operators(self) -> str:
        """In, compacted: people who may act, and as what."""
        return f"{self.prefix}operators"

    @property
    def inventory(self) -> str:
        """In, compacted: models, training data, apps and certificates, and when their duties were done last."""
        return f"{self.prefix}inventory"

    @property
    def audit(self) -> str:
        """What people looked at, written down before they see it."""
        return f"{self.prefix}audit"

    @property
    def manifests(self) -> str:
        """Out, compacted: what became of generation events."""
        return f"{self.prefix}manifests"

    @property
    def decisions(self) -> str:
        """Out: what became of publication events."""
        return f"{self.prefix}decisions"

    @property
    def alerts(self) -> str:
        """Out: findings worth waking someone for."""
        return f"{self.prefix}alerts"

    @property
    def enforcement(self) -> str:
        """Out: steps against accounts whose violations repeat."""
        return f"{self.prefix}enforcement"

    @property
    def case_updates(self) -> str:
        """Out, compacted: cases as they stand."""
        return f"{self.prefix}case-updates"

    @property
    def clocks(self) -> str:
        """Out, compacted: the clocks of cases, and what they announced; workers read what they wrote."""
        return f"{self.prefix}clocks"

    @property
    def review_updates(self) -> str:
        """Out: who has claimed what, and how many notes there are."""
        return f"{self.prefix}review-updates"

    @property
    def dead_letters(self) -> str:
        """Out: inputs that can never succeed."""
        return f"{self.prefix}dead-letters"

    @property
    def inputs(self) -> tuple[str, ...]:
        """The topics that workers share out among them: events and what people do."""
        return (self.generation, self.publication, self.activities, self.reviews, self.cases)

    @property
    def references(self) -> tuple[str, ...]:
        """The topics that every worker reads whole: the reference sets."""
        return (
            self.services,
            self.news_sources,
            self.features,
            self.consents,
            self.operators,
            self.inventory,
        )

    def of(self, channel: Channel) -> str:
        """The topic that a channel's messages are published on."""
        return f"{self.prefix}{channel}"

    def plans(self) -> tuple[TopicPlan, ...]:
        """Every topic, inputs first.

        Events are kept for a week, and dated by the brokers: retention goes by that date, and a producer's own may be
        years old. Manifests, reference sets, cases and clocks are compacted and kept for ever: their topics hold the
        newest of each key. Of reference sets, what it replaced stays for a week at least: the newest may be an entry
        that no worker takes. What asks for an answer (alerts, decisions, enforcement, dead letters) is kept for 30 days
        at least. What people looked at is kept as long as records are.
        """
        week, month = str(7 * DAY_MS), str(30 * DAY_MS)
        arrived = {"message.timestamp.type": "LogAppendTime"}
        compacted = {"cleanup.policy": "compact", "retention.ms": _FOREVER}
        deleted = {"cleanup.policy": "delete", "retention.bytes": _FOREVER}
        event = {**deleted, "retention.ms": week, "max.message.bytes": str(MAX_EVENT_BYTES), **arrived}
        entry = {**compacted, "min.compaction.lag.ms": week, **arrived}
        answer = {**deleted, "retention.ms": month}
        looked = {**deleted, "retention.ms": str(RECORD_DAYS * DAY_MS), **arrived}
        letter = {**answer, "max.message.bytes": str(MAX_MESSAGE_BYTES)}
        return (
            *(TopicPlan(name=name, role="input", config=event) for name in self.inputs),
            *(TopicPlan(name=name, role="reference", config=entry) for name in self.references),
            TopicPlan(name=self.audit, role="audit", config=looked),
            *(TopicPlan(name=name, config=compacted) for name in (self.manifests, self.case_updates, self.clocks)),
            *(
                TopicPlan(name=name, config=answer)
                for name in (self.decisions, self.alerts, self.enforcement, self.review_updates)
            ),
            TopicPlan(name=self.dead_letters, role="dead letters", config=letter),
        )
