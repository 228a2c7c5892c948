"""Examples of a pack: events beside the law, with what each rule has to say of them.

They stand next to the pack file, as `<pack>.examples.yaml`. Every rule has at least one example that passes, one that
violates it, and one in which missing facts leave it open; one about observations has an example of what follows.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, get_args

import msgspec

from pipeline.events.outputs import Action, Finding, FindingEvidence, FindingOutcome
from pipeline.policy.example_facts import FactError, fact_value
from pipeline.policy.judge import Judge, Standing
from pipeline.policy.pack import Pack, Rule
from pipeline.policy.seen import Observation
from pipeline.policy.vocabulary import KNOWN, FactValue, facts_of, vocabulary
from pipeline.policy.yaml_files import Document, YamlFile, read_yaml

__all__ = [
    "CASES",
    "Example",
    "ExampleCase",
    "ExampleFinding",
    "ExampleResult",
    "Examples",
    "examples_beside",
    "missing_cases",
    "read_examples",
    "run_examples",
]

ExampleCase = Literal["pass", "violation", "unknown"]
"""What a rule may have to say of an event that it is about."""

CASES: Final[tuple[ExampleCase, ...]] = get_args(ExampleCase)

_SCHEMA: Final = "policy-examples.v1"
_DEFAULT_TIME: Final = "2026-11-22T00:00:00Z"
_OCCURRED_AT: Final = "occurred_at"
_REACHED: Final[frozenset[Standing]] = frozenset({"pass", "not-applicable", "violation", "unknown"})
"""The rule was asked; the other standings say that it was not about the event at all."""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One event and what one rule has to say of it.

    Attributes:
        at: when it happened; None where the example takes `occurred_at` away.
        facts: all its facts, `event_type` among them.
        seen: what was seen of its asset.
        line: where it stands in its file.
    """

    rule: str
    case: ExampleCase
    at: datetime | None
    facts: Mapping[str, FactValue]
    seen: tuple[Observation, ...] = ()
    line: int


class Examples(msgspec.Struct, frozen=True, kw_only=True):
    """The examples of one pack, in the order of their file."""

    pack: str
    file: str
    examples: tuple[Example, ...]


class ExampleFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding, as far as examples look at it."""

    outcome: FindingOutcome
    action: Action


class ExampleResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one example.

    Attributes:
        expected: the finding the example is about; None: no finding.
        found: the finding of the rule; None: no finding.
        standing: how the rule stands to the event, so that a rule that was never asked does not look like one that
            passes.
        facts: the facts that the rule names, null where the example has none; nothing personal.
        line: where the example stands in its file.
    """

    rule: str
    case: ExampleCase
    expected: ExampleFinding | None
    found: ExampleFinding | None
    standing: Standing
    facts: FindingEvidence
    line: int

    @property
    def is_as_expected(self) -> bool:
        """Whether the rule was asked and said what the example says."""
        return self.standing in _REACHED and self.found == self.expected


def examples_beside(pack_file: Path) -> Path:
    """Where the examples of a pack file are."""
    return pack_file.with_name(f"{pack_file.name.removesuffix('.yaml')}.examples.yaml")


def read_examples(source: YamlFile, pack: Pack) -> Examples:
    """Read the examples of a pack.

    Raises:
        PolicyFileError: they cannot be used, or are about another pack; the error tells file, line and reason.
    """
    document = read_yaml(source, _SCHEMA)
    data = document.data
    if data["pack"] != pack.name:
        raise document.error(("pack",), f"these are examples of {data['pack']}, not of {pack.name}")
    rules = {rule.id: rule for rule in pack.rules}
    examples: list[Example] = []
    for index, entry in enumerate(data["examples"]):
        _check_entry(entry, ("examples", index), rules, document)
        examples.extend(_examples_in(entry, index, document))
    return Examples(pack=pack.name, file=document.name, examples=tuple(examples))


def run_examples(pack: Pack, examples: Examples) -> tuple[ExampleResult, ...]:
    """Judge every example by the pack alone, for an operator who holds every role."""
    judge = Judge((pack,))
    return tuple(_run(judge, example) for example in examples.examples)


