"""All logs of an installation: which there are, and each of them to read or to add to."""

import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from pipeline.errors import BugError
from pipeline.store.port import ObjectStore
from pipeline.tile_log.checkpoint import LogPublicKey, LogSigner
from pipeline.tile_log.place import LOG_NAMES, LogPlace
from pipeline.tile_log.reading import LogReader
from pipeline.tile_log.writer import TileLog

__all__ = ["TileLogs"]

_MOST_LOGS: Final = 100_000
_NAMED: Final = re.compile(r"([a-zA-Z0-9._-]+)/(0|[1-9][0-9]{0,8})\.json")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TileLogs:
    """The logs of an installation.

    Args:
        store: where they are kept.
        bucket: the records bucket.
        name: what their names begin with.
        keys: public keys that signed their checkpoints, the present one first.
        signer: who signs the next ones; None where logs are only read.
        now: the time of day, with time zone.
    """

    store: ObjectStore
    bucket: str
    name: str
    keys: Sequence[LogPublicKey] = field(repr=False)
    signer: LogSigner | None = field(default=None, repr=False)
    now: Callable[[], datetime] = _now

    def place(self, topic: str, partition: int) -> LogPlace:
        """Where the log of a partition lies."""
        return LogPlace(bucket=self.bucket, topic=topic, partition=partition, name=self.name)

    def log(self, topic: str, partition: int) -> TileLog:
        """The log of a partition, to add to."""
        if self.signer is None:
            raise BugError(what="A log was to be written without a key.", remedy="Open the logs with a signer.")
        return TileLog(self.store, self.place(topic, partition), self.signer, self.now, self.keys)

    def reader(self, place: LogPlace) -> LogReader:
        """What reads a log."""
        return LogReader(store=self.store, place=place, keys=self.keys)

    def places(self) -> tuple[LogPlace, ...]:
        """Every log there is.

        Raises:
            WorldError: the store does not answer.
        """
        found = []
        for key in self.store.list_keys(self.bucket, LOG_NAMES, limit=_MOST_LOGS):
            named = _NAMED.fullmatch(key.removeprefix(LOG_NAMES))
            if named is not None:
                with contextlib.suppress(BugError):  # a name that no writer gives
                    found.append(self.place(named[1], int(named[2])))
        return tuple(sorted(found))
