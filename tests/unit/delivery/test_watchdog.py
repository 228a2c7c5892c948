"""The watchdog: it ends a worker that stands still for no reason, and no other."""

from collections.abc import Iterable

from agents.delivery.watchdog import Watchdog, WatchdogSettings, WorkerFacts

SETTINGS = WatchdogSettings(stuck_seconds=60.0, outside_seconds=30.0)


def verdict_after(
    seconds: int,
    *,
    joined: bool = True,
    backlog: bool = True,
    store_healthy: bool = True,
    acknowledged: Iterable[int] | None = None,
    works_long_until: int = 0,
) -> str | None:
    """Let time pass, one look a second, and return the first verdict that is not to go on."""
    watchdog = Watchdog(SETTINGS, now=1000.0)
    counts = iter(acknowledged or [])
    for second in range(1, seconds + 1):
        facts = WorkerFacts(
            now=1000.0 + second,
            joined=joined,
            backlog=backlog,
            acknowledged=next(counts, 0),
            store_healthy=store_healthy,
            works_long=second <= works_long_until,
        )
        if verdict := watchdog.judge(facts):
            return verdict
    return None


def test_a_worker_that_moves_nothing_though_it_could_ends() -> None:
    assert verdict_after(59) is None
    assert verdict_after(60) == "Records wait, the store is healthy, and none was acknowledged for 60 seconds."


def test_a_worker_that_moves_at_all_goes_on() -> None:
    assert verdict_after(1000, acknowledged=(second // 50 for second in range(1000))) is None


def test_a_worker_that_works_on_a_recording_goes_on_and_ends_if_nothing_moves_afterwards() -> None:
    assert verdict_after(459, works_long_until=400) is None
    assert verdict_after(460, works_long_until=400) is not None


def test_a_worker_without_work_goes_on() -> None:
    assert verdict_after(1000, backlog=False) is None


def test_a_worker_whose_store_is_away_goes_on() -> None:
    assert verdict_after(1000, store_healthy=False) is None


def test_a_worker_that_is_outside_its_group_for_long_ends() -> None:
    assert verdict_after(29, joined=False) is None
    assert verdict_after(30, joined=False) == "The worker has been outside its consumer group for 30 seconds."


def test_a_worker_outside_its_group_ends_though_the_store_is_away_and_it_has_no_work() -> None:
    assert verdict_after(30, joined=False, backlog=False, store_healthy=False) is not None


def test_time_outside_the_group_is_not_counted_as_standing_still() -> None:
    watchdog = Watchdog(WatchdogSettings(stuck_seconds=10.0, outside_seconds=1000.0), now=0.0)
    for now, joined in [(5.0, True), (100.0, False), (105.0, True)]:
        facts = WorkerFacts(now=now, joined=joined, backlog=True, acknowledged=0, store_healthy=True)
        assert watchdog.judge(facts) is None
    late = WorkerFacts(now=111.0, joined=True, backlog=True, acknowledged=0, store_healthy=True)
    assert watchdog.judge(late) is not None
