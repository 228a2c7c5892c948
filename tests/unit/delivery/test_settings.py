"""Settings of the delivery loop, and what Faust is told of them."""

import faust
import pytest

from agents.delivery.faust_options import faust_options
from agents.delivery.settings import DeliverySettings
from pipeline.errors import OperatorError


def test_the_defaults_fit_together() -> None:
    settings = DeliverySettings()
    assert settings.max_unacknowledged >= settings.max_unacknowledged_per_partition + settings.buffer_records


def test_every_setting_is_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSTREAM_MAX_IN_FLIGHT", "7")
    assert DeliverySettings().max_in_flight == 7


def test_bounds_with_which_one_partition_could_stop_the_others_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSTREAM_MAX_UNACKNOWLEDGED", "600")
    with pytest.raises(OperatorError, match=r"SEALSTREAM_MAX_UNACKNOWLEDGED cannot be used: .* at least 640"):
        DeliverySettings()


def test_faust_takes_every_option() -> None:
    app = faust.App("group", **faust_options("one:9092, two:9093", DeliverySettings()))
    assert [str(url) for url in app.conf.broker] == ["kafka://one:9092", "kafka://two:9093"]
    assert app.conf.consumer_auto_offset_reset == "earliest"
    assert not app.conf.stream_wait_empty


@pytest.mark.parametrize("drain_seconds", [1.0, 20.0, 120.0])
def test_a_member_may_take_as_long_as_its_drain_and_last_commit_before_the_group_goes_on(drain_seconds: float) -> None:
    options = faust_options("one:9092", DeliverySettings(drain_seconds=drain_seconds))
    assert options["broker_rebalance_timeout"] >= drain_seconds + 10


def test_the_embedded_broker_is_not_kept_waiting() -> None:
    assert faust_options("one:9092", DeliverySettings(), embedded=True)["broker_rebalance_timeout"] <= 5
