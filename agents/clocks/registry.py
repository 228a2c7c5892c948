"""What is registered, and its duties: the port on the reference sets that a worker follows.

Whoever has the first partition of the clocks topic enters what is new, so that one worker does; whoever has a clock
looks its entry up before it is said, so that what counts is what the sets hold then. Both write versions of cases
create-only, so it does no harm where two do.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, TypeVar

from pipeline.duties.registered import Registered, registered
from pipeline.events.outputs import Case, RunningClock
from pipeline.policy.reference import ReferenceSets
from pipeline.usecases.registering import Registering

__all__ = ["RegisteredDuties"]

_AT_ONCE: Final = 64
"""So many entries are looked at before clocks are read on."""

_OVER: Final = ("met", "met-late", "withdrawn")
_LONGEST: Final = timedelta(days=36500)


Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class FollowedSets(Protocol):
    """The reference sets as they are followed; `agents.reference.References` is."""

    @property
    def current(self) -> ReferenceSets:
        """Return the sets as they are now."""

    @property
    def age_seconds(self) -> float:
        """Return how long ago everything in the topics was surely known."""


class RegisteredDuties:
    """Keeps the cases of what is registered.

    Args:
        references: the reference sets, followed elsewhere.
        registering: writes the cases.
        publish: delivers a case and its clocks.
        threads: where cases are read and written.
        now: the time of day, with time zone.
    """

    def __init__(
        self,
        *,
        references: FollowedSets,
        registering: Registering,
        publish: Callable[[Case], Awaitable[None]],
        threads: Executor,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._references = references
        self._registering = registering
        self._publish = publish
        self._threads = threads
        self._now = now
        self._sets = ReferenceSets.empty()
        self._known: Mapping[str, Registered] = {}
        self._waiting: list[Registered] | None = None
        self._entered: dict[str, str] = {}
        self._taking = 0

    def known_until(self) -> datetime:
        """As the port says."""
        return self._now() - min(timedelta(seconds=min(self._references.age_seconds, 1e9)), _LONGEST)

    def is_registered(self, case_uid: str) -> bool:
        """As the port says."""
        return case_uid in self._known

    async def look(self) -> bool:
        """As the port says."""
        sets = self._references.current
        if _relevant(sets) == _relevant(self._sets):
            return False
        self._known = await self._run(_by_case, sets)
        self._sets, self._waiting = sets, None
        return True

    async def enter(self, taking: int, seen: Callable[[str], int]) -> None:
        """As the port says."""
        if taking != self._taking:  # what another one did meanwhile may not have been delivered
            self._taking, self._entered, self._waiting = taking, {}, None
        if self._waiting is None:
            self._waiting = [entry for uid, entry in self._known.items() if self._entered.get(uid) != entry.mark]
        part, rest = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        stand = await asyncio.gather(*(self._run(self._registering, entry) for entry in part))
        for entry, (case, is_new) in zip(part, stand, strict=True):
            if is_new or not all(_is_there(clock, seen(clock.clock_id)) for clock in case.clocks):
                await self._deliver(case)
            self._entered[entry.case_uid] = entry.mark
        self._waiting = rest

    async def refresh(self, case_uid: str) -> None:
        """As the port says."""
        await self.look()
        entry = self._known.get(case_uid)
        if entry is not None:
            case, is_new = await self._run(self._registering, entry)
        else:
            self._entered.pop(case_uid, None)
            struck = await self._run(self._registering.strike, case_uid)
            if struck is None:
                return
            case, is_new = struck, True
        if is_new:
            await self._deliver(case)

    async def _deliver(self, case: Case | None) -> None:
        """Deliver a case until the newest version was the last."""
        while case is not None:
            await self._publish(case)
            case = await self._run(self._registering.newer, case)

    def _run(self, do: Callable[[Asked], Answer], asked: Asked) -> Awaitable[Answer]:
        return asyncio.get_running_loop().run_in_executor(self._threads, do, asked)


def _is_there(clock: RunningClock, version: int) -> bool:
    """Whether a clock is on the topic as it stands; what is over is taken off it one day."""
    return version >= clock.case_version or (version == 0 and clock.state in _OVER)


def _relevant(sets: ReferenceSets) -> tuple[object, ...]:
    """The sets that hold what has duties."""
    return (sets.services, sets.inventory, sets.consents, sets.news_sources, sets.features)


def _by_case(sets: ReferenceSets) -> Mapping[str, Registered]:
    return {entry.case_uid: entry for entry in registered(sets)}
