"""The command by which a person decides about an event that is held, again about one, or finds its content illegal."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar, get_args
from uuid import uuid4

import msgspec
import orjson
import typer

from agents.assembly import layout_of
from agents.cli.console import AsJson, console, print_json
from agents.cli.publishing import ReadyEvent, SentEvent, ready_made, send
from agents.settings import KafkaSettings
from pipeline.duties import ReviewRefusedError
from pipeline.errors import WorldError
from pipeline.events.identity import event_uid as uid_of
from pipeline.events.intake import REVIEW
from pipeline.events.outputs import Case, DeadLetter, Decision, EventReference, ReviewUpdate
from pipeline.policy.reference import OperatorRole
from pipeline.settings import StoreSettings
from pipeline.store import Layout, ObjectStore
from pipeline.store.acts import entries_of
from pipeline.store.chain import taken_decisions
from pipeline.store.records import stored_record
from pipeline.usecases.casework import newest_case
from pipeline.usecases.reviewing import require_undecided, reviewed_chain

__all__ = ["ISSUER", "acknowledged", "decided", "entered", "review"]

Outcome = TypeVar("Outcome")

_AGAIN_SECONDS: Final = 0.25
ISSUER: Final = "sealstream-cli"
"""Who vouches for the person: whoever may run this program may say who it is, and workers ask no more of it."""


class SentReview(msgspec.Struct, frozen=True, kw_only=True):
    """What `review` answers; `decision` is null where it was not waited for."""

    sent: Sequence[SentEvent]
    decision: str | None
    record_uri: str | None


def review(
    event_uid: Annotated[str, typer.Argument(metavar="EVENT_UID", help="The event_uid that the decision names.")],
    verdict: Annotated[
        Literal["release", "refuse", "escalate", "illegal"],
        typer.Argument(
            metavar="release|refuse|escalate|illegal",
            help="What you decide; escalate leaves it to another person, illegal retracts whatever was decided.",
        ),
    ],
    reviewer: Annotated[str, typer.Option("--by", metavar="ID", help="Who decides, by a pseudonym; it is recorded.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is recorded.")],
    role: Annotated[
        str, typer.Option("--as", metavar="ROLE", help=f"As what you decide: {', '.join(get_args(OperatorRole))}.")
    ] = "reviewer",
    seen: Annotated[
        str | None,
        typer.Option(
            metavar="DECISION_ID", help="The decision you looked at; the one that is in force now, if you do not say."
        ),
    ] = None,
    case: Annotated[
        str | None, typer.Option(metavar="ID", help="The appeal or complaint for which you decide again.")
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(metavar="csam|ncii|other", help="What kind of illegal content it is; may be repeated."),
    ] = None,
    jurisdiction: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PLACE", help="Whose law a verdict illegal cites; may be repeated; as configured if not said."
        ),
    ] = None,
    source: Annotated[str, typer.Option(help="CloudEvents source of the review.")] = "sealstream-cli",
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="Wait so long for the decision; 0 sends and ends.")
    ] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Decide about an event that is held: release it, refuse it, or leave it to a second reviewer.

    With --case, decide again about one that is allowed or blocked: the new decision takes the place of the old one.
    What is illegal is retracted, whatever was decided about it, and blocked from then on.

    Exit code 1 where it is refused, because there is nothing to decide, because you may not decide it, or because
    somebody else decided first; 75 where no worker answered in time.
    """
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore

    store, layout = S3ObjectStore(connect()), layout_of(StoreSettings())
    chain = reviewed_chain(store, layout, event_uid)
    if verdict != "illegal":
        require_undecided(chain, case)
    told = {"case": case} if verdict != "illegal" else {"categories": category, "jurisdictions": jurisdiction}
    data = {
        "event_uid": event_uid,
        "verdict": verdict,
        "actor": {"id": reviewer, "role": role},
        "auth": {"issuer": ISSUER, "at": _now()},
        "seen": seen or chain.decision_id,
        "reason": reason,
        **{name: value for name, value in told.items() if value},
    }
    ready = ready_made(Path("the review"), _event(data, source))
    decision = asyncio.run(decided(KafkaSettings(), ready, event_uid, store, layout, wait))
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
        if decision.decision == "hold":
            console.print("It waits for another person.")


