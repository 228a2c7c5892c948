"""The ladder: how many violations of one account lead to which step (Deep Synthesis Provisions Art. 10).

The Provisions name the steps (a warning, restricted functions, suspension, closing of the account) and leave to the
provider when each is due. That is what a ladder says.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple, get_args

from pipeline.errors import OperatorError
from pipeline.events.outputs import Step

__all__ = ["Ladder", "Rung", "parse_ladder"]

_STEPS: Final[Mapping[str, Step]] = {step: step for step in get_args(Step)}
_CLIMB: Final = tuple(_STEPS)
_RUNG: Final = re.compile(r"([a-z]+) *: *([1-9][0-9]{0,7})")


class Rung(NamedTuple):
    """One step, and how many violations within the window it takes."""

    step: Step
    violations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """When which step is due.

    Args:
        rungs: from the mildest step to the hardest, each of which takes more violations than the one before.
        window_days: how far apart in time violations may lie that count together, in days.
    """

    rungs: tuple[Rung, ...]
    window_days: int

    def step_for(self, violations: int) -> Step | None:
        """The hardest step that so many violations lead to; None below the first rung."""
        return next((rung.step for rung in reversed(self.rungs) if violations >= rung.violations), None)

    def count(self, tally: Mapping[date, int], day: date) -> int:
        """How many violations count on a day.

        The window reaches both ways, because events do not arrive in the order of their times: one that comes late
        must not count as if nothing had happened, and a date from long ago must not spare anyone the next step.

        Args:
            tally: how many violations there were, by day.
            day: the day of the one that is being judged.
        """
        return sum(number for other, number in tally.items() if abs((day - other).days) <= self.window_days)


def parse_ladder(text: str, days: int) -> Ladder:
    """Read a ladder, such as `warn:1,restrict:2,suspend:3,close:5`; a step that is left out is never taken.

    Args:
        text: the setting SEALSTREAM_POLICY_LADDER.
        days: the setting SEALSTREAM_POLICY_LADDER_DAYS.

    Raises:
        OperatorError: it is no ladder; the message names the setting and what is wrong with it.
    """
    if days < 1:
        raise OperatorError(
            what="The setting SEALSTREAM_POLICY_LADDER_DAYS cannot be used: a window has one day at least.",
            remedy="Set it to a number of days, such as 365.",
        )
    rungs = tuple(_rung(part.strip()) for part in text.split(","))
    for lower, upper in itertools.pairwise(rungs):
        if _CLIMB.index(lower.step) >= _CLIMB.index(upper.step):
            raise _unusable(f"{upper.step} stands after {lower.step}")
        if lower.violations >= upper.violations:
            raise _unusable(f"{upper.step} does not take more violations than {lower.step}")
    return Ladder(rungs=rungs, window_days=days)


def _rung(text: str) -> Rung:
    said = _RUNG.fullmatch(text)
    if said is None:
        raise _unusable(f"{text!r} is no step with a number of violations from 1")
    if said[1] not in _STEPS:
        raise _unusable(f"{said[1]!r} is none of {', '.join(_CLIMB)}")
    return Rung(_STEPS[said[1]], int(said[2]))


def _unusable(flaw: str) -> OperatorError:
    return OperatorError(
        what=f"The setting SEALSTREAM_POLICY_LADDER cannot be used: {flaw}.",
        remedy=f"Name steps in the order {', '.join(_CLIMB)}, each once at most and with a higher number than the "
        "one before, such as warn:1,restrict:2,suspend:3,close:5.",
    )
