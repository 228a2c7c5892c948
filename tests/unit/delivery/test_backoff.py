"""The backoff: within its bounds at every attempt, however many there were."""

from hypothesis import given
from hypothesis import strategies as st

from agents.delivery.backoff import Backoff


@given(attempt=st.integers(1, 10**6), first=st.floats(0.001, 10), cap=st.floats(0.001, 600))
def test_no_wait_is_negative_or_exceeds_the_cap(attempt: int, first: float, cap: float) -> None:
    assert 0 <= Backoff(first=first, cap=cap).wait(attempt) <= cap


@given(attempt=st.integers(1, 10**6))
def test_the_bound_never_shrinks(attempt: int) -> None:
    backoff = Backoff()
    assert backoff.bound(attempt) <= backoff.bound(attempt + 1)


def test_the_bound_doubles_up_to_the_cap() -> None:
    backoff = Backoff(first=0.2, cap=1.0)
    assert [backoff.bound(attempt) for attempt in (1, 2, 3, 4)] == [0.2, 0.4, 0.8, 1.0]


def test_the_jitter_is_full() -> None:
    drawn: list[tuple[float, float]] = []
    backoff = Backoff(first=0.2, uniform=lambda low, high: drawn.append((low, high)) or high / 4)  # type: ignore[func-returns-value]
    assert backoff.wait(2) == 0.1
    assert drawn == [(0.0, 0.4)]
