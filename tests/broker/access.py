"""Rights in Kafka, given and taken by whoever runs the brokers."""

import asyncio
from collections.abc import Iterable

from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest

from agents.rights import Right
from agents.rights_asked import lacking_rights
from agents.settings import KafkaSettings
from agents.topic_admin import open_admin

__all__ = ["grant", "revoke", "until_lacking"]

_RESOURCES = {"topic": 2, "group": 3, "transactional-id": 5}
_OPERATIONS = {"Read": 3, "Write": 4, "Create": 5, "Describe": 8, "DescribeConfigs": 10, "AlterConfigs": 11}
_LITERAL, _PREFIXED, _ALLOW = 3, 4, 3


async def grant(administrator: KafkaSettings, user: str, rights: Iterable[Right]) -> None:
    """Give a user rights."""
    async with open_admin(administrator) as admin:
        for right in rights:
            answer = await admin._send_to_controller(CreateAclsRequest(*_named(user, right)))
            assert answer.creation_responses[0][0] == 0, answer


async def revoke(administrator: KafkaSettings, user: str, right: Right) -> None:
    """Take a right from a user."""
    async with open_admin(administrator) as admin:
        answer = await admin._send_to_controller(DeleteAclsRequest(*_named(user, right)))
        assert answer.filter_responses[0][0] == 0, answer


def _named(user: str, right: Right) -> tuple[int, str, int, str, str, int, int]:
    kind, operation = _RESOURCES[right.resource], _OPERATIONS[right.operation]
    pattern = _PREFIXED if right.resource == "transactional-id" else _LITERAL
    return (kind, right.name, pattern, f"User:{user}", "*", operation, _ALLOW)


async def until_lacking(settings: KafkaSettings, wanted: tuple[Right, ...], lacking: tuple[Right, ...]) -> None:
    """Wait until a user lacks just these of the rights: brokers hear of a change a little later."""
    found: tuple[Right, ...] = ()
    for _ in range(50):
        found = await lacking_rights(settings, wanted)
        if found == lacking:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"lacking {found}, and not {lacking}")
