"""Fills the read model from the records bucket with what topics forgot, while a console may be following the topics.

Every object becomes the message that was published of it, and that the rows which its topic would have brought. Rows
know no order and are kept once, so what the topics still have is only said twice.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Final

import msgspec

from agents.delivery import InputRecord
from agents.following.port import Positions
from agents.topics import Topics
from console.readmodel.port import Kept, RowKeeper
from console.readmodel.rows import ModelRow, RowMaker, rows_of
from pipeline.errors import BugError, ProducerError
from pipeline.events.outgoing import Output, encode
from pipeline.usecases.recalling import Recalling

__all__ = ["Rebuilt", "rebuild_rows"]

logger = logging.getLogger(__name__)

_THREADS: Final = 16
_AT_ONCE: Final = 500


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What a rebuild found: objects, and how many of them could not be read and were left out."""

    objects: int
    left_out: int


def rebuild_rows(
    recalling: Recalling, keeper: RowKeeper, topics: Topics, *, source: str, on_progress: Callable[[float], None]
) -> Rebuilt:
    """Take in all that is stored.

    Args:
        recalling: finds what was published.
        keeper: the read model, which others may write to meanwhile.
        topics: their names.
        source: CloudEvents `source` of this installation.
        on_progress: told which part is done, from 0 to 1.

    Raises:
        WorldError: the store does not answer; what was taken in stays, and it can be run again.
    """
    by_topic = rows_of(topics)
    objects = left_out = 0

    def rows(key: str) -> Sequence[ModelRow] | None:
        try:
            outputs = recalling.of(key)
            return tuple(row for output in outputs for row in _rows(output, topics, by_topic, source))
        except (BugError, ProducerError, ValueError) as error:
            logger.warning("An object of the records bucket is left out of the pages: %s", _named(error))
            return None

    with ThreadPoolExecutor(_THREADS) as threads:
        for part in range(recalling.parts):
            keeper.note_rebuild(part / recalling.parts)
            on_progress(part / recalling.parts)
            keys = recalling.keys(part)
            while some := list(islice(keys, _AT_ONCE)):
                found = list(threads.map(rows, some))
                keeper.keep(partial(_all_of, [row for rows_of_one in found for row in rows_of_one or ()]))
                keeper.note_rebuild(part / recalling.parts)
                objects += len(found)
                left_out += found.count(None)
    keeper.note_rebuild(1.0)
    on_progress(1.0)
    return Rebuilt(objects=objects, left_out=left_out)


def _all_of(rows: Sequence[ModelRow], _: Positions) -> Kept:
    """All of them, however far the topics were read: they are of no topic."""
    return Kept(rows, {})


def _rows(output: Output, topics: Topics, by_topic: Mapping[str, RowMaker], source: str) -> Iterator[ModelRow]:
    message = encode(output, source=source)
    topic = topics.of(message.channel)
    record = InputRecord(
        topic=topic, partition=-1, offset=-1, key=message.key, value=message.value, headers=message.headers
    )
    return by_topic[topic](record) if topic in by_topic else iter(())


def _named(error: Exception) -> str:
    return error.what if isinstance(error, BugError) else type(error).__name__
