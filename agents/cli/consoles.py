"""The console and what belongs to it: serving it, and rebuilding its read model."""

import os
import sys
from typing import Annotated

import typer
from rich.progress import Progress

from agents.cli.console import AsJson, console, errors, print_json
from agents.cli.screens import serve_console

__all__ = ["app", "rebuild_model"]

app = typer.Typer(rich_markup_mode=None)
app.callback(invoke_without_command=True)(serve_console)


@app.command("rebuild")
def rebuild_model(
    database: Annotated[
        str | None,
        typer.Option(metavar="FILE|postgresql://...", help="The read model; that of the settings if not said."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fill the read model from the records bucket with what topics forgot: decisions, claims, alerts, steps, cases.

    The console may be running, and its pages say how far this is. It reads the bucket, changes nothing there, and can
    be repeated. In no record, and so not brought back, are acts that were refused, and alerts about clocks, revoked
    consents, refused inputs and reference sets.
    """
    from agents.configuration import require_known
    from console.readmodel.rebuild_command import rebuild_from_settings

    require_known(os.environ)
    if database is not None:
        os.environ["SEALSTREAM_CONSOLE_DATABASE"] = database
    with Progress(console=errors, disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("rebuilding", total=1.0)
        where, rebuilt = rebuild_from_settings(lambda done: progress.update(task, completed=done))
    if as_json:
        print_json({"database": where, "objects": rebuilt.objects, "left_out": rebuilt.left_out})
        return
    console.print(f"{rebuilt.objects} objects of the records bucket were taken into {where}.", soft_wrap=True)
    if rebuilt.left_out:
        console.print(f"{rebuilt.left_out} of them could not be read and were left out; see the warnings above.")
