"""The defaults of separate settings go together: a worker that is configured in nothing but addresses can start."""

from agents.delivery import WatchdogSettings
from pipeline.settings import AssetSettings


def test_no_record_waits_longer_than_the_watchdog_does() -> None:
    assets, watchdog = AssetSettings(), WatchdogSettings()

    assert max(assets.missing_asset_patience, assets.forbidden_asset_patience) < watchdog.stuck_seconds
