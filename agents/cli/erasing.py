"""The command that erases what is stored of a person's content, or of a content."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Protocol

import msgspec
import typer

from agents.assembly import layout_of
from agents.cli.console import AsJson, console, errors, print_json
from agents.cli.erasure_progress import ErasureProgress
from agents.cli.local_file import read_file
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.duties.erasure import BASES, LeftBehind, left
from pipeline.errors import AssetRefusedError, OperatorError
from pipeline.events.instants import written
from pipeline.events.pseudonyms import Pseudonyms
from pipeline.settings import PeopleSettings, StoreSettings
from pipeline.usecases.erasing import BUCKET_PARTS, Erasing
from pipeline.usecases.erasure import ErasedObject, ErasureRequest, PartErased, joined_parts

__all__ = ["Among", "GoOn", "erase", "listed_events"]

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_SECONDS_OF_SILENCE: Final = 2.0
_MOST_BYTES: Final = 2**30

Users = Annotated[
    list[str] | None,
    typer.Option(
        "--user",
        metavar="ID",
        help="A person, as events call them: user.id_hash, or content.subject_ids. Several times, if need be.",
    ),
]
Contents = Annotated[
    list[str] | None,
    typer.Option(
        "--content",
        metavar="ID|DIGEST",
        help="A content id, or the SHA-256 of a file, sealed or original; id:... where an id looks like one.",
    ),
]
GoOn = Annotated[
    Path | None,
    typer.Option(
        "--go-on", metavar="FILE", help="Keep in FILE how far it got; the same command goes on there.", dir_okay=False
    ),
]
Among = Annotated[
    Path | None,
    typer.Option(
        "--among",
        metavar="FILE",
        help="Look only at these events, one event_uid a line, and not through all records.",
        dir_okay=False,
    ),
]


class ErasureAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What `erase` answers."""

    dry_run: bool
    basis: tuple[str, ...]
    events: tuple[str, ...]
    was_erased: int
    erased: tuple[ErasedObject, ...]
    left: tuple[LeftBehind, ...]
    recorded: tuple[str, ...]


class _Publishes(Protocol):
    async def publish(self, messages: list[KafkaMessage]) -> None: ...


def erase(
    users: Users = None,
    contents: Contents = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be erased, and erase nothing.")] = False,
    among: Among = None,
    go_on: GoOn = None,
    as_json: AsJson = False,
) -> None:
    """Erase what is stored of a person's content, or of a content (GDPR Art. 17, PIPL Art. 47).

    Deletes sealed assets, manifests and copies in the inbox, takes manifest records off their topic, and says what it
    left, and why. Records stay while law demands them. Exit code 1 means that nothing is known. Doing it again is safe.
    """
    requests = tuple(_requests(users or (), contents or ()))
    if among is not None and go_on is not None:
        raise OperatorError(
            what="--go-on is about reading all records, and --among reads few.", remedy="Leave out one of them."
        )
    settings = StoreSettings()
    erasing = _erasing(settings, requests, only_look=dry_run)
    listed = None if among is None else listed_events(among)
    answer = asyncio.run(_Run(erasing=erasing, listed=listed, go_on=None if dry_run else go_on).erase())
    if as_json:
        print_json(answer)
    else:
        _show(answer)
    if not answer.events and not answer.erased and not answer.left and not erasing.known_before():
        errors.print("sealstream: Nothing is known of it in this store.", markup=False)
        raise typer.Exit(1)


def _requests(users: Iterable[str], contents: Iterable[str]) -> Iterator[ErasureRequest]:
    named = [*users, *contents]
    if not named or not all(named):
        raise OperatorError(what="Say what to erase.", remedy="Give --user ID or --content ID|DIGEST.")
    pseudonyms = Pseudonyms.read(PeopleSettings().pseudonym_keys)
    for user in users:
        yield from (ErasureRequest(kind="user", subject=account) for account in pseudonyms.accounts(user))
    for content in contents:
        if _DIGEST.fullmatch(content.lower()):
            yield ErasureRequest(kind="digest", subject=content.lower())
        else:
            yield ErasureRequest(kind="content", subject=content.removeprefix("id:"))


def _erasing(settings: StoreSettings, requests: tuple[ErasureRequest, ...], *, only_look: bool) -> Erasing:
    from pipeline.store import connection, s3, s3_erasing

    connected = connection.connect()
    return Erasing(
        store=s3.S3ObjectStore(connected, locked_buckets=frozenset({settings.records_bucket})),
        layout=layout_of(settings),
        eraser=s3_erasing.S3Eraser(connected),
        inbox_bucket=settings.inbox_bucket,
        retention=timedelta(days=settings.retention_days),
        now=lambda: datetime.now(UTC),
        requests=requests,
        only_look=only_look,
    )


def listed_events(file: Path) -> tuple[str, ...]:
    """The events that a file names, one event_uid a line.

    Raises:
        AssetRefusedError: a line is none.
    """
    uids = tuple(read_file(file, max_bytes=_MOST_BYTES).decode("ascii", "replace").split())
    for number, uid in enumerate(uids, 1):
        if _DIGEST.fullmatch(uid) is None:
            raise AssetRefusedError(
                what=f"Line {number} of {file} is no event_uid.", remedy="Write 64 hex digits on each line."
            )
    return uids


