"""A flood of lines is cut, and counted."""

import logging
from collections.abc import Callable

import pytest

from agents.delivery.throttle import Throttle

LOGGER = logging.getLogger("throttled")


class Later:
    """Calls what it was given when it is told to."""

    def __init__(self) -> None:
        self.due: list[Callable[[], None]] = []

    def __call__(self, _: float, call: Callable[[], None]) -> None:
        self.due.append(call)

    def pass_by(self) -> None:
        due, self.due = self.due, []
        for call in due:
            call()


def test_the_first_few_of_each_kind_are_written_and_the_rest_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    later = Later()
    throttle = Throttle(LOGGER, lines=2, seconds=10, later=later)
    for number in range(5):
        throttle.warning("letters of a", "letter %d", number)
    throttle.warning("letters of b", "another")
    assert caplog.messages == ["letter 0", "letter 1", "another"]
    later.pass_by()
    assert caplog.messages[3:] == ["3 more like it in 10 s: letters of a."]
    throttle.warning("letters of a", "letter again")
    assert caplog.messages[4:] == ["letter again"]


def test_however_many_kinds_there_are_memory_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    throttle = Throttle(LOGGER, lines=1, later=Later())
    for number in range(1500):
        throttle.warning(f"kind {number}", "line")
    assert len(caplog.messages) == 1001
