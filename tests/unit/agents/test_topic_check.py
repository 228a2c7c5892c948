"""Topics beside their plan: what can lose an event is told from what is only worth a word."""

import pytest

from agents.topic_check import FoundTopic, differences
from agents.topics import TopicPlan, Topics

TOPICS = Topics("sealstream.")
PLANS = {plan.name.removeprefix("sealstream."): plan for plan in TOPICS.plans()}

BROKER_DEFAULTS = {
    "cleanup.policy": "delete",
    "message.timestamp.type": "CreateTime",
    "retention.ms": str(7 * 24 * 3600 * 1000),
    "retention.bytes": "-1",
    "min.compaction.lag.ms": "0",
    "max.message.bytes": "1048588",
    "unclean.leader.election.enable": "false",
    "min.insync.replicas": "1",
}


def found(plan: TopicPlan, replicas: int = 1, **changed: str) -> FoundTopic:
    """A topic as it was planned, but for these settings."""
    changes = {name.replace("_", "."): value for name, value in changed.items()}
    return FoundTopic(
        name=plan.name, partitions=6, replicas=replicas, config={**BROKER_DEFAULTS, **plan.config, **changes}
    )


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_what_was_created_as_planned_differs_in_nothing(plan: TopicPlan) -> None:
    assert differences(plan, found(plan)) == ()
    assert differences(plan, found(plan, replicas=3, min_insync_replicas="2")) == ()


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_nothing_is_said_of_a_configuration_that_may_not_be_seen(plan: TopicPlan) -> None:
    assert differences(plan, FoundTopic(name=plan.name, partitions=1, replicas=1)) == ()


LOSING = {
    "an input dated by its producers": ("publication", {"message_timestamp_type": "CreateTime"}, 1),
    "an input that keeps the newest of a key": ("generation", {"cleanup_policy": "compact"}, 1),
    "an input that does both": ("activities", {"cleanup_policy": "compact,delete"}, 1),
    "an input that is kept for an hour": ("reviews", {"retention_ms": "3600000"}, 1),
    "an input of so many bytes": ("publication", {"retention_bytes": "1073741824"}, 1),
    "an input that any replica may lead": ("publication", {"unclean_leader_election_enable": "true"}, 3),
    "dead letters of which the newest of a key stays": ("dead-letters", {"cleanup_policy": "compact"}, 1),
    "reference entries that end with time": (
        "consents",
        {"cleanup_policy": "compact,delete", "retention_ms": "604800000"},
        1,
    ),
}


@pytest.mark.parametrize(("topic", "changed", "replicas"), LOSING.values(), ids=LOSING)
def test_what_can_lose_something(topic: str, changed: dict[str, str], replicas: int) -> None:
    plan = PLANS[topic]
    (loss, *more) = [
        difference for difference in differences(plan, found(plan, replicas, **changed)) if difference.loses
    ]
    assert (loss.setting, more) == (next(iter(changed)).replace("_", "."), [])
    assert plan.name in str(loss)
    assert changed[next(iter(changed))] in str(loss)


HARMLESS_ENOUGH = {
    "an input kept for ever, whoever dates it": (
        "publication",
        {"message_timestamp_type": "CreateTime", "retention_ms": "-1"},
        1,
    ),
    "an input kept for two days": ("publication", {"retention_ms": "172800000"}, 1),
    "reference entries dated by their producers": ("services", {"message_timestamp_type": "CreateTime"}, 1),
    "reference entries compacted at once": ("services", {"min_compaction_lag_ms": "0"}, 1),
    "alerts kept for a day": ("alerts", {"retention_ms": "86400000"}, 1),
    "small dead letters": ("dead-letters", {"max_message_bytes": "1048588"}, 1),
    "events larger than a dead letter": ("publication", {"max_message_bytes": "8388608"}, 1),
    "manifests for half a year": ("manifests", {"cleanup_policy": "compact,delete", "retention_ms": "15811200000"}, 1),
    "one copy that confirms": ("publication", {"min_insync_replicas": "1"}, 3),
}


@pytest.mark.parametrize(("topic", "changed", "replicas"), HARMLESS_ENOUGH.values(), ids=HARMLESS_ENOUGH)
def test_what_is_worth_a_word_only(topic: str, changed: dict[str, str], replicas: int) -> None:
    plan = PLANS[topic]
    said = differences(plan, found(plan, replicas, **changed))
    assert [(difference.setting, difference.loses) for difference in said] == [
        (next(iter(changed)).replace("_", "."), False)
    ]


@pytest.mark.parametrize(
    ("topic", "changed"),
    [("publication", {"retention_ms": "-1"}), ("alerts", {"retention_ms": "9999999999999"}), ("services", {})],
)
def test_more_than_planned_is_no_difference(topic: str, changed: dict[str, str]) -> None:
    assert differences(PLANS[topic], found(PLANS[topic], **changed)) == ()
