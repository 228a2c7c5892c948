"""Groups what is told, waits where it is quiet, delivers it, tries again, and says what is done. It knows no Kafka.

A record is done when every target that it concerns has it, or the file of what is undelivered does. What is not done is
read again after an end, so everything is told at least once, under the same identities.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from agents.delivery import TopicPartition
from agents.delivery.backoff import Backoff
from agents.following.port import Positions
from agents.notifying.items import NotifiedItem
from agents.notifying.metrics import NotifierMetrics
from agents.notifying.plan_file import NotificationPlan, NotifyRoute
from agents.notifying.port import Deliver, Notification, NotTakenError, TargetRefusesError, notification_of
from pipeline.events.outputs import SEVERITIES

__all__ = ["MOST_WAITING", "Notifier", "Place"]

logger = logging.getLogger(__name__)

MOST_WAITING: Final = 10_000
"""So many things wait at most; then nothing more is read, and what waits for the end of quiet hours is told at once."""

_BACKOFF: Final = Backoff(first=2.0, cap=300.0)
_MOST_ITEMS: Final = 100
"""So many things are told at once."""

_REMEMBERED: Final = 100_000
_LOOK_SECONDS: Final = 0.2


class Place(NamedTuple):
    """Where something was read."""

    partition: TopicPartition
    offset: int


@dataclass(slots=True)
class _Group:
    due: datetime
    items: dict[str, NotifiedItem] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)


class Notifier:
    """Tells targets what concerns them.

    Args:
        plan: to whom, what, when.
        deliver: by target.
        keep: keeps what could not be delivered, with why; returns when it is on the disk.
        metrics: shows what became of notifications.
        now: the time of day, with time zone.
        backoff: how long to wait between two attempts.
    """

    def __init__(
        self,
        plan: NotificationPlan,
        deliver: Mapping[str, Deliver],
        keep: Callable[[Notification, str], None],
        metrics: NotifierMetrics,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        backoff: Backoff = _BACKOFF,
    ) -> None:
        self._plan = plan
        self._deliver = deliver
        self._keep = keep
        self._metrics = metrics
        self._now = now
        self._backoff = backoff
        self._waiting: dict[tuple[str, str], _Group] = {}
        self._queues: dict[str, asyncio.Queue[_Group]] = {name: asyncio.Queue() for name in deliver}
        self._due: dict[str, deque[_Group]] = {name: deque() for name in deliver}
        """Of each target, what is in its queue or being told."""
        self._troubles: dict[str, str] = {}
        self._not_kept: dict[str, str] = {}
        self._open: dict[TopicPartition, dict[int, set[str]]] = {}
        """Of each place, the targets that have not been told yet."""
        self._next: dict[TopicPartition, int] = {}
        self._told: OrderedDict[tuple[str, str], None] = OrderedDict()
        metrics.begin(deliver)

    @property
    def waiting(self) -> int:
        """How many records somebody is to be told of yet."""
        return sum(map(len, self._open.values()))

    @property
    def has_room(self) -> bool:
        """Whether more may be taken."""
        return self.waiting < MOST_WAITING

    @property
    def trouble(self) -> str | None:
        """Why not everything that happens is told, or kept; None where it is, whatever a single target does."""
        if not self._not_kept and not self.has_room:
            return f"{self.waiting} things wait to be told; nothing more is read until some are"
        return next(iter(self._not_kept.values()), None)

    @property
    def targets(self) -> Mapping[str, str]:
        """Of each target, whether it takes what it is told."""
        return {name: self._troubles.get(name, "nothing failed") for name in self._deliver}

    @property
    def firsts(self) -> Positions:
        """The first record of each partition that somebody is to be told of yet."""
        return {partition: min(places) for partition, places in self._open.items() if places}

    def measure(self) -> None:
        """Let the metrics show what waits now."""
        self._metrics.waiting.set(self.waiting)
        for target, groups in self._due.items():
            oldest = min((group.due for group in list(groups)), default=None)
            overdue = 0.0 if oldest is None else (self._now() - oldest).total_seconds()
            self._metrics.overdue.labels(target).set(max(0.0, overdue))

    @property
    def done(self) -> Positions:
        """Up to where everything is done, for each partition."""
        return {partition: min(self._open.get(partition) or (end,)) for partition, end in self._next.items()}

    def forget(self, partitions: Collection[TopicPartition]) -> None:
        """Somebody else reads these from now on; what was begun is delivered all the same."""
        for partition in partitions:
            self._open.pop(partition, None)
            self._next.pop(partition, None)

    def take(self, place: Place, item: NotifiedItem | None) -> None:
        """Take something in that was read; None for what is told to nobody."""
        self._next[place.partition] = place.offset + 1
        if item is None:
            return
        for target, route in self._routes(item).items():
            if (target, item.id) in self._told:
                continue
            group = self._group(target, route, item)
            group.items[item.id] = item
            group.places.append(place)
            self._open.setdefault(place.partition, {}).setdefault(place.offset, set()).add(target)

    async def run(self) -> None:
        """Deliver until it is cancelled; what is under way then is not done."""
        await asyncio.gather(self._flush_in_time(), *(self._work(name) for name in self._deliver))

    def _routes(self, item: NotifiedItem) -> Mapping[str, NotifyRoute]:
        """The targets that something is told to, each by the first of its routes."""
        found: dict[str, NotifyRoute] = {}
        for route in self._plan.routes:
            if route.takes(item):
                for target in route.to:
                    found.setdefault(target, route)
        return found

    def _group(self, target: str, route: NotifyRoute, item: NotifiedItem) -> _Group:
        now = self._now()
        due, key = now + timedelta(seconds=self._plan.group_seconds), item.event_uid or item.id
        if route.quiet is not None and SEVERITIES.index(item.severity) < SEVERITIES.index(route.quiet.unless):
            over = route.quiet.over_at(now)
            if over is not None:
                due, key = over, f"quiet until {over.isoformat()}"
        return self._waiting.setdefault((target, key), _Group(due))

    async def _flush_in_time(self) -> None:
        while True:
            now, is_full = self._now(), not self.has_room
            for (target, key), group in list(self._waiting.items()):
                if is_full or group.due <= now:
                    del self._waiting[target, key]
                    self._due[target].append(group)
                    self._queues[target].put_nowait(group)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _work(self, target: str) -> None:
        while True:
            group = await self._queues[target].get()
            items = tuple(group.items.values())
            for start in range(0, len(items), _MOST_ITEMS):
                part = items[start : start + _MOST_ITEMS]
                await self._see_through(target, notification_of(target, part, self._plan.console), group.due)
                self._remember(target, part)
            self._due[target].popleft()
            self._finish(target, group.places)

    async def _see_through(self, target: str, told: Notification, due: datetime) -> None:
        """Deliver, or keep it with what is undelivered: one of the two has happened when this returns.

        It is given up after its patience, which begins when it is due, however long others were tried before it; and
        at once where so much waits that nothing more is read: one target must not keep what others are to be told.
        """
        until = due + timedelta(hours=self._plan.patience_hours)
        attempts = 0
        while True:
            attempts += 1
            try:
                await self._deliver[target](told)
            except TargetRefusesError as error:
                why, is_over = error.what, True
            except NotTakenError as error:
                why, is_over = error.what, self._now() >= until or not self.has_room
            else:
                self._troubles.pop(target, None)
                self._not_kept.pop(target, None)
                self._metrics.notifications.labels(target, "delivered").inc()
                logger.info("%s was told of %d things (%s).", target, len(told.items), told.id)
                return
            self._troubles[target] = f"at {self._now().isoformat(timespec='seconds')}: {why}"
            if is_over and self._was_kept(told, why):
                self._metrics.notifications.labels(target, "undelivered").inc()
                logger.error("%s was not told of %s: %s It is kept with what is undelivered.", target, told.id, why)
                return
            self._metrics.retries.labels(target).inc()
            wait = self._backoff.wait(attempts)
            logger.warning("%s was not told of %s: %s It is tried again in %.0f s.", target, told.id, why, wait)
            await asyncio.sleep(wait)

    def _was_kept(self, told: Notification, why: str) -> bool:
        try:
            self._keep(told, why)
        except OSError as error:
            self._not_kept[told.target] = f"what is undelivered cannot be kept: {error.strerror}"
            logger.error("What is undelivered cannot be kept: %s.", error)  # noqa: TRY400 - the disk, not the program
            return False
        self._not_kept.pop(told.target, None)
        return True

    def _remember(self, target: str, items: Sequence[NotifiedItem]) -> None:
        self._told.update(((target, item.id), None) for item in items)
        while len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)

    def _finish(self, target: str, places: Sequence[Place]) -> None:
        for place in places:
            still = self._open.get(place.partition, {})
            missing = still.get(place.offset, set())
            missing.discard(target)
            if not missing:
                still.pop(place.offset, None)
