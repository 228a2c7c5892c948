"""Commands for what waits for a person: list and show it, claim it, note something down, decide about many at once."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal
from uuid import uuid4

import msgspec
import orjson
import typer

from agents.assembly import layout_of
from agents.cli.console import AsJson, console, print_json
from agents.cli.local_file import read_file
from agents.cli.publishing import ReadyEvent, SentEvent, ready_made
from agents.cli.reviewing import ISSUER, acknowledged, decided
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.errors import ProducerError
from pipeline.events.identity import decision_id
from pipeline.events.intake import REVIEW, REVIEW_ACT
from pipeline.events.outputs import Decision, ManifestRecord, ReviewUpdate
from pipeline.settings import StoreSettings
from pipeline.store import Layout, ObjectStore
from pipeline.store.acts import entries_of, live_claim
from pipeline.usecases.reviewing import require_undecided, reviewed_chain

__all__ = ["app"]

app = typer.Typer(help="Reviews: what waits for a person, and what persons did.", no_args_is_help=True)

_SOURCE: Final = "sealstream-cli"
_STDIN: Final = Path("-")
_MOST_BYTES: Final = 2**20
"""Room for 16,000 events: more are decided in several goes."""

Uid = Annotated[str, typer.Argument(metavar="EVENT_UID", help="The event_uid that the decision names.")]
By = Annotated[str, typer.Option("--by", metavar="ID", help="Who acts, by a pseudonym; it is recorded.")]
As = Annotated[str, typer.Option("--as", metavar="ROLE", help="As what: a role that the operators set gives.")]
Wait = Annotated[float, typer.Option(metavar="SECONDS", min=0, help="Wait so long for the answer; 0 sends and ends.")]


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An event that waits for a person."""

    event_uid: str
    content_id: str | None
    since: str
    seen: str
    rules: tuple[str, ...]


class ShownReview(msgspec.Struct, frozen=True, kw_only=True):
    """What `reviews show` answers."""

    event_uid: str
    decision: str
    seen: str
    decisions: tuple[Decision, ...]
    claimed_by: str | None
    claimed_until: str | None
    acts: tuple[ReviewUpdate, ...]
    notes: tuple[str, ...]


class DecidedOne(msgspec.Struct, frozen=True, kw_only=True):
    """What `reviews decide` answers for each event: what was decided, or why it was refused."""

    event_uid: str
    decision: str | None
    refused: str | None


