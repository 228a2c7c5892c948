"""When a retention is as long and as strict as another."""

import pytest

from pipeline.store.buckets import Retention

G183 = Retention(mode="GOVERNANCE", days=183)
G184 = Retention(mode="GOVERNANCE", days=184)
C183 = Retention(mode="COMPLIANCE", days=183)


@pytest.mark.parametrize(("retention", "other"), [(G183, G183), (G184, G183), (C183, G183), (C183, C183)])
def test_a_retention_covers_shorter_and_looser_ones(retention: Retention, other: Retention) -> None:
    assert retention.covers(other)


@pytest.mark.parametrize(("retention", "other"), [(G183, G184), (G183, C183), (C183, G184), (G184, C183)])
def test_a_retention_covers_no_longer_or_stricter_one(retention: Retention, other: Retention) -> None:
    assert not retention.covers(other)
