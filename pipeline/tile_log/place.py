"""Where a tile log lies, and what is in it: one log for each partition of an input topic."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from pipeline.errors import BugError
from pipeline.store.location import Location

__all__ = ["LOGS", "LOG_NAMES", "Batch", "Leaf", "LogName", "LogPlace"]

LOGS: Final = "v1/log/"
"""What the keys of all logs begin with, in the records bucket."""

LOG_NAMES: Final = "v1/logs/"
"""What the keys begin with that say which logs there are."""

_TOPIC: Final = re.compile(r"[a-zA-Z0-9._-]{1,249}")
_PLACES: Final = 10**12
_ENTRY: Final = re.compile(r"([0-9a-f]{64})  (\S+)")


@dataclass(frozen=True, slots=True, order=True)
class Leaf:
    """What a leaf says: an object of the records bucket, and the SHA-256 of its bytes.

    It is written as `sha256sum` writes it, so that a copy of the bucket can be checked by that alone.
    """

    key: str
    sha256: str

    @classmethod
    def of(cls, at: Location, body: bytes) -> "Leaf":
        """The leaf of an object."""
        return cls(key=at.key, sha256=hashlib.sha256(body).hexdigest())

    @property
    def entry(self) -> bytes:
        """The leaf as the log has it."""
        return f"{self.sha256}  {self.key}".encode()

    @classmethod
    def parse(cls, entry: bytes) -> "Leaf | None":
        """Read an entry; None for what is none of ours."""
        try:
            found = _ENTRY.fullmatch(entry.decode())
        except UnicodeDecodeError:
            return None
        return None if found is None else cls(key=found[2], sha256=found[1])


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Leaves that came into a log together, and the checkpoint after them.

    Written once under its number: whoever creates it has said what comes next in the log, and nobody else can.
    """

    version: Literal[1] = 1
    number: int
    first: int
    """The index of its first leaf."""

    at: str
    """When it was made (RFC 3339)."""

    checkpoint: str
    entries: tuple[str, ...]


class LogName(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored once of each log, before its first batch: that there is one."""

    origin: str
    key: str
    """The verifier key that it began with."""


@dataclass(frozen=True, slots=True, order=True)
class LogPlace:
    """Where one log lies, and its name.

    Args:
        bucket: the records bucket.
        topic: the input topic whose records it is about; `adopted` for what no partition logged.
        partition: which one.
        name: what the names of all logs of the installation begin with.
    """

    bucket: str
    topic: str
    partition: int
    name: str

    def __post_init__(self) -> None:
        if not _TOPIC.fullmatch(self.topic) or self.topic in {".", ".."} or self.partition < 0:
            raise BugError(what="A log was named by what is no topic.", remedy="Name it by topic and partition.")

    @property
    def origin(self) -> str:
        """The log's own name, as its checkpoints say it."""
        return f"{self.name}/{self.topic}/{self.partition}"

    @property
    def prefix(self) -> str:
        """What its keys begin with."""
        return f"{LOGS}{self.topic}/{self.partition}/"

    @property
    def named(self) -> Location:
        """Where it lies that there is this log."""
        return Location(self.bucket, f"{LOG_NAMES}{self.topic}/{self.partition}.json")

    def tile(self, path: str) -> Location:
        """Where a tile lies."""
        return Location(self.bucket, f"{self.prefix}{path}")

    @property
    def batches(self) -> str:
        """What the keys of its batches begin with; of those listed there the first is the newest."""
        return f"{self.prefix}batches/"

    def batch(self, number: int) -> Location:
        """Where the batch with this number, from 1, lies; places count down, as those of ledgers do."""
        return Location(self.bucket, f"{self.batches}{_PLACES - number:012}.json")

    def number_of(self, key: str) -> int | None:
        """The number of the batch with this key; None where it is none."""
        name = key.removeprefix(self.batches).removesuffix(".json")
        return _PLACES - int(name) if re.fullmatch(r"[0-9]{12}", name) else None
