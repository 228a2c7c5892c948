"""The workers as a supervisor keeps them: started, killed on request, started again whatever happened."""

import asyncio
import signal
import time
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final, Self

import aiohttp

from tests.broker.kill.processes import sessions
from tests.broker.kill.worker_process import Ending, WorkerProcess

__all__ = ["Crew", "Member"]

_WATCH_SECONDS: Final = 0.5
_LEFT_BEHIND_SECONDS: Final = 8.0
"""How long the children of a dead worker may live on."""

_STOP_SECONDS: Final = 40.0
"""A worker that has not ended so long after SIGTERM counts as stuck: twice its drain time and more."""

_AFTER_KILL, _AFTER_FAILURE = 0.3, 2.0
"""Seconds until a worker is started again."""


class Member:
    """One worker: a process, and after its end another."""

    def __init__(self, crew: "Crew", name: str) -> None:
        self.name = name
        self._crew = crew
        self._process: WorkerProcess | None = None
        self._retiring = False
        self._task = asyncio.create_task(self._supervise(), name=name)

    @property
    def pid(self) -> int | None:
        """The process id while there is a process."""
        return None if self._process is None else self._process.child.pid

    def kill(self, number: signal.Signals) -> bool:
        """Send a signal; False when there is no process to be killed."""
        if self._process is None or self._process.signalled is not None:
            return False
        return self._process.send(number)

    async def retire(self) -> None:
        """Ask the worker to stop and start it no more."""
        self._retiring = True
        if self._process is not None:
            self._process.send(signal.SIGTERM)
        await self._task

    async def readiness(self) -> tuple[int, str] | None:
        """Ask /readyz: status and body; None when nobody answers."""
        process = self._process
        port = None if process is None or process.signalled else process.find_port()
        if port is None:
            return None
        try:
            async with self._crew.http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return None

    async def _supervise(self) -> None:
        while not self._retiring:
            ending = await self._live()
            self._crew.endings.append(ending)
            if not self._retiring:
                await asyncio.sleep(_AFTER_KILL if ending.cause else _AFTER_FAILURE)

    async def _live(self) -> Ending:
        process = self._process = self._crew.spawn(self.name)
        stuck = asyncio.create_task(self._end_when_stuck(process))
        try:
            code = await process.end()
        finally:
            stuck.cancel()
        self._process = None
        cause, since = process.signalled or (None, process.started)
        return Ending(
            log=process.log.name,
            cause=cause,
            code=code,
            seconds=time.monotonic() - since,
            was_up=process.find_port() is not None,
            in_trouble=process.in_trouble,
        )

    async def _end_when_stuck(self, process: WorkerProcess) -> None:
        while process.signalled is None or time.monotonic() - process.signalled[1] < _STOP_SECONDS:  # noqa: ASYNC110
            await asyncio.sleep(_WATCH_SECONDS)
        process.send(signal.SIGKILL)  # its ending will say: asked with SIGTERM, ended by SIGKILL


class Crew:
    """All workers of a run, and what is known of those that are gone.

    Args:
        command: what a worker is started with.
        environment: its whole environment.
        directory: where logs go, one file for each process.
        named_by: an environment variable that tells each worker its name.
    """

    def __init__(
        self, command: list[str], environment: Mapping[str, str], directory: Path, *, named_by: str | None = None
    ) -> None:
        self.members: list[Member] = []
        self.endings: list[Ending] = []
        self.left_behind: set[int] = set()
        self._command = command
        self._environment = dict(environment)
        self._directory = directory
        self._named_by = named_by
        self._processes: list[WorkerProcess] = []
        self._dead: dict[int, float] = {}
        self._trouble = False

    async def __aenter__(self) -> Self:
        self._directory.mkdir(parents=True)
        self.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
        self._watch = asyncio.create_task(self._watch_processes())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.retire_all()
        await asyncio.sleep(_WATCH_SECONDS)
        self._watch.cancel()
        await self.http.close()

    @property
    def starts(self) -> int:
        """How many processes were started."""
        return len(self._processes)

    @property
    def cpu_seconds(self) -> float:
        """User and system time of all workers and their children; what a child used in the last half second before
        its worker was killed is missing."""
        return sum(process.cpu_seconds for process in self._processes)

    @property
    def cpu_seconds_of_starts(self) -> float:
        """The part of it that went by before the workers were up."""
        return sum(
            process.cpu_seconds if process.cpu_at_start is None else process.cpu_at_start for process in self._processes
        )

    def hire(self, name: str) -> Member:
        """Start another worker and keep it running."""
        member = Member(self, name)
        self.members.append(member)
        return member

    async def dismiss(self, member: Member) -> None:
        """Stop a worker, for good."""
        self.members.remove(member)
        await member.retire()

    async def retire_all(self) -> None:
        """Stop every worker, for good."""
        await asyncio.gather(*(member.retire() for member in self.members))

    def set_trouble(self, *, there: bool) -> None:
        """Say that broker or store are away, so that a worker may fail to start."""
        self._trouble = there
        for process in self._processes:
            process.in_trouble |= there and process.child.returncode is None

    async def all_ready(self) -> bool:
        """Whether every worker says it is ready."""
        answers = await asyncio.gather(*(member.readiness() for member in self.members))
        return all(answer is not None and answer[0] == HTTPStatus.OK for answer in answers)

    def spawn(self, name: str) -> WorkerProcess:
        """Start a process; it ends with ours, however that happens."""
        process = WorkerProcess.start(
            self._command,
            {**self._environment, **({self._named_by: name} if self._named_by else {})},
            self._directory / f"{len(self._processes):03}-{name}.log",
            in_trouble=self._trouble,
        )
        self._processes.append(process)
        return process

    async def _watch_processes(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            now = time.monotonic()
            for process in self._processes:
                if process.child.returncode is not None:
                    self._dead.setdefault(process.child.pid, now)
            of_interest = {
                process.child.pid: process
                for process in self._processes
                if now - self._dead.get(process.child.pid, now) < _LEFT_BEHIND_SECONDS + 2 * _WATCH_SECONDS
            }
            for pid, usage in sessions(frozenset(of_interest)).items():
                process = of_interest[pid]
                process.cpu_seconds = max(process.cpu_seconds, usage.seconds)
                process.find_port()
                if now - self._dead.get(pid, now) > _LEFT_BEHIND_SECONDS:
                    self.left_behind |= usage.pids
