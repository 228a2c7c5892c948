"""Commands about dead letters: what was refused and why, the input itself, and sending it again once it can succeed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from agents.cli.console import AsJson, console, print_json, print_pairs
from agents.dead_letters import KeptLetter, kept_letters
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.errors import OperatorError
from pipeline.events.outputs import DeadLetter

__all__ = ["app"]

app = typer.Typer(help="Dead letters: inputs that could not succeed.", no_args_is_help=True)

_BATCH = 100

OfTopic = Annotated[
    str | None, typer.Option("--topic", metavar="NAME", help="Only of this input topic, such as publication.")
]
OfError = Annotated[
    str | None, typer.Option("--error", metavar="CLASS", help="Only of this error, such as EventInvalidError.")
]


class ListedLetter(msgspec.Struct, frozen=True, kw_only=True):
    """What `dead-letters list` answers for each."""

    place: str
    letter: DeadLetter


class SentAgain(msgspec.Struct, frozen=True, kw_only=True):
    """What `dead-letters replay` answers for each."""

    place: str
    topic: str
    event_uid: str | None


@app.command("list")
def list_letters(topic: OfTopic = None, error: OfError = None, as_json: AsJson = False) -> None:
    """List dead letters, in the order of their partitions, with why each was refused."""
    found = asyncio.run(_chosen(KafkaSettings(), topic=topic, error=error))
    if as_json:
        print_json(
            {
                "dead_letters": [
                    ListedLetter(place=kept_letter.place, letter=kept_letter.letter) for kept_letter in found
                ]
            }
        )
        return
    for kept_letter in found:
        letter = kept_letter.letter
        console.print(
            Text.assemble(
                (f"{kept_letter.place:>8}  ", "bold"),
                f"{letter.input.topic}  ",
                (f"{letter.error}  ", "yellow"),
                letter.what,
            ),
            soft_wrap=True,
        )
    for (of_topic, of_error), count in Counter(
        (kept_letter.letter.input.topic, kept_letter.letter.error) for kept_letter in found
    ).items():
        console.print(f"{count} of {of_topic} with {of_error}", style="dim", markup=False)
    if not found:
        console.print("There are none.")


@app.command()
def show(
    place: Annotated[str, typer.Argument(metavar="PARTITION/OFFSET", help="As `dead-letters list` names it.")],
    value: Annotated[
        bool, typer.Option("--value", help="Also print the input as it was sent: content, and maybe personal data.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter: why it was refused, what to do, and where it came from."""
    (kept,) = asyncio.run(_chosen(KafkaSettings(), places=[place]))
    if as_json:
        print_json(ListedLetter(place=kept.place, letter=kept.letter))
    else:
        letter = kept.letter
        print_pairs(
            f"Dead letter {kept.place}",
            {
                "why": letter.what,
                "remedy": letter.remedy,
                "error": f"{letter.error} at {letter.stage}",
                "path": letter.path,
                "rule": letter.rule,
                "from": f"{letter.input.topic}[{letter.input.partition}]@{letter.input.offset}",
                "attempts": letter.attempts,
                "event_uid": letter.event_uid,
                "dead_letter_id": letter.dead_letter_id,
            },
        )
    if value:
        for name, text in kept.input.headers:
            typer.echo(f"{name}: {(text or b'').decode(errors='replace')}")
        typer.echo()
        typer.echo(kept.input.value or b"")


@app.command()
def replay(
    places: Annotated[
        list[str] | None, typer.Argument(metavar="PARTITION/OFFSET...", help="As `dead-letters list` names them.")
    ] = None,
    topic: OfTopic = None,
    error: OfError = None,
    everything: Annotated[bool, typer.Option("--all", help="All that there are.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send inputs again as they were sent, to the topics they came from, once what they were refused for is gone.

    The same event is the same event: one that succeeded meanwhile gets the answer that it has. The dead letter stays
    until the topic's retention ends; what is refused again becomes another one.
    """
    if not (places or topic or error or everything):
        raise OperatorError(
            what="Nothing was chosen to be sent again.",
            remedy="Name dead letters as `dead-letters list` does, or give --topic, --error or --all.",
        )
    settings = KafkaSettings()
    found = asyncio.run(_chosen(settings, topic=topic, error=error, places=places or ()))
    _require_inputs(Topics(settings.topic_prefix), found)
    if not dry_run:
        asyncio.run(_send(settings, found))
    sent = [
        SentAgain(place=kept_letter.place, topic=kept_letter.input.topic, event_uid=kept_letter.letter.event_uid)
        for kept_letter in found
    ]
    if as_json:
        print_json({"dry_run": dry_run, "sent": sent})
        return
    for answer in sent:
        console.print(f"{answer.place:>8}  {answer.topic}  {answer.event_uid or '-'}", markup=False, soft_wrap=True)
    console.print(f"{len(sent)} {'would be' if dry_run else 'were'} sent again.", style="dim")


async def _chosen(
    settings: KafkaSettings, *, topic: str | None = None, error: str | None = None, places: Sequence[str] = ()
) -> list[KeptLetter]:
    prefix = Topics(settings.topic_prefix).prefix
    found = [
        kept_letter
        async for kept_letter in kept_letters(settings)
        if (topic is None or kept_letter.letter.input.topic in (topic, f"{prefix}{topic}"))
        and (error is None or kept_letter.letter.error == error)
        and (not places or kept_letter.place in places)
    ]
    if missing := set(places) - {kept_letter.place for kept_letter in found}:
        raise OperatorError(
            what=f"There is no such dead letter: {', '.join(sorted(missing))}.",
            remedy="`sealstream dead-letters list` shows those that there are.",
        )
    return sorted(found, key=_position)


def _position(kept: KeptLetter) -> tuple[int, ...]:
    return tuple(map(int, kept.place.split("/")))


def _require_inputs(topics: Topics, chosen: Sequence[KeptLetter]) -> None:
    """What a dead letter says of itself decides where it goes, and somebody else may have written it."""
    for kept_letter in chosen:
        if kept_letter.input.topic not in topics.inputs:
            raise OperatorError(
                what=f"The dead letter {kept_letter.place} names {kept_letter.input.topic}, "
                "which is no input topic here.",
                remedy="See who else writes to the topic of dead letters, and leave this one out.",
            )


async def _send(settings: KafkaSettings, chosen: Sequence[KeptLetter]) -> None:
    from agents.kafka import open_publisher

    async with open_publisher(settings) as publisher:
        for start in range(0, len(chosen), _BATCH):
            await publisher.publish([kept_letter.input for kept_letter in chosen[start : start + _BATCH]])
