"""The demo from beginning to end."""

import asyncio
import contextlib
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from agents.demo.reporting import report_lines, sealstream
from agents.demo.running import RunningStack, running_stack
from agents.demo.scenes import Scene
from agents.demo.stack import WORKER_LOG
from agents.demo.stage import Stage
from agents.demo.story import STORY
from agents.demo.view import View, summary
from agents.kafka import Publisher, open_publisher, read_topic
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.errors import OperatorError
from pipeline.settings import StoreSettings
from pipeline.store.connection import connect
from pipeline.store.s3 import S3ObjectStore

__all__ = ["play"]

_ACT_WITHIN: Final = 120.0
"""Longest wait for the outcomes of an act, in seconds; it takes about ten."""

_LOOK_AGAIN: Final = 0.25
"""How often the stack is looked at while nothing arrives, in seconds."""

_ASK_AFTER: Final = 0.2
"""How long an update of a reference set takes to be in force, about, in seconds."""


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
    with running_stack(directory, keep=keep) as up:
        os.environ.update(up.environment)
        stage = _stage(samples)
        begun = datetime.now(UTC).date()
        try:
            asyncio.run(_perform(stage, console, up.require))
        except TimeoutError:
            console.print(f"Not every event came to an end; the worker's log is {directory / WORKER_LOG}")
        _write_environment(directory / "environment", up.environment)
        console.print()
        for line in report_lines(directory, begun, datetime.now(UTC).date(), sealstream):
            console.print(line, soft_wrap=True, markup=False)
    console.print()
    _say_what_next(console, directory, up, keep=keep)
    console.print(summary(stage.played.values()), soft_wrap=True)
    return not stage.is_open


def _stage(samples: Path) -> Stage:
    topics = Topics(KafkaSettings().topic_prefix)
    return Stage(S3ObjectStore(connect()), topics, samples, StoreSettings().inbox_bucket)


async def _perform(stage: Stage, console: Console, require_up: Callable[[], None]) -> None:
    kafka = KafkaSettings()
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
                    # One by one: of two reviews the first counts, and they may lie in different partitions.
                    for scene in act.scenes:
                        await publisher.publish([stage.play(scene)])
                    async with asyncio.timeout(_ACT_WITHIN):
                        while stage.is_open:
                            require_up()
                            await _follow(stage, arrivals, publisher)
                            view.show(stage.played.values())
    finally:
        collecting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await collecting


async def _follow(stage: Stage, arrivals: asyncio.Queue[KafkaMessage], publisher: Publisher) -> None:
    """Let the stage see what arrives next, if anything does."""
    question = stage.ask()
    if question is not None:
        await asyncio.sleep(_ASK_AFTER)
        await publisher.publish([question])
    with contextlib.suppress(TimeoutError):
        stage.see(await asyncio.wait_for(arrivals.get(), _LOOK_AGAIN))


def _write_environment(path: Path, environment: Mapping[str, str]) -> None:
    """Write what a shell needs to reach the stack, and to find the program."""
    lines = [f"export {name}={shlex.quote(text)}" for name, text in environment.items()]
    lines.append(f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _say_what_next(console: Console, directory: Path, up: RunningStack, *, keep: bool) -> None:
    if keep:
        for line in (
            *([f"The console is at {up.console} (log in as one of the people there)."] if up.console else []),
            "The stack is still up. Next, in this shell:",
            f"  . {directory / 'environment'}",
            "  sealstream alerts tail --from-beginning",
            "  sealstream lookup --file samples/harbour.jpg",
            "  sealstream doors        # then http://127.0.0.1:8788/: verify a file, Soft Binding API, complaints",
            "  sealstream reference list features",
            f"  curl {up.health}/readyz",
            f"  tail -f {directory / WORKER_LOG}",
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
