"""A worker whose records say what their work is, and which writes down every record that it did.

`python worker.py '{"bootstrap": ..., "group": ..., "topics": [...], "journal": ..., ...}'`
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from agents.delivery import (
    DeliveryLoop,
    DeliverySettings,
    InputRecord,
    SealstreamApp,
    WatchdogSettings,
    consume,
    faust_options,
)
from pipeline.errors import EnvelopeError, SealstreamError


class Journal:
    """A file with one line for each record done; a line is written whole, and stays when the worker is killed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def write(self, record: InputRecord, how: str) -> None:
        line = {
            "how": how,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": _text(record.key),
            "value": _text(record.value),
            "headers": [[name, _text(value)] for name, value in record.headers],
            "timestamp": record.timestamp,
        }
        self._file.write(json.dumps(line).encode() + b"\n")


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("latin-1")


def main(orders: dict[str, Any]) -> None:
    journal = Journal(Path(orders["journal"]))
    settings = DeliverySettings(**orders["delivery"])
    app = SealstreamApp(
        orders["group"],
        delivery=DeliveryLoop(settings),
        watch=WatchdogSettings(**orders["watch"]),
        **{**faust_options(orders["bootstrap"], settings), **orders["options"]},
    )

    async def process(record: InputRecord) -> None:
        match (record.value or b"").split():
            case [b"hang"]:
                await asyncio.Event().wait()
            case [b"sleep", seconds]:
                await asyncio.sleep(float(seconds))
            case [b"malformed"]:
                raise EnvelopeError("The record is malformed.", "Send another.")
        journal.write(record, "processed")

    async def dead_letter(record: InputRecord, error: SealstreamError, attempts: int) -> None:
        journal.write(record, "dead letter")

    for topic in orders["topics"]:
        app.agent(app.input_topic(topic), name=topic)(_agent(process, dead_letter))
    app.finalize()
    app.Worker(loglevel="INFO").execute_from_commandline()


def _agent(process: Any, dead_letter: Any) -> Callable[[Any], Awaitable[None]]:
    async def agent(stream: Any) -> None:
        await consume(stream, process=process, dead_letter=dead_letter)

    return agent


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
