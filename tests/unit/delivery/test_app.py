"""The Faust app around the delivery loop: what it refuses to be built with."""

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
