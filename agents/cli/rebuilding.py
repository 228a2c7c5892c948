"""The command that fills topics anew from the records bucket."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import typer

from agents.assembly import layout_of
from agents.cli.console import AsJson, console, print_json
from agents.settings import KafkaSettings, WorkerSettings
from agents.topics import Topics
from pipeline.settings import StoreSettings
from pipeline.usecases.restating import Restating

__all__ = ["rebuild"]

What = Literal["decisions", "cases"]
_ALL: Final[tuple[What, ...]] = ("decisions", "cases")


def rebuild(
    what: Annotated[
        What | None,
        typer.Argument(
            help="decisions: manifests, decisions; cases: case-updates, clocks, orders in services. Both without it.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fill topics anew from the records bucket: after they were lost, or forgot.

    Every message has the identity and the bytes that it had before, so doing it twice changes nothing. Alerts and steps
    against accounts are not said again. Clocks that are open speak again of what only a lost topic knew they had said.
    """
    counts = asyncio.run(_rebuild(_ALL if what is None else (what,)))
    if as_json:
        print_json({"published": counts})
        return
    for name, count in counts.items():
        console.print(f"{count} messages of {name} were published.")


async def _rebuild(what: tuple[What, ...]) -> Mapping[str, int]:
    from agents.kafka import open_publisher
    from agents.metrics import Metrics
    from agents.outbox import Outbox
    from agents.restating import restate
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore

    settings = KafkaSettings()
    restating = Restating(store=S3ObjectStore(connect()), layout=layout_of(StoreSettings()))
    async with open_publisher(settings) as publisher:
        outbox = Outbox(
            publisher=publisher,
            topics=Topics(settings.topic_prefix),
            source=WorkerSettings().source,
            metrics=Metrics.create(),
        )
        counts: dict[str, int] = {}
        for name in what:
            is_cases = name == "cases"
            uids = restating.cases() if is_cases else restating.events()
            counts[name] = await restate(outbox, uids, restating.of_case if is_cases else restating.of_event)
    return counts