class _Run:
    """One run: what it found so far, and how far it got."""

    def __init__(self, *, erasing: Erasing, listed: tuple[str, ...] | None, go_on: Path | None) -> None:
        self._erasing = erasing
        self._listed = listed
        self._topic = Topics(KafkaSettings().topic_prefix)
        self._progress = ErasureProgress.taken_up(go_on, tuple(request.uid for request in erasing.requests))
        self._said = time.monotonic()

    async def erase(self) -> ErasureAnswer:
        """Do all of it, in the order of `pipeline.usecases.erasing`."""
        erasing, progress = self._erasing, self._progress
        async with self._publisher() as publisher:
            if not len(progress):
                await self._take(publisher, await asyncio.to_thread(erasing.of_digests))
            if self._listed is not None:
                await self._take(publisher, await asyncio.to_thread(erasing.among, self._listed))
            elif erasing.reads_records:
                for number in range(len(progress) - 1, BUCKET_PARTS):
                    await self._take(publisher, await asyncio.to_thread(erasing.part, number))
                    self._say(f"{number + 1} of {BUCKET_PARTS} parts are read, {progress.events} events found.")
        found = progress.found()
        self._say("The inbox is searched.", at_once=bool(found.digests))
        found = joined_parts(found, await asyncio.to_thread(erasing.inbox, found))
        kept = [*await asyncio.to_thread(erasing.beside, found), *self._logs(found)]
        found = joined_parts(found, await asyncio.to_thread(erasing.outlived, found))
        did = bool(found.events or found.erased) and not erasing.only_look
        recorded = await asyncio.to_thread(erasing.record, found, kept) if did else ()
        progress.end()
        return ErasureAnswer(
            dry_run=erasing.only_look,
            basis=BASES,
            events=found.events,
            was_erased=found.was_erased,
            erased=found.erased,
            left=(*found.left, *kept),
            recorded=recorded,
        )

    @asynccontextmanager
    async def _publisher(self) -> AsyncIterator[_Publishes | None]:
        """Connected before anything is deleted; where nothing is, nobody is asked for."""
        if self._erasing.only_look:
            yield None
            return
        from agents import kafka

        async with kafka.open_publisher(KafkaSettings()) as publisher:
            yield publisher

    async def _take(self, publisher: _Publishes | None, part: PartErased) -> None:
        """Take manifest records off their topic, and add what was found to what is known."""
        topic = self._topic.manifests
        if publisher is not None and part.content_ids:
            await publisher.publish(
                [KafkaMessage(topic=topic, key=content_id.encode(), value=None) for content_id in part.content_ids]
            )
        said = tuple(ErasedObject(what="message", where=f"{topic}: {content_id}") for content_id in part.content_ids)
        self._progress.add(joined_parts(part, PartErased(erased=said)))

    def _say(self, what: str, *, at_once: bool = False) -> None:
        if at_once or time.monotonic() - self._said > _SECONDS_OF_SILENCE:
            self._said = time.monotonic()
            errors.print(what, style="dim", markup=False)

    def _logs(self, found: PartErased) -> Iterator[LeftBehind]:
        """The topics that go by themselves, and when at the latest, where they are kept as they were planned."""
        topics, now = self._topic, datetime.now(UTC)
        names = {topics.generation, topics.publication, topics.decisions, topics.alerts, topics.dead_letters}
        for plan in topics.plans() if found.events else ():
            if plan.name in names:
                until = now + timedelta(milliseconds=int(plan.config["retention.ms"]))
                yield left("log", plan.name, written(until))


def _show(answer: ErasureAnswer) -> None:
    would = "would be erased" if answer.dry_run else "erased"
    for gone in answer.erased:
        console.print(f"{would}  {gone.what}  {gone.where}", markup=False, soft_wrap=True)
    groups: dict[str, list[LeftBehind]] = {}
    for left_behind in answer.left:
        groups.setdefault(left_behind.what, []).append(left_behind)
    for what, some in groups.items():
        until = max((left_behind.until for left_behind in some if left_behind.until is not None), default=None)
        console.print(f"left  {what}  {len(some)}", markup=False, soft_wrap=True)
        for left_behind in some[:_SHOWN]:
            console.print(f"    {left_behind.where}", markup=False, soft_wrap=True)
        if len(some) > _SHOWN:
            console.print(f"    and {len(some) - _SHOWN} more; --json has all", markup=False)
        console.print(f"    {some[0].because}", markup=False, soft_wrap=True)
        console.print(f"    {some[0].article}", style="dim", markup=False, soft_wrap=True)
        if until is not None:
            console.print(f"    until {until}", markup=False, soft_wrap=True)
    console.print(
        f"{len(answer.events)} events, {answer.was_erased} of them erased before; "
        f"{len(answer.erased)} objects and messages {would}, {len(answer.left)} left.",
        markup=False,
        soft_wrap=True,
    )
    if answer.events and not answer.dry_run:
        console.print(
            "Whoever received copies is to be told (GDPR Art. 19): who reads the topic of manifests is, by its "
            "tombstones.",
            style="dim",
            soft_wrap=True,
        )
    for uri in answer.recorded:
        console.print(f"recorded  {uri}", markup=False, soft_wrap=True)


_SHOWN: Final = 5
