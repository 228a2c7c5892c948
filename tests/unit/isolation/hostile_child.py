"""A child process whose assets do what hostile assets do; everything else about it is the real thing."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.errors import SealRefusedError
from pipeline.isolation.child import Perform, Questions, main
from pipeline.isolation.jobs import ExtractJob, FingerprintJob, ImageCodeJob, Job, LikenessJob, TraitsJob, is_long
from pipeline.isolation.messages import Start


def endless(mark: str) -> None:
    if mark:
        Path(mark).touch()
    while True:
        pass


def hoard(_: str) -> None:
    hoarded = []
    while True:
        hoarded.append(bytearray(16 * 2**20))


def die_once(mark: str) -> None:
    if not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)


def refuse(why: str) -> None:
    raise SealRefusedError(what=why, remedy="Nothing helps.")


def stumble(over: str) -> None:
    raise LookupError(over)


ACTS: dict[str, Callable[[str], object]] = {
    "abort": lambda _: os.abort(),
    "ask-for-patience": lambda _: "asked",
    "answer": lambda how: how,
    "code": lambda code: code,
    "die-once": die_once,
    "echo": lambda words: words,
    "endless": endless,
    "environment": lambda name: os.environ.get(name, ""),
    "exit": lambda _: os._exit(0),
    "hoard": hoard,
    "pid": lambda _: str(os.getpid()),
    "print": lambda words: print(words, flush=True),
    "refuse": refuse,
    "sleep": lambda seconds: time.sleep(float(seconds)),
    "stumble": stumble,
}
"""What an asset can say: the name of an act, a blank, and its argument."""


def perform(job: Job[Any]) -> object:
    assert isinstance(job, ExtractJob | ImageCodeJob | FingerprintJob | TraitsJob | LikenessJob)
    name, _, argument = job.asset.decode().strip().partition(" ")
    result = ACTS[name](argument)
    said = result if isinstance(result, str) else argument
    return said if isinstance(job, ImageCodeJob) and name != "answer" else said.encode()


def get_on(job: Job[Any], start: Start, ask: Questions) -> bytes:
    """Take so many tenths of a second, and say with each how far that is; or say it again and again and get nowhere."""
    said, _, tenths = job.asset.decode().strip().partition(" ")
    for tenth in range(int(tenths)):
        time.sleep(0.1)
        ask.progress(tenth / int(tenths) if said == "get-on" else 0.5, start.seconds)
    return b"done"


def prepare(start: Start, ask: Questions) -> Perform:
    if "getting-on" in sys.argv:
        return lambda job: get_on(job, start, ask)
    if "patient" not in sys.argv:
        return perform

    def patient(job: Job[Any]) -> object:
        if is_long(job) or b"patience" in getattr(job, "asset", b""):
            ask.patience(start.patience or 60)
        return perform(job)

    return patient


if __name__ == "__main__":
    main(prepare)
