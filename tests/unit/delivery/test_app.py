"""The Faust app around the delivery loop: what it refuses to be built with, and who hears of its partitions."""

from typing import Any

import pytest

from agents.delivery.app import SealstreamApp
from agents.delivery.loop import DeliveryLoop
from agents.delivery.settings import DeliverySettings
from agents.delivery.watchdog import WatchdogSettings
from pipeline.errors import AssetMissingError, OperatorError


def test_the_watchdog_must_be_more_patient_than_records_may_be() -> None:
    delivery = DeliveryLoop(DeliverySettings(), patience={AssetMissingError: 60.0})
    SealstreamApp("group", delivery=delivery, watch=WatchdogSettings(stuck_seconds=61.0))
    with pytest.raises(OperatorError, match="SEALSTREAM_STUCK_SECONDS"):
        SealstreamApp("group", delivery=delivery, watch=WatchdogSettings(stuck_seconds=60.0))


class Commits:
    """As much of a consumer as the end of a generation needs."""

    async def maybe_wait_for_commit_to_finish(self) -> bool:
        return False

    async def force_commit(self) -> bool:
        return True


async def test_whoever_works_for_partitions_hears_that_they_were_given_up_after_the_last_commit() -> None:
    heard: list[int] = []
    delivery = DeliveryLoop(DeliverySettings())
    app = SealstreamApp(
        "group",
        delivery=delivery,
        watch=WatchdogSettings(),
        given_up=lambda: heard.append(delivery.unacknowledged),
    )
    consumer: Any = Commits()
    await app._consumer_wait_empty(consumer, None)
    assert heard == [0]
