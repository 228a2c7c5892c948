"""From findings to one decision and to the alerts worth sending."""

from collections.abc import Iterable, Iterator
from typing import Final

from pipeline.events.identity import alert_id
from pipeline.events.outputs import (
    Action,
    Alert,
    DecisionOutcome,
    EventReference,
    Finding,
    ObservedOutcome,
    Rule,
    Subject,
)

__all__ = ["alerts_for", "decide", "would_be_decisions"]

_OUTCOMES: Final[dict[Action, DecisionOutcome]] = {
    "record": "allow",
    "alert": "allow",
    "hold": "hold",
    "block": "block",
}
_STRICTNESS: Final[tuple[DecisionOutcome, ...]] = ("allow", "hold", "block")


def decide(findings: Iterable[Finding]) -> DecisionOutcome:
    """The strictest outcome that any finding asks for; allow where none does."""
    return max((_OUTCOMES[finding.action] for finding in findings), key=_STRICTNESS.index, default="allow")


def would_be_decisions(observed: ObservedOutcome | None) -> Iterator[tuple[str, DecisionOutcome]]:
    """What each pack that is only observed would have decided by itself, by its name."""
    if observed is not None:
        for pack in observed.packs:
            yield pack.name, decide(one for one in observed.findings if one.pack == pack)


def alerts_for(
    findings: Iterable[Finding], *, event_uid: str, event: EventReference, subject: Subject, record_uri: str | None
) -> tuple[Alert, ...]:
    """One alert for each finding that asks for more than being recorded."""
    return tuple(
        Alert(
            alert_id=alert_id(event_uid, finding.rule),
            event_uid=event_uid,
            event=event,
            kind=finding.kind,
            severity=finding.severity,
            rule=Rule(id=finding.rule, citation=finding.citation),
            action=finding.action,
            outcome=finding.outcome,
            code=finding.code,
            message=finding.message,
            evidence=finding.evidence,
            subject=subject,
            record_uri=record_uri,
            pack=finding.pack,
            remedy=finding.remedy,
            actor=finding.actor,
        )
        for finding in findings
        if finding.action != "record"
    )
