"""From a rule that does not hold for an event, or has no answer, to the finding that says so."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from pipeline.events.outputs import Action, Finding, Severity
from pipeline.policy.ready_rules import ReadyRule
from pipeline.policy.seen import Observation
from pipeline.policy.vocabulary import PERSONAL, Facts, FactValue
from pipeline.policy.words import OPEN, Language

__all__ = ["REDACTED", "finding_of", "finding_of_broken", "shown_fact"]

REDACTED: Final = "[redacted]"

_STRICTNESS: Final[tuple[Action, ...]] = ("record", "alert", "hold", "block")

_UNSAID: Final[Severity] = "high"
"""How grave a violation is of which neither rule nor observation says it; the schema lets no such pack through."""


def finding_of(
    ready: ReadyRule, facts: Facts, actor: str | None, *, holds: bool | None, seen: Observation | None = None
) -> Finding:
    """The finding of a rule that does not hold, or of which a missing fact leaves open whether it does.

    Args:
        ready: the rule.
        facts: the facts of the event; those that the rule names are shown, null where they are missing.
        actor: the role of who acted in the event.
        holds: False or None.
        seen: the observation that the rule was asked about; one that is no more than possible violates nothing.
    """
    rule = ready.rule
    is_violated = holds is False and (seen is None or seen.outcome == "violation")
    evidence = {name: facts.get(name) for name in ready.facts}
    message = ready.text
    if holds is None:
        missing = tuple([name for name, value in evidence.items() if value is None])
        message = _open_question(ready.text, ready.language, missing)
    for name in ready.personal:
        if name in facts:
            evidence[name] = shown_fact(name, facts[name])
    return Finding(
        rule=rule.id,
        kind=rule.kind,
        severity=rule.severity or (_UNSAID if seen is None else seen.severity),
        action=rule.action if is_violated else rule.on_unknown,
        outcome="violation" if is_violated else "unknown",
        code=None if seen is None else seen.code,
        message=message,
        citation=ready.citation,
        evidence=evidence if seen is None else {**evidence, **seen.evidence},
        pack=ready.reference,
        remedy=ready.remedy,
        actor=actor,
    )


def finding_of_broken(broken: Sequence[tuple[ReadyRule, str]]) -> tuple[Finding, ...]:
    """One finding for the rules that have no answer, with why: content does not pass because a rule is at fault."""
    if not broken:
        return ()
    first, reason = broken[0]
    return (
        Finding(
            rule="operations.rule-broken",
            kind="operations",
            severity="high",
            action=max(("alert", *(ready.rule.on_unknown for ready, _ in broken)), key=_STRICTNESS.index),
            outcome="violation",
            code=None,
            message=f"The rule {first.rule.id} has no answer for this event, and no fact is missing: {reason}.",
            citation=None,
            evidence={
                "rules": tuple(ready.rule.id for ready, _ in broken),
                "packs": tuple(dict.fromkeys(ready.reference.name for ready, _ in broken)),
            },
            remedy="Correct the conditions of the rules that the evidence names, and start the workers again.",
        ),
    )


def shown_fact(name: str, value: FactValue) -> FactValue:
    """A fact's value as findings show it: not at all where it is about a person."""
    return REDACTED if name in PERSONAL and value != "" else value


@lru_cache(maxsize=4096)
def _open_question(text: str, language: Language, missing: tuple[str, ...]) -> str:
    """What is said where a rule stays open; the same rules lack the same facts over and over."""
    if language == "zh":
        why = f"在 {'、'.join(missing)} 未知的情况下" if missing else "规则对这些事实未能作答"
        return f"{why}，{OPEN['zh']}：{text}"
    if not missing:
        # Such as the first item of an empty list; a bug of the pack, and no reason to let anything pass.
        return f"Cannot be ruled out, since the rule gives no answer for these facts: {text}"
    names = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} and {missing[-1]}"
    return f"Cannot be ruled out while {names} {'is' if len(missing) == 1 else 'are'} unknown: {text}"
