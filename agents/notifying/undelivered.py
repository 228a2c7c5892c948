"""What no target took: a file with a line of JSON for each, kept until it is delivered after all.

It is written by the process that notifies and by the command that delivers what is left, one at a time: a lock lies
beside it.
"""

import errno
import fcntl
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import RawIOBase
from pathlib import Path

import msgspec

from agents.notifying.port import Notification
from pipeline.errors import OperatorError

__all__ = ["KeptNotification", "drop_kept", "kept_in", "undelivered_keeper"]


class KeptNotification(msgspec.Struct, frozen=True, kw_only=True):
    """A notification that was not delivered: when that was given up, and why."""

    given_up_at: str
    why: str
    notification: Notification


def undelivered_keeper(path: Path) -> Callable[[Notification, str], None]:
    """What appends to the file, and returns when it is on the disk; raises OSError.

    Raises:
        OSError: the file cannot be written.
    """

    def keep(told: Notification, why: str) -> None:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        line = msgspec.json.encode(KeptNotification(given_up_at=at, why=why, notification=told))
        _append(path, line + b"\n")

    _append(path, b"")  # what cannot be written is known before anything depends on it
    return keep


def _append(path: Path, line: bytes) -> None:
    """Write a line whole, or not at all: a torn one would spoil the next."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path), path.open("ab", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        try:
            _write_all(file, line)
        except OSError:
            file.truncate(size)
            raise


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let no other process write the file meanwhile; the lock is apart from it, since it may be exchanged."""
    with path.with_name(f"{path.name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_all(file: RawIOBase, line: bytes) -> None:
    if file.write(line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file.fileno())


def kept_in(path: Path) -> tuple[KeptNotification, ...]:
    """What is in the file; nothing where there is none.

    Raises:
        OperatorError: it is not such a file.
    """
    if not path.exists():
        return ()
    try:
        return tuple(msgspec.json.decode(line, type=KeptNotification) for line in path.read_bytes().splitlines())
    except msgspec.DecodeError as error:
        raise OperatorError(
            what=f"{path} is not a file of undelivered notifications: {error}.",
            remedy="Mend or delete the line; each is one JSON object.",
        ) from error


def drop_kept(path: Path, delivered: Collection[KeptNotification]) -> int:
    """Take what was delivered out of the file; gives how many are left, those that came meanwhile included."""
    gone = frozenset(delivered)
    with _alone(path):
        left = [kept for kept in kept_in(path) if kept not in gone]
        beside = path.with_name(f"{path.name}.new")
        with beside.open("wb") as file:
            file.writelines(msgspec.json.encode(kept) + b"\n" for kept in left)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    return len(left)
