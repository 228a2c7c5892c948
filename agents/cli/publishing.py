"""The command that sends events: ready-made ones, or new ones about files."""

import asyncio
import shlex
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal
from uuid import uuid4

import msgspec
import orjson
import typer
from rich.progress import Progress

from agents.cli.console import AsJson, console, errors, print_json
from agents.cli.local_file import read_file
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.assets import asset_of
from pipeline.errors import EnvelopeError, OperatorError
from pipeline.events.envelope import parse
from pipeline.events.intake import (
    ACTIVITY,
    CASE_ACT,
    GENERATION,
    PUBLICATION,
    REVIEW,
    REVIEW_ACT,
    UNCHECKED_REVIEW,
    intake_activity,
    intake_case_act,
    intake_generation,
    intake_publication,
    intake_review_act,
)
from pipeline.media_types import named_by
from pipeline.settings import AssetSettings, StoreSettings
from pipeline.store import Location
from schemas.members import unknown_members

__all__ = ["SentEvent", "next_step", "parse_more", "publish", "ready_made", "send"]

Kind = Literal["generation", "publication"]

_SCHEMAS: Final = {
    GENERATION: "generation-event.v1",
    PUBLICATION: "publication-event.v1",
    ACTIVITY: "activity-event.v1",
    REVIEW: "review.v2",
    REVIEW_ACT: "review-act.v1",
    CASE_ACT: "case-act.v1",
    UNCHECKED_REVIEW: "review.v1",
}
_OF_EVENTS: Final = frozenset({"event_type", "event_uid", "jurisdictions", "datacontenttype", "data_base64"})
_LIKENESS: Final = 0.8


class SentEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What `publish` answers for each event."""

    file: str
    topic: str
    source: str
    id: str
    key: str
    unknown_members: tuple[str, ...] = ()


class ReadyEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was checked, and what is answered once it is sent."""

    answer: SentEvent
    message: KafkaMessage


