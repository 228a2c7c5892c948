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

import orjson
from rich.console import Console

from agents.demo.stack import KEEP, READY_FILE, TROUBLE_FILE
from agents.demo.stage import Stage
from agents.demo.story import BROKEN, FIRST_ACT, SECOND_ACT
from agents.demo.view import View, summary
from agents.kafka import Publisher, open_publisher, read_topic
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

_QUIET: Final = 1.0
"""How long nothing more must arrive for the alerts to be complete, in seconds."""


def play(*, keep: bool, samples: Path) -> bool:
    """Play the demo; True when nothing was lost.

    Args:
        keep: leave the stack up at the end.
        samples: the directory of sample files.

    Raises:
        OperatorError: the stack cannot come up, or samples are missing.
    """
    needed = {scene.file for scene in (*FIRST_ACT, *SECOND_ACT)}
    missing = sorted(name for name in needed if not (samples / name).is_file())
    if missing:
        raise OperatorError(
            what=f"Samples are missing in {samples}: {', '.join(missing)}.",
            remedy="Name the directory of the samples with --samples.",
        )
    console = Console(highlight=False)
    directory = Path(tempfile.mkdtemp(prefix="sealstream-demo-"))
    console.print("Starting an embedded broker, an S3 server and a worker ...", style="dim")
    with _stack(directory, keep=keep) as environment:
        os.environ.update(environment)
        stage = _stage(samples)
        try:
            asyncio.run(_perform(stage, console))
        except TimeoutError:
            console.print(f"Not every event came to an end; the worker's log is {directory / 'worker.log'}")
        _write_environment(directory / "environment", environment)
    _say_what_next(console, directory, keep=keep)
    console.print(summary(stage.played.values()))
    return stage.open == 0


def _stage(samples: Path) -> Stage:
    topics = Topics(load(KafkaSettings).topic_prefix)
    return Stage(S3ObjectStore(connect()), topics, samples, load(StoreSettings).inbox_bucket)


async def _perform(stage: Stage, console: Console) -> None:
    kafka = load(KafkaSettings)
    topics = Topics(kafka.topic_prefix)
    outputs = read_topic(
        kafka, topics.manifests, topics.decisions, topics.alerts, topics.dead_letters, from_beginning=True
    )
    arrivals: asyncio.Queue[KafkaMessage] = asyncio.Queue()

    async def collect() -> None:
        async for message in outputs:
            arrivals.put_nowait(message)

    collecting = asyncio.create_task(collect())
    try:
        async with open_publisher(kafka) as publisher:
            with View(console) as view:
                await _act([stage.play(scene) for scene in FIRST_ACT], stage, publisher, arrivals, view)
                last = [stage.play(scene) for scene in SECOND_ACT]
                last += [stage.play_broken(scene) for scene in BROKEN]
                await _act(last, stage, publisher, arrivals, view)
    finally:
        collecting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await collecting


async def _act(
    messages: list[KafkaMessage],
    stage: Stage,
    publisher: Publisher,
    arrivals: asyncio.Queue[KafkaMessage],
    view: View,
) -> None:
    """Send the events of an act and wait until each has its outcome and no more alerts arrive."""
    await publisher.publish(messages)
    async with asyncio.timeout(_ACT_WITHIN):
        while True:
            view.show(stage.played.values())
            try:
                message = await asyncio.wait_for(arrivals.get(), _QUIET)
            except TimeoutError:
                if not stage.open:
                    view.show(stage.played.values(), complete=True)
                    return
            else:
                stage.see(message)


@contextlib.contextmanager
def _stack(directory: Path, *, keep: bool) -> Iterator[Mapping[str, str]]:
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


def _wait_until_up(process: subprocess.Popen[bytes], directory: Path) -> Mapping[str, str]:
    deadline = time.monotonic() + _UP_WITHIN
    ready, trouble = directory / READY_FILE, directory / TROUBLE_FILE
    while time.monotonic() < deadline and process.poll() is None:
        if ready.exists():
            environment: dict[str, str] = orjson.loads(ready.read_bytes())["environment"]
            return environment
        time.sleep(0.05)
    if trouble.exists():
        raise OperatorError(**orjson.loads(trouble.read_bytes()))
    raise OperatorError(what="The demo's stack did not come up.", remedy=f"Its log is {directory / 'stack.log'}.")


def _write_environment(path: Path, environment: Mapping[str, str]) -> None:
    """Write what a shell needs to reach the stack, and to find the program."""
    lines = [f"export {name}={shlex.quote(text)}" for name, text in environment.items()]
    lines.append(f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _say_what_next(console: Console, directory: Path, *, keep: bool) -> None:
    if keep:
        pid = orjson.loads((directory / READY_FILE).read_bytes())["pid"]
        for line in (
            "The stack is still up. Next, in this shell:",
            f"  . {directory / 'environment'}",
            "  sealstream alerts tail --from-beginning",
            "  sealstream lookup --file samples/harbour.jpg",
            f"  kill {pid}        # to stop it",
        ):
            console.print(line, soft_wrap=True, markup=False)
    else:
        for line in (
            "Next: make demo KEEP=1 leaves the stack up to look around;",
            "      .venv/bin/sealstream inspect samples/harbour.jpg judges a file without any server.",
        ):
            console.print(line, soft_wrap=True, markup=False)
