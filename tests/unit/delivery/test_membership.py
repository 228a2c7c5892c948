"""How an app stands in its group, at moments when aiokafka has not everything yet."""

from typing import Any

import faust
import pytest
from aiokafka import AIOKafkaConsumer

from agents.delivery import is_joined
from agents.delivery.membership import behind


@pytest.fixture
def app() -> faust.App:
    return faust.App("standing", broker="kafka://127.0.0.1:1", web_enabled=False)


async def test_an_app_that_was_not_started_is_no_member(app: faust.App) -> None:
    assert is_joined(app) is False
    assert await behind(app) is None


async def test_an_app_whose_client_is_starting_is_no_member(app: faust.App) -> None:
    consumer: Any = app.consumer
    consumer._thread._consumer = AIOKafkaConsumer(bootstrap_servers="127.0.0.1:1")
    assert is_joined(app) is False
