"""Commands that notify people elsewhere: run, check the file, try its targets, deliver what was left."""

import asyncio
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agents.cli.console import AsJson, console, print_json
from agents.cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.notifying.plan_file import NotificationPlan

__all__ = ["app"]

logger = logging.getLogger(__name__)

app = typer.Typer(help="Notifications.", no_args_is_help=True)

PlanFile = Annotated[Path, typer.Argument(metavar="FILE", help="The TOML file: targets and routes.")]


@app.callback()
def _notify() -> None:
    """Tell people elsewhere what wakes them: by webhook, chat and mail, from one file (docs/notifications.md)."""


@app.command()
def run(
    file: PlanFile,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Where it never ran before: begin with the oldest there is.")
    ] = False,
) -> None:
    """Notify until Ctrl-C or SIGTERM. What is not delivered by then is read again at the next start.

    Health and metrics are served at SEALSTREAM_HEALTH_HOST and SEALSTREAM_HEALTH_PORT, as those of a worker: give it a
    port of its own on a machine that has both.
    """
    from agents.configuration import require_known
    from agents.logs import configure_logging
    from agents.notifying.running import notify
    from agents.settings import KafkaSettings, WorkerSettings

    for variable in require_known(os.environ):
        logger.warning("%s.", variable)
    plan, places = _read(file)
    worker = WorkerSettings()
    configure_logging(level=worker.log_level, style=worker.log_format)
    asyncio.run(notify(KafkaSettings(), worker, plan, places, from_beginning=from_beginning))


@app.command()
def check(file: PlanFile, as_json: AsJson = False) -> None:
    """Check the file, and the secrets and services it names; nothing is sent. Exit code 2: it cannot be used."""
    from agents.notifying.running import open_targets

    async def opened(plan: "NotificationPlan") -> None:
        async with open_targets(plan):
            pass

    plan, _ = _read(file)
    asyncio.run(opened(plan))
    if as_json:
        print_json({"targets": list(plan.targets), "routes": len(plan.routes), "undelivered": str(plan.undelivered)})
        return
    console.print(f"{file} can be used: {len(plan.targets)} targets, {len(plan.routes)} routes.", soft_wrap=True)
    for number, route in enumerate(plan.routes, start=1):
        what = f"{', '.join(route.about)}, {route.severity} and above"
        narrowed = [*route.kinds, *route.jurisdictions]
        quiet = route.quiet
        when = f"; quiet {quiet.begin} to {quiet.until} {quiet.zone} unless {quiet.unless}" if quiet else ""
        of = f" of {', '.join(narrowed)}" if narrowed else ""
        console.print(f"  {number}: {what}{of} -> {', '.join(route.to)}{when}", markup=False, soft_wrap=True)


@app.command("test")
def try_targets(
    file: PlanFile,
    target: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this target; can be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Send an example to each target once, and say what became of it. Exit code 1: one did not take it."""
    from agents.notifying.items import NotifiedItem
    from agents.notifying.port import NotTakenError, TargetRefusesError, notification_of
    from agents.notifying.running import open_targets
    from pipeline.errors import OperatorError

    plan, _ = _read(file)
    strange = [name for name in target or () if name not in plan.targets]
    if strange:
        raise OperatorError(
            what=f"{file} has no target {strange[0]}.", remedy=f"Name one of {', '.join(plan.targets)}."
        )
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    item = NotifiedItem(
        id=f"test-{now}",
        about="alerts",
        kind="test",
        severity="low",
        event_uid=None,
        at=now,
        citation="sealstream test",
    )

    async def sent() -> dict[str, str]:
        answers: dict[str, str] = {}
        async with open_targets(plan) as targets:
            for name in target or targets:
                try:
                    await targets[name](notification_of(name, (item,), plan.console))
                    answers[name] = "delivered"
                except (NotTakenError, TargetRefusesError) as error:
                    answers[name] = error.what
        return answers

    answers = asyncio.run(sent())
    if as_json:
        print_json(answers)
    else:
        for name, answer in answers.items():
            console.print(f"{name}: {answer}", markup=False, soft_wrap=True)
    if any(answer != "delivered" for answer in answers.values()):
        raise typer.Exit(ExitCode.REFUSED)


@app.command()
def resend(file: PlanFile, as_json: AsJson = False) -> None:
    """Deliver what could not be delivered, once; what is taken leaves the file, the rest stays. `run` may go on."""
    from agents.notifying.port import NotTakenError, TargetRefusesError
    from agents.notifying.running import open_targets
    from agents.notifying.undelivered import KeptNotification, drop_kept, kept_in

    plan, _ = _read(file)
    path = plan.undelivered.expanduser()

    async def tried() -> list[KeptNotification]:
        delivered = []
        async with open_targets(plan) as targets:
            for kept in kept_in(path):
                deliver = targets.get(kept.notification.target)
                if deliver is None:
                    continue
                try:
                    await deliver(kept.notification)
                except (NotTakenError, TargetRefusesError):
                    continue
                delivered.append(kept)
        return delivered

    delivered = asyncio.run(tried())
    left = drop_kept(path, delivered) if delivered else len(kept_in(path))
    if as_json:
        print_json({"delivered": len(delivered), "left": left})
    else:
        console.print(f"{len(delivered)} were delivered, {left} are left in {path}.", soft_wrap=True)
    if left:
        raise typer.Exit(ExitCode.REFUSED)


def _read(file: Path) -> "tuple[NotificationPlan, Mapping[str, str]]":
    """The file, and where each pack in use is law."""
    from agents.notifying.known_words import known_words
    from agents.notifying.plan_file import read_plan
    from pipeline.settings import PolicySettings

    words = known_words(PolicySettings().packs)
    return read_plan(file, places=set(words.places.values()), kinds=words.kinds), words.places
