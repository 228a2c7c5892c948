"""What the process that notifies shows of itself: what became of notifications, what is late, and what keeps it."""

from datetime import timedelta
from pathlib import Path

import pytest

from agents.notifying.port import Notification, NotTakenError, TargetRefusesError, notification_of
from agents.notifying.undelivered import drop_kept, kept_in, undelivered_keeper
from tests.unit.agents.notifying.test_notifying import ALL, TOPIC, Board, Target, item, plan

AWAY = NotTakenError(what="No answer.", remedy="-")
REFUSED = TargetRefusesError(what="HTTP 410.", remedy="-")


def shown(board: Board) -> dict[str, float]:
    """Every series that is about notifications, by its name and labels."""
    board.notifier.measure()
    lines = [line for line in board.metrics.render().decode().splitlines() if line.startswith("sealstream_notif")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines) if "_created" not in name}


async def test_it_counts_what_was_delivered_tried_again_and_given_up_and_begins_at_zero() -> None:
    board = Board(plan(ALL), {"ops": Target(AWAY, AWAY, REFUSED)})
    begun = shown(board)
    assert begun["sealstream_notifications_total" + '{outcome="undelivered",target="ops"}'] == 0
    board.take(item("1", "1" * 64))
    await board.until(lambda: board.done == 1)
    board.take(item("2", "2" * 64))
    await board.until(lambda: board.done == 2)
    assert shown(board) == {
        'sealstream_notifications_total{outcome="delivered",target="ops"}': 1,
        'sealstream_notifications_total{outcome="undelivered",target="ops"}': 1,
        'sealstream_notification_retries_total{target="ops"}': 2,
        "sealstream_notification_waiting": 0,
        'sealstream_notification_overdue_seconds{target="ops"}': 0,
    }


async def test_it_says_for_how_long_a_target_should_have_been_told_which_waiting_for_more_is_not() -> None:
    board = Board(plan(ALL, group_seconds=10.0), {"ops": Target(*[AWAY] * 9999)})
    board.take(item("1"))
    overdue = 'sealstream_notification_overdue_seconds{target="ops"}'
    assert (shown(board)[overdue], shown(board)["sealstream_notification_waiting"]) == (0, 1)
    board.now += timedelta(seconds=10)
    await board.until(lambda: "No answer." in board.notifier.targets["ops"])
    board.now += timedelta(minutes=20)
    assert shown(board)[overdue] == 1200
    assert board.notifier.firsts == {TOPIC: 0}
    assert board.notifier.trouble is None  # what one target does keeps nothing from the others


async def test_it_is_in_trouble_while_what_is_given_up_cannot_be_kept_and_no_longer() -> None:
    full = [OSError(28, "No space left on device")] * 3
    said: list[str | None] = []

    def keep(_told: Notification, _why: str) -> None:
        if full:
            raise full.pop()
        said.append(board.notifier.trouble)

    board = Board(plan(ALL), {"ops": Target(*[REFUSED] * 4)}, keep)
    board.take(item("1"))
    await board.until(lambda: board.done == 1)
    assert said == ["what is undelivered cannot be kept: No space left on device"]
    assert board.notifier.trouble is None


async def test_it_is_in_trouble_while_so_much_waits_that_nothing_more_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.notifying.notifier.MOST_WAITING", 2)
    board = Board(plan(ALL), {"ops": Target()})
    board.take(item("1"), item("2"))
    assert board.notifier.trouble == "2 things wait to be told; nothing more is read until some are"
    await board.until(lambda: board.done == 2)
    assert board.notifier.trouble is None


def test_what_is_given_up_while_the_rest_is_sent_again_stays_in_the_file(tmp_path: Path) -> None:
    kept = tmp_path / "undelivered.jsonl"
    keep = undelivered_keeper(kept)
    for name in ("1", "2"):
        keep(notification_of("ops", (item(name),), None), "HTTP 500.")
    first, second = kept_in(kept)
    keep(notification_of("ops", (item("3"),), None), "HTTP 500.")  # by the process that notifies
    assert drop_kept(kept, [first]) == 2
    assert [undelivered.notification.items[0].id for undelivered in kept_in(kept)] == ["2", "3"]
    assert second in kept_in(kept)
