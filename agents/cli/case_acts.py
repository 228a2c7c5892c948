"""The command by which people act on cases, and by which what the public complains of is entered."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, get_args
from uuid import uuid4

import msgspec
import orjson
import typer

from agents.assembly import layout_of
from agents.cli.console import AsJson, console, print_json
from agents.cli.publishing import SentEvent, parse_more, ready_made
from agents.cli.reviewing import ISSUER, entered
from agents.settings import KafkaSettings
from pipeline.assets import sha256_hex
from pipeline.errors import OperatorError
from pipeline.events.identity import case_uid
from pipeline.events.intake import CASE_ACT
from pipeline.events.outputs import Case, CaseOutcome, LabelFault
from pipeline.policy.reference import OperatorRole
from pipeline.settings import StoreSettings
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.chain import chain_of
from pipeline.usecases.casework import newest_case

__all__ = ["act"]

_ACTS: Final = (
    "complaint.received, acknowledged, asked-back, replied, answered, closed; incident.opened, disposed, reported, "
    "refuted, closed; order.received, done, contested; takedown.requested, done; appeal.opened, decided; "
    "licence.known, revoked; emergency.opened, reported, ended; alert.acknowledged, closed; "
    "enforcement.announced, taken, reversed"
)


class SentAct(msgspec.Struct, frozen=True, kw_only=True):
    """What `cases act` answers; `case` is null where it was not waited for, and nothing is sent in a dry run."""

    dry_run: bool
    sent: SentEvent
    event: dict[str, object]
    case: Case | None


def act(
    what: Annotated[str, typer.Argument(metavar="ACT", help=f"What was done: {_ACTS}.", show_default=False)],
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case, by your own number.", show_default=False)],
    by: Annotated[
        str | None, typer.Option("--by", metavar="ID", help="Who acts, by a pseudonym; left out for the public.")
    ] = None,
    role: Annotated[
        str, typer.Option("--as", metavar="ROLE", help=f"As what: {', '.join(get_args(OperatorRole))}.")
    ] = "complaints-officer",
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; it is recorded and published.")] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When it was done (RFC 3339), if not now.")] = None,
    seen: Annotated[
        int | None, typer.Option(metavar="VERSION", help="The version you looked at; the newest, if you do not say.")
    ] = None,
    outcome: Annotated[
        CaseOutcome | None,
        typer.Option(metavar="upheld|overturned", help="Of complaint.answered and appeal.decided: what becomes of it."),
    ] = None,
    seen_decision: Annotated[
        str | None,
        typer.Option(metavar="DECISION_ID", help="The decision you looked at; the one in force, if you do not say."),
    ] = None,
    event_uid: Annotated[
        str | None, typer.Option("--about-event", metavar="EVENT_UID", help="The event it is about.")
    ] = None,
    content_id: Annotated[str | None, typer.Option("--about-content", metavar="ID", help="The item.")] = None,
    account: Annotated[str | None, typer.Option("--about-account", metavar="ACCOUNT", help="The account.")] = None,
    label: Annotated[
        LabelFault | None,
        typer.Option("--about-label", metavar="|".join(get_args(LabelFault)), help="What is wrong with its label."),
    ] = None,
    party: Annotated[
        str | None, typer.Option(metavar="HASH", help="Who complains, by a salted hash; never a name.")
    ] = None,
    channel: Annotated[str | None, typer.Option(metavar="NAME", help="How it came in: web, post, authority, …")] = None,
    jurisdiction: Annotated[
        list[str] | None, typer.Option(metavar="PLACE", help="Where the case is; may be repeated.")
    ] = None,
    documents: Annotated[
        list[str] | None,
        typer.Option(
            "--document", metavar="S3_URI", help="A stored object that belongs to it, by its digest; may be repeated."
        ),
    ] = None,
    sent_to: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The authority or office that the documents went to; never a person."),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            metavar="JSON",
            help='More, such as {"order": {"kind": "rectify", "due_at": "…"}}, {"service": {"id": "…"}}.',
        ),
    ] = None,
    source: Annotated[str, typer.Option(help="CloudEvents source of the act.")] = "sealstream-cli",
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="Wait so long for the answer; 0 sends and ends.")
    ] = 30.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the event; ask no broker and send nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Do something about a case; the first act of its kind opens it.

    Exit code 1 where it is refused: you may not do it, it may not follow what was done, or somebody acted meanwhile; 75
    where no worker answered in time.
    """
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore

    store, layout = S3ObjectStore(connect()), layout_of(StoreSettings())
    uid = case_uid(what.partition(".")[0], f"#{case}")
    newest = newest_case(store, layout, uid)
    about = {"event_uid": event_uid, "content_id": content_id, "account": account, "label": label}
    told: dict[str, object] = {
        "act": what,
        "case": case,
        "at": at,
        "about": {name: value for name, value in about.items() if value},
        "party": {"id_hash": party} if party else None,
        "channel": channel,
        "jurisdictions": jurisdiction,
        "outcome": outcome,
        "seen_decision": seen_decision,
        "documents": _filed(store, documents or [], sent_to),
    }
    if by is not None:
        if not reason:
            raise OperatorError(what="An act of a person has a reason.", remedy="Give --reason TEXT.")
        told |= {"actor": {"id": by, "role": role}, "auth": {"issuer": ISSUER, "at": _now()}, "reason": reason}
    if outcome is not None and seen_decision is None:
        told["seen_decision"] = _in_force(store, layout, event_uid or _event_of(newest))
    whole = {**{name: value for name, value in told.items() if value}, **parse_more(data)}
    if by is not None:
        whole["seen"] = (0 if newest is None else newest.version) if seen is None else seen
    event: dict[str, object] = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": source,
        "type": CASE_ACT,
        "time": _now(),
        "datacontenttype": "application/json",
        "data": whole,
    }
    ready = ready_made(Path("the act"), orjson.dumps(event))
    entry = None if dry_run else asyncio.run(entered(KafkaSettings(), ready, uid, store, layout, wait))
    if as_json:
        print_json(SentAct(dry_run=dry_run, sent=ready.answer, event=event, case=entry))
        return
    if dry_run:
        console.print_json(orjson.dumps(event).decode())
        return
    console.print(f"{ready.answer.topic}  {case}  {what}", markup=False, soft_wrap=True)
    if entry is not None:
        became = "" if entry.outcome is None else f", {entry.outcome}"
        console.print(
            f"{entry.state}{became}, version {entry.version}: {entry.record_uri}", markup=False, soft_wrap=True
        )


def _filed(store: ObjectStore, uris: Sequence[str], sent_to: str | None) -> list[dict[str, str]]:
    """Stored objects as documents of a case, each by the digest of its bytes, and to whom they went.

    Raises:
        OperatorError: one is not there, or nothing was sent.
    """
    if sent_to is not None and not uris:
        raise OperatorError(
            what="--sent-to says where documents went, and none is named.",
            remedy="Name what was sent with --document S3_URI; `sealstream report` says where it stored a report.",
        )
    filed: list[dict[str, str]] = []
    for uri in uris:
        found = store.get(Location.parse(uri))
        if found is None:
            raise OperatorError(
                what=f"There is no object {uri}.",
                remedy="Name one that is stored; `sealstream report` says where it stored a report.",
            )
        document = {"sha256": sha256_hex(found.body), "uri": uri}
        filed.append(document if sent_to is None else {**document, "addressee": sent_to})
    return filed


def _event_of(case: Case | None) -> str | None:
    return None if case is None or case.about is None else case.about.event_uid


def _in_force(store: ObjectStore, layout: Layout, uid: str | None) -> str | None:
    """The decision in force about an event; None where there is none."""
    chain = None if uid is None else chain_of(store, layout, uid)
    return None if chain is None else chain.decision_id


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
