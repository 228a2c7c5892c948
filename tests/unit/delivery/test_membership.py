"""How an app stands in its group, at moments when aiokafka has not everything yet."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from typing import Any

import faust
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.group_coordinator import GroupCoordinator

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


@pytest.fixture
async def coordinator(app: faust.App) -> AsyncIterator[GroupCoordinator]:
    """aiokafka's coordinator of an app that found its group, and has not joined it."""
    client = AIOKafkaConsumer(bootstrap_servers="127.0.0.1:1")
    client._coordinator = GroupCoordinator(client._client, client._subscription, group_id="standing")
    client._coordinator.coordinator_id = 111
    consumer: Any = app.consumer
    consumer._thread._consumer = client
    yield client._coordinator
    await client.stop()


async def test_an_app_that_has_not_joined_is_no_member(app: faust.App, coordinator: GroupCoordinator) -> None:
    assert is_joined(app) is False


@pytest.mark.parametrize("generation", [0, 1, 2])
async def test_an_app_is_a_member_in_any_generation(
    app: faust.App, coordinator: GroupCoordinator, generation: int
) -> None:
    """Kafka counts generations from 1, the embedded broker from 0; there the watchdog once ended every worker."""
    coordinator.generation = generation
    assert is_joined(app) is True
    coordinator.reset_generation()
    assert is_joined(app) is False


async def test_asking_ends_in_silence_when_the_consumer_has_ended_first(
    app: faust.App, coordinator: GroupCoordinator, caplog: pytest.LogCaptureFixture
) -> None:
    consumer: Any = app.consumer
    loop = consumer._thread.thread_loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)  # where nobody answers
    thread.start()
    asking = asyncio.create_task(behind(app))
    await asyncio.sleep(0)
    loop.call_soon_threadsafe(loop.stop)
    await asyncio.to_thread(thread.join)
    pending = asyncio.all_tasks(loop)
    loop.close()
    asking.cancel()
    with caplog.at_level(logging.ERROR), pytest.raises(asyncio.CancelledError):
        await asking
    assert not caplog.records
    for task in pending:
        task._log_destroy_pending = False
        task.get_coro().close()
