"""What commands about reference sets have in common: their options, reading a set whole, and sending entries."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.progress import Progress

from agents.cli.console import errors
from agents.settings import KafkaSettings
from agents.topics import Topics

if TYPE_CHECKING:
    from agents.messages import KafkaMessage
    from agents.reference.whole import WholeSet
    from pipeline.policy.reference import SetName

__all__ = ["DryRun", "EntriesFile", "read_set", "send_entries"]

EntriesFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="A JSON array of entries, JSON Lines, or one JSON object; - reads standard input.",
        allow_dash=True,
        show_default=False,
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check the file by itself; ask no broker and send nothing.")]

_BATCH: Final = 500


async def read_set(settings: KafkaSettings, name: "SetName") -> "WholeSet":
    """Read a set as a worker that starts now would know it.

    Raises:
        OperatorError: it has no topic.
        WorldError: the brokers do not answer.
    """
    from agents.following.consumer import consumers_of
    from agents.reference.messages import topic_of
    from agents.reference.whole import read_whole

    return await read_whole(consumers_of(settings), topic_of(Topics(settings.topic_prefix), name), name)


async def send_entries(settings: KafkaSettings, messages: "Sequence[KafkaMessage]") -> None:
    """Send messages of a reference topic, and wait until the brokers have them all.

    Raises:
        WorldError: a delivery was not confirmed.
    """
    from agents.kafka import open_publisher

    with Progress(console=errors, disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("sending", total=len(messages))
        async with open_publisher(settings) as publisher:
            for start in range(0, len(messages), _BATCH):
                batch = messages[start : start + _BATCH]
                await publisher.publish(batch)
                progress.advance(task, len(batch))
