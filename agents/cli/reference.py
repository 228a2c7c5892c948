"""Commands for the reference sets: put entries, delete them, list them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
import typer

from agents.cli.console import AsJson, console, errors, print_json
from agents.cli.entries import DryRun, EntriesFile, read_set, send_entries
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.errors import ProducerError
from pipeline.events.instants import written

if TYPE_CHECKING:
    from agents.reference.files import Given
    from agents.reference.putting import Plan
    from agents.reference.whole import WholeSet
    from pipeline.policy.reference import Entry

__all__ = ["app"]

app = typer.Typer(
    help="Reference sets: what workers know of services, news sources, content, consents, people and items.",
    no_args_is_help=True,
)

_MOST_COMPLAINTS: Final = 10

Name = Literal["services", "news-sources", "features", "consents", "operators", "inventory"]
Set = Annotated[
    Name,
    typer.Argument(
        metavar="SET",
        help="services, news-sources, features, consents, operators or inventory.",
        show_default=False,
    ),
]


class PutAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What `put` answers: `put` were new or changed, `unchanged` were there already."""

    set: str
    entries: int
    put: int
    unchanged: int
    dry_run: bool


class DeletedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What `delete` answers for each id."""

    id: str
    was_there: bool


class RefusedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What `list` says of an entry that is in the topic, and that no worker takes."""

    partition: int
    offset: int
    what: str
    remedy: str


@app.command()
def put(
    name: Set,
    file: EntriesFile,
    dry_run: DryRun = False,
    source: Annotated[str, typer.Option(help="CloudEvents source of the entries.")] = "sealstream-cli",
    as_json: AsJson = False,
) -> None:
    """Put the entries of FILE into SET: workers use them from now on, without a restart.

    All are checked as workers check them before any is sent, also against what the topic holds: an entry that changes
    needs a higher `version`. What the topic holds already is not sent again, so a file may be put as often as you like.
    """
    from agents.reference.files import entries_in

    given = entries_in(file)
    if dry_run:
        ready = _plan(file, given, name, None, source)
    else:
        ready = asyncio.run(_put(KafkaSettings(), file, given, name, source))
    answer = PutAnswer(
        set=name, entries=len(given), put=len(ready.messages), unchanged=ready.unchanged, dry_run=dry_run
    )
    if as_json:
        print_json(answer)
    elif dry_run:
        console.print(f"{name}: {answer.entries} entries checked, nothing was sent.")
    else:
        console.print(f"{name}: {answer.put} entries put, {answer.unchanged} were there already.")


@app.command()
def delete(
    name: Set,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of entries.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Delete entries from SET: workers forget them at once. An id that is not there is no error."""
    answers = asyncio.run(_delete(KafkaSettings(), name, ids))
    if as_json:
        print_json({"set": name, "deleted": answers})
        return
    for answer in answers:
        console.print(f"{answer.id}: {'deleted' if answer.was_there else 'was not there'}", markup=False)


@app.command("list")
def list_entries(
    name: Set,
    show: Annotated[
        bool, typer.Option("--show", help="Show also what features look for: phrases, expressions, digests.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List SET as a worker that starts now would know it."""
    from agents.reference.records import held

    whole = asyncio.run(read_set(KafkaSettings(), name))
    entries, version = held(whole.sets, name)
    shown = [_facts(entry, show=show) for _, entry in sorted(entries.items())]
    refused = [
        RefusedEntry(
            partition=refusal.place.partition,
            offset=refusal.place.offset,
            what=refusal.error.what,
            remedy=refusal.error.remedy,
        )
        for refusal in whole.refused
    ]
    if as_json:
        print_json({"set": name, "version": version, "entries": shown, "refused": refused})
        return
    for facts in shown:
        console.print("  ".join(_text(fact) for fact in facts.values()), markup=False, soft_wrap=True)
    console.print(f"{name}: {len(shown)} entries, version {version}", style="dim")
    for entry in refused:
        console.print(
            f"refused: partition {entry.partition}, offset {entry.offset}: {entry.what} {entry.remedy}",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )


async def _put(settings: KafkaSettings, file: Path, given: "Sequence[Given]", name: Name, source: str) -> "Plan":
    ready = _plan(file, given, name, await read_set(settings, name), source)
    await send_entries(settings, ready.messages)
    return ready


async def _delete(settings: KafkaSettings, name: Name, ids: Sequence[str]) -> list[DeletedEntry]:
    from agents.reference.messages import deletion
    from agents.reference.records import held

    known, _ = held((await read_set(settings, name)).sets, name)
    topics = Topics(settings.topic_prefix)
    # Also for what is not known: it may be an entry that workers refuse.
    await send_entries(settings, [deletion(topics, name, entry_id) for entry_id in ids])
    return [DeletedEntry(id=entry_id, was_there=entry_id in known) for entry_id in ids]


def _plan(file: Path, given: "Sequence[Given]", name: Name, whole: "WholeSet | None", source: str) -> "Plan":
    from agents.reference.putting import plan
    from pipeline.policy.reference import ReferenceSets

    sets = ReferenceSets.empty() if whole is None else whole.sets
    ready = plan(given, name, sets, topics=Topics(KafkaSettings().topic_prefix), source=source)
    if not ready.complaints:
        return ready
    for where, error in ready.complaints[:_MOST_COMPLAINTS]:
        errors.print(f"{file}, {where}: {error}", markup=False, soft_wrap=True)
    raise ProducerError(
        what=f"{len(ready.complaints)} of {len(given)} entries in {file} cannot be used.",
        remedy="Nothing was sent; correct them and put the file again.",
    )


def _facts(entry: "Entry", *, show: bool) -> dict[str, object]:
    """What is shown of an entry: never what a feature looks for, unless it was asked for."""
    from pipeline.policy.reference import FeatureEntry

    if not isinstance(entry, FeatureEntry):
        return dict(msgspec.to_builtins(entry))
    return {
        "id": entry.id,
        "version": entry.version,
        "verdict": entry.verdict,
        "how": entry.how,
        "applies_to": entry.applies_to,
        "author": entry.author,
        "standard": entry.standard,
        "reviewed_at": None if entry.reviewed_at is None else written(entry.reviewed_at),
        **({"pattern": entry.pattern} if show else {}),
    }


def _text(fact: object) -> str:
    return fact if isinstance(fact, str) else msgspec.json.encode(fact).decode()
