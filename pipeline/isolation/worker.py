"""One child process as its parent sees it: asked one thing at a time, under a deadline, and killed without regret."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, NamedTuple, TypeVar

from pipeline.errors import SealstreamError, WorldError
from pipeline.isolation.jobs import Job, Sign, answers_of
from pipeline.isolation.messages import (
    ANSWER,
    FAULT,
    HEADER,
    NONSENSE,
    PATIENCE,
    PROGRESS,
    QUESTION,
    REPLY_HEADER,
    Fault,
    Signed,
    Start,
    decode_fault,
    decode_number,
    decode_ready,
    encode_message,
)

__all__ = ["CHILD", "Worker", "WorkerDiedError", "WorkerStalledError"]

Answer = TypeVar("Answer")

CHILD: Final[Sequence[str]] = (sys.executable, "-P", "-m", "pipeline.isolation.child")

_START_SECONDS: Final = 60.0
"""A start takes 0.2 s on an idle machine; this is for one that is not."""

_EXIT_SECONDS: Final = 2.0

_QUESTIONS: Final = 64
"""How often a job may ask before it is taken for nonsense: each way to seal asks once, a text some times more."""

_PIPE_BYTES: Final = 2**20
"""What an unprivileged process may ask for: an image goes through in one or two system calls."""

_INHERITED: Final = frozenset(
    {
        *("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR"),
    }
)
"""What a child may know of the environment. Access keys of the object store are not among it."""


_LIBRARIES: Final = {
    # One arena: what the allocator reserves for threads counts against the limit of the address space.
    "MALLOC_ARENA_MAX": "1",
    # The buffers of one picture are kept for the next one, and not given back and faulted in again.
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(128 * 2**20),
    # A child has one processor: threads of NumPy's would wait for each other, ten times as long as the work takes.
    "OPENBLAS_NUM_THREADS": "1",
}
"""How libraries serve a child: glibc, of whose settings other C libraries take no notice, and NumPy's."""


class WorkerDiedError(Exception):
    """The child ended in the middle of a job, or talks nonsense."""


