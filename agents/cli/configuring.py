"""The command that shows the configuration in force."""

import os

import typer
from rich.text import Text

from agents.cli.console import AsJson, console, errors, print_json
from agents.cli.exits import ExitCode
from agents.configuration import effective, unknown_variables

__all__ = ["config"]


def config(as_json: AsJson = False) -> None:
    """Show every setting as it is in force, and whether its value is yours or the default; secrets are hidden.

    Exit code 2 where a variable is named as settings are and is none, or where one cannot be used.
    """
    settings, unknown = effective(), unknown_variables(os.environ)
    if as_json:
        print_json({"settings": settings, "unknown": unknown})
    else:
        width = max(len(setting.variable) for setting in settings)
        for setting in settings:
            own = setting.origin == "environment"
            console.print(
                Text.assemble((f"{setting.variable:{width}}  ", "bold" if own else "dim"), setting.value),
                "" if own else Text("default", style="dim"),
                soft_wrap=True,
            )
        for strange in unknown:
            errors.print(f"{strange}.", style="red", markup=False)
    if unknown:
        raise typer.Exit(ExitCode.CONFIGURATION)
