"""Whether a worker should give up and be started again: a pure judgement about facts that others gather.

A consumer can stop for good without any error: its coordinator task dies, a rebalance never ends, a connection pool
never recovers. Work then waits in the topics while the process looks alive. To end it is safe, for nothing is committed
that was not done, and a fresh start by the supervisor cures it.
"""

from dataclasses import dataclass

from pydantic import Field

from pipeline.settings import Settings

__all__ = ["Watchdog", "WatchdogSettings", "WorkerFacts"]


class WatchdogSettings(Settings):
    """How patient the watchdog is; every setting is an environment variable with the prefix `SEALSTREAM_`."""

    stuck_seconds: float = Field(default=600.0, gt=0)
    """How long nothing may be acknowledged while there is work and the store is healthy, in seconds; what is known to
    take long, and has a limit of its own, does not count."""

    outside_seconds: float = Field(default=300.0, gt=0)
    """How long the worker may be outside its consumer group, in seconds: no coordinator, no assignment, a rebalance."""

    watch_seconds: float = Field(default=15.0, gt=0)
    """How often the facts are gathered, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFacts:
    """What was seen of a worker at one moment.

    Args:
        now: a monotonic time, in seconds.
        joined: it is a member of its group, and no rebalance is under way.
        backlog: its partitions hold records that are not acknowledged.
        acknowledged: how many records it has acknowledged since it started.
        store_healthy: the services that records need are there; while they are not, no progress is nobody's fault here.
        works_long: it works on something that may take long, and has a limit of its own.
    """

    now: float
    joined: bool
    backlog: bool
    acknowledged: int
    store_healthy: bool
    works_long: bool = False


class Watchdog:
    """Judges one worker by the facts of each moment, in order.

    Args:
        settings: how long what may last.
        now: the time of the start, on the clock of the facts.
    """

    def __init__(self, settings: WatchdogSettings, now: float) -> None:
        self._settings = settings
        self._joined_at = now
        self._moved_at = now
        self._acknowledged = 0

    def judge(self, facts: WorkerFacts) -> str | None:
        """Return why the worker should end, as a sentence, or None while it should go on."""
        if facts.joined:
            self._joined_at = facts.now
        moving = facts.acknowledged != self._acknowledged or facts.works_long
        if moving or not (facts.joined and facts.backlog and facts.store_healthy):
            self._moved_at = facts.now
        self._acknowledged = facts.acknowledged

        outside = facts.now - self._joined_at
        if outside >= self._settings.outside_seconds:
            return f"The worker has been outside its consumer group for {outside:.0f} seconds."
        still = facts.now - self._moved_at
        if still >= self._settings.stuck_seconds:
            return f"Records wait, the store is healthy, and none was acknowledged for {still:.0f} seconds."
        return None
