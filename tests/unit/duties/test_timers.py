"""Timers: what open clocks announce, when, once and in order."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.duties.timers import KnownClock, SaidStage, Timers
from pipeline.events.outputs import ClockState

TEN = datetime(2026, 11, 20, 10, tzinfo=UTC)
CASE, CLOCK = "ab" * 32, "cd" * 32


def at(hours: float) -> datetime:
    return TEN + timedelta(hours=hours)


def clock(
    *,
    hours: float = 3,
    warnings: tuple[float, ...] = (1.5,),
    version: int = 1,
    state: ClockState = "open",
    clock_id: str = CLOCK,
    case_uid: str = CASE,
    grace: float = 0,
    known: float = 0,
    dated: bool = True,
) -> KnownClock:
    return KnownClock(
        clock_id=clock_id,
        case_uid=case_uid,
        case_version=version,
        state=state,
        due_at=at(hours) if dated else None,
        missed_at=at(hours + grace) if dated else None,
        warnings=tuple(map(at, warnings)) if dated else (),
        known_since=at(known),
    )


def said_until(timers: Timers, hours: float, limit: int = 100) -> list[tuple[str, float]]:
    """What is due by then, settled; and since when, in hours after ten."""
    said = []
    while due := timers.due(at(hours), limit):
        for due_stage in due:
            timers.settled(due_stage)
            said.append((due_stage.stage, (due_stage.at - TEN.timestamp() * 1000) / 3_600_000))
    return said


def test_an_order_is_warned_of_and_missed_at_its_times_and_each_is_said_once() -> None:
    timers = Timers()
    timers.take(clock())
    assert timers.due(at(1.499), 10) == []
    assert said_until(timers, 1.5) == [("warned", 1.5)]
    assert said_until(timers, 2.999) == []
    assert said_until(timers, 3) == [("due", 3), ("missed", 3)]
    assert said_until(timers, 1000) == []


def test_what_is_due_is_handed_out_until_it_is_settled() -> None:
    timers = Timers()
    timers.take(clock())
    assert timers.due(at(2), 10) == timers.due(at(2), 10) != []


def test_a_worker_that_was_down_says_what_came_meanwhile_late_and_in_order() -> None:
    timers = Timers()
    timers.take(clock(warnings=(1.5, 2.4)))
    timers.take(clock(clock_id="ef" * 32, case_uid="01" * 32, hours=2, warnings=(1,)))
    assert said_until(timers, 5) == [
        ("warned", 1),
        ("warned", 1.5),
        ("due", 2),
        ("missed", 2),
        ("warned", 2.4),
        ("due", 3),
        ("missed", 3),
    ]


def test_what_was_said_before_a_kill_is_not_said_after_it() -> None:
    timers = Timers()
    timers.take(clock())
    timers.note(SaidStage(clock_id=CLOCK, case_uid=CASE, stage="warned"))
    assert said_until(timers, 9) == [("due", 3), ("missed", 3)]


def test_compaction_may_leave_what_was_said_before_the_clock_of_which_it_was_said() -> None:
    timers = Timers()
    timers.note(SaidStage(clock_id=CLOCK, case_uid=CASE, stage="warned"))
    timers.note(SaidStage(clock_id=CLOCK, case_uid=CASE, stage="due"))
    timers.take(clock(version=4))
    assert said_until(timers, 9) == [("missed", 3)]


def test_a_clock_that_is_met_says_nothing_any_more() -> None:
    timers = Timers()
    timers.take(clock())
    timers.take(clock(version=2, state="met"))
    assert said_until(timers, 9) == []
    assert len(timers) == 0


def test_an_older_version_that_comes_late_changes_nothing() -> None:
    timers = Timers()
    timers.take(clock(version=3, hours=5))
    timers.take(clock(version=2, hours=3))
    assert said_until(timers, 4.9) == [("warned", 1.5)]


def test_a_clock_that_stood_still_goes_on_later_and_repeats_nothing() -> None:
    timers = Timers()
    timers.take(clock())
    assert said_until(timers, 2) == [("warned", 1.5)]
    timers.take(clock(version=2, state="stopped"))
    assert said_until(timers, 50) == []
    timers.take(clock(version=3, hours=60, warnings=(40,)))
    assert said_until(timers, 70) == [("due", 60), ("missed", 60)]


def test_what_was_missed_before_it_was_known_is_said_once_without_warnings() -> None:
    timers = Timers()
    timers.take(clock(known=10))
    assert said_until(timers, 10) == [("missed", 3)]


def test_a_warning_that_lay_before_a_clock_was_known_is_of_no_use() -> None:
    timers = Timers()
    timers.take(clock(known=2))
    assert said_until(timers, 9) == [("due", 3), ("missed", 3)]


def test_with_grace_the_time_is_up_first_and_missed_later() -> None:
    timers = Timers()
    timers.take(clock(hours=1, warnings=(), grace=23, known=2))
    assert said_until(timers, 2) == [("due", 1)]
    assert said_until(timers, 24) == [("missed", 24)]


def test_a_clock_of_which_nobody_knows_until_when_says_so_once_and_runs_when_that_is_known() -> None:
    timers = Timers()
    timers.take(clock(dated=False, state="undated"))
    assert said_until(timers, 0) == [("undated", 0)]
    assert said_until(timers, 99) == []
    timers.take(clock(version=2, hours=120, warnings=()))
    assert said_until(timers, 130) == [("due", 120), ("missed", 120)]


def test_of_more_clocks_than_are_taken_at_once_none_is_passed_over_and_the_order_holds() -> None:
    timers = Timers()
    for number in range(50):
        mark = f"{number * 7 % 50:016x}" * 4
        timers.take(
            clock(case_uid=f"{number:064x}", clock_id=mark, hours=1 + number / 10, warnings=(0.1 + number / 20,))
        )
    said = said_until(timers, 99, limit=3)
    assert len(said) == 150
    assert [when for _, when in said] == sorted(when for _, when in said)


def test_times_are_kept_to_the_hundredth_of_a_second_and_nothing_is_early() -> None:
    timers, time_is_up = Timers(), at(1.00000001)
    timers.take(clock(hours=1.00000001, warnings=()))
    assert timers.due(time_is_up - timedelta(microseconds=1), 10) == []
    late = timers.due(time_is_up + timedelta(milliseconds=10), 10)[0].at - time_is_up.timestamp() * 1000
    assert 0 <= late <= 10


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_two_clocks_with_nearly_the_same_mark_are_two(order: tuple[int, ...]) -> None:
    timers = Timers()
    near = [
        clock(clock_id="ab" * 7 + "a0" + f"{n}" * 48, case_uid=f"{n}" * 64, hours=n + 1, warnings=()) for n in range(3)
    ]
    for place in order:
        timers.take(near[place])
    assert len(timers) == 3
    assert said_until(timers, 9) == [("due", 1), ("missed", 1), ("due", 2), ("missed", 2), ("due", 3), ("missed", 3)]
