"""What `policy explain` answers, and how people see it."""

from collections.abc import Iterator
from typing import Final

import msgspec
from rich.table import Table
from rich.text import Text

from agents.cli.console import console, print_pairs
from agents.cli.policy.paragraphs import say, shown_value
from pipeline.events.outputs import (
    Action,
    DecisionOutcome,
    EventReference,
    FindingEvidence,
    FindingOutcome,
    PackReference,
    Severity,
)
from pipeline.policy.judge import Standing
from pipeline.policy.pack import ALL_ROLES, Role

__all__ = ["ExplainedPack", "ExplainedRule", "Explanation", "show_explanation"]

_ASKED: Final[tuple[Standing, ...]] = ("broken", "violation", "unknown", "pass", "not-applicable")
_NOT_ASKED: Final[dict[Standing, str]] = {
    "other-event": "for other events",
    "other-jurisdiction": "for another jurisdiction",
    "other-role": "for other roles",
    "not-in-force": "not in force then",
    "not-seen": "about what only a worker sees in an asset",
}
_STYLES: Final[dict[str, str]] = {
    "broken": "bold red",
    "violation": "bold red",
    "unknown": "yellow",
    "pass": "green",
    "not-applicable": "dim",
    "block": "bold red",
    "hold": "yellow",
    "allow": "green",
}
_TRUTH: Final = {True: "true", False: "false", None: "unknown"}


class ExplainedRule(msgspec.Struct, frozen=True, kw_only=True):
    """How one rule stands to the event, and why."""

    rule: str
    article: str
    standing: Standing
    citation: str
    when: str
    when_holds: bool | None
    must: str
    must_holds: bool | None
    facts: FindingEvidence
    missing: tuple[str, ...]
    outcome: FindingOutcome | None
    action: Action | None
    severity: Severity | None
    message: str | None
    remedy: str | None


class ExplainedPack(msgspec.Struct, frozen=True, kw_only=True):
    """All rules of one pack."""

    pack: PackReference
    title: str
    jurisdiction: str
    rules: tuple[ExplainedRule, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What `explain` answers."""

    event: EventReference
    event_type: str
    jurisdictions: tuple[str, ...]
    jurisdictions_assumed: bool
    roles: tuple[Role, ...]
    facts: FindingEvidence
    given_facts: tuple[str, ...]
    derived_facts: tuple[str, ...]
    packs: tuple[ExplainedPack, ...]
    decision: DecisionOutcome
    decided_by: tuple[str, ...]
    not_in_it: str


def show_explanation(answer: Explanation) -> None:
    """Print the reasoning: scope, then pack by pack, then the decision."""
    assumed = " (assumed: the event names none)" if answer.jurisdictions_assumed else ""
    print_pairs(
        f"{answer.event.type} {answer.event.id}",
        {
            "what happened": answer.event_type,
            "when": answer.event.time or "not said, so every rule counts as in force",
            "jurisdictions": (", ".join(answer.jurisdictions) or "none: only packs for everywhere are asked") + assumed,
            "roles": "all" if set(answer.roles) == ALL_ROLES else ", ".join(answer.roles),
            "facts given": ", ".join(answer.given_facts) or None,
            "facts derived": ", ".join(answer.derived_facts) or None,
        },
    )
    for pack in answer.packs:
        _show_pack(pack)
    console.print()
    console.print("Decision: ", style="bold", end="")
    console.print(answer.decision, style=_STYLES[answer.decision])
    for rule in answer.decided_by:
        console.print(f"  by {rule}", soft_wrap=True, markup=False)
    say(f"Not in it: {answer.not_in_it}.", "dim", indent=0)


def _show_pack(pack: ExplainedPack) -> None:
    console.print()
    console.print(Text.assemble((f"{pack.pack.name} {pack.pack.version}", "bold"), f"  {pack.title}"))
    asked = sorted(
        (rule for rule in pack.rules if rule.standing in _ASKED), key=lambda rule: _ASKED.index(rule.standing)
    )
    for rule in asked:
        _show_rule(rule)
    for standing, words in _NOT_ASKED.items():
        ids = [rule.rule for rule in pack.rules if rule.standing == standing]
        if ids:
            console.print(Text(f"  not asked, {words}: {len(ids)}", "dim"))
        # A law that was not asked at all is one line for each reason, not a list of what is not in question.
        for rule_id in ids if asked else ():
            console.print(Text(f"    {rule_id}", "dim"), soft_wrap=True)


def _show_rule(rule: ExplainedRule) -> None:
    style = _STYLES[rule.standing]
    asks_for = f"  {rule.action}, {rule.severity}" if rule.action else ""
    console.print(
        Text.assemble("  ", (rule.standing.replace("-", " "), style), f"  {rule.rule}", (asks_for, style)),
        soft_wrap=True,
    )
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=3)
    grid.add_column(style="dim", width=7)
    grid.add_column(overflow="fold")
    for name, text in _lines(rule):
        grid.add_row("", name, Text(text))
    console.print(grid)


def _lines(rule: ExplainedRule) -> Iterator[tuple[str, str]]:
    if rule.message:
        yield "finding", rule.message
    if rule.when != "true":
        yield "when", f"{_one_line(rule.when)}  → {_TRUTH[rule.when_holds]}"
    if rule.standing != "not-applicable":
        yield "must", f"{_one_line(rule.must)}  → {_TRUTH[rule.must_holds]}"
    if rule.facts:
        yield "facts", _named(rule)
    if rule.missing and rule.outcome:
        yield "missing", ", ".join(rule.missing)
    if rule.remedy:
        yield "remedy", rule.remedy
    if rule.outcome:
        yield "source", rule.citation


def _named(rule: ExplainedRule) -> str:
    return ", ".join(f"{name} = {shown_value(value)}" for name, value in rule.facts.items())


def _one_line(condition: str) -> str:
    return " ".join(condition.split())
