"""The demo from beginning to end."""

import asyncio
import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
import orjson
from rich.console import Console

from agents.demo.scenes import Scene
from agents.demo.stack import KEEP, READY_FILE, TROUBLE_FILE
from agents.demo.stage import Stage
from agents.demo.story import STORY
from agents.demo.view import View, summary
from agents.demo.worker_metrics import reference_counts
from agents.kafka import open_publisher, read_topic
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.errors import OperatorError
from pipeline.settings import StoreSettings, load
from pipeline.store.connection import connect
from pipeline.store.s3 import S3ObjectStore

__all__ = ["play"]

_UP_WITHIN: Final = 60.0
"""Longest wait for the stack, in seconds; it takes about five."""

_ACT_WITHIN: Final = 120.0
"""Longest wait for the outcomes of an act, in seconds; it takes about ten."""

_LOOK_AGAIN: Final = 0.25
"""How often what is on no topic is looked at, in seconds."""


class _Up(msgspec.Struct, frozen=True, kw_only=True):
    """The stack as it says of itself: how to reach it, its process, and where its worker serves health."""

    environment: dict[str, str]
    pid: int
    health: str


def play(*, keep: bool, samples: Path) -> bool:
    """Play the demo; True when nothing was lost.

    Args:
        keep: leave the stack up at the end.
        samples: the directory of sample files.

    Raises:
        OperatorError: the stack cannot come up, or samples are missing.
    """
    needed = {scene.file for act in STORY for scene in act.scenes if isinstance(scene, Scene)}
    missing = sorted(name for name in needed if not (samples / name).is_file())
    if missing:
        raise OperatorError(
            what=f"Samples are missing in {samples}: {', '.join(missing)}.",
            remedy="Name the directory of the samples with --samples.",
        )
    console = Console(highlight=False)
    directory = Path(tempfile.mkdtemp(prefix="sealstream-demo-"))
    console.print("Starting an embedded broker, an S3 server and a worker ...", style="dim")
    with _stack(directory, keep=keep) as up:
        os.environ.update(up.environment)
        stage = _stage(samples)
        try:
            asyncio.run(_perform(stage, console, health=up.health))
        except TimeoutError:
            console.print(f"Not every event came to an end; the worker's log is {directory / 'worker.log'}")
        _write_environment(directory / "environment", up.environment)
    console.print()
    _say_what_next(console, directory, up, keep=keep)
    console.print(summary(stage.played.values()), soft_wrap=True)
    return not stage.is_open


def _stage(samples: Path) -> Stage:
    topics = Topics(load(KafkaSettings).topic_prefix)
    return Stage(S3ObjectStore(connect()), topics, samples, load(StoreSettings).inbox_bucket)


async def _perform(stage: Stage, console: Console, *, health: str) -> None:
    kafka = load(KafkaSettings)
    outputs = read_topic(kafka, *stage.outputs, from_beginning=True)
    arrivals: asyncio.Queue[KafkaMessage] = asyncio.Queue()

    async def collect() -> None:
        async for message in outputs:
            arrivals.put_nowait(message)

    collecting = asyncio.create_task(collect())
    try:
        async with open_publisher(kafka) as publisher:
            with View(console) as view:
                for act in STORY:
                    view.begin(act.title)
                    await publisher.publish([stage.play(scene) for scene in act.scenes])
                    async with asyncio.timeout(_ACT_WITHIN):
                        await _watch(stage, arrivals, view, health)
    finally:
        collecting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await collecting


async def _watch(stage: Stage, arrivals: asyncio.Queue[KafkaMessage], view: View, health: str) -> None:
    """Follow what comes of the messages until that is everything."""
    while stage.is_open:
        view.show(stage.played.values())
        with contextlib.suppress(TimeoutError):
            stage.see(await asyncio.wait_for(arrivals.get(), _LOOK_AGAIN))
        if stage.awaits_entries:
            stage.see_entries(await asyncio.to_thread(reference_counts, health))
    view.show(stage.played.values())


@contextlib.contextmanager
def _stack(directory: Path, *, keep: bool) -> Iterator[_Up]:
    """The stack in a process of its own, up and running; told at the end to stop or to go on."""
    with (directory / "stack.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "agents.demo.stack", str(directory)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    assert process.stdin is not None  # noqa: S101 - it was asked for
    try:
        yield _wait_until_up(process, directory)
        if keep:
            process.stdin.write(KEEP)
    finally:
        process.stdin.close()
        if not keep:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(45)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _wait_until_up(process: subprocess.Popen[bytes], directory: Path) -> _Up:
    deadline = time.monotonic() + _UP_WITHIN
    ready, trouble = directory / READY_FILE, directory / TROUBLE_FILE
    while time.monotonic() < deadline and process.poll() is None:
        if ready.exists():
            return msgspec.json.decode(ready.read_bytes(), type=_Up)
        time.sleep(0.05)
    if trouble.exists():
        raise OperatorError(**orjson.loads(trouble.read_bytes()))
    raise OperatorError(what="The demo's stack did not come up.", remedy=f"Its log is {directory / 'stack.log'}.")


def _write_environment(path: Path, environment: Mapping[str, str]) -> None:
    """Write what a shell needs to reach the stack, and to find the program."""
    lines = [f"export {name}={shlex.quote(text)}" for name, text in environment.items()]
    lines.append(f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _say_what_next(console: Console, directory: Path, up: _Up, *, keep: bool) -> None:
    if keep:
        for line in (
            "The stack is still up. Next, in this shell:",
            f"  . {directory / 'environment'}",
            "  sealstream alerts tail --from-beginning",
            "  sealstream lookup --file samples/harbour.jpg",
            "  sealstream reference list features",
            f"  curl -s {up.health}/readyz",
            f"  kill {up.pid}        # to stop it",
        ):
            console.print(line, soft_wrap=True, markup=False)
    else:
        for line in (
            "Next: make demo KEEP=1 leaves the stack up to look around. Without any server:",
            "      .venv/bin/sealstream inspect samples/harbour.jpg",
            "      .venv/bin/sealstream policy obligations --role provider --category voice",
        ):
            console.print(line, soft_wrap=True, markup=False)
