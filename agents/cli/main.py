"""The program: its commands, and how it ends."""

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from agents.cli.commands import Commands
from agents.cli.exits import run_explained

__all__ = ["app", "main"]

app = typer.Typer(
    name="sealstream",
    cls=Commands,
    help=(
        "Provenance for AI-generated content on Kafka: seals what is generated (C2PA), judges what is published, "
        "keeps manifests in S3, raises alerts."
    ),
    epilog=(
        "Exit codes: 0 done, 1 the input cannot be used, 2 a setting or argument is wrong, 70 a fault of sealstream, "
        "75 a service did not answer. Settings are environment variables: SEALSTREAM_..., AWS_... for S3."
    ),
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        typer.echo(f"sealstream {version('sealstream')}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and end.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the program with the arguments of the process."""
    _warn_of_slips()
    run_explained(app)


def _warn_of_slips() -> None:
    """Say which variables are nearly settings; a worker refuses to start on them, and `config` shows them itself."""
    if {"worker", "recogniser", "config", "-h", "--help", "--version"} & set(sys.argv[1:]):
        return
    if any(name.startswith("SEALSTREAM_") for name in os.environ):
        from agents.configuration import unknown_variables

        for unknown_variable in unknown_variables(os.environ):
            if unknown_variable.meant:
                print(f"sealstream: {unknown_variable}", file=sys.stderr)  # noqa: T201 - this is the command line
