"""Which event sealed what has a manifest of a given label: read from the topic of manifest records into a small file.

The file can be deleted: it is read anew from the topic. What it says is believed by nobody: whoever asks looks at the
record of the event, which names its label.
"""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import msgspec

from agents.delivery import TopicPartition
from agents.following.consumer import consumers_of
from agents.following.follower import Follower
from agents.following.port import OpenConsumer, Positions, Read
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.errors import OperatorError, WorldError

__all__ = ["FollowedLabels", "followed_labels"]

logger = logging.getLogger(__name__)

_VERSION: Final = 1
_PATIENCE_SECONDS: Final = 60.0
_POSITIONS: Final = "select topic, partition, position from positions"
_TABLES: Final = """
create table if not exists manifests (label text primary key, event blob not null) without rowid;
create table if not exists positions (topic text, partition integer, position integer not null,
  primary key (topic, partition)) without rowid;
"""


class _Named(msgspec.Struct, frozen=True):
    label: str


class _Record(msgspec.Struct, frozen=True):
    """The part of a manifest record that is read."""

    event_uid: str
    manifest: _Named


class _Labels:
    """A `TopicReading` whose state is a SQLite file: rows and positions in one transaction."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._connection = _opened(file)
        self._ends: dict[TopicPartition, int] = {}
        self._positions = {
            TopicPartition(topic, partition): position
            for topic, partition, position in self._connection.execute(
                "select topic, partition, position from positions"
            )
        }
        self._followed: set[TopicPartition] = set()

    @property
    def positions(self) -> Positions:
        """Where reading goes on."""
        return {partition: self._positions[partition] for partition in self._followed}

    @property
    def is_loading(self) -> bool:
        """Whether a partition was not read up to where it ended when its reading began."""
        return any(self._positions[partition] < end for partition, end in self._ends.items())

    def begin(self, ends: Positions) -> None:
        """Read these partitions too."""
        for partition, end in ends.items():
            self._positions.setdefault(partition, 0)
            self._ends.setdefault(partition, end)
            self._followed.add(partition)

    def begin_anew(self, partitions: Collection[TopicPartition]) -> None:
        """Read these from their beginning; what was known stays, since records still have the last word."""
        for partition in partitions:
            self._positions[partition] = 0
            self._ends.pop(partition, None)

    def is_behind(self, ends: Positions) -> bool:
        """Whether there is more in the topic than was read."""
        return any(self._positions.get(partition, 0) < end for partition, end in ends.items())

    def cut_back(self, ends: Positions) -> Collection[TopicPartition]:
        """The partitions that end before what was read of them."""
        return [partition for partition, end in ends.items() if self._positions.get(partition, 0) > end]

    def changed(self, read: Read) -> Collection[TopicPartition]:
        """The partitions of which something was read that lies before what had been read."""
        return [partition for partition, at in read.positions.items() if at < self._positions.get(partition, 0)]

    def lost(self, ends: Positions) -> Collection[TopicPartition]:
        """None: what was known stays known."""
        del ends
        return ()

    def read(self, read: Read) -> int:
        """Take in what was read; returns how many records could not be understood."""
        rows, refused = [], 0
        for record in read.records:
            if record.value is None:
                continue
            try:
                said = msgspec.json.decode(record.value, type=_Record)
                rows.append((said.manifest.label, bytes.fromhex(said.event_uid)))
            except ValueError:  # msgspec's errors are of this class
                refused += 1
        moved = [(*partition, position) for partition, position in read.positions.items()]
        with self._writing() as connection:
            connection.executemany("insert or replace into manifests values (?, ?)", rows)
            connection.executemany("insert or replace into positions values (?, ?, ?)", moved)
        self._positions.update(read.positions)
        return refused

    def event_of(self, label: str) -> str | None:
        """The event behind a label."""
        with self._lock:
            row = self._connection.execute("select event from manifests where label = ?", (label,)).fetchone()
        return None if row is None else bytes(row[0]).hex()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._connection:
            yield self._connection


class FollowedLabels:
    """A `pipeline.usecases.resolving.ManifestLabels` that follows the topic of manifest records.

    Args:
        file: where what was read is kept.
        open_consumer: connects to the brokers.
        topic: where manifest records are.

    Raises:
        OperatorError: the file cannot be used.
    """

    def __init__(self, file: Path, open_consumer: OpenConsumer, topic: str) -> None:
        self._labels = _Labels(file)
        self._topic = topic
        self._follower = Follower(
            f"the topic {topic}",
            open_consumer,
            [topic],
            self._labels,
            ours=lambda ends: ends,
            take=self._take,
            patience=_PATIENCE_SECONDS,
        )

    @property
    def trouble(self) -> str | None:
        """Why it cannot be relied on now; None when it can."""
        return self._follower.trouble

    def event_of(self, label: str) -> str | None:
        """The event behind a label; see `ManifestLabels.event_of`.

        Raises:
            WorldError: it is not known, and not everything was read yet.
        """
        found = self._labels.event_of(label)
        if found is None and not self._follower.is_loaded:
            raise WorldError(
                what=f"The labels of manifests are not loaded yet: {self._follower.reason}.",
                remedy="Ask again in a while.",
            )
        return found

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Follow the topic until the context ends; entered when it was read."""
        try:
            async with self._follower.following():
                yield
        finally:
            self._labels.close()

    async def _take(self, read: Read) -> None:
        if read.positions.items() - self._labels.positions.items():
            # Off the event loop: thousands of records are understood and written.
            refused = await asyncio.to_thread(self._labels.read, read)
            if refused:
                logger.warning("%d records of %s are no manifest records, and are passed over.", refused, self._topic)


def followed_labels(kafka: KafkaSettings, file: Path) -> FollowedLabels:
    """The labels of what is sealed on these brokers; nothing is read yet.

    Raises:
        OperatorError: the settings or the file cannot be used.
    """
    return FollowedLabels(
        file, consumers_of(kafka, "The topic of manifest records"), Topics(kafka.topic_prefix).manifests
    )


def _opened(file: Path) -> sqlite3.Connection:
    file = file.expanduser()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(file, check_same_thread=False)
        connection.execute("pragma journal_mode = wal")
        if connection.execute("pragma user_version").fetchone()[0] not in (0, _VERSION):
            connection.executescript("drop table if exists manifests; drop table if exists positions;")
        connection.executescript(_TABLES)
        connection.execute(f"pragma user_version = {_VERSION}")
    except (OSError, sqlite3.Error) as error:
        raise OperatorError(
            what=f"The file {file} with the labels of manifests cannot be used: {error}.",
            remedy="Delete it, or name another one with SEALSTREAM_DOORS_LABELS.",
        ) from error
    return connection
