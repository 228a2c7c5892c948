"""The child process: parses and seals, one job at a time, and owns nothing worth stealing.

It has no key: signatures over claims are asked of the parent, in the middle of a job.

It ends by itself when its standard input does, so no child outlives its parent by more than one job, and each job
ends by an alarm that the kernel keeps. Signals meant for the parent (Ctrl-C, a service manager that tells the whole
group) are ignored: the parent decides when its children may go.
"""

import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final

from pipeline.errors import BugError, HostileAssetError, OperatorError, SealstreamError
from pipeline.isolation.confinement import UNCONFINED, Confinement, confine
from pipeline.isolation.jobs import Job, Tools, decode_job, perform
from pipeline.isolation.messages import (
    ANSWER,
    FAULT,
    HEADER,
    PATIENCE,
    PROGRESS,
    QUESTION,
    REPLY_HEADER,
    Fault,
    Ready,
    Start,
    decode_signed,
    decode_start,
    encode_message,
)

__all__ = ["ALARM_GRACE", "Ask", "Perform", "Questions", "credential_worker", "main"]

Perform = Callable[[Job[Any]], object]
Ask = Callable[[bytes], bytes]
"""Gives the signature over a claim; what the parent says instead of one is raised."""

ALARM_GRACE: Final = 2.0
"""Seconds after the parent's own deadline at which the kernel ends a job; so the parent is first while it lives."""

_YIELDING: Final = 10
"""How nice a child is that works on what lasts."""

_TELLING: Final = 1.0
"""Seconds between two words about how far a job is."""

_IDENTITIES: Final = 32
"""How many certificates a child keeps ready."""


