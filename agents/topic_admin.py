"""The topics as the brokers have them: creating, looking at and changing them. An adapter around aiokafka."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from agents.kafka import start
from agents.kafka_connection import connection
from agents.settings import KafkaSettings
from agents.topic_check import FoundTopic
from agents.topics import TopicPlan
from pipeline.errors import OperatorError, WorldError

__all__ = ["alter_topic", "create_topics", "found_topics", "open_admin"]

_REQUEST_TIMEOUT_MS: Final = 10_000
_SET_ON_THE_TOPIC: Final = 1
"""Kafka's `DYNAMIC_TOPIC_CONFIG`: a value that the topic itself has, and no default of brokers."""

_SAFE_REPLICAS: Final = 3
_SHOWN_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.05


async def create_topics(
    settings: KafkaSettings, plans: Sequence[TopicPlan], *, partitions: int, replication_factor: int
) -> dict[str, bool]:
    """Create the topics that are not there yet; says for each whether it was made now.

    With three copies or more, a message is confirmed when two brokers have it. Returns when a broker shows the new
    topics, which it learns of a moment after they were made: who asks next finds them.

    Raises:
        OperatorError: the brokers refuse a topic as planned.
        WorldError: no broker answers.
    """
    safe = {"min.insync.replicas": "2"} if replication_factor >= _SAFE_REPLICAS else {}
    async with open_admin(settings) as admin:
        created: dict[str, bool] = {}
        for plan in plans:
            topic = NewTopic(plan.name, partitions, replication_factor, topic_configs={**plan.config, **safe})
            response = await admin.create_topics([topic])
            error = for_code(response.topic_errors[0][1])
            if error not in (for_code(0), TopicAlreadyExistsError):
                raise OperatorError(
                    what=f"Kafka refused to create the topic {plan.name} ({error.__name__}).",
                    remedy="Check the partitions, the replication factor and the rights of this user.",
                )
            created[plan.name] = error is not TopicAlreadyExistsError
        await _shown(admin, {name for name, is_new in created.items() if is_new})
        return created


async def _shown(admin: AIOKafkaAdminClient, names: set[str]) -> None:
    """Wait until a broker shows topics; not for ever, since some users may not see what they made."""
    until = time.monotonic() + _SHOWN_SECONDS
    while not names <= {topic["topic"] for topic in await admin.describe_topics() if topic["error_code"] == 0}:
        if time.monotonic() >= until:
            return
        await asyncio.sleep(_LOOK_SECONDS)


async def found_topics(settings: KafkaSettings, names: Iterable[str]) -> dict[str, FoundTopic]:
    """Look at topics; those that are not there, or that this user may not see, are left out. None is made by asking.

    Raises:
        WorldError: no broker answers.
    """
    wanted = frozenset(names)
    async with open_admin(settings) as admin:
        # By name, brokers would make the topic that is asked about, where they are configured to.
        topics = {topic["topic"]: topic for topic in await admin.describe_topics() if topic["topic"] in wanted}
        configs = await _configs(admin, topics) if topics else {}
    return {
        name: FoundTopic(
            name=name,
            partitions=len(topic["partitions"]),
            replicas=min((len(partition["replicas"]) for partition in topic["partitions"]), default=0),
            config={setting: value for setting, (value, _) in configs.get(name, {}).items()},
        )
        for name, topic in topics.items()
        if topic["error_code"] == 0
    }


async def alter_topic(settings: KafkaSettings, name: str, changes: Mapping[str, str]) -> None:
    """Change settings of a topic, and leave its others as they are.

    Raises:
        OperatorError: the brokers refuse it.
        WorldError: no broker answers.
    """
    async with open_admin(settings) as admin:
        # The request that aiokafka knows replaces everything that is set on the topic.
        kept = (await _configs(admin, [name])).get(name, {})
        own = {setting: value for setting, (value, source) in kept.items() if source == _SET_ON_THE_TOPIC}
        resource = ConfigResource(ConfigResourceType.TOPIC, name, {**own, **changes})
        (response,) = await admin.alter_configs([resource])
        error = for_code(response.resources[0][0])
        if error is not for_code(0):
            raise OperatorError(
                what=f"Kafka refused to change the topic {name} ({error.__name__}).",
                remedy="See that this user may alter the configuration of topics (AlterConfigs).",
            )


async def _configs(admin: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, dict[str, tuple[str, int]]]:
    """The settings of topics, each with where its value comes from; nothing of topics that may not be looked into."""
    responses = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    return {
        name: {setting: (value, source) for setting, value, _, source, *_ in entries if value is not None}
        for response in responses
        for error_code, _, _, name, entries in response.resources
        if error_code == 0
    }


@asynccontextmanager
async def open_admin(settings: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Connect what asks about topics and groups.

    Raises:
        OperatorError: a setting is in the way.
        WorldError: no broker answers, now or later.
    """
    admin = AIOKafkaAdminClient(**connection(settings), request_timeout_ms=_REQUEST_TIMEOUT_MS)
    await start(admin, settings)
    try:
        yield admin
    except KafkaError as error:
        raise WorldError(
            what=f"Kafka did not answer a question about topics ({type(error).__name__}).",
            remedy="It is tried again; see that the brokers are up.",
        ) from error
    finally:
        await admin.close()
