"""What the keeper of clocks needs of Kafka: the ports. `reader`, `pen` and `arrears` are their adapters."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

from agents.delivery import InputRecord
from agents.following.port import Positions
from agents.messages import KafkaMessage

__all__ = [
    "Arrears",
    "OpenArrears",
    "OpenPen",
    "OpenReader",
    "Page",
    "Pen",
    "PenLostError",
    "Reader",
    "Registry",
]


class Page(NamedTuple):
    """What one poll brought: which partitions are ours since when, records, and where reading goes on.

    `owned` has a number for each partition that changes when the partition was lost and came back.
    """

    owned: Mapping[int, int]
    records: Sequence[InputRecord]
    positions: Mapping[int, int]


class Reader(Protocol):
    """Reads those partitions of the clocks topic that the group gives to this worker, each from its beginning.

    Every error of the brokers is a `WorldError`; then open another one.
    """

    async def poll(self, seconds: float) -> Page:
        """Return what has arrived, after so many seconds at the latest."""

    async def ends(self, partitions: Sequence[int]) -> Mapping[int, int]:
        """Return where these partitions end now."""


class PenLostError(Exception):
    """Another worker took over the partition: whatever this one still wanted to write of it is not there."""


class Pen(Protocol):
    """Writes what is announced of one partition. Of several pens only the newest one writes."""

    async def write(self, messages: Sequence[KafkaMessage]) -> None:
        """Publish the messages, all of them or none.

        Raises:
            PenLostError: there is a newer pen.
            WorldError: it did not happen, or nobody knows; take a new pen and read what is there.
        """


class Arrears(Protocol):
    """Whether events that may say something of cases wait to be worked on, by any worker of the group."""

    async def mark(self) -> Positions:
        """Return where the inputs end now."""

    async def reached(self, mark: Positions) -> bool:
        """Return whether everything before the mark was worked on."""


class Registry(Protocol):
    """What is registered in the reference sets, whose duties have clocks."""

    def known_until(self) -> datetime:
        """Return the time up to which everything in the reference sets is known."""

    async def look(self) -> bool:
        """Look at the reference sets; return whether they say something else than when they were looked at before."""

    async def enter(self, taking: int, seen: Callable[[str], int]) -> None:
        """Keep the cases of what is registered, a part of what is new at a time.

        Args:
            taking: another number is another time that this came to us, and everything is looked at again.
            seen: of a clock, the version of its case in which it is on the topic; 0 where it is not.

        Raises:
            WorldError: it could not be done; try again.
        """

    async def refresh(self, case_uid: str) -> None:
        """Keep one of these cases as the sets have it now; what is not registered any more loses its clocks.

        Raises:
            WorldError: it could not be done; try again.
        """

    def is_registered(self, case_uid: str) -> bool:
        """Return whether this is a case of something that is registered now."""


OpenReader = Callable[[], AbstractAsyncContextManager[Reader]]
OpenPen = Callable[[int], AbstractAsyncContextManager[Pen]]
OpenArrears = Callable[[], AbstractAsyncContextManager[Arrears]]