def main(prepare: Callable[[Start, "Questions"], Perform]) -> None:
    """Serve jobs from standard input until it ends.

    Args:
        prepare: makes what performs the jobs, after the limits are in force; it may ask for signatures.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    jobs, replies = sys.stdin.buffer, _take_standard_output()
    # Opened now: a confined process opens nothing under /proc.
    statistics = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    message = _receive(jobs)
    if message is None:
        return
    start = decode_start(message)
    resource.setrlimit(resource.RLIMIT_AS, (start.memory_bytes, start.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if start.yields:
        os.nice(_YIELDING)
    try:
        confinement = _confined(start)
        doing = prepare(start, Questions(jobs, replies))
    except SealstreamError as error:
        _send(replies, Fault.of(error), spent=True)
        return
    _send(replies, Ready(confinement=confinement))
    _serve(start, doing, jobs, replies, statistics)


def _confined(start: Start) -> Confinement:
    """Give up what parsing does not need, before anything is loaded that parses."""
    if start.confinement == "off":
        return UNCONFINED
    found = confine(start.stamping_port)
    if start.confinement == "require" and not found.whole:
        raise OperatorError(
            what=f"Parser processes cannot be confined as required; in force here: {found}.",
            remedy="Take a kernel with Landlock and seccomp (Linux 5.13), or set SEALSTREAM_PARSER_CONFINEMENT to try.",
        )
    return found


class Questions:
    """Asks the parent over the pipes of the job, whose time that is not, and tells it how far the job is."""

    def __init__(self, jobs: BinaryIO, replies: BinaryIO) -> None:
        self._jobs = jobs
        self._replies = replies
        self._told = 0.0

    def __call__(self, claim: bytes) -> bytes:
        """The signature over a claim; what the parent says instead of one is raised."""
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        _write(self._replies, QUESTION, claim, spent=False)
        message = _receive(self._jobs)
        if message is None:
            # Nobody waits for the job any more.
            raise SystemExit
        signal.setitimer(signal.ITIMER_REAL, left)
        told = decode_signed(message)
        if told.fault is not None:
            raise told.fault.error()
        return told.signature

    def patience(self, seconds: float) -> None:
        """Tell the parent how long the job may take in all, and give it as long here."""
        signal.setitimer(signal.ITIMER_REAL, seconds + ALARM_GRACE)
        _write(self._replies, PATIENCE, encode_message(seconds), spent=False)

    def progress(self, share: float, grace: float) -> None:
        """Tell the parent which share of the job is done, once a second at most; so long it may take until the next."""
        if time.monotonic() - self._told < _TELLING:
            return
        self._told = time.monotonic()
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        signal.setitimer(signal.ITIMER_REAL, max(left, grace + ALARM_GRACE))
        _write(self._replies, PROGRESS, encode_message(share), spent=False)


def credential_worker(start: Start, ask: Questions) -> Perform:
    """What performs jobs: the credential service of this process, and what decodes media.

    Raises:
        OperatorError: the trust anchors cannot be used.
    """
    # Here, and not above: the C2PA library is loaded after the limits are in force.
    from pipeline.credentials.in_process import InProcessCredentialService  # noqa: PLC0415

    reading = InProcessCredentialService(trust_anchors=start.trust_anchors)
    # Certificates change while children live, and there may be one for each producer.
    sealing = lru_cache(_IDENTITIES)(lambda identity: reading.signing_as(identity, ask))
    longest = start.patience
    if longest is None:
        return lambda job: job.perform(Tools(credentials=reading, sealing=sealing))
    tools = Tools(
        credentials=reading,
        sealing=sealing,
        patience=lambda seconds: ask.patience(min(seconds, longest)),
        progress=lambda share: ask.progress(share, start.seconds),
    )
    return lambda job: perform(job, tools, start.seconds)


def _serve(start: Start, doing: Perform, jobs: BinaryIO, replies: BinaryIO, statistics: int) -> None:
    for done in range(1, start.jobs + 1):
        message = _receive(jobs)
        if message is None:
            return
        signal.setitimer(signal.ITIMER_REAL, start.seconds + ALARM_GRACE)
        answer, exhausted = _attempt(doing, message)
        signal.setitimer(signal.ITIMER_REAL, 0)
        del message
        spent = exhausted or done == start.jobs or _resident_bytes(statistics) > start.memory_bytes // 2
        _send(replies, answer, spent=spent)
        if spent:
            return


def _attempt(doing: Perform, message: bytes) -> tuple[object, bool]:
    try:
        return doing(decode_job(message)), False
    except SealstreamError as error:
        return Fault.of(error), False
    except MemoryError:
        starved = HostileAssetError(
            what="Parsing the asset needed more memory than a parser process may have.",
            remedy="Look at the asset; raise SEALSTREAM_PARSER_MEMORY_BYTES if it is only large.",
        )
        return Fault.of(starved), True
    except Exception as error:  # noqa: BLE001 (everything is told to the parent)
        where = traceback.extract_tb(error.__traceback__)[-1]
        # The error's own message stays here: it may quote the asset.
        what = f"A {type(error).__name__} in a parser process ({Path(where.filename).name}, line {where.lineno})."
        return Fault.of(BugError(what=what, remedy="Report this with the asset's media type.")), False


def _take_standard_output() -> BinaryIO:
    """Keep the way to the parent for replies alone; whatever libraries print goes to standard error."""
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return replies


def _receive(stream: BinaryIO) -> bytes | None:
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (length,) = HEADER.unpack(header)
    message = stream.read(length)
    return message if len(message) == length else None


def _send(stream: BinaryIO, answer: object, *, spent: bool = False) -> None:
    _write(stream, FAULT if isinstance(answer, Fault) else ANSWER, encode_message(answer), spent=spent)


def _write(stream: BinaryIO, kind: int, message: bytes, *, spent: bool) -> None:
    for part in (REPLY_HEADER.pack(len(message), kind, spent), message):
        rest = memoryview(part)
        while rest:
            rest = rest[stream.write(rest) :]


def _resident_bytes(statistics: int) -> int:
    return int(os.pread(statistics, 256, 0).split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main(credential_worker)
