"""Whether an event or its alerts wait for a person, and what persons did, from all that is known, in whatever order."""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, get_args

import msgspec

from console.readmodel.rows import ModelRow, millis
from pipeline.events.identity import decision_id
from pipeline.events.intake import CASE_ACT
from pipeline.events.outputs import SEVERITIES, Case, Decision, Finding, ManifestRecord, ReviewUpdate

__all__ = [
    "ALERT_STATES",
    "AlertState",
    "Held",
    "act_of_decision",
    "act_of_update",
    "facet_of",
    "facets_of",
    "in_force",
    "record_as_held",
    "state_of_alerts",
    "waiting_row",
]

AlertState = Literal["open", "acknowledged", "closed"]
ALERT_STATES: Final[tuple[AlertState, ...]] = get_args(AlertState)
"""How far somebody is with the alerts of an event."""


class Held(NamedTuple):
    """A decision about an event, or a manifest record, which is one without an identity of its own.

    Args:
        decision_id: its identity; of a record, the one that its decision has.
        supersedes: the decision whose place it took.
        outcome: `allow`, `hold`, `block` or `retracted`.
        at: when, in milliseconds.
        body: the message.
        is_record: whether it is a manifest record.
    """

    decision_id: str
    supersedes: str | None
    outcome: str
    at: int
    body: bytes
    is_record: bool = False


def record_as_held(uid: str, outcome: str, at: int, body: bytes) -> Held:
    """A manifest record as the first decision about its event."""
    return Held(decision_id(uid), None, outcome, at, body, is_record=True)


def in_force(known: Iterable[Held]) -> Held | None:
    """The decision that no other one supersedes; what is retracted is so for good.

    Where some are not known (any more), several may be left: the newest counts.
    """
    known = tuple(known)
    superseded = {decision.supersedes for decision in known}
    left = [decision for decision in known if decision.decision_id not in superseded or decision.outcome == "retracted"]
    return max(
        left, key=lambda decision: (decision.outcome == "retracted", decision.at, decision.decision_id), default=None
    )


def waiting_row(uid: str, known: Iterable[Held]) -> ModelRow | None:
    """The row of an event that waits for a person; None where it does not."""
    held = in_force(known)
    if held is None or held.outcome != "hold":
        return None
    document = _document(held)
    content = document.content
    first = _gravest(document.findings)
    mime = None if content is None else content.mime
    columns = (
        uid,
        held.at,
        held.decision_id,
        -1 if first is None else SEVERITIES.index(first.severity),
        "" if first is None else first.kind,
        "" if first is None else first.rule,
        "" if first is None or first.pack is None else first.pack.name,
        None if first is None else first.citation,
        "none" if mime is None else mime.split("/")[0],
        mime,
        None if content is None else content.id,
    )
    return ModelRow("waiting", columns)


def state_of_alerts(ids: Iterable[str], case: bytes | None) -> AlertState:
    """How far somebody is with the alerts of an event; open as long as one is there that nobody looked at.

    Args:
        ids: the alerts there are.
        case: the case of having looked at them, as its message has it; None where nobody has.
    """
    if case is None:
        return "open"
    looked_at = msgspec.json.decode(case, type=Case)
    seen = looked_at.facts.get("alert.ids", ())
    if not isinstance(seen, tuple) or not set(ids) <= set(seen):
        return "open"
    return "closed" if looked_at.state == "closed" else "acknowledged"


def facet_of(kind: str, severity: str) -> str:
    """Under which facet alerts of this kind and severity are listed; either may be empty, for any."""
    if kind and severity:
        return f"both:{kind} {severity}"
    return f"kind:{kind}" if kind else f"severity:{severity}" if severity else ""


def facets_of(kind: str, severity: str) -> tuple[str, str, str]:
    """The facets under which an alert is listed, beside that of all."""
    return facet_of(kind, ""), facet_of("", severity), facet_of(kind, severity)


def act_of_decision(act: str, at: int, body: bytes) -> ModelRow | None:
    """What a person sent, by the decision that came of it; None where no person did."""
    decision = msgspec.json.decode(body, type=Decision)
    review, verdict = decision.review, decision.retraction
    by: tuple[str, str, str | None, str]
    if review is not None and review.event.type == CASE_ACT:  # its case tells it
        return None
    if review is not None:
        by = (review.verdict, review.reviewer, review.role, review.reason)
    elif verdict is not None and verdict.reviewer is not None:
        by = (verdict.verdict, verdict.reviewer, None, verdict.reason or "")
    else:
        return None
    return ModelRow("sent", (act, decision.event_uid, *by, at))


def act_of_update(act: str, body: bytes) -> ModelRow:
    """What a person sent who claimed an event, gave it back or noted something, by the update that came of it."""
    update = msgspec.json.decode(body, type=ReviewUpdate)
    return ModelRow("sent", (act, update.event_uid, update.act, update.actor, update.role, "", millis(update.at)))


def _document(held: Held) -> ManifestRecord | Decision:
    if held.is_record:
        return msgspec.json.decode(held.body, type=ManifestRecord)
    return msgspec.json.decode(held.body, type=Decision)


def _gravest(findings: Iterable[Finding]) -> Finding | None:
    """The gravest finding that asks for a person, the first one of several."""
    holding = [finding for finding in findings if finding.action in {"hold", "block"}]
    return max(holding, key=lambda finding: SEVERITIES.index(finding.severity), default=None)