class WorkerStalledError(Exception):
    """The child did not finish its job in time.

    Args:
        seconds: how long it might take.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Deadline(NamedTuple):
    """Until when something may take, and how long that is."""

    at: float
    seconds: float

    @classmethod
    def within(cls, seconds: float) -> "_Deadline":
        return cls(time.monotonic() + seconds, seconds)

    def longer(self, seconds: float) -> "_Deadline":
        return _Deadline(self.at - self.seconds + seconds, seconds)

    def not_before(self, at: float) -> "_Deadline":
        return _Deadline(max(self.at, at), self.seconds + max(at - self.at, 0.0))

    def later(self, seconds: float) -> "_Deadline":
        return _Deadline(self.at + seconds, self.seconds)


class Worker:
    """A child process that has started and waits for a job.

    Args:
        start: its first message.
        command: what to run; tests name a child of their own.

    Raises:
        SealstreamError: what the child found wrong with `start`.
        WorldError: it did not start, or not in time. The machine may be full, or the program being replaced under us;
            no event is to blame for that.
    """

    def __init__(self, start: Start, command: Sequence[str] = CHILD) -> None:
        self.start = start
        self.spent = False
        self.share: float | None = None
        self._largest_reply = start.memory_bytes
        self._patience = start.patience
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                pipesize=_PIPE_BYTES,
                env=_environment(),
                # The C2PA library is looked for in the current directory first, which may be one of downloads.
                cwd="/",
            )
        except OSError as error:
            raise WorldError(
                what=f"A parser process could not be started ({type(error).__name__}).",
                remedy="It is tried again; see that the machine has memory and processes left.",
            ) from error
        self._jobs, self._replies = _pipe(self._process.stdin), _pipe(self._process.stdout)
        try:
            ready = self._converse(encode_message(start), _Deadline.within(_START_SECONDS), decode_ready)
        except WorkerStalledError:
            self.kill()
            raise WorldError(
                what=f"A parser process did not start within {_START_SECONDS:.0f} s.",
                remedy="The machine is overloaded; it is tried again.",
            ) from None
        except WorkerDiedError:
            raise WorldError(
                what=f"A parser process ended while it started (exit code {self.close()}).",
                remedy="It is tried again; its last words are on standard error.",
            ) from None
        except SealstreamError:
            self.close()
            raise
        self.confinement = ready.confinement

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    def ask(self, job: Job[Answer], seconds: float, sign: Sign | None = None) -> Answer:
        """Have one job done.

        Args:
            job: what to do.
            seconds: how long it may take, without the time that signatures take.
            sign: gives the signatures that it asks for; a job that may not ask talks nonsense.

        Raises:
            SealstreamError: what the job itself raised in the child.
            WorkerDiedError, WorkerStalledError: the child is of no more use; kill it. The same goes for whatever else
                interrupts this call: an answer that was not waited for would be taken for that of the next job.
        """
        self.share = None
        decode: Callable[[bytearray], Answer] = answers_of(type(job)).decode
        return self._converse(encode_message(job), _Deadline.within(seconds), decode, sign)

    def close(self) -> int:
        """Let the child end by itself, and kill it where it does not; returns its exit code."""
        self._jobs.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_EXIT_SECONDS)
        return self.kill()

    def kill(self) -> int:
        """End the child at once, whatever it is doing; returns its exit code."""
        self._process.kill()
        for pipe in (self._jobs, self._replies):
            pipe.close()
        return self._process.wait()

    def _converse(
        self, message: bytes, deadline: _Deadline, decode: Callable[[bytearray], Answer], sign: Sign | None = None
    ) -> Answer:
        for _ in range(_QUESTIONS):
            kind, reply = self._exchange(message, deadline)
            if self._patience is not None:
                kind, reply, deadline = self._waited(kind, reply, deadline, self._patience)
            if kind == QUESTION and sign is not None:
                asked = time.monotonic()
                message = encode_message(_signed(sign, bytes(reply)))
                deadline = deadline.later(time.monotonic() - asked)
                continue
            try:
                if kind == FAULT:
                    raise decode_fault(reply).error()
                if kind == ANSWER:
                    return decode(reply)
            except NONSENSE:
                break
            break
        raise WorkerDiedError

    def _waited(
        self, kind: int, reply: bytearray, deadline: _Deadline, patience: float
    ) -> tuple[int, bytearray, _Deadline]:
        """The next message that asks or answers, and until when the job may take.

        Who gets on with a long job may take a while more each time, whatever it asked for, though never longer than
        anyone's patience: a processor that is busy otherwise is not the asset's fault.
        """
        a_while = deadline.seconds
        last = deadline.longer(patience)
        while kind in {PATIENCE, PROGRESS}:
            if kind == PATIENCE:
                deadline = deadline.longer(min(_positive(reply), patience))
            elif (share := _positive(reply)) > (self.share or 0.0):
                self.share = min(share, 1.0)
                deadline = deadline.not_before(min(time.monotonic() + a_while, last.at))
            kind, reply = self._receive(deadline)
        return kind, reply, deadline

    def _exchange(self, message: bytes, deadline: _Deadline) -> tuple[int, bytearray]:
        self._write(HEADER.pack(len(message)), deadline)
        self._write(message, deadline)
        return self._receive(deadline)

    def _receive(self, deadline: _Deadline) -> tuple[int, bytearray]:
        length, kind, self.spent = REPLY_HEADER.unpack(self._read(REPLY_HEADER.size, deadline))
        if length > self._largest_reply:
            raise WorkerDiedError
        return kind, self._read(length, deadline)

    def _write(self, message: bytes, deadline: _Deadline) -> None:
        rest = memoryview(message)
        while rest:
            _wait(self._jobs, select.POLLOUT, deadline)
            try:
                rest = rest[os.write(self._jobs.fileno(), rest) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise WorkerDiedError from None

    def _read(self, size: int, deadline: _Deadline) -> bytearray:
        message = bytearray(size)
        rest = memoryview(message)
        while rest:
            _wait(self._replies, select.POLLIN, deadline)
            count = os.readv(self._replies.fileno(), [rest])
            if count == 0:
                raise WorkerDiedError
            rest = rest[count:]
        return message


def _positive(reply: bytearray) -> float:
    try:
        number = decode_number(reply)
    except NONSENSE:
        raise WorkerDiedError from None
    return number if number > 0 else 0.0


def _signed(sign: Sign, claim: bytes) -> Signed:
    try:
        return Signed(signature=sign(claim))
    except SealstreamError as error:
        return Signed(fault=Fault.of(error))


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end is not None  # noqa: S101 (asked for above; the type cannot say so)
    os.set_blocking(end.fileno(), False)
    return end


def _wait(pipe: IO[bytes], event: int, deadline: _Deadline) -> None:
    poll = select.poll()
    poll.register(pipe, event)
    left = deadline.at - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise WorkerStalledError(deadline.seconds)


def _environment() -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if name in _INHERITED}
    modules = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path if entry)
    return {**known, "PYTHONPATH": modules, **_LIBRARIES}
