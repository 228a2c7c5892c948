"""From findings to one decision and to the alerts worth sending."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pipeline.events.identity import alert_id
from pipeline.events.outputs import (
    SEVERITIES,
    Action,
    Alert,
    CitedRule,
    DecisionOutcome,
    EventReference,
    Finding,
    ObservedOutcome,
    Subject,
)
from pipeline.policy.vocabulary import supplied_by, vocabulary
from pipeline.policy.words import OPEN, Language

__all__ = ["MISSING_KIND", "MISSING_RULE", "alerts_for", "decide", "worth_an_alert", "would_be_decisions"]

_OUTCOMES: Final[dict[Action, DecisionOutcome]] = {
    "record": "allow",
    "alert": "allow",
    "hold": "hold",
    "block": "block",
}
_STRICTNESS: Final[tuple[DecisionOutcome, ...]] = ("allow", "hold", "block")
_ACTIONS: Final[tuple[Action, ...]] = tuple(_OUTCOMES)

MISSING_RULE: Final = "judgement.facts-missing"
MISSING_KIND: Final = "facts-missing"
_SEVERAL: Final = 2
"""A single rule that lacks a fact speaks for itself."""


_MESSAGE: Final[Mapping[Language, str]] = {
    "en": "{} rules cannot be answered while facts are unknown: {}.",
    "zh": "{}条规则因下列事实未知而无法作答：{}。",
}
_REMEDY: Final[Mapping[Language, str]] = {
    "en": "Have these facts sent with the event, or kept in the reference sets, by those who can supply them.",
    "zh": "由能够提供上述事实的人随事件发送，或者录入参考数据集。",
}
_COMMA: Final[Mapping[Language, str]] = {"en": ", ", "zh": "、"}


def decide(findings: Iterable[Finding]) -> DecisionOutcome:
    """The strictest outcome that any finding asks for; allow where none does."""
    return max({_OUTCOMES[finding.action] for finding in findings}, key=_STRICTNESS.index, default="allow")


def would_be_decisions(observed: ObservedOutcome | None) -> Iterator[tuple[str, DecisionOutcome]]:
    """What each pack that is only observed would have decided by itself, by its name."""
    if observed is not None:
        for pack in observed.packs:
            yield pack.name, decide(finding for finding in observed.findings if finding.pack == pack)


def alerts_for(
    findings: Iterable[Finding], *, event_uid: str, event: EventReference, subject: Subject, record_uri: str | None
) -> tuple[Alert, ...]:
    """The alerts of an event: one for each finding of `worth_an_alert`."""
    return tuple(
        Alert(
            alert_id=alert_id(event_uid, finding.rule),
            event_uid=event_uid,
            event=event,
            kind=finding.kind,
            severity=finding.severity,
            rule=CitedRule(id=finding.rule, citation=finding.citation),
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
        for finding in worth_an_alert(findings)
    )


def worth_an_alert(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that ask for more than being recorded, with one for all that lack facts.

    What is found stays single. Where several rules cannot be answered because facts are missing, those who have to send
    them are told once: which facts, who can supply them, and which rules wait for them.
    """
    told = [finding for finding in findings if finding.action != "record"]
    waiting = [finding for finding in told if _lacks_facts(finding)]
    if len(waiting) < _SEVERAL:
        return tuple(told)
    return (*(finding for finding in told if finding not in waiting), _together(waiting))


def _lacks_facts(finding: Finding) -> bool:
    return finding.outcome == "unknown" and any(
        value is None and name in vocabulary() for name, value in finding.evidence.items()
    )


def _together(waiting: Sequence[Finding]) -> Finding:
    missing = dict.fromkeys(
        name
        for finding in waiting
        for name, value in finding.evidence.items()
        if value is None and name in vocabulary()
    )
    language: Language = "zh" if all(OPEN["zh"] in finding.message for finding in waiting) else "en"
    return Finding(
        rule=MISSING_RULE,
        kind=MISSING_KIND,
        severity=max((finding.severity for finding in waiting), key=SEVERITIES.index),
        action=max((finding.action for finding in waiting), key=_ACTIONS.index),
        outcome="unknown",
        code=None,
        message=_MESSAGE[language].format(len(waiting), _COMMA[language].join(missing)),
        citation=None,
        evidence={
            "rules": tuple(finding.rule for finding in waiting),
            "missing": tuple(missing),
            "suppliers": tuple(f"{name}: {supplied_by(name)}" for name in missing),
        },
        remedy=_REMEDY[language],
        actor=waiting[0].actor,
    )
