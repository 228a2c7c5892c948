"""The program: its commands, and how it ends."""

from typing import Annotated

import typer

from agents.assembly import CLAIM_GENERATOR
from agents.cli import alerts, dead_letters, files, publishing, setup, working
from agents.cli.exits import run_explained
from agents.cli.lineage import lineage
from agents.cli.lookup import lookup
from agents.cli.policy.app import app as policy
from agents.cli.propagating import propagate
from agents.cli.reference import app as reference

__all__ = ["app", "main"]

app = typer.Typer(
    name="sealstream",
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

app.command()(working.demo)
app.command()(working.worker)
app.command()(working.recogniser)
app.add_typer(setup.topics, name="topics")
app.add_typer(setup.bucket, name="bucket")
app.command()(files.seal)
app.command()(files.inspect)
app.command()(propagate)
app.command()(lookup)
app.command()(lineage)
app.command()(publishing.publish)
app.command()(publishing.review)
app.add_typer(alerts.app, name="alerts")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(policy, name="policy")
app.add_typer(reference, name="reference")


def _show_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        typer.echo(f"{CLAIM_GENERATOR.name} {CLAIM_GENERATOR.version}")
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
    run_explained(app)
