"""A few child processes that take turns; a job that kills, stalls or starves one fails alone."""

import time
from collections.abc import Sequence
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import msgspec

from pipeline.credentials.model import Trust
from pipeline.errors import BugError, HostileAssetError, SealstreamError
from pipeline.isolation.confinement import Confinement, ConfinementRule
from pipeline.isolation.jobs import Job, Sign, about, is_long
from pipeline.isolation.messages import Start
from pipeline.isolation.parsers import UnderWay
from pipeline.isolation.worker import CHILD, Worker, WorkerDiedError, WorkerStalledError
from pipeline.timing import Timed, untimed

__all__ = ["AssetStalledError", "WorkerPool"]

Answer = TypeVar("Answer")

_LIVES: Final = 2
"""How many children an asset may kill before it is called hostile: one may die by accident (an operator, the
kernel's out-of-memory killer choosing the wrong one), and an innocent event must not become a dead letter for it."""


class AssetStalledError(HostileAssetError):
    """The asset was not parsed in the time that one asset may take."""


class _Seat:
    """The place of one child: filled when there is a job for it, emptied when the child is of no more use."""

    def __init__(self, start: Start, command: Sequence[str]) -> None:
        self._start = start
        self._command = command
        self._worker: Worker | None = None
        self._doing: tuple[Job[Any], float, Worker] | None = None

    def under_way(self) -> UnderWay | None:
        """What is being done here."""
        doing = self._doing
        if doing is None:
            return None
        job, began, worker = doing
        asset, media_type = about(job)
        return UnderWay(media_type=media_type, size=len(asset), seconds=time.monotonic() - began, share=worker.share)

    def renew(self, start: Start) -> None:
        """Let the next child start with something else; the one in this seat goes before its next job."""
        self._start = start

    def fill(self) -> Worker:
        """The child in this seat, started if there is none that was told the latest."""
        if self._worker is not None and self._worker.start is not self._start:
            self.clear()
        self._worker = self._worker or Worker(self._start, self._command)
        return self._worker

    def ask(self, job: Job[Answer], sign: Sign | None) -> Answer:
        """Have a job done; the child stays unless it is of no more use."""
        worker = self.fill()
        self._worker, self._doing = None, (job, time.monotonic(), worker)
        try:
            answer = worker.ask(job, self._start.seconds, sign)
        except SealstreamError:
            self._keep(worker)
            raise
        except BaseException:
            worker.kill()
            raise
        finally:
            self._doing = None
        self._keep(worker)
        return answer

    def _keep(self, worker: Worker) -> None:
        if worker.spent:
            worker.kill()
        else:
            self._worker = worker

    def clear(self) -> None:
        """Let the child go."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


class _Lane:
    """Seats for jobs of one sort, which wait for each other and for nobody else."""

    def __init__(self, start: Start, command: Sequence[str], size: int) -> None:
        self._start = start
        self._seats = [_Seat(start, command) for _ in range(size)]
        self._free: SimpleQueue[_Seat | None] = SimpleQueue()
        for seat in self._seats:
            self._free.put(seat)

    def fill(self) -> Confinement:
        """Start the first child; what it gave up."""
        return self._seats[0].fill().confinement

    def run(self, job: Job[Answer], sign: Sign | None) -> Answer:
        """Have a job done by the next child that is free; see `WorkerPool.run`."""
        seat = self._free.get()
        if seat is None:
            self._free.put(None)
            raise BugError(what="A job was given to a closed pool.", remedy="Close the pool after its users.")
        try:
            return self._ask(seat, job, sign)
        finally:
            self._free.put(seat)

    def under_way(self) -> tuple[UnderWay, ...]:
        """What is being done."""
        return tuple(doing for seat in self._seats if (doing := seat.under_way()) is not None)

    def renew(self, trust_anchors: Trust | bytes | None) -> None:
        """Believe others from now on; see `WorkerPool.renew`."""
        self._start = msgspec.structs.replace(self._start, trust_anchors=trust_anchors)
        for seat in self._seats:
            seat.renew(self._start)

    def close(self) -> None:
        """Wait for the jobs under way, then end all children."""
        for _ in self._seats:
            seat = self._free.get()
            if seat is None:
                break
            seat.clear()
        self._free.put(None)

    def _ask(self, seat: _Seat, job: Job[Answer], sign: Sign | None) -> Answer:
        for _ in range(_LIVES):
            try:
                return seat.ask(job, sign)
            except WorkerDiedError:
                continue
            except WorkerStalledError as stalled:
                raise self._stalled(stalled.seconds) from None
        raise HostileAssetError(
            what=f"Parsing the asset killed {_LIVES} parser processes, one after the other.",
            remedy="Look at the asset; raise SEALSTREAM_PARSER_MEMORY_BYTES if it is only large.",
        )

    def _stalled(self, seconds: float) -> AssetStalledError:
        if self._start.patience is None:
            return AssetStalledError(
                what=f"Parsing the asset took longer than {seconds:g} s.",
                remedy="Look at the asset; raise SEALSTREAM_PARSER_SECONDS if it is only large.",
            )
        return AssetStalledError(
            what=f"Working on the recording took longer than {seconds:g} s, which recordings of its length do not.",
            remedy="Look at it; raise SEALSTREAM_PARSER_LONG_SECONDS if it only lasts long, or free the processors.",
        )


class WorkerPool:
    """Child processes for jobs on untrusted bytes; thread-safe.

    Args:
        size: how many jobs can be done at once; as many again of those about recordings, which keep no others waiting.
        memory_bytes: address space of one child; seven times the largest asset, and 256 MiB at least.
        seconds: longest time for one job.
        patience: longest time for a job about something that lasts, which takes a time of its own by how long it lasts.
        trust_anchors: whose signatures are believed; bytes are PEM certificates of anchors.
        jobs_per_worker: after how many jobs a child is replaced.
        confinement: whether children give up their rights, and what happens where the kernel lacks something.
        stamping_port: where on this machine children ask for time stamps: all that they reach of any network.
        timed: hears how long each job takes, the time that it waits for a child included.
        command: what to run as a child; tests name their own.

    Raises:
        OperatorError: children cannot be confined as required; the trust anchors cannot be used.
    """

    def __init__(
        self,
        *,
        size: int,
        memory_bytes: int,
        seconds: float,
        patience: float | None = None,
        trust_anchors: Trust | bytes | None = None,
        jobs_per_worker: int = 5_000,
        confinement: ConfinementRule = "try",
        stamping_port: int | None = None,
        timed: Timed = untimed,
        command: Sequence[str] = CHILD,
    ) -> None:
        self._timed = timed
        start = Start(
            trust_anchors=trust_anchors,
            memory_bytes=memory_bytes,
            seconds=seconds,
            jobs=jobs_per_worker,
            confinement=confinement,
            stamping_port=stamping_port,
        )
        lasting = msgspec.structs.replace(start, patience=patience or seconds, yields=True)
        self._short, self._long = _Lane(start, command, size), _Lane(lasting, command, size)
        # The first child starts now, so that what is wrong with the configuration is known now; the others with
        # their first job.
        self.confinement = self._short.fill()

    def run(self, job: Job[Answer], sign: Sign | None = None) -> Answer:
        """Have a job done by the next child that is free; waits for one as long as it takes.

        Args:
            job: what to do.
            sign: gives the signatures that it asks for; without it the job may ask for none.

        Raises:
            AssetStalledError: the job took too long, and nothing stands in for its answer.
            HostileAssetError: the job killed the children it was given to, or needed too much memory, and so on.
            SealstreamError: what the job itself raised in the child.
            BugError: the pool was closed.
        """
        try:
            with self._timed(job.step):
                return (self._long if is_long(job) else self._short).run(job, sign)
        except HostileAssetError as error:
            # It hurt nobody but its child.
            return job.hostile(error)

    def under_way(self) -> tuple[UnderWay, ...]:
        """The jobs about recordings that are being done."""
        return self._long.under_way()

    def renew(self, trust_anchors: Trust | bytes | None) -> None:
        """Believe others from now on: jobs under way end as they began, and the next ones go to new children."""
        for lane in (self._short, self._long):
            lane.renew(trust_anchors)

    def close(self) -> None:
        """Wait for the jobs under way, then end all children; later jobs raise `BugError`."""
        self._short.close()
        self._long.close()

    def __enter__(self) -> Self:
        """The pool itself, to be closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the pool."""
        self.close()