def _event(data: Mapping[str, object], source: str) -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": source,
            "type": REVIEW,
            "time": _now(),
            "datacontenttype": "application/json",
            "data": data,
        }
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


async def decided(
    settings: KafkaSettings, ready: ReadyEvent, about: str, store: ObjectStore, layout: Layout, seconds: float
) -> Decision | None:
    """Send a review and wait for the decision that it takes; None where nobody waits.

    Raises:
        ReviewRefusedError: a worker refused it, and this is why.
        WorldError: no worker answered in time.
    """

    def taken() -> Decision | None:
        retracted = stored_record(store, layout.retraction(about), Decision)
        if retracted is not None and retracted.retraction is not None and _is(retracted.retraction.event, ready.answer):
            return retracted
        decisions = taken_decisions(store, layout, about)
        return next(
            (
                decision
                for decision in decisions
                if decision.review is not None and _is(decision.review.event, ready.answer)
            ),
            None,
        )

    return await _outcome_of(settings, ready, seconds, taken)


async def acknowledged(
    settings: KafkaSettings, ready: ReadyEvent, about: str, store: ObjectStore, layout: Layout, seconds: float
) -> ReviewUpdate | None:
    """Send an act that decides nothing, and wait for the update that it leads to; None where nobody waits.

    Raises:
        ReviewRefusedError: a worker refused it, and this is why.
        WorldError: no worker answered in time.
    """

    def taken() -> ReviewUpdate | None:
        updates = (entry.update for entry in entries_of(store, layout, about))
        return next((update for update in updates if _is(update.event, ready.answer)), None)

    return await _outcome_of(settings, ready, seconds, taken)


async def entered(
    settings: KafkaSettings, ready: ReadyEvent, uid: str, store: ObjectStore, layout: Layout, seconds: float
) -> Case | None:
    """Send an act about a case, and wait for the version that it leads to; None where nobody waits.

    Raises:
        ReviewRefusedError: a worker refused it, and this is why.
        WorldError: no worker answered in time.
    """

    def taken() -> Case | None:
        case = newest_case(store, layout, uid)
        return case if case is not None and uid_of(ready.answer.source, ready.answer.id) in case.events else None

    return await _outcome_of(settings, ready, seconds, taken)


async def _outcome_of(
    settings: KafkaSettings, ready: ReadyEvent, seconds: float, taken: Callable[[], Outcome | None]
) -> Outcome | None:
    """Send an act of a person, and wait until it is taken or refused.

    Raises:
        ReviewRefusedError: a worker refused it, and this is why.
        WorldError: no worker answered in time.
    """
    if not seconds:
        await send(settings, [ready])
        return None
    uid = uid_of(ready.answer.source, ready.answer.id)
    async with _refusal_of(settings, uid) as refusal:
        await send(settings, [ready])
        try:
            async with asyncio.timeout(seconds):
                while not refusal.done():
                    outcome = await asyncio.to_thread(taken)
                    if outcome is not None:
                        return outcome
                    await asyncio.wait([refusal], timeout=_AGAIN_SECONDS)
        except TimeoutError:
            raise WorldError(
                what=f"The act was sent, and no worker answered within {seconds:g} seconds.",
                remedy="See that a worker is ready; it is not lost, and a dead letter says if it was refused.",
            ) from None
        letter = refusal.result()
        raise ReviewRefusedError(what=letter.what, remedy=letter.remedy)


def _is(event: EventReference, sent: SentEvent) -> bool:
    return (event.source, event.id) == (sent.source, sent.id)


@asynccontextmanager
async def _refusal_of(settings: KafkaSettings, uid: str) -> AsyncIterator["asyncio.Task[DeadLetter]"]:
    """The dead letter of an event that is sent within this context, once there is one."""
    from agents.dead_letters import coming_letters

    async with coming_letters(settings) as letters:

        async def wanted() -> DeadLetter:
            async for letter in letters:
                if letter.event_uid == uid:
                    return letter
            raise WorldError(what="The topic of dead letters ended.", remedy="Try again.")

        task = asyncio.create_task(wanted())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
