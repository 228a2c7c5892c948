"""One reference set as its topic holds it at this moment, for people and commands to look at."""

import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from agents.following.port import OpenConsumer
from agents.reference.book import Book, EntryRefusal
from pipeline.errors import OperatorError, WorldError
from pipeline.policy.reference import ReferenceSets, SetName

__all__ = ["WholeSet", "read_whole"]

_POLL_SECONDS: Final = 0.5
_PATIENCE_SECONDS: Final = 30.0


class WholeSet(NamedTuple):
    """What a worker that starts now would know of a set: the other sets are empty here.

    `refused` are the entries that it would not take, and that no later record of the same key has put right.
    """

    sets: ReferenceSets
    refused: Sequence[EntryRefusal]


async def read_whole(open_consumer: OpenConsumer, topic: str, name: SetName) -> WholeSet:
    """Read the topic of a set from its beginning to where it ends now.

    Raises:
        OperatorError: there is no such topic.
        WorldError: the brokers do not answer.
    """
    async with open_consumer() as consumer:
        ends = await consumer.ends([topic])
        if not ends:
            raise OperatorError(
                what=f"There is no topic {topic}.",
                remedy="Create it with `sealstream topics create`, or let this user describe it.",
            )
        book = Book({topic: name})
        book.begin(ends)
        consumer.read_from(book.positions)
        moved_at = time.monotonic()
        while book.is_behind(ends):
            read = await consumer.poll(_POLL_SECONDS)
            if read.positions.items() - book.positions.items():
                moved_at = time.monotonic()
            elif time.monotonic() - moved_at > _PATIENCE_SECONDS:
                raise WorldError(
                    what=f"Kafka has more of {topic} and did not deliver it within {_PATIENCE_SECONDS:.0f} seconds.",
                    remedy="See that the brokers are up, and try again.",
                )
            book.read(read)
    settled = book.settle()
    return WholeSet(book.sets, [refusal for refusal in settled.refused if not refusal.is_mended])
