"""Which rights a user has: asked of the brokers, which say it without anything being tried. An adapter around aiokafka.

Brokers say which operations are allowed since Kafka 2.3 (KIP-430). aiokafka 0.14 has no version of the question about
topics that asks for it, and takes the answer about groups for that of an earlier version, so both are put here.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    IncompatibleBrokerVersion,
    TopicAuthorizationFailedError,
)
from aiokafka.protocol.admin import DescribeGroupsRequest_v3, DescribeGroupsResponse_v3
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

from agents.rights import Operation, Right
from agents.settings import KafkaSettings
from agents.topic_admin import open_admin

__all__ = ["lacking_rights"]

_CODES: Final[Mapping[Operation, int]] = {
    "Read": 3,
    "Write": 4,
    "Create": 5,
    "Describe": 8,
    "DescribeConfigs": 10,
    "AlterConfigs": 11,
}
"""Kafka's numbers of operations; what is allowed is told as bits."""

_NOT_TOLD: Final = -(2**31)
_NONE: Final = 0
_TEXT: Final = String("utf-8")
_ASKED_AGAIN: Final = 10
_AGAIN_SECONDS: Final = 0.5


async def lacking_rights(settings: KafkaSettings, wanted: Sequence[Right]) -> tuple[Right, ...]:
    """Of rights that are wanted, those that this user does not have; of topics that are not there, none.

    Brokers that do not tell rights are taken to grant all.

    Raises:
        OperatorError: a setting is in the way.
        WorldError: no broker answers.
    """
    topics = [right.name for right in wanted if right.resource == "topic"]
    groups = [right.name for right in wanted if right.resource == "group"]
    async with open_admin(settings) as admin:
        allowed = {("topic", name): bits for name, bits in await _topics(admin, topics)}
        allowed |= {("group", name): bits for name, bits in await _groups(admin, groups)}
    return tuple(right for right in wanted if _lacks(right, allowed.get((right.resource, right.name), _NOT_TOLD)))


def _lacks(right: Right, bits: int) -> bool:
    return bits != _NOT_TOLD and not bits & 1 << _CODES[right.operation]


async def _topics(admin: AIOKafkaAdminClient, names: Iterable[str]) -> list[tuple[str, int]]:
    try:
        answer = await admin._send_request(_AllowedOnTopics(list(dict.fromkeys(names))))  # noqa: SLF001 - no public way
    except (IncompatibleBrokerVersion, NotImplementedError):
        return []
    return [
        (name, _NONE if code == TopicAuthorizationFailedError.errno else bits)
        for code, name, _, _, bits in answer.topics
        if code in (0, TopicAuthorizationFailedError.errno)
    ]


async def _groups(admin: AIOKafkaAdminClient, names: Iterable[str]) -> list[tuple[str, int]]:
    found = []
    for name in dict.fromkeys(names):
        try:
            coordinator = await _coordinator(admin, name)
            answer = await admin._send_request(_AllowedOnGroup(name), coordinator)  # noqa: SLF001 - as above
        except GroupAuthorizationFailedError:
            found.append((name, _NONE))
            continue
        except (IncompatibleBrokerVersion, NotImplementedError, GroupCoordinatorNotAvailableError):
            continue
        ((code, *_, bits),) = answer.groups
        found.append((name, _NONE if code == GroupAuthorizationFailedError.errno else bits))
    return found


async def _coordinator(admin: AIOKafkaAdminClient, group: str) -> int:
    """Who coordinates a group. On a cluster that never had one, the first who asks has to wait a little."""
    for _ in range(_ASKED_AGAIN):
        try:
            return int(await admin.find_coordinator(group))
        except GroupCoordinatorNotAvailableError:
            await asyncio.sleep(_AGAIN_SECONDS)
    return int(await admin.find_coordinator(group))


class _TopicsAnswer(Response):  # type: ignore[misc] # aiokafka ships no types
    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", Array(("node_id", Int32), ("host", _TEXT), ("port", Int32), ("rack", _TEXT))),
        ("cluster_id", _TEXT),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", _TEXT),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("authorized_operations", Int32),
            ),
        ),
        ("cluster_authorized_operations", Int32),
    )


class _TopicsQuestion(RequestStruct):  # type: ignore[misc] # as above
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _TopicsAnswer
    SCHEMA = Schema(
        ("topics", Array(_TEXT)),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class _AllowedOnTopics(Request[_TopicsQuestion]):  # type: ignore[misc] # as above
    """What is allowed on topics; none is made by asking."""

    API_KEY = 3

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def build(self, question: Any) -> Any:
        return question(self._names, False, False, True)


class _GroupQuestion(RequestStruct):  # type: ignore[misc] # as above
    API_KEY = 15
    API_VERSION = 3
    RESPONSE_TYPE = DescribeGroupsResponse_v3
    SCHEMA = DescribeGroupsRequest_v3.SCHEMA


class _AllowedOnGroup(Request[_GroupQuestion]):  # type: ignore[misc] # as above
    """What is allowed on a consumer group."""

    API_KEY = 15

    def __init__(self, name: str) -> None:
        self._name = name

    def build(self, question: Any) -> Any:
        return question([self._name], True)
