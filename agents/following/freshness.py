"""How old a worker's reference sets may be at most. Pure: times are given to it.

Nothing arrives when nothing was written, and nothing arrives when the broker is away or a client is stuck. To tell
these apart, the brokers are asked where the topics end: whoever has read up to there has everything that was written
before the question.
"""

import math
from dataclasses import dataclass, field

from agents.following.port import Positions

__all__ = ["Freshness"]


@dataclass(slots=True, kw_only=True)
class Freshness:
    """What is known of the topics' ends, and of the way there.

    Args:
        patience: after how many seconds sets count as stale, and a reader that is behind and does not move as stuck.
    """

    patience: float
    ends: Positions = field(default_factory=dict)
    _asked_at: float = -math.inf
    _fresh_at: float = -math.inf
    _answered_at: float = -math.inf
    _moved_at: float = -math.inf

    def began(self, now: float) -> None:
        """Note that a new consumer begins: its first records take their time."""
        self._moved_at = now

    def answered(self, ends: Positions, asked_at: float) -> None:
        """Note where the topics ended when that was asked."""
        self.ends, self._asked_at, self._answered_at = ends, asked_at, asked_at

    def moved(self, now: float) -> None:
        """Note that something was read."""
        self._moved_at = now

    def caught_up(self) -> None:
        """Note that all is in force that the topics held when their ends were asked for."""
        self._fresh_at = self._asked_at

    def age(self, now: float) -> float:
        """How many seconds ago everything in the topics was surely known; infinite before the first time."""
        return now - self._fresh_at

    def silence(self, now: float) -> float:
        """How many seconds ago the brokers last answered; infinite before the first time."""
        return now - self._answered_at

    def is_stale(self, now: float) -> bool:
        """Whether something may be unknown for longer than is tolerated."""
        return self.age(now) > self.patience

    def is_stuck(self, now: float) -> bool:
        """Whether nothing was read for so long that a reader which is behind must be stuck."""
        return now - self._moved_at > self.patience
