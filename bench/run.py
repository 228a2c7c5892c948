"""A run: each part starts the contestants that it needs, measures, and stops them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import sections
from bench.contents import ContentKind
from bench.contestants import Contestant, Floor, Loop, WorkerContestant
from bench.results import Section, Taken, taken_now, version_of
from bench.scale import Scale
from bench.sections import Sender
from bench.stand import Stand

__all__ = ["PARTS", "TITLES", "Run"]

HERE: Final = Path(__file__).parents[1]
OURS: Final = "sealstream"
TITLES: Final = {"plain": "plain loop", "tuned": "tuned loop", "floor": "floor"}
_RATE: Final = 4.0
"""Texts a second beside long videos: little enough for any worker."""

_WAITING_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Everything that is measured in one go.

    Args:
        stand: the servers.
        sender: makes the events.
        trees: source trees whose workers take part, by name; ours first.
        kinds: which kinds of content.
        scale: how much of it.
    """

    stand: Stand
    sender: Sender
    trees: Mapping[str, Path]
    kinds: Sequence[ContentKind]
    scale: Scale

    async def costs(self) -> Section:
        """What a generation event costs each contestant."""
        taken = self._taken()
        async with AsyncExitStack() as running:
            contestants = await self._all(running, "")
            efforts = await sections.costs(contestants, self.sender, self.kinds, self.scale.rounds, self.scale.events)
        return Section(taken=taken, efforts=efforts)

    async def latency(self) -> Section:
        """How long an event takes at half of the rate that its contestant reaches."""
        taken = self._taken()
        kinds = [kind for kind in self.kinds if kind.name in self.scale.latency]
        async with AsyncExitStack() as running:
            contestants = await self._all(running, "-latency")
            reached = await sections.costs(contestants, self.sender, kinds, 1, self.scale.events)
            delays = await sections.latency(contestants, self.sender, kinds, reached, self.scale.latency)
        return Section(taken=taken, delays=delays)

    async def publications(self) -> Section:
        """What a publication event costs the workers; the peers have nothing of the kind."""
        taken = self._taken()
        async with AsyncExitStack() as running:
            workers = [await running.enter_async_context(self._worker(name, "-published")) for name in self.trees]
            efforts = await sections.publications(
                workers, self.sender, self.stand, self.scale.rounds, self.scale.events
            )
        return Section(taken=taken, efforts=efforts)

    async def commands(self) -> Section:
        """What commands cost that only say something."""
        return Section(taken=self._taken(), commands=sections.commands(self.trees, self.scale.rounds))

    async def stall(self) -> Section:
        """How long texts take beside long videos."""
        taken, stalls = self._taken(), {}
        for name in self.trees:
            async with self._worker(name, "-stall") as worker:
                stalls[name] = await sections.stall(worker, self.sender, self.stand, self.scale.stalled_texts, _RATE)
        return Section(taken=taken, stalls=stalls)

    async def waiting(self) -> Section:
        """How much memory a worker takes while large events wait."""
        taken, peaks = self._taken(), {}
        for name in self.trees:
            async with self._worker(name, "-waiting") as worker:
                peaks[name] = await sections.waiting(worker, self.sender, self.scale.waiting, _WAITING_SECONDS)
        return Section(taken=taken, waiting_mb=peaks)

    async def malformed(self) -> Section:
        """What a flood of messages costs that are no events."""
        taken = self._taken()
        async with AsyncExitStack() as running:
            workers = [await running.enter_async_context(self._worker(name, "-malformed")) for name in self.trees]
            rounds, messages = min(2, self.scale.rounds), self.scale.malformed
            done = await sections.malformed(workers, self.sender, rounds, messages)
        return Section(taken=taken, malformed=done)

    async def growth(self) -> Section:
        """Whether anything grows; of our own worker only, for it takes long."""
        taken = self._taken()
        async with self._worker(OURS, "-growth") as worker:
            steps = await sections.growth(worker, self.sender, self.scale.growth, self.scale.growth_step)
        return Section(taken=taken, growth={OURS: steps})

    def _taken(self) -> Taken:
        return taken_now({name: version_of(tree) for name, tree in self.trees.items()})

    def _worker(self, name: str, part: str) -> WorkerContestant:
        return WorkerContestant(self.stand, name, part, self.trees[name])

    async def _all(self, running: AsyncExitStack, part: str) -> list[Contestant]:
        """Everybody, started."""
        contestants = [
            *(self._worker(name, part) for name in self.trees),
            Loop(self.stand, "plain", part, HERE, "bench.peers.plain_loop"),
            Loop(self.stand, "tuned", part, HERE, "bench.peers.tuned_loop"),
            Floor(self.stand, "floor", part, HERE),
        ]
        return [await running.enter_async_context(contestant) for contestant in contestants]


PARTS: Final[Mapping[str, Callable[[Run], Awaitable[Section]]]] = {
    "costs": Run.costs,
    "latency": Run.latency,
    "publications": Run.publications,
    "commands": Run.commands,
    "stall": Run.stall,
    "waiting": Run.waiting,
    "malformed": Run.malformed,
    "growth": Run.growth,
}
