"""The plan of topics and the topics as they are: compared on request and when a worker starts, made equal on request.

A worker takes nothing while a topic is missing, and does not start on topics that can lose an event: what is deleted
before it was read is known to nobody.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from agents.rights import Right
from agents.rights_asked import lacking_rights
from agents.settings import KafkaSettings
from agents.topic_admin import alter_topic, found_topics
from agents.topic_check import TopicDifference, differences
from agents.topics import Topics
from pipeline.errors import OperatorError, WorldError

__all__ = ["Comparison", "alter_topics", "as_planned", "compared"]

logger = logging.getLogger(__name__)

_AGAIN_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The topics as they are beside the plan.

    Args:
        missing: topics that are not there, or that this user may not see.
        not_shown: topics whose configuration this user may not see.
        differences: what of the others is not as planned.
    """

    missing: tuple[str, ...]
    not_shown: tuple[str, ...]
    differences: tuple[TopicDifference, ...]


async def compared(settings: KafkaSettings, rights: Sequence[Right] = ()) -> Comparison:
    """Compare the topics with the plan.

    Args:
        settings: how to reach Kafka.
        rights: what this user has to be allowed: topics that it has nothing to do with, and may not see, are left out.
            Without any, all are compared.

    Raises:
        WorldError: no broker answers.
    """
    own = {right.name for right in rights if right.resource == "topic"}
    plans = [plan for plan in Topics(settings.topic_prefix).plans() if not rights or plan.name in own]
    found = await found_topics(settings, (plan.name for plan in plans))
    return Comparison(
        missing=tuple(plan.name for plan in plans if plan.name not in found),
        not_shown=tuple(name for name, topic in found.items() if not topic.config),
        differences=tuple(
            difference for plan in plans if plan.name in found for difference in differences(plan, found[plan.name])
        ),
    )


async def alter_topics(settings: KafkaSettings) -> tuple[TopicDifference, ...]:
    """Set what differs as planned; returns what was changed.

    Raises:
        OperatorError: the brokers refuse it.
        WorldError: no broker answers.
    """
    found = (await compared(settings)).differences
    for name in dict.fromkeys(difference.topic for difference in found):
        await alter_topic(
            settings, name, {difference.setting: difference.planned for difference in found if difference.topic == name}
        )
    return found


async def as_planned(
    settings: KafkaSettings, waiting: Callable[[str | None], None], rights: Sequence[Right] = ()
) -> None:
    """Return once the topics are there, and none of them can lose anything; say meanwhile why not.

    Args:
        settings: how to reach Kafka.
        waiting: told what is waited for, and None when it came.
        rights: what this user has to be allowed.

    Raises:
        OperatorError: a topic can lose something, and `topic_check` is `strict`; or a right is missing.
    """
    if settings.topic_check == "off":
        waiting(None)
        return
    said: str | None = None
    while (why := await _trouble(settings, rights)) is not None:
        if why != said:
            logger.warning("%s It is looked for again every %.0f s.", why, _AGAIN_SECONDS)
        said = why
        waiting(why)
        await asyncio.sleep(_AGAIN_SECONDS)
    waiting(None)


async def _trouble(settings: KafkaSettings, rights: Sequence[Right]) -> str | None:
    try:
        _require(await lacking_rights(settings, [right for right in rights if right.needed]))
        found = await compared(settings, rights)
    except WorldError as error:
        return str(error)
    if found.missing:
        return (
            f"These topics are not there, or this user may not see them: {', '.join(found.missing)}. Type `sealstream "
            "topics create`, or correct SEALSTREAM_KAFKA_TOPIC_PREFIX."
        )
    _judge(settings, found)
    return None


def _require(lacking: Sequence[Right]) -> None:
    if lacking:
        raise OperatorError(
            what=f"This user lacks rights in Kafka: {'; '.join(map(str, lacking))}.",
            remedy="Grant them; `sealstream topics acls` prints how.",
        )


def _judge(settings: KafkaSettings, found: Comparison) -> None:
    losing = [difference for difference in found.differences if difference.loses]
    if losing and settings.topic_check == "strict":
        raise OperatorError(
            what=f"Topics can lose what is sent to them. {' '.join(map(str, losing))}",
            remedy="`sealstream topics create --alter` sets them as planned; with SEALSTREAM_KAFKA_TOPIC_CHECK=warn a "
            "worker starts all the same.",
        )
    for difference in found.differences:
        logger.warning("%s", difference)
    if found.not_shown:
        logger.warning(
            "This user may not see the configuration (DescribeConfigs) of %s, which was not compared with the plan.",
            ", ".join(found.not_shown),
        )