@app.command("list")
def list_waiting(
    rule: Annotated[str, typer.Option(metavar="ID", help="Held by this rule, or one whose id begins so.")] = "",
    content: Annotated[str, typer.Option(metavar="ID", help="About this item.")] = "",
    most: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="No more than the oldest N.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what is held and was not decided since, the oldest first, as far back as the topics reach."""
    waiting_now = asyncio.run(_waiting(KafkaSettings()))
    found = [
        held
        for held in waiting_now
        if content in ("", held.content_id) and (not rule or any(name.startswith(rule) for name in held.rules))
    ][:most]
    if as_json:
        print_json({"waiting": found})
        return
    for waiting in found:
        console.print(
            f"{waiting.since}  {waiting.event_uid}  {waiting.content_id or '-'}  {', '.join(waiting.rules)}",
            markup=False,
            soft_wrap=True,
        )
    others = f", {len(waiting_now) - len(found)} others" if len(found) < len(waiting_now) else ""
    console.print(f"{len(found)} wait{others}.", style="dim")


@app.command()
def show(event_uid: Uid, as_json: AsJson = False) -> None:
    """Show where an event stands: what was decided and by whom, who has claimed it, and notes."""
    store, layout = _store()
    chain = reviewed_chain(store, layout, event_uid)
    entries = entries_of(store, layout, event_uid)
    newest = entries[-1].update if entries else None
    claim = live_claim(newest, chain.decision_id, datetime.now(UTC))
    shown = ShownReview(
        event_uid=event_uid,
        decision=chain.outcome,
        seen=chain.decision_id,
        decisions=chain.taken,
        claimed_by=None if claim is None else claim.actor,
        claimed_until=None if claim is None else claim.until,
        acts=tuple(entry.update for entry in entries),
        notes=tuple(entry.note for entry in entries if entry.note is not None),
    )
    if as_json:
        print_json(shown)
        return
    console.print(f"{shown.decision}, decision {shown.seen}", markup=False, soft_wrap=True)
    for decision in shown.decisions:
        if decision.review is not None:
            by = f"{decision.review.verdict} by {decision.review.reviewer} as {decision.review.role or '?'}"
            console.print(
                f"{decision.decided_at}  {decision.decision}  {by}: {decision.review.reason}",
                markup=False,
                soft_wrap=True,
            )
    if claim is not None:
        console.print(f"claimed by {claim.actor} until {claim.until}", markup=False, soft_wrap=True)
    for note in shown.notes:
        console.print(f"note: {note}", markup=False, soft_wrap=True)


@app.command()
def claim(
    event_uid: Uid, by: By, role: As = "reviewer", reason: str = "Claimed.", wait: Wait = 30.0, as_json: AsJson = False
) -> None:
    """Claim an event, so that nobody else works on it for a while; again, and it lasts longer."""
    _act("claim", event_uid, by, role, reason, wait, as_json=as_json)


@app.command()
def unclaim(
    event_uid: Uid,
    by: By,
    role: As = "reviewer",
    reason: str = "Given back.",
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """Give an event back that you claimed."""
    _act("unclaim", event_uid, by, role, reason, wait, as_json=as_json)


@app.command()
def note(
    event_uid: Uid,
    by: By,
    reason: Annotated[str, typer.Option("--text", metavar="TEXT", help="The note: stored, and never published.")],
    role: As = "reviewer",
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """Note something down about an event."""
    _act("note", event_uid, by, role, reason, wait, as_json=as_json)


@app.command()
def decide(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="One event_uid a line; - reads standard input.", allow_dash=True)
    ],
    verdict: Annotated[Literal["release", "refuse", "escalate"], typer.Argument(metavar="release|refuse|escalate")],
    by: By,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is recorded with each.")],
    role: As = "reviewer",
    wait: Wait = 60.0,
    as_json: AsJson = False,
) -> None:
    """Decide about many events that are held, for one reason. Exit code 1 where one of them is refused."""
    text = sys.stdin.buffer.read() if file == _STDIN else read_file(file, max_bytes=_MOST_BYTES)
    lines = text.decode(errors="replace").splitlines()
    uids = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    store, layout = _store()
    batch, ready, answers = str(uuid4()), dict[str, ReadyEvent](), list[DecidedOne]()
    for uid in uids:
        try:
            chain = reviewed_chain(store, layout, uid)
            require_undecided(chain, None)
        except ProducerError as error:
            answers.append(DecidedOne(event_uid=uid, decision=None, refused=str(error)))
            continue
        data = {"verdict": verdict, "batch": batch}
        ready[uid] = _ready(REVIEW, uid, by, role, chain.decision_id, reason, data)
    answers += asyncio.run(_decided(ready, store, layout, wait))
    if as_json:
        print_json({"batch": batch, "decided": answers})
    else:
        for answer in answers:
            console.print(
                f"{answer.event_uid}  {answer.decision or answer.refused or 'sent'}", markup=False, soft_wrap=True
            )
    if any(answer.refused for answer in answers):
        raise typer.Exit(1)


async def _decided(
    ready: Mapping[str, ReadyEvent], store: ObjectStore, layout: Layout, seconds: float
) -> list[DecidedOne]:
    async def outcome_of(uid: str, event: ReadyEvent) -> DecidedOne:
        try:
            decision = await decided(KafkaSettings(), event, uid, store, layout, seconds)
        except ProducerError as error:
            return DecidedOne(event_uid=uid, decision=None, refused=str(error))
        return DecidedOne(event_uid=uid, decision=None if decision is None else decision.decision, refused=None)

    return [await outcome_of(uid, event) for uid, event in ready.items()]


def _act(
    act: Literal["claim", "unclaim", "note"], uid: str, by: str, role: str, reason: str, wait: float, *, as_json: bool
) -> None:
    store, layout = _store()
    chain = reviewed_chain(store, layout, uid)
    ready = _ready(REVIEW_ACT, uid, by, role, chain.decision_id, reason, {"act": act})
    newest = asyncio.run(acknowledged(KafkaSettings(), ready, uid, store, layout, wait))
    sent: Sequence[SentEvent] = [ready.answer]
    if as_json:
        print_json({"sent": sent, "update": newest})
        return
    console.print(f"{ready.answer.topic}  {uid}  {act}", markup=False, soft_wrap=True)
    if newest is not None and newest.claim is not None:
        console.print(f"Claimed by {newest.claim.actor} until {newest.claim.until}", markup=False, soft_wrap=True)


def _ready(
    event_type: str, uid: str, by: str, role: str, seen: str, reason: str, more: Mapping[str, object]
) -> ReadyEvent:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    data = {
        "event_uid": uid,
        "actor": {"id": by, "role": role},
        "auth": {"issuer": ISSUER, "at": now},
        "seen": seen,
        "reason": reason,
        **more,
    }
    event = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": _SOURCE,
        "type": event_type,
        "time": now,
        "datacontenttype": "application/json",
        "data": data,
    }
    return ready_made(Path("the act"), orjson.dumps(event))


async def _waiting(settings: KafkaSettings) -> list[Waiting]:
    """What is held by the topics: a decision or record that no other decision supersedes. In no order between them."""
    from agents.kafka import read_to_end

    topics = Topics(settings.topic_prefix)
    held: dict[str, Waiting] = {}
    superseded: set[str] = set()
    async for message in read_to_end(settings, topics.manifests):
        record = msgspec.json.decode(message.value or b"", type=ManifestRecord)
        if record.decision == "hold":
            _note(held, record, decision_id(record.event_uid), record.sealed_at, record.content.id)
    async for message in read_to_end(settings, topics.decisions):
        decision = msgspec.json.decode(message.value or b"", type=Decision)
        if decision.supersedes is not None:
            superseded.add(decision.supersedes)
        elif decision.review is not None:  # of a build that did not say what it superseded
            superseded.add(decision_id(decision.event_uid))
        if decision.decision == "hold":
            content = None if decision.content is None else decision.content.id
            _note(held, decision, decision.decision_id, decision.decided_at, content)
    return sorted(
        (waiting for seen, waiting in held.items() if seen not in superseded), key=lambda waiting: waiting.since
    )


def _note(
    held: dict[str, Waiting], record: ManifestRecord | Decision, seen: str, since: str, content: str | None
) -> None:
    rules = tuple(dict.fromkeys(finding.rule for finding in record.findings if finding.action == "hold"))
    held[seen] = Waiting(event_uid=record.event_uid, content_id=content, since=since, seen=seen, rules=rules)


def _store() -> tuple[ObjectStore, Layout]:
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore

    return S3ObjectStore(connect()), layout_of(StoreSettings())