def missing_cases(pack: Pack, examples: Examples) -> dict[str, tuple[ExampleCase, ...]]:
    """The cases for which a rule has no example; rules that have all three are left out."""
    there = {(example.rule, example.case) for example in examples.examples}
    missing = {
        rule.id: tuple(case for case in _cases_of(rule) if (rule.id, case) not in there)
        for rule in pack.rules
        if not (rule.seen and {(rule.id, "violation"), (rule.id, "unknown")} & there)
    }
    return {rule: cases for rule, cases in missing.items() if cases}


def _cases_of(rule: Rule) -> tuple[ExampleCase, ...]:
    """The cases that a rule can come to: one that asks first whether its fact is known is never open."""
    never_open = rule.when.startswith("'") and rule.when.endswith(f" in {KNOWN}")
    return CASES[:-1] if never_open else CASES


def _check_entry(
    entry: Mapping[str, Any], place: tuple[str | int, ...], rules: Mapping[str, Rule], document: Document
) -> None:
    rule = rules.get(entry["rule"])
    if rule is None:
        raise document.error((*place, "rule"), f"the pack has no rule {entry['rule']}")
    if entry["event_type"] not in rule.on:
        raise document.error(
            (*place, "event_type"), f"{rule.id} is not about {entry['event_type']}; it is about {', '.join(rule.on)}"
        )


def _examples_in(entry: Mapping[str, Any], index: int, document: Document) -> Iterator[Example]:
    place = ("examples", index)
    seen = _seen(entry.get("seen"))
    time = datetime.fromisoformat(entry.get("at", _DEFAULT_TIME))
    for case in CASES:
        if case not in entry:
            continue
        facts = facts_of({}, event_type=entry["event_type"], time=time)
        _lay(facts, document.data.get("base", {}), ("base",), document)
        _lay(facts, entry.get("given", {}), (*place, "given"), document)
        _lay(facts, entry[case], (*place, case), document)
        yield Example(
            rule=entry["rule"],
            case=case,
            at=time if _OCCURRED_AT in facts else None,
            facts=facts,
            seen=seen,
            line=document.line((*place, case)),
        )


def _seen(stated: Mapping[str, str] | None) -> tuple[Observation, ...]:
    if stated is None:
        return ()
    evidence = {name: value for name, value in stated.items() if name not in ("name", "severity", "outcome")}
    told = {name: stated[name] for name in ("name", "severity", "outcome") if name in stated}
    return (msgspec.convert({"severity": "high", **told, "evidence": evidence}, Observation),)


def _lay(
    facts: dict[str, FactValue], stated: Mapping[str, object], place: tuple[str | int, ...], document: Document
) -> None:
    """Put stated facts over those that are there; null takes one away."""
    for name, value in stated.items():
        checked = _checked(name, value, (*place, name), document)
        if checked is None:
            facts.pop(name, None)
        else:
            facts[name] = checked


def _checked(name: str, stated: object, place: tuple[str | int, ...], document: Document) -> FactValue | None:
    fact = vocabulary().get(name)
    if fact is None:
        raise document.error(place, f"there is no fact {name}")
    if name == _OCCURRED_AT and stated is not None:
        raise document.error(place, "the time of an example is its `at`; only null can stand here")
    try:
        return fact_value(fact, stated)
    except FactError as error:
        raise document.error(place, f"{name} {error}") from None


def _run(judge: Judge, example: Example) -> ExampleResult:
    findings = judge.findings(example.facts, example.at, example.seen)
    verdicts = judge.explain(example.facts, example.at, example.seen)
    verdict = next(verdict for verdict in verdicts if verdict.rule.id == example.rule)
    return ExampleResult(
        rule=example.rule,
        case=example.case,
        expected=_expected(verdict.rule, example.case),
        found=next((_answer(finding) for finding in findings if finding.rule == example.rule), None),
        standing=verdict.standing,
        facts={**dict.fromkeys(verdict.missing), **verdict.facts},
        line=example.line,
    )


def _expected(rule: Rule, case: ExampleCase) -> ExampleFinding | None:
    if case == "pass":
        return None
    return ExampleFinding(outcome=case, action=rule.action if case == "violation" else rule.on_unknown)


def _answer(finding: Finding) -> ExampleFinding:
    return ExampleFinding(outcome=finding.outcome, action=finding.action)
