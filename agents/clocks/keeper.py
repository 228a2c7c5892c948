"""The keeper of clocks: reads the partitions that are its own, and says by itself what their clocks announce.

Before anything of a partition is said, in this order:

- a pen is taken for it, which takes it from whoever had it before
- the inputs that had been sent by then are worked on: what was done in time may still stand there
- the partition is read to where it ends then: also what the last holder said, and what these inputs led to

A duty of what is registered is said when the reference sets are known up to its time, and as they have it then.

Commit order, as in `pipeline.usecases.announcing`: 1 a time has come, 2 the case is read, 3 announcement and alert are
published together, 4 the timer goes on. A crash between any two says nothing twice: what was published is read again by
whoever comes next, and what was not is said by him.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, groupby, islice
from typing import Final

from agents.clocks.holding import Holding
from agents.clocks.port import Arrears, OpenArrears, OpenPen, OpenReader, Page, Pen, PenLostError, Reader, Registry
from agents.delivery.backoff import Backoff
from agents.delivery.tracebacks import without_content
from agents.messages import KafkaMessage
from pipeline.duties.timers import DueStage
from pipeline.errors import BugError, WorldError
from pipeline.usecases.announcing import Said

__all__ = ["ClockKeeper"]

logger = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.2
_AT_ONCE: Final = 256
"""So many stages are said in one transaction."""

_ENTERING: Final = 0
"""Who has this partition enters what is new in the reference sets."""

_MILLISECONDS: Final = 1000

_ARREARS_PATIENCE: Final = 60.0
"""After so many seconds a time that is up is said, although there are events that nobody worked on."""

_KEPT: Final = timedelta(days=30)
"""So long a clock stays on the topic after it was over, as alerts do at least."""

_BACKOFF: Final = Backoff(first=0.5, cap=10.0)


class ClockKeeper:
    """Keeps clocks for as long as it runs.

    Args:
        open_reader: joins the group that hands out the partitions.
        open_pen: what writes what is said of a partition.
        open_arrears: asks which inputs wait.
        registry: what is registered, whose duties have clocks.
        announce: what a stage announces, as its case has it; None for nothing.
        messages: what is published for it, into this partition of the clocks topic.
        said: told what was published.
        forgotten: what is published for a clock that was over long ago, by its identity and the shares of its
            warnings, into this partition: nothing of it stays on the topic.
        now: the time of day, with time zone.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        *,
        open_reader: OpenReader,
        open_pen: OpenPen,
        open_arrears: OpenArrears,
        registry: Registry,
        announce: Callable[[DueStage], Awaitable[Said | None]],
        messages: Callable[[Said, int], Sequence[KafkaMessage]],
        said: Callable[[Said], None],
        forgotten: Callable[[str, Sequence[int], int], Sequence[KafkaMessage]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_reader = open_reader
        self._open_pen = open_pen
        self._open_arrears = open_arrears
        self._registry = registry
        self._announce = announce
        self._messages = messages
        self._told = said
        self._forgotten = forgotten
        self._now = now
        self._clock = clock
        self._holdings: dict[int, Holding] = {}
        self._failures = 0
        self.trouble: str | None = "not read yet"
        """Why clocks may be silent; None while they are not."""

    def __len__(self) -> int:
        return sum(len(holding.timers) for holding in self._holdings.values())

    async def run(self) -> None:
        """Keep clocks until cancelled."""
        while True:
            try:
                async with self._open_reader() as reader, self._open_arrears() as arrears:
                    while True:
                        await self._turn(reader, arrears)
            except WorldError as error:
                logger.warning("%s", error)
                self.trouble = error.what
            except PenLostError:
                logger.warning("Other workers write what clocks announce; this one joins them again.")
                self.trouble = "taken for dead by the others"
            except Exception as error:  # noqa: BLE001 - no error may end this: clocks would be silent for ever
                logger.error("Keeping clocks failed:\n%s", without_content(error))  # noqa: TRY400
                self.trouble = f"a fault of the program ({type(error).__name__}); see the log"
            finally:
                await self._let_go(list(self._holdings))
            self._failures += 1
            await asyncio.sleep(_BACKOFF.wait(self._failures))

    async def _turn(self, reader: Reader, arrears: Arrears) -> None:
        """Read a little, and say what is due."""
        page = await reader.poll(_POLL_SECONDS)
        await self._hold(page, reader)
        long_ago = (self._now() - _KEPT).timestamp()
        has_news = await self._registry.look()
        for partition, records in groupby(page.records, lambda record: record.partition):
            if partition in self._holdings:
                self._holdings[partition].take(list(records), long_ago)
                has_news = True
        for partition, position in page.positions.items():
            if partition in self._holdings:
                self._holdings[partition].position = position
        reading = [holding for holding in self._holdings.values() if not holding.is_read]
        for holding in self._holdings.values():
            if has_news:
                holding.note_missing(self._registry.is_registered, self._now())
            await self._try_to_say(holding, reader, arrears)
        troubles = (holding.trouble for holding in self._holdings.values() if holding.trouble)
        self.trouble = f"{len(reading)} partitions are being read" if reading else next(troubles, None)
        if not reading:
            self._failures = 0

    async def _hold(self, page: Page, reader: Reader) -> None:
        """Let go of what is not ours any more, and take what came to us."""
        await self._let_go([holding.partition for holding in self._holdings.values() if _is_lost(holding, page)])
        taken = [partition for partition in page.owned if partition not in self._holdings]
        ends = await reader.ends(taken) if taken else {}
        for partition in taken:
            self._holdings[partition] = Holding(
                partition=partition, taking=page.owned[partition], until=ends[partition]
            )

    async def _let_go(self, partitions: Sequence[int]) -> None:
        for partition in partitions:
            await self._holdings.pop(partition).drop_pen()

    async def _try_to_say(self, holding: Holding, reader: Reader, arrears: Arrears) -> None:
        """Say what is due of one partition; what cannot be said now is tried again, and keeps no others waiting."""
        if self._clock() < holding.again_at:
            return
        try:
            await self._keep_duties(holding)
            await self._say(holding, reader, arrears)
            await self._forget(holding)
        except (WorldError, BugError) as error:  # what is ours is loud, too, but silences no other partition
            logger.log(logging.ERROR if isinstance(error, BugError) else logging.WARNING, "%s", error)
            holding.trouble = error.what
            await holding.drop_pen()
            holding.failures += 1
            holding.again_at = self._clock() + _BACKOFF.wait(holding.failures)
        else:
            holding.failures, holding.trouble = 0, None

    async def _keep_duties(self, holding: Holding) -> None:
        """Have the cases of what is registered as that is now; what is new is for whoever has one partition."""
        if not holding.is_read:
            return
        if holding.partition == _ENTERING:
            await self._registry.enter(holding.taking, self._seen)
        for uid in [uid for uid, since in holding.missing.items() if since < self._registry.known_until()]:
            await self._registry.refresh(uid)
            holding.missing.pop(uid)

    def _seen(self, clock: str) -> int:
        found = (holding.duties[clock].case_version for holding in self._holdings.values() if clock in holding.duties)
        return max(found, default=0)

    def _due(self, holding: Holding, by: datetime) -> list[DueStage]:
        """What is due by an instant and can be said: of what is registered, what the reference sets are known up to."""
        until = self._registry.known_until().timestamp() * _MILLISECONDS
        return [
            stage for stage in holding.due(by, _AT_ONCE) if stage.case_uid not in holding.of_duties or stage.at <= until
        ]

    async def _say(self, holding: Holding, reader: Reader, arrears: Arrears) -> None:
        now = self._now()
        if not self._due(holding, now):
            return
        pen = await self._pen_of(holding)
        if holding.arrears is None:
            holding.arrears, holding.arrears_since, holding.arrears_at = await arrears.mark(), self._clock(), now
        if holding.arrears:
            waited = self._clock() - holding.arrears_since
            if not await arrears.reached(holding.arrears) and waited < _ARREARS_PATIENCE:
                return
            holding.arrears = {}
        holding.until = (await reader.ends([holding.partition]))[holding.partition]
        if holding.is_read:
            await self._write(holding, pen)
            holding.arrears = None

    async def _forget(self, holding: Holding) -> None:
        """Take off the topic what was over long ago, some of it at a time."""
        if not holding.over or not holding.is_read:
            return
        some = list(islice(holding.over.items(), _AT_ONCE))
        pen = await self._pen_of(holding)
        await pen.write(
            [message for clock, shares in some for message in self._forgotten(clock, shares, holding.partition)]
        )
        for clock, _ in some:
            holding.over.pop(clock, None)

    async def _pen_of(self, holding: Holding) -> Pen:
        if holding.pen is None:
            holding.pen = await holding.opened.enter_async_context(self._open_pen(holding.partition))
        return holding.pen

    async def _write(self, holding: Holding, pen: Pen) -> None:
        stages = self._due(holding, holding.arrears_at)
        for uid in holding.of_duties.intersection(stage.case_uid for stage in stages):
            await self._registry.refresh(uid)
        found = await asyncio.gather(*map(self._announce, stages))  # 2
        messages = [self._messages(announced, holding.partition) for announced in found if announced is not None]
        if messages:
            await pen.write(list(chain.from_iterable(messages)))  # 3
        for stage, announced in zip(stages, found, strict=True):  # 4
            if announced is None:
                holding.timers.forget(stage)
            else:
                holding.timers.settled(stage)
                self._told(announced)


def _is_lost(holding: Holding, page: Page) -> bool:
    return page.owned.get(holding.partition) != holding.taking
