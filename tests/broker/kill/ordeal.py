"""What the workers go through: steps that kill them and take their servers away, while events keep coming."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from signal import Signals
from typing import Final

from tests.broker.kill.audit_store import Outage
from tests.broker.kill.cases import Case
from tests.broker.kill.crew import Crew
from tests.broker.kill.evidence import Evidence
from tests.broker.kill.feed import Feed
from tests.broker.kill.plan import Plan
from tests.broker.kill.stack import Stack
from tests.broker.kill.steps import Step

__all__ = ["Ordeal", "Suffered"]

_SETTLE_SECONDS: Final = 45.0
_GONE_SECONDS: Final = 1.0
"""How long a process that was killed may still seem to be there."""
_PROGRESS_SECONDS: Final = 5.0
_NOTICE_SECONDS: Final = 20.0
"""How long a worker may take to notice that the store is away."""


@dataclass(slots=True)
class Suffered:
    """What was done to the workers.

    Args:
        kills: how many times a worker was sent each signal.
        broker_down: for how many seconds the broker was away, each time.
        store_away: when the store was away.
        recogniser_kills: how many times the recogniser was killed.
        joined: how many extra workers came and went.
        unsettled: how many times not all workers were ready in time after a step.
        asked_without_store: how many times a worker was asked whether it is ready when the store had long been away.
        ready_without_store: workers that did not say no to that.
    """

    kills: dict[str, int] = field(default_factory=lambda: {"SIGKILL": 0, "SIGTERM": 0})
    broker_down: list[float] = field(default_factory=list)
    store_away: list[Outage] = field(default_factory=list)
    recogniser_kills: int = 0
    joined: int = 0
    unsettled: int = 0
    asked_without_store: int = 0
    ready_without_store: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Ordeal:
    """Takes the steps one after another, each right after a burst of events.

    Args:
        plan: how long things take.
        stack: the servers.
        crew: the workers.
        recogniser: what all of them ask: a crew of one.
        feed: sends events.
        evidence: tells how far the workers have come.
        say: tells whoever watches what happens.
    """

    plan: Plan
    stack: Stack
    crew: Crew
    recogniser: Crew
    feed: Feed
    evidence: Evidence
    say: Callable[[str], None]
    suffered: Suffered = field(default_factory=Suffered)

    async def go(self, steps: Sequence[Step], cases: Sequence[Case]) -> None:
        """Take every step and send every case."""
        rng = random.Random(self.plan.seed + 1)
        chunks = _divide(cases, len(steps) + 1)
        pace = self.plan.minutes * 60 / len(chunks)
        for step, chunk in zip(steps, chunks, strict=False):
            began = time.monotonic()
            await self._take(step, chunk, rng)
            if step.settle and not await self._until(self.crew.all_ready, _SETTLE_SECONDS):
                self.suffered.unsettled += 1
            await asyncio.sleep(max(0.0, began + pace - time.monotonic()))
        await self.feed.send(chunks[-1])

    async def _take(self, step: Step, chunk: Sequence[Case], rng: random.Random) -> None:
        first, second = chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :]
        match step.what:
            case "kill":
                await self._burst(chunk, step.at)
                await self._kill(step.signal, rng)
            case "recogniser":
                await self._burst(first, step.at)
                await asyncio.gather(self._kill_recogniser(), self.feed.send(second))
            case "broker":
                # The second half is sent while nobody listens.
                await self._burst(first, step.at)
                await asyncio.gather(self._restart_broker(), self.feed.send(second))
            case "outage":
                await self._burst(first, step.at)
                await asyncio.gather(self._take_store_away(step, rng), self.feed.send(second))
            case "storm":
                await asyncio.gather(self._storm(rng), self.feed.send(chunk))

    async def _burst(self, cases: Sequence[Case], fraction: float) -> None:
        """Send cases and return in the middle of the work on them: when a fraction of them has been dealt with."""
        before = len(self.evidence.done)

        async def dealt_with() -> bool:
            return len(self.evidence.done) - before >= fraction * len(cases)

        await self.feed.send(cases)
        await self._until(dealt_with, _PROGRESS_SECONDS)

    async def _kill(self, number: Signals | None, rng: random.Random) -> None:
        """Kill one worker, waiting for one to be there."""
        while number is not None:
            member = rng.choice(self.crew.members)
            if member.kill(number):
                self.suffered.kills[number.name] += 1
                self.say(f"{number.name} to {member.name}, {self.feed.sent - len(self.evidence.done)} cases not done")
                return
            await asyncio.sleep(0.1)

    async def _kill_recogniser(self) -> None:
        """Kill it while it is asked; who supervises it starts it again, and until it is ready, nothing may pass."""
        (member,) = self.recogniser.members
        if not member.kill(Signals.SIGKILL):
            return
        self.suffered.recogniser_kills += 1
        self.say(f"SIGKILL to {member.name}, {self.feed.sent - len(self.evidence.done)} cases not done")
        await asyncio.sleep(_GONE_SECONDS)
        if not await self._until(self.recogniser.all_ready, _SETTLE_SECONDS):
            self.suffered.unsettled += 1

    def _set_trouble(self, *, there: bool) -> None:
        self.crew.set_trouble(there=there)
        self.recogniser.set_trouble(there=there)

    async def _restart_broker(self) -> None:
        broker = self.stack.broker
        assert broker is not None, "no step restarts a broker that is somebody else's"
        self._set_trouble(there=True)
        self.say("broker stops")
        await asyncio.to_thread(broker.stop)
        stopped = time.monotonic()
        await asyncio.sleep(self.plan.broker_down_seconds)
        await asyncio.to_thread(broker.start)
        self.suffered.broker_down.append(time.monotonic() - stopped)
        self.say(f"broker is back after {self.suffered.broker_down[-1]:.1f} s")
        self._set_trouble(there=False)

    async def _take_store_away(self, step: Step, rng: random.Random) -> None:
        store, seconds = self.stack.store, self.plan.outage_seconds
        self._set_trouble(there=True)
        self.say(f"store goes away ({self.plan.outage_kind}) for {seconds:.0f} s")
        if self.plan.outage_kind == "pause":
            store.pause()
        else:
            await asyncio.to_thread(store.stop)
        gone, first = time.monotonic(), time.time()
        await asyncio.sleep(min(_NOTICE_SECONDS, seconds / 2))
        if seconds > _NOTICE_SECONDS:
            await self._ask_readiness()
        await self._kill(step.signal, rng)
        await asyncio.sleep(max(0.0, gone + seconds - time.monotonic()))
        if self.plan.outage_kind == "pause":
            store.resume()
        else:
            await asyncio.to_thread(store.start)
        self.suffered.store_away.append(Outage(first, time.time()))
        self.say(f"store is back after {time.monotonic() - gone:.1f} s")
        self._set_trouble(there=False)

    async def _ask_readiness(self) -> None:
        for member in self.crew.members:
            answer = await member.readiness()
            if answer is not None:
                self.suffered.asked_without_store += 1
                if answer[0] != HTTPStatus.SERVICE_UNAVAILABLE:
                    self.suffered.ready_without_store.append(member.name)

    async def _storm(self, rng: random.Random) -> None:
        """Workers join, each while the group may still be busy with the one before, and leave in the same manner."""
        extra = [f"extra-{self.suffered.joined + number}" for number in range(self.plan.storm_members)]
        members = []
        for name in extra:
            self.say(f"{name} joins")
            members.append(self.crew.hire(name))
            await asyncio.sleep(rng.uniform(1.0, 5.0))
        await self._until(self.crew.all_ready, _SETTLE_SECONDS)
        for member in members:
            self.say(f"{member.name} leaves")
            await self.crew.dismiss(member)
            await asyncio.sleep(rng.uniform(0.0, 2.0))
        self.suffered.joined += len(members)

    async def _until(self, met: Callable[[], Awaitable[bool]], seconds: float) -> bool:
        """Wait for a condition, but not longer than this; False when it was not met."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if await met():
                return True
            await asyncio.sleep(0.05)
        return False


def _divide(cases: Sequence[Case], parts: int) -> list[Sequence[Case]]:
    size = -(-len(cases) // parts)
    return [cases[start * size : (start + 1) * size] for start in range(parts)]
