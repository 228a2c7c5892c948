"""Which rights in Kafka each part of the product needs: the least, in one table that everything else goes by.

What a worker is refused for, what `sealstream doctor` misses, what `sealstream topics acls` prints and what the
documentation says are this table.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from agents.topics import TopicPlan, Topics

__all__ = ["KAFKA_ROLES", "KafkaRole", "Operation", "Right", "clock_group", "notify_group", "rights_of"]

Operation = Literal["Read", "Write", "Create", "Describe", "DescribeConfigs", "AlterConfigs"]
"""Kafka's names. Whoever may read or write may also describe, and whoever may alter configurations may see them."""

KafkaRole = Literal[
    "worker",
    "recogniser",
    "producer",
    "reviewer",
    "consumer",
    "console",
    "doors",
    "notifier",
    "editor",
    "administrator",
    "eraser",
]
"""Who does what: a worker; a recogniser; who sends events; what people act by; who reads outputs; the console; the
public doors; what notifies; who keeps the reference sets; who sets up topics, says who may review, and sends dead
letters again; who erases on request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One operation on one topic or consumer group, or on all transactional ids that begin alike.

    Args:
        resource: what kind of thing it is about.
        name: of the topic or group; what the transactional ids begin with.
        operation: what may be done with it.
        needed: nothing works without; otherwise it is only told that something could not be looked at.
    """

    resource: Literal["topic", "group", "transactional-id"] = "topic"
    name: str
    operation: Operation
    needed: bool = True

    def __str__(self) -> str:
        return f"{self.operation} on the {self.resource} {self.name}"


def clock_group(group: str) -> str:
    """The consumer group that hands out the partitions of the clocks topic, by that of the workers."""
    return f"{group}.clocks"


def notify_group(group: str) -> str:
    """The consumer group of what notifies, by that of the workers."""
    return f"{group}.notify"


_Asks = Callable[[Topics, TopicPlan], Sequence[Operation]]


def _worker(topics: Topics, plan: TopicPlan) -> Sequence[Operation]:
    # A later verdict puts what was found illegal into the feature database, and an order its service into the registry.
    if plan.name in (topics.manifests, topics.features, topics.clocks, topics.services):
        return ("Read", "Write")
    if plan.role == "audit":  # the affair of the console alone
        return ()
    return ("Read",) if plan.role in ("input", "reference") else ("Write",)


def _recogniser(topics: Topics, plan: TopicPlan) -> Sequence[Operation]:
    return ("Read",) if plan.name == topics.manifests else ()


def _producer(topics: Topics, plan: TopicPlan) -> Sequence[Operation]:
    return ("Write",) if plan.role == "input" and plan.name not in (topics.reviews, topics.cases) else ()


def _reviewer(topics: Topics, plan: TopicPlan) -> Sequence[Operation]:
    # Whoever writes there says who acts; a door for the public's complaints does, too.
    return ("Write",) if plan.name in (topics.reviews, topics.cases) else ()


def _consumer(_: Topics, plan: TopicPlan) -> Sequence[Operation]:
    return ("Read",) if plan.role == "output" else ()


def _console(topics: Topics, plan: TopicPlan) -> Sequence[Operation]:
    if plan.name in (topics.reviews, topics.cases, topics.audit):
        return ("Read", "Write")
    decided = (topics.decisions, topics.manifests, topics.review_updates, topics.dead_letters)
    due = (topics.alerts, topics.case_updates, topics.clocks, topics.enforcement)
    return ("Read",) if plan.name in decided + due or plan.role == "reference" else ()


def _doors(topics: Topics, plan: TopicPlan) -> Sequence[Operation]:
    # Where complaints are not taken, not even that much is written.
    if plan.name == topics.manifests:
        return ("Read",)
    return ("Write",) if plan.name == topics.cases else ()


def _notifier(topics: Topics, plan: TopicPlan) -> Sequence[Operation]:
    told = (topics.alerts, topics.clocks, topics.enforcement, topics.dead_letters)
    return ("Read",) if plan.name in told else ()


def _editor(topics: Topics, plan: TopicPlan) -> Sequence[Operation]:
    return ("Read", "Write") if plan.role == "reference" and plan.name != topics.operators else ()


def _administrator(topics: Topics, plan: TopicPlan) -> Sequence[Operation]:
    # What people do releases content, and to send it again is to do it. Whoever says who may act does not act.
    people: Sequence[Operation] = ("Read", "Write") if plan.name == topics.operators else ()
    read: Sequence[Operation] = ("Read",) if plan.role == "dead letters" else ()
    sent = _producer(topics, plan)
    return ("Create", "Describe", "DescribeConfigs", "AlterConfigs", *people, *read, *sent)


def _eraser(topics: Topics, plan: TopicPlan) -> Sequence[Operation]:
    # Tombstones.
    return ("Write",) if plan.name == topics.manifests else ()


KAFKA_ROLES: Final[Mapping[KafkaRole, _Asks]] = {
    "worker": _worker,
    "recogniser": _recogniser,
    "producer": _producer,
    "reviewer": _reviewer,
    "consumer": _consumer,
    "console": _console,
    "doors": _doors,
    "notifier": _notifier,
    "editor": _editor,
    "administrator": _administrator,
    "eraser": _eraser,
}
"""What each role does with a topic. Of a role that follows its own group, that group's name is its own affair."""


def rights_of(role: KafkaRole, topics: Topics, group: str, *, asks_recognisers: bool = False) -> tuple[Right, ...]:
    """The least rights of a role.

    Args:
        role: who.
        topics: the names of topics.
        group: the consumer group of the workers.
        asks_recognisers: workers ask recognisers what was sealed, and do not read it themselves.
    """
    found = [
        Right(name=plan.name, operation=operation)
        for plan in topics.plans()
        for operation in KAFKA_ROLES[role](topics, plan)
        if not (asks_recognisers and role == "worker" and plan.name == topics.manifests and operation == "Read")
    ]
    if role == "worker":
        found += [Right(resource="group", name=name, operation="Read") for name in (group, clock_group(group))]
        found.append(Right(resource="transactional-id", name=f"{clock_group(group)}.", operation="Write"))
        own = [plan.name for plan in topics.plans() if KAFKA_ROLES[role](topics, plan)]
        found += [Right(name=name, operation="DescribeConfigs", needed=False) for name in own]
    if role == "notifier":
        found.append(Right(resource="group", name=notify_group(group), operation="Read"))
    return tuple(found)
