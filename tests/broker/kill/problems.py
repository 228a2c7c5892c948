"""What can be wrong at the end of a run."""

from dataclasses import dataclass
from typing import Literal

from tests.broker.kill.cases import Case

__all__ = ["Problem", "Verdict"]

Verdict = Literal["lost", "duplicated", "unexpected", "wrong", "overtaken"]
"""
- lost: something that must be there is not.
- duplicated: something is there more than once and must not be, or twice and not the same both times.
- unexpected: something is there that nothing called for.
- wrong: something is there and is not what it should be.
- overtaken: a position was committed past work that was not done.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    Args:
        verdict: in which way.
        what: what was found.
        case: the number of the case, where it is about one.
        kind: what that case is an example of.
    """

    verdict: Verdict
    what: str
    case: int | None = None
    kind: str | None = None

    @classmethod
    def of(cls, case: Case, verdict: Verdict, what: str) -> "Problem":
        """A problem with one case."""
        return cls(verdict=verdict, what=what, case=case.number, kind=case.kind)
