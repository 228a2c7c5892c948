"""The command line of the driver."""

import logging
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Annotated, Literal, Self

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from devstack import ServerUnavailableError
from tests.broker.kill import driver
from tests.broker.kill.driver import Onlooker
from tests.broker.kill.plan import Plan

__all__ = ["TerminalOnlooker", "main"]

_DEFAULT = Plan()


class TerminalOnlooker(Onlooker):
    """Shows a run on a terminal: bars on one, and lines of what was done wherever output goes."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._bars = Progress(
            TextColumn("{task.description:>8}"),
            BarColumn(bar_width=40),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
            transient=True,
        )
        self._began = time.monotonic()
        self._sent = self._bars.add_task("sent", total=None, note="")
        self._done = self._bars.add_task("done", total=None, note="")

    def say(self, text: str) -> None:
        """Print a line with the time since the start."""
        self._console.print(f"[dim]{time.monotonic() - self._began:7.1f} s[/]  {text}", soft_wrap=True)

    def look(self, progress: driver.Progress) -> None:
        """Move the bars."""
        self._bars.update(self._sent, completed=progress.sent, total=progress.total)
        self._bars.update(self._done, completed=progress.done, total=progress.total, note=f"lag {progress.lag}")

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()


def _run(
    events: Annotated[int, typer.Option(min=1, help="Different inputs.")] = _DEFAULT.events,
    kills: Annotated[int, typer.Option(min=0, help="Kills, SIGKILL and SIGTERM mixed.")] = _DEFAULT.kills,
    seed: Annotated[int, typer.Option(help="Of every random choice.")] = _DEFAULT.seed,
    minutes: Annotated[
        float, typer.Option(min=0.0, help="Spread the input over so long; outages come on top.")
    ] = _DEFAULT.minutes,
    clock_seconds: Annotated[
        float, typer.Option(min=1.0, help="Clocks come due over so long, from about the first event on.")
    ] = _DEFAULT.clock_seconds,
    workers: Annotated[int, typer.Option(min=1, help="Workers side by side.")] = _DEFAULT.workers,
    partitions: Annotated[int, typer.Option(min=1, help="Partitions of each topic.")] = _DEFAULT.partitions,
    recogniser_kills: Annotated[int, typer.Option(min=0, help="Kills of the recogniser.")] = _DEFAULT.recogniser_kills,
    broker_restarts: Annotated[int, typer.Option(min=0, help="Restarts of the broker.")] = _DEFAULT.broker_restarts,
    broker_down_seconds: Annotated[
        float, typer.Option(min=0.0, help="How long the broker stays away.")
    ] = _DEFAULT.broker_down_seconds,
    outages: Annotated[int, typer.Option(min=0, help="Outages of the object store.")] = _DEFAULT.outages,
    outage_seconds: Annotated[
        float, typer.Option(min=0.0, help="How long the store stays away.")
    ] = _DEFAULT.outage_seconds,
    outage_kind: Annotated[
        Literal["pause", "stop"], typer.Option(help="Freeze the store, or stop it.")
    ] = _DEFAULT.outage_kind,
    storms: Annotated[int, typer.Option(min=0, help="Rebalance storms.")] = _DEFAULT.storms,
    storm_members: Annotated[int, typer.Option(min=1, help="Extra workers in a storm.")] = _DEFAULT.storm_members,
    static_members: Annotated[
        bool, typer.Option("--static-members", help="Workers keep their place in the group over a restart.")
    ] = _DEFAULT.static_members,
    patience_seconds: Annotated[
        float, typer.Option(min=1.0, help="Without any progress for so long, the run counts as wedged.")
    ] = _DEFAULT.patience_seconds,
    directory: Annotated[
        Path | None, typer.Option(help="New directory for data and logs.", show_default="one under the system's /tmp")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Where the report goes as JSON.", show_default="standard output")
    ] = None,
) -> None:
    """Kill workers, restart the broker and take the store away, and see whether anything is lost.

    Needs Java and Maven for Apache Kafka, or KAFKA_BOOTSTRAP_SERVERS for a broker that is there already; that one is
    never restarted.
    """
    plan = Plan(
        events=events,
        kills=kills,
        seed=seed,
        minutes=minutes,
        clock_seconds=clock_seconds,
        workers=workers,
        partitions=partitions,
        recogniser_kills=recogniser_kills,
        broker_restarts=broker_restarts,
        broker_down_seconds=broker_down_seconds,
        outages=outages,
        outage_seconds=outage_seconds,
        outage_kind=outage_kind,
        storms=storms,
        storm_members=storm_members,
        static_members=static_members,
        patience_seconds=patience_seconds,
    )
    place = directory or Path(tempfile.mkdtemp(prefix="sealstream-kill-"))
    place.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=place / "driver.log", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    console = Console(stderr=True, highlight=False)
    try:
        with TerminalOnlooker() as onlooker:
            onlooker.say(f"data and logs in {place}")
            outcome = driver.run(plan, place, onlooker)
    except ServerUnavailableError as error:
        console.print(str(error))
        raise typer.Exit(2) from error
    for line in outcome.lines():
        console.print(line, markup=False, soft_wrap=True)
    document = msgspec.json.format(msgspec.json.encode(outcome.document()), indent=2)
    if report is None:
        sys.stdout.buffer.write(document + b"\n")
    else:
        report.write_bytes(document + b"\n")
    raise typer.Exit(0 if outcome.passed else 1)


def main() -> None:
    """Run the program with the arguments of the process."""
    typer.run(_run)