def publish(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Events (JSON, JSON Lines) or assets.")],
    kind: Annotated[Kind, typer.Option("--as", help="Which event is sent about an asset.")] = "generation",
    data: Annotated[
        str | None,
        typer.Option(
            metavar="JSON", help='More data for events about assets, such as {"user": {...}}.', show_default=False
        ),
    ] = None,
    source: Annotated[str, typer.Option(help="CloudEvents source of events about assets.")] = "sealstream-cli",
    media_type: Annotated[
        str | None, typer.Option("--media-type", metavar="TYPE", help="Media type of the assets; otherwise by name.")
    ] = None,
    asset: Annotated[bool, typer.Option("--asset", help="FILE is an asset, whatever it looks like.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send events. FILE is either an event or an asset.

    A JSON file with the CloudEvents attributes (or JSON Lines of them) is sent as it is, after its check against the
    schema; members that the contract does not know are named. Any other file is an asset: it is stored in the inbox
    bucket, and an event about it is sent.
    """
    more = parse_more(data)
    ready = [event for file in files for event in _prepare(file, kind, more, source, media_type, asset=asset)]
    for event in ready:
        for member in event.answer.unknown_members:
            errors.print(
                f"{event.answer.file}: {member} is no member that the contract knows", style="yellow", markup=False
            )
    asyncio.run(send(KafkaSettings(), ready))
    if as_json:
        print_json({"sent": [event.answer for event in ready]})
        return
    for event in ready:
        console.print(
            f"{event.answer.topic}  {event.answer.key}  source={event.answer.source} id={event.answer.id}",
            markup=False,
            soft_wrap=True,
        )
    if ready:
        step = next_step(ready[-1].answer, Topics(KafkaSettings().topic_prefix))
        console.print(f"Next: {step}", style="dim", markup=False, soft_wrap=True)


def next_step(sent: SentEvent, topics: Topics) -> str:
    """The command that shows what became of an event; what a person did has no record of its own."""
    if sent.topic == topics.reviews:
        return f"sealstream reviews show {sent.key}"
    if sent.topic == topics.cases:
        return f"sealstream cases show {shlex.quote(sent.key)}"
    return f"sealstream lookup --event {shlex.quote(sent.source)} {shlex.quote(sent.id)}"


async def send(settings: KafkaSettings, ready: Sequence[ReadyEvent]) -> None:
    """Send events and wait until the brokers have them all.

    Raises:
        WorldError: a delivery was not confirmed.
    """
    from agents.kafka import open_publisher

    with Progress(console=errors, disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("sending", total=len(ready))
        async with open_publisher(settings) as publisher:
            for start in range(0, len(ready), 100):
                batch = [event.message for event in ready[start : start + 100]]
                await publisher.publish(batch)
                progress.advance(task, len(batch))


def _prepare(
    file: Path, kind: Kind, more: dict[str, object], source: str, media_type: str | None, *, asset: bool
) -> Iterator[ReadyEvent]:
    body = read_file(file, max_bytes=AssetSettings().max_asset_bytes)
    documents = None if asset else _events_in(file, body)
    if documents is None:
        yield _about_asset(file, body, kind, more, source, media_type)
        return
    for number, document in enumerate(documents, start=1):
        try:
            yield ready_made(file, document)
        except EnvelopeError as error:
            raise EnvelopeError(what=f"{file}, event {number}: {error.what}", remedy=error.remedy) from error


def _events_in(file: Path, body: bytes) -> list[bytes] | None:
    """The events in a file; None where it is an asset."""
    if file.suffix not in (".json", ".jsonl", ".ndjson"):
        return None
    documents = [line for line in body.splitlines() if line.strip()] if file.suffix != ".json" else [body]
    try:
        first = orjson.loads(documents[0])
    except (orjson.JSONDecodeError, IndexError):
        return None
    if isinstance(first, dict) and "specversion" in first:
        return documents
    _refuse_what_looks_like_an_event(file, first)
    return None


def _refuse_what_looks_like_an_event(file: Path, document: object) -> None:
    """A slip in an event would have it sealed as an asset, as if a machine had generated it."""
    told = document[0] if isinstance(document, list) and document else document
    if not isinstance(told, dict):
        return
    near = get_close_matches("specversion", told, n=1, cutoff=_LIKENESS)
    if not near and not _OF_EVENTS & told.keys() and not str(told.get("type", "")).startswith("sealstream."):
        return
    what = "is a list of events" if isinstance(document, list) else "has no member `specversion`"
    raise EnvelopeError(
        what=f"{file} looks like an event and is none: it {what}{f', but `{near[0]}`' if near else ''}.",
        remedy="Send a CloudEvent with specversion, id, source and type, many of them as JSON Lines; or give --asset.",
    )


def ready_made(file: Path, document: bytes) -> ReadyEvent:
    """An event in JSON, checked against its schema; `file` is what messages call it.

    Raises:
        ProducerError: it is none that the contract takes.
    """
    headers = (("content-type", b"application/cloudevents+json"),) if "data" in orjson.loads(document) else ()
    event = parse(document, headers)
    topics = Topics(KafkaSettings().topic_prefix)
    unknown = map(str, unknown_members(_SCHEMAS[event.type], event.data)) if event.type in _SCHEMAS else ()
    if event.type == GENERATION:
        topic, key = topics.generation, intake_generation(document, headers).content.id
    elif event.type == PUBLICATION:
        topic, key = topics.publication, intake_publication(document, headers).content.id
    elif event.type == ACTIVITY:
        topic, key = topics.activities, intake_activity(document, headers).uid
    elif event.type in (REVIEW, REVIEW_ACT, UNCHECKED_REVIEW):
        topic, key = topics.reviews, intake_review_act(document, headers).event_uid
    elif event.type == CASE_ACT:
        topic, key = topics.cases, intake_case_act(document, headers).case
    else:
        raise EnvelopeError(
            what="The event's type is unknown.",
            remedy=f"Send {GENERATION}, {PUBLICATION}, {ACTIVITY}, {REVIEW} or {CASE_ACT}.",
        )
    return ReadyEvent(
        answer=SentEvent(
            file=str(file), topic=topic, source=event.source, id=event.id, key=key, unknown_members=tuple(unknown)
        ),
        message=KafkaMessage(topic=topic, key=key.encode(), value=document, headers=headers),
    )


def _about_asset(
    file: Path, body: bytes, kind: Kind, more: dict[str, object], source: str, media_type: str | None
) -> ReadyEvent:
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore

    asset = asset_of(body, media_type or named_by(file.name))
    # What is typed is sent as it is typed: the worker holds it against the bytes.
    mime, digest = media_type or asset.media_type, asset.sha256
    location = Location(StoreSettings().inbox_bucket, f"sha256/{digest[:2]}/{digest[2:4]}/{digest}")
    S3ObjectStore(connect()).create(location, body, media_type=mime)
    content = {
        "id": file.name,
        "mime": mime,
        "uri": location.uri,
        "sha256": digest,
        "size": len(body),
        **({"operation": "generated"} if kind == "generation" else {}),
    }
    given = more.get("content")
    event = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": source,
        "type": GENERATION if kind == "generation" else PUBLICATION,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "datacontenttype": "application/json",
        "data": {**more, "content": {**content, **(given if isinstance(given, dict) else {})}},
    }
    return ready_made(file, orjson.dumps(event))


def parse_more(data: str | None) -> dict[str, object]:
    """What `--data` says.

    Raises:
        OperatorError: it is no JSON object.
    """
    if data is None:
        return {}
    try:
        more = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise OperatorError(
            what=f"--data is not JSON: {error}.", remedy='Give an object such as {"user": {}}.'
        ) from None
    if not isinstance(more, dict):
        raise OperatorError(what="--data is not a JSON object.", remedy='Give an object such as {"user": {}}.')
    return more
