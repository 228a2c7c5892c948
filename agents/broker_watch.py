"""Whether the brokers are heard, what is behind in each partition, and whether the topics are still there.

Kafka's clients say nothing while brokers are silent: they wait. So the brokers are asked every few seconds, past the
fetching that an outage occupies.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from prometheus_client import Gauge

from agents.delivery import ConsumerStanding, TopicPartition

__all__ = ["BrokerWatch"]

_EVERY_SECONDS: Final = 5.0
_SILENCE_SECONDS: Final = 12.0
"""Two questions without an answer. What is asked is answered within milliseconds."""


class BrokerWatch:
    """Asks the brokers for as long as it runs.

    Args:
        ask: where the worker stands in its partitions; None where no broker says it.
        firsts: the first record of each partition that is not acknowledged.
        lag: shows how many records of each partition are not.
        clock: a monotonic time, in seconds.
    """

    def __init__(
        self,
        ask: Callable[[], Awaitable[ConsumerStanding | None]],
        firsts: Callable[[], Mapping[TopicPartition, int]],
        lag: Gauge,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._firsts = firsts
        self._lag = lag
        self._clock = clock
        self._heard_at = clock()
        self._unknown: frozenset[str] = frozenset()

    @property
    def silence(self) -> str | None:
        """Why the brokers are not heard; None where they are."""
        seconds = self._clock() - self._heard_at
        return None if seconds < _SILENCE_SECONDS else f"the brokers have not answered for {seconds:.0f} s"

    @property
    def gone(self) -> str | None:
        """Which topics are not there any more; None where all are."""
        return f"not there, or not to be seen: {', '.join(sorted(self._unknown))}" if self._unknown else None

    async def run(self) -> None:
        """Ask again and again, until cancelled."""
        self._heard_at = self._clock()
        while True:
            await self.look()
            await asyncio.sleep(_EVERY_SECONDS)

    async def look(self) -> None:
        """Ask once, and note the answer."""
        found = await self._ask()
        if found is None:
            return
        self._heard_at = self._clock()
        self._unknown = found.unknown
        firsts = self._firsts()
        self._lag.clear()
        for partition, end in found.ends.items():
            behind = end - firsts.get(partition, found.fetched[partition])
            self._lag.labels(partition.topic, str(partition.partition)).set(max(0, behind))
