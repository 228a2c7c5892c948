"""The command by which a person decides about an event that is held, or says that content is illegal."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import uuid4

import msgspec
import orjson
import typer

from agents.assembly import layout_of
from agents.cli.console import AsJson, console, print_json
from agents.cli.publishing import SentEvent, ready_made, send
from agents.settings import KafkaSettings
from pipeline.errors import WorldError
from pipeline.events.intake import REVIEW
from pipeline.events.outputs import Decision
from pipeline.settings import StoreSettings
from pipeline.store import Location, ObjectStore
from pipeline.store.records import stored_record
from pipeline.usecases.reviewing import ReviewRefusedError, held_record, reviewed_record

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["review"]

_AGAIN_SECONDS = 0.25


class SentReview(msgspec.Struct, frozen=True, kw_only=True):
    """What `review` answers; `decision` is null where it was not waited for."""

    sent: "Sequence[SentEvent]"
    decision: str | None
    record_uri: str | None


def review(
    event_uid: Annotated[str, typer.Argument(metavar="EVENT_UID", help="The event_uid that the decision names.")],
    verdict: Annotated[
        Literal["release", "refuse", "illegal"],
        typer.Argument(metavar="release|refuse|illegal", help="What you decide, or found."),
    ],
    reviewer: Annotated[str, typer.Option("--by", metavar="ID", help="Who decides, by a pseudonym; it is recorded.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is recorded.")],
    category: Annotated[
        list[str] | None,
        typer.Option(metavar="csam|ncii|other", help="What kind of illegal content it is; may be repeated."),
    ] = None,
    jurisdiction: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PLACE", help="Whose law a verdict illegal cites; may be repeated. As configured otherwise."
        ),
    ] = None,
    source: Annotated[str, typer.Option(help="CloudEvents source of the review.")] = "sealstream-cli",
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="Wait so long for the decision; 0 sends and ends.")
    ] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Decide about an event that is held: release it, or refuse it; or say of any event that its content is illegal.

    The first review of a held event counts. What is illegal is retracted, whatever was decided, and blocked from then
    on. Exit code 1 where there is nothing to decide, because the event is unknown, not held, or was reviewed before; 75
    where no worker decided in time.
    """
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore

    store, layout = S3ObjectStore(connect()), layout_of(StoreSettings())
    if verdict == "illegal":
        decided_at = layout.retraction(event_uid)
        reviewed_record(store, layout, event_uid)
    else:
        decided_at = layout.review(event_uid)
        held_record(store, layout, event_uid)
        _require_open(store, decided_at)
    named = {"categories": category, "jurisdictions": jurisdiction} if verdict == "illegal" else {}
    event = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": source,
        "type": REVIEW,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "datacontenttype": "application/json",
        "data": {
            "event_uid": event_uid,
            "verdict": verdict,
            "reviewer": {"id": reviewer},
            "reason": reason,
            **{name: values for name, values in named.items() if values},
        },
    }
    ready = ready_made(Path("the review"), orjson.dumps(event))
    asyncio.run(send(KafkaSettings(), [ready]))
    decision = _decided(store, decided_at, ready.answer, wait) if wait else None
    if as_json:
        print_json(
            SentReview(
                sent=[ready.answer],
                decision=None if decision is None else decision.decision,
                record_uri=None if decision is None else decision.record_uri,
            )
        )
        return
    console.print(f"{ready.answer.topic}  {event_uid}  {verdict}", markup=False, soft_wrap=True)
    if decision is not None:
        console.print(f"Decided: {decision.decision}, recorded in {decision.record_uri}", markup=False, soft_wrap=True)


def _require_open(store: ObjectStore, at: Location) -> None:
    decision = stored_record(store, at, Decision)
    if decision is not None:
        raise _too_late(decision)


def _decided(store: ObjectStore, at: Location, sent: SentEvent, seconds: float) -> Decision:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        decision = stored_record(store, at, Decision)
        if decision is not None and decision.decision == "retracted":
            return decision  # whoever's verdict came first
        if decision is not None:
            first = decision.review
            if first is None or (first.event.source, first.event.id) != (sent.source, sent.id):
                raise _too_late(decision)
            return decision
        time.sleep(_AGAIN_SECONDS)
    raise WorldError(
        what=f"The review was sent, and no worker decided by it within {seconds:g} seconds.",
        remedy="See that a worker is ready; the review is not lost, and a dead letter says if it was refused.",
    )


def _too_late(decision: Decision) -> ReviewRefusedError:
    verdict = "" if decision.review is None else f" {decision.review.verdict}"
    return ReviewRefusedError(
        what=f"Another review came first:{verdict} at {decision.decided_at}, by whom is in {decision.record_uri}.",
        remedy="The first review of an event counts; to overturn it, publish the content again as a new event.",
    )
