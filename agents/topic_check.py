"""How topics differ from the plan, and what comes of it: a pure comparison.

Kafka deletes what its topics are configured to delete, read or not, and tells nobody. So what the product relies on is
in the plan (`agents.topics`), and existing topics are held against it. A difference by which an event can be gone
before it was read, or a reference entry while it is in force, **loses**; any other one is worth a word.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from agents.topics import DAY_MS, MAX_MESSAGE_BYTES, TopicPlan

__all__ = ["FoundTopic", "TopicDifference", "differences"]

_EXPLANATION_BYTES: Final = 256 * 1024
"""A dead letter is its input, and headers that explain it."""

_FOREVER: Final = -1
_TWO_COPIES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTopic:
    """A topic as the brokers have it; an empty `config` was not told, for want of the right to see it."""

    name: str
    partitions: int
    replicas: int
    config: Mapping[str, str] = field(default_factory=dict)

    @property
    def deletes(self) -> bool:
        """Whether messages go with time or size, whoever has read them."""
        return "delete" in self.config.get("cleanup.policy", "delete").split(",")

    def number(self, setting: str) -> int:
        """A setting that is a number; for ever (-1) where the brokers do not know it."""
        return int(self.config.get(setting, _FOREVER))


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDifference:
    """One setting of a topic that is not as planned.

    Args:
        topic: which one.
        setting: Kafka's name of the setting.
        found: its value.
        planned: what it should be.
        harm: what comes of it, as a sentence.
        loses: an event can be gone before it was read, or what events are judged by while it is in force.
    """

    topic: str
    setting: str
    found: str
    planned: str
    harm: str
    loses: bool

    def __str__(self) -> str:
        return f"{self.topic}: {self.setting} is {self.found}, planned is {self.planned}. {self.harm}"


@dataclass(frozen=True, slots=True)
class _Rule:
    """When a setting is as good as planned, what comes of it otherwise, and where that loses something."""

    setting: str
    is_good: Callable[[TopicPlan, FoundTopic], bool]
    harm: str
    loses: Callable[[TopicPlan, FoundTopic], bool]
    otherwise_planned: str = ""


def differences(plan: TopicPlan, found: FoundTopic) -> tuple[TopicDifference, ...]:
    """What of a topic is not as planned; nothing where its configuration may not be seen."""
    return tuple(
        TopicDifference(
            topic=plan.name,
            setting=rule.setting,
            found=found.config[rule.setting],
            planned=plan.config.get(rule.setting, rule.otherwise_planned),
            harm=rule.harm,
            loses=rule.loses(plan, found),
        )
        for rule in _RULES
        if rule.setting in found.config and not rule.is_good(plan, found)
    )


def _is_long_enough(plan: TopicPlan, found: FoundTopic) -> bool:
    if not found.deletes or plan.compacted:
        return True
    kept = found.number("retention.ms")
    return kept == _FOREVER or kept >= int(plan.config["retention.ms"])


def _has_room(plan: TopicPlan, found: FoundTopic) -> bool:
    room = found.number("max.message.bytes")
    if plan.role == "input" and room > MAX_MESSAGE_BYTES - _EXPLANATION_BYTES:
        return False
    return room >= int(plan.config.get("max.message.bytes", 0))


def _never(_plan: TopicPlan, _found: FoundTopic) -> bool:
    return False


def _is_input(plan: TopicPlan, _found: FoundTopic) -> bool:
    return plan.role == "input"


_RULES: Final = (
    _Rule(
        "message.timestamp.type",
        lambda plan, found: plan.config.get("message.timestamp.type") in (None, found.config["message.timestamp.type"]),
        "Brokers go by the time that a producer set: what is old when it is sent is deleted before it was read.",
        lambda plan, found: _is_input(plan, found) and found.deletes and found.number("retention.ms") != _FOREVER,
    ),
    _Rule(
        "cleanup.policy",
        lambda plan, found: plan.compacted or found.config["cleanup.policy"] == "delete",
        "Of messages with one key only the newest stays, whoever has read the others.",
        lambda plan, _: plan.role in ("input", "dead letters"),
    ),
    _Rule(
        "cleanup.policy",
        lambda plan, found: not plan.compacted or found.config["cleanup.policy"] == "compact",
        "What is in force is deleted with time.",
        lambda plan, found: plan.role == "reference" and found.deletes and found.number("retention.ms") != _FOREVER,
    ),
    _Rule(
        "retention.ms",
        _is_long_enough,
        "What was not read by then is gone.",
        lambda plan, found: _is_input(plan, found) and found.number("retention.ms") < DAY_MS,
    ),
    _Rule(
        "retention.bytes",
        lambda plan, found: plan.compacted or not found.deletes or found.number("retention.bytes") == _FOREVER,
        "A burst of messages pushes out others that nobody has read.",
        _is_input,
    ),
    _Rule(
        "min.compaction.lag.ms",
        lambda plan, found: found.number("min.compaction.lag.ms") >= int(plan.config.get("min.compaction.lag.ms", 0)),
        "The last good version of an entry goes before a bad one can be mended.",
        _never,
    ),
    _Rule(
        "max.message.bytes",
        _has_room,
        "Messages are refused, or too large for the dead letters that they may become.",
        _never,
        str(MAX_MESSAGE_BYTES),
    ),
    _Rule(
        "unclean.leader.election.enable",
        lambda _, found: found.config["unclean.leader.election.enable"] == "false",
        "A replica that missed the newest messages may take over, and they are gone.",
        lambda plan, found: _is_input(plan, found) and found.replicas > 1,
        "false",
    ),
    _Rule(
        "min.insync.replicas",
        lambda _, found: found.replicas == 1 or found.number("min.insync.replicas") >= _TWO_COPIES,
        "A message is confirmed when one broker has it, and that one may fail.",
        _never,
        "2",
    ),
)
