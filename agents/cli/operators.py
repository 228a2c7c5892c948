"""Commands for the operators set: who may review, decide appeals, and keep registries."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from agents.cli import reference
from agents.cli.console import AsJson, console, print_json, print_pairs
from agents.cli.entries import DryRun, EntriesFile, read_set, send_entries
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.errors import OperatorError, ProducerError
from pipeline.policy.reference import OperatorEntry, OperatorRole

if TYPE_CHECKING:
    from agents.messages import KafkaMessage

__all__ = ["app"]

app = typer.Typer(help="Operators: people who may act, by pseudonyms, and as what.", no_args_is_help=True)

_SOURCE = "sealstream-cli"

Id = Annotated[str, typer.Argument(metavar="ID", help="The pseudonym; never a name.", show_default=False)]


@app.command("list")
def list_operators(as_json: AsJson = False) -> None:
    """List who may act, as a worker that starts now would know it."""
    known = asyncio.run(_known(KafkaSettings()))
    shown = [entry for _, entry in sorted(known.items())]
    if as_json:
        print_json({"operators": shown})
        return
    for entry in shown:
        console.print(_line(entry), markup=False, soft_wrap=True)
    if not shown:
        console.print("There are none. Reviews wait until there are; `sealstream operators set` puts the first.")


@app.command()
def show(operator: Id, as_json: AsJson = False) -> None:
    """Show what one person may be, and where. Exit code 1 where nobody is known by that pseudonym."""
    entry = asyncio.run(_known(KafkaSettings())).get(operator)
    if entry is None:
        raise ProducerError(
            what="Nobody is known by that pseudonym.", remedy="`sealstream operators list` shows who is."
        )
    if as_json:
        print_json(entry)
        return
    print_pairs(
        entry.id,
        {
            "roles": ", ".join(entry.roles) or "none: may do nothing",
            "jurisdictions": ", ".join(entry.jurisdictions),
            "version": str(entry.version),
        },
    )


@app.command("set")
def set_operator(
    operator: Id,
    roles: Annotated[
        list[str] | None,
        typer.Option("--role", metavar="ROLE", help=f"What the person may be: {', '.join(get_args(OperatorRole))}."),
    ] = None,
    jurisdictions: Annotated[
        list[str] | None,
        typer.Option(
            "--jurisdiction", metavar="PLACE", help="For whose law, such as CN or EU; for all, if you do not say."
        ),
    ] = None,
    nothing: Annotated[
        bool, typer.Option("--nothing", help="The person may do nothing any more; what was decided stays.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what one person may be from now on, with the next version of the entry. Workers know it at once."""
    if bool(roles) is nothing:
        raise OperatorError(
            what="It is not said what the person may be.",
            remedy="Give --role, as often as there are roles, or --nothing.",
        )
    data = {
        "id": operator,
        "roles": list(dict.fromkeys(roles or ())),
        "jurisdictions": list(dict.fromkeys(jurisdictions or ("*",))),
    }
    entry = asyncio.run(_set(KafkaSettings(), data))
    if as_json:
        print_json(entry)
        return
    console.print(_line(entry), markup=False, soft_wrap=True)


@app.command()
def put(
    file: EntriesFile,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Put the entries of FILE, as `sealstream reference put operators` does."""
    reference.put("operators", file, dry_run, _SOURCE, as_json)


async def _known(settings: KafkaSettings) -> Mapping[str, OperatorEntry]:
    return (await read_set(settings, "operators")).sets.operators


async def _set(settings: KafkaSettings, data: Mapping[str, object]) -> OperatorEntry:
    held = (await _known(settings)).get(str(data["id"]))
    version = 1 if held is None else held.version
    entry, message = _entry(settings, {**data, "version": version})
    if held is not None and entry != held:
        entry, message = _entry(settings, {**data, "version": version + 1})
    if entry != held:
        await send_entries(settings, [message])
    return entry


def _entry(settings: KafkaSettings, data: Mapping[str, object]) -> "tuple[OperatorEntry, KafkaMessage]":
    """The entry as workers will understand it, and the message that puts it."""
    from agents.reference.messages import entry_message, understood

    message = entry_message(Topics(settings.topic_prefix), "operators", data, source=_SOURCE)
    entry = understood("operators", message)
    assert isinstance(entry, OperatorEntry)  # noqa: S101 - the set says so
    return entry, message


def _line(entry: OperatorEntry) -> str:
    return "  ".join(
        (
            entry.id,
            ", ".join(entry.roles) or "may do nothing",
            "everywhere" if "*" in entry.jurisdictions else ", ".join(entry.jurisdictions),
            f"version {entry.version}",
        )
    )
