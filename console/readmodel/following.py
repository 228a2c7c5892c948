"""The read model as it lives: it follows the topics from where it left off, and says how far it is."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.following.consumer import consumers_of
from agents.following.follower import Follower
from agents.following.port import OpenConsumer, Read
from agents.postgres_address import PostgresAddress
from agents.settings import ConsoleSettings, KafkaSettings
from agents.topics import Topics
from console.readmodel.asking import DeskQuestions
from console.readmodel.keeping import KeptRows
from console.readmodel.opening import open_rows
from console.readmodel.port import RebuildNote
from console.readmodel.projection import Projection
from console.readmodel.rows import rows_of
from pipeline.errors import WorldError
from pipeline.settings import CredentialSettings

__all__ = ["LiveModel", "ModelState", "database_of", "live_model_of"]

logger = logging.getLogger(__name__)

_ASK_SECONDS: Final = 1.0
_REBUILD_SILENCE: Final = 60.0
"""A rebuild that has noted nothing for so many seconds is over."""

_PATIENCE: Final = 30.0
"""After so many seconds without certainty pages say that they may be late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelState:
    """How far the read model is.

    Args:
        age: how many seconds ago everything in the topics was surely known; None before the first time.
        progress: which part of what there was at the start has been read.
        missing: topics that are not there.
        trouble: why pages cannot be relied on now; None where they can.
        rebuilding: which part a rebuild from the records bucket has done; None where none is under way.
        is_rebuild_over: whether that rebuild has ended before its end.
    """

    age: float | None
    progress: float
    missing: Sequence[str]
    trouble: str | None
    rebuilding: float | None = None
    is_rebuild_over: bool = False


class LiveModel:
    """Keeps the read model up with the topics.

    Args:
        open_consumer: connects to the brokers.
        topics: what it is fed by.
        rows: where it is kept.
    """

    def __init__(self, open_consumer: OpenConsumer, topics: Topics, rows: KeptRows) -> None:
        by_topic = rows_of(topics)
        self._rows = rows
        self._projection = Projection(rows, by_topic)
        self._follower = Follower(
            "the topics that the console shows",
            open_consumer,
            tuple(by_topic),
            self._projection,
            ours=lambda ends: ends,
            take=self._take,
            patience=_PATIENCE,
        )
        self._note: RebuildNote | None = None
        self._is_away = False
        self.questions = DeskQuestions(lambda: rows.reader, lambda: int(time.time() * 1000))

    @property
    def changes(self) -> int:
        """Grows whenever something new was taken in, by this process or by a rebuild."""
        return self._projection.changes + (0 if self._note is None else self._note.writes)

    def state(self) -> ModelState:
        """How far it is now."""
        age, missing = self._follower.age_seconds, self._projection.missing
        trouble = self._follower.trouble
        if trouble is None and missing:
            trouble = f"there is no {', '.join(missing)}"
        if self._is_away:
            trouble = "the database of the read model does not answer"
        note = self._note
        is_going = note is not None and note.progress < 1
        return ModelState(
            rebuilding=note.progress if note is not None and is_going else None,
            is_rebuild_over=note is not None and is_going and time.time() - note.at > _REBUILD_SILENCE,
            age=age if age != float("inf") else None,
            progress=self._projection.progress,
            missing=missing,
            trouble=trouble,
        )

    def look_for_rebuild(self) -> None:
        """Learn what another process noted of a rebuild, and whether the database answers."""
        try:
            self._note, self._is_away = self._rows.rebuild(), False
        except WorldError as error:
            if not self._is_away:
                logger.warning("%s", error)
            self._is_away = True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow from now on, and not only when all is loaded: until then pages say how far it is."""
        tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._watch())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._rows.close()

    async def _follow(self) -> None:
        async with self._follower.following():
            await asyncio.Event().wait()

    async def _watch(self) -> None:
        while True:
            await asyncio.to_thread(self.look_for_rebuild)
            await asyncio.sleep(_ASK_SECONDS)

    async def _take(self, read: Read) -> None:
        await asyncio.to_thread(self._projection.take, read)


def database_of(settings: ConsoleSettings) -> Path | PostgresAddress:
    """Where the read model is."""
    if isinstance(settings.database, PostgresAddress):
        return settings.database
    return (settings.database or CredentialSettings().state_dir / "console.sqlite").expanduser()


def live_model_of(settings: ConsoleSettings, kafka: KafkaSettings) -> LiveModel:
    """The read model by the settings.

    Raises:
        OperatorError: a setting or the database file cannot be used.
    """
    topics = Topics(kafka.topic_prefix)
    rows = open_rows(database_of(settings), topics, source=kafka.bootstrap_servers)
    return LiveModel(consumers_of(kafka, "The topics that the console shows"), topics, rows)
