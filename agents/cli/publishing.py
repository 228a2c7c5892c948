"""The command that sends events: ready-made ones, or new ones about files."""

import asyncio
import shlex
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal
from uuid import uuid4

import msgspec
import orjson
import typer
from rich.progress import Progress

from agents.cli.console import AsJson, console, errors, print_json
from agents.cli.folders import Worked, files_below, told, work_on
from agents.cli.local_file import check_name, read_file
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.assets import asset_of, sha256_hex
from pipeline.errors import EnvelopeError, OperatorError, ProducerError
from pipeline.events.envelope import parse
from pipeline.events.identity import event_uid
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
from pipeline.store import Layout, Location, ObjectStore, StoreRefusedError
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
_AT_ONCE: Final = 8
"""Files of a folder that are read, stored and sent at once."""


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
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Events (JSON, JSON Lines), assets, or folders of them.")
    ],
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
    rate: Annotated[
        float | None, typer.Option(min=0.001, help="Of a folder, so many files a second at most.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send events. FILE is either an event or an asset.

    A JSON file with the CloudEvents attributes (or JSON Lines of them) is sent as it is, after its check against the
    schema; members that the contract does not know are named. Any other file is an asset: it is stored in the inbox
    bucket, and an event about it is sent.

    Of a folder all files are sent. Hidden files and folders, links and *.c2pa are left out; where a folder in it cannot
    be read, nothing is sent. An asset in one is called by its path in it, and its event has an identity that follows
    from path, bytes and what else is said: stopped and typed again, it goes on where it was, and what workers have a
    record of is left out. A file that cannot be sent is named, and keeps no other from it; the exit code is 1 then.
    """
    more = parse_more(data)
    if any(file.is_dir() for file in files):
        if len(files) > 1:
            raise OperatorError(what="A folder was named beside other files.", remedy="Name one folder, or files.")
        folder = _FolderToSend(
            path=files[0], kind=kind, more=more, source=source, media_type=media_type, are_assets=asset, store=_store()
        )
        worked = asyncio.run(_publish_folder(folder, rate))
        if as_json:
            print_json(worked)
        raise typer.Exit(int(bool(worked.refused)) if as_json else told(worked, "sent"))
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


async def _publish_folder(folder: "_FolderToSend", rate: float | None) -> Worked[tuple[SentEvent, ...]]:
    """Send events about all files of a folder.

    Raises:
        WorldError: a delivery was not confirmed.
    """
    from agents.kafka import open_publisher

    stopped, loop = threading.Event(), asyncio.get_running_loop()
    async with open_publisher(KafkaSettings()) as publisher:

        def work(file: Path) -> tuple[SentEvent, ...] | None:
            if stopped.is_set():
                raise asyncio.CancelledError
            ready = folder.prepare(file)
            messages = [event.message for event in ready]
            asyncio.run_coroutine_threadsafe(publisher.publish(messages), loop).result()
            return tuple(event.answer for event in ready) or None

        sending = partial(work_on, files_below(folder.path), work, name="sending", rate=rate, threads=_AT_ONCE)
        try:
            return await asyncio.to_thread(sending)
        finally:
            stopped.set()


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
    check_name(file)
    body = read_file(file, max_bytes=AssetSettings().max_asset_bytes)
    documents = None if asset else _events_in(file, body)
    if documents is None:
        about = _AboutAsset(
            file=file, name=file.name, event_id=str(uuid4()), kind=kind, more=more, source=source, store=_store()
        )
        yield about.ready(body, media_type)
        return
    yield from _all_ready(file, documents)


def _all_ready(file: Path, documents: Mapping[int, bytes]) -> Iterator[ReadyEvent]:
    for line, document in documents.items():
        try:
            yield ready_made(file, document)
        except ProducerError as error:
            place = f"{file}, line {line}" if _has_lines(file) else file
            raise replace(error, what=f"{place}: {error.what}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _FolderToSend:
    """A folder whose files are to be sent, and what is said about each."""

    path: Path
    kind: Kind
    more: dict[str, object]
    source: str
    media_type: str | None
    are_assets: bool
    store: ObjectStore

    def prepare(self, file: Path) -> list[ReadyEvent]:
        """The events of a file; none where workers have a record of the one about an asset.

        Raises:
            ProducerError: the file cannot be sent.
            WorldError: the object store does not answer.
        """
        check_name(file)
        body = read_file(file, max_bytes=AssetSettings().max_asset_bytes)
        documents = None if self.are_assets else _events_in(file, body)
        if documents is not None:
            return list(_all_ready(file, documents))
        name = file.relative_to(self.path).as_posix()
        said = orjson.dumps([self.kind, name, self.more, self.media_type], option=orjson.OPT_SORT_KEYS)
        about = _AboutAsset(
            file=file,
            name=name,
            event_id=sha256_hex(said + sha256_hex(body).encode()),
            kind=self.kind,
            more=self.more,
            source=self.source,
            store=self.store,
        )
        return [] if about.is_done() else [about.ready(body, self.media_type)]


def _has_lines(file: Path) -> bool:
    return file.suffix in (".jsonl", ".ndjson")


def _events_in(file: Path, body: bytes) -> Mapping[int, bytes] | None:
    """The events in a file, by the lines that they begin in; None where it is an asset.

    What it is, its first JSON object says: a line before that was cut off does not make an asset of the others.
    """
    if file.suffix != ".json" and not _has_lines(file):
        return None
    lines = enumerate(body.splitlines(), start=1) if _has_lines(file) else [(1, body)]
    documents = {number: line for number, line in lines if line.strip()}
    for said in map(_json_or_none, documents.values()):
        if isinstance(said, dict) and "specversion" in said:
            return documents
        _refuse_what_looks_like_an_event(file, said)
        if isinstance(said, dict):
            return None
    return None


def _json_or_none(document: bytes) -> object:
    """What a document says; None where it is no JSON, which intake explains where an event was meant."""
    try:
        return orjson.loads(document)
    except orjson.JSONDecodeError:
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
    told = _json_or_none(document)
    is_structured = isinstance(told, dict) and "data" in told
    headers = (("content-type", b"application/cloudevents+json"),) if is_structured else ()
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _AboutAsset:
    """An event about a file: what it calls the file, its own id, and what else it says."""

    file: Path
    name: str
    event_id: str
    kind: Kind
    more: dict[str, object]
    source: str
    store: ObjectStore

    def is_done(self) -> bool:
        """Whether workers have a record of the event; not, where this user may not look."""
        at = _layout().record(event_uid(self.source, self.event_id))
        try:
            return self.store.head(at) is not None
        except StoreRefusedError:
            return False

    def ready(self, body: bytes, media_type: str | None) -> ReadyEvent:
        """The event, once the asset is in the inbox bucket."""
        asset = asset_of(body, media_type or named_by(self.file.name))
        # What is typed is sent as it is typed: the worker holds it against the bytes.
        mime, digest = media_type or asset.media_type, asset.sha256
        location = Location(StoreSettings().inbox_bucket, f"sha256/{digest[:2]}/{digest[2:4]}/{digest}")
        self.store.create(location, body, media_type=mime)
        content = {
            "id": self.name,
            "mime": mime,
            "uri": location.uri,
            "sha256": digest,
            "size": len(body),
            **({"operation": "generated"} if self.kind == "generation" else {}),
        }
        given = self.more.get("content")
        event = {
            "specversion": "1.0",
            "id": self.event_id,
            "source": self.source,
            "type": GENERATION if self.kind == "generation" else PUBLICATION,
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "datacontenttype": "application/json",
            "data": {**self.more, "content": {**content, **(given if isinstance(given, dict) else {})}},
        }
        return ready_made(self.file, orjson.dumps(event))


def _layout() -> Layout:
    stores = StoreSettings()
    return Layout(content_bucket=stores.content_bucket, records_bucket=stores.records_bucket)


def _store() -> ObjectStore:
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore

    return S3ObjectStore(connect())


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
