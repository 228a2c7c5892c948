"""How long to wait before a record is tried again."""

import random
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Backoff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Capped exponential backoff with full jitter: anything from nothing to the bound, so that no two wait in step.

    Args:
        first: bound of the first wait, in seconds.
        cap: bound that no wait exceeds, in seconds.
        factor: by how much the bound grows from one wait to the next.
        uniform: draws a number between two bounds.
    """

    first: float = 0.2
    cap: float = 30.0
    factor: float = 2.0
    uniform: Callable[[float, float], float] = random.uniform

    def bound(self, attempt: int) -> float:
        """Return the longest wait after this many failed attempts, in seconds."""
        try:
            return min(self.cap, self.first * self.factor ** (attempt - 1))
        except OverflowError:
            return self.cap

    def wait(self, attempt: int) -> float:
        """Draw the wait after this many failed attempts, in seconds."""
        return self.uniform(0.0, self.bound(attempt))
