"""The ladder: from the number of violations to a step, and which violations count together."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import OperatorError
from pipeline.policy.ladder import Ladder, Rung, parse_ladder

DEFAULT = "warn:1,restrict:2,suspend:3,close:5"
STEPS = ("warn", "restrict", "suspend", "close")
TODAY = date(2026, 11, 22)

LADDERS = st.lists(st.sampled_from(STEPS), min_size=1, unique=True).flatmap(
    lambda steps: st.lists(st.integers(1, 10**8 - 1), min_size=len(steps), max_size=len(steps), unique=True).map(
        lambda numbers: Ladder(rungs=tuple(map(Rung, sorted(steps, key=STEPS.index), sorted(numbers))), window_days=365)
    )
)


@pytest.mark.parametrize(
    ("violations", "step"),
    [(0, None), (1, "warn"), (2, "restrict"), (3, "suspend"), (4, "suspend"), (5, "close"), (5000, "close")],
)
def test_repeated_violations_climb_and_stay_on_the_highest_rung(violations: int, step: str | None) -> None:
    assert parse_ladder(DEFAULT, 365).step_for(violations) == step


def test_below_the_first_rung_there_is_no_step() -> None:
    patient = parse_ladder("suspend:3, close : 10", 30)
    assert [patient.step_for(violations) for violations in (1, 2, 3, 9, 10)] == [
        None,
        None,
        "suspend",
        "suspend",
        "close",
    ]


@given(LADDERS)
def test_a_ladder_is_read_as_it_is_written(ladder: Ladder) -> None:
    text = ",".join(f"{rung.step}:{rung.violations}" for rung in ladder.rungs)
    assert parse_ladder(text, 365) == ladder


@given(LADDERS, st.integers(0, 10**8), st.integers(0, 10**8))
def test_more_violations_never_lead_to_a_milder_step(ladder: Ladder, count: int, other: int) -> None:
    def height(violations: int) -> int:
        step = ladder.step_for(violations)
        return -1 if step is None else STEPS.index(step)

    assert height(min(count, other)) <= height(max(count, other))


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", "'' is no step"),
        ("warn", "'warn' is no step"),
        ("warn:1,", "'' is no step"),
        ("warn:0", "'warn:0' is no step"),
        ("warn:-1", "is no step"),
        ("warn:1.5", "is no step"),
        ("warn:999999999", "is no step"),
        ("warn:\u0661", "is no step"),
        ("warn:1;restrict:2", "is no step"),
        ("shout:1", "'shout' is none of warn, restrict, suspend, close"),
        ("restrict:1,warn:2", "warn stands after restrict"),
        ("warn:1,warn:2", "warn stands after warn"),
        ("warn:2,restrict:2", "restrict does not take more violations than warn"),
        ("warn:1,restrict:5,suspend:3", "suspend does not take more violations than restrict"),
    ],
)
def test_what_is_no_ladder_is_refused_with_the_setting_and_the_flaw(text: str, flaw: str) -> None:
    with pytest.raises(OperatorError) as refusal:
        parse_ladder(text, 365)
    assert "SEALSTREAM_POLICY_LADDER " in refusal.value.what
    assert flaw in refusal.value.what


def test_a_window_without_a_day_is_refused_with_its_setting() -> None:
    with pytest.raises(OperatorError, match="SEALSTREAM_POLICY_LADDER_DAYS"):
        parse_ladder(DEFAULT, 0)


@given(st.dictionaries(st.dates(), st.integers(1, 9), max_size=20), st.dates(), st.integers(1, 10_000))
def test_what_lies_within_the_window_counts_and_nothing_else(tally: dict[date, int], day: date, days: int) -> None:
    near = [number for other, number in tally.items() if abs(other.toordinal() - day.toordinal()) <= days]
    assert parse_ladder(DEFAULT, days).count(tally, day) == sum(near)


@pytest.mark.parametrize(("days_apart", "counts"), [(0, 1), (364, 1), (365, 1), (366, 0), (-365, 1), (-366, 0)])
def test_violations_a_window_apart_still_count_together_in_whichever_order_they_come(
    days_apart: int, counts: int
) -> None:
    assert parse_ladder(DEFAULT, 365).count({TODAY: 1}, TODAY + timedelta(days=days_apart)) == counts
