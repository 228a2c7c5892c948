"""The command that follows alerts."""

import asyncio
from typing import Annotated

import msgspec
import typer

from agents.cli.console import AsJson, console, print_json
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.events.outputs import Alert

__all__ = ["app"]

app = typer.Typer(help="Alerts.", no_args_is_help=True)

_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}


@app.callback()
def _alerts() -> None:
    """Alerts."""


@app.command()
def tail(
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Start with the oldest alert there is.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("-n", "--limit", min=1, help="End after so many.", show_default=False)
    ] = None,
    idle: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="End after so long without an alert.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Follow alerts as they are raised, one a line; Ctrl-C ends it."""
    asyncio.run(_tail(KafkaSettings(), from_beginning=from_beginning, limit=limit, idle=idle, as_json=as_json))


async def _tail(
    settings: KafkaSettings, *, from_beginning: bool, limit: int | None, idle: float | None, as_json: bool
) -> None:
    from agents.kafka import read_topic

    seen = 0
    topic = Topics(settings.topic_prefix).alerts
    async for message in read_topic(settings, topic, from_beginning=from_beginning, idle_seconds=idle):
        _show(message.value or b"", as_json=as_json)
        seen += 1
        if seen == limit:
            return


def _show(value: bytes, *, as_json: bool) -> None:
    if as_json:
        print_json(msgspec.Raw(value or b"null"), lines=True)
        return
    try:
        alert = msgspec.json.decode(value, type=Alert)
    except msgspec.DecodeError:
        console.print("a message that is not an alert", style="dim")
        return
    console.print(f"{alert.event.time or '-':24} ", end="")
    console.print(f"{alert.severity:8}", style=_STYLES[alert.severity], end=" ")
    console.print(f"{alert.kind:18} {alert.subject.content_id or '-'}  {alert.message}", markup=False, soft_wrap=True)
