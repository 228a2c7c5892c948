"""High-risk rules: conditions over an event's facts, kept as data in `rules.toml`.

Evaluation is three-valued (Kleene): a condition is true, false, or unknown because its field is missing.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

import msgspec

from pipeline.errors import OperatorError
from pipeline.events.outputs import Action, Finding, Severity

__all__ = ["HIGH_RISK", "Condition", "HighRiskRule", "evaluate", "high_risk_rules", "parse_rules"]

HIGH_RISK: Final = "high-risk"
"""The alert kind of every finding of these rules."""

Scalar = str | int | float | bool

_UNKNOWN: Final = "unknown"
"""The vocabulary's own word for what is not known; it must not be harder than silence."""

# A list that nothing can be one of, or a field that no event can have, would switch its rule off unseen.
_Accepted = Annotated[tuple[Scalar, ...], msgspec.Meta(min_length=1)]
_FieldPath = Annotated[str, msgspec.Meta(pattern=r"^\w+(\.\w+)*$")]
_RuleId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One test of one field; exactly one of the tests is set."""

    field: _FieldPath
    is_: Scalar | None = msgspec.field(name="is", default=None)
    one_of: _Accepted | None = None
    any_of: _Accepted | None = None

    def __post_init__(self) -> None:
        if [self.is_, self.one_of, self.any_of].count(None) != 2:  # noqa: PLR2004 - three tests, one of them set
            raise ValueError(f"the condition on {self.field} needs exactly one of: is, one_of, any_of")
        if _UNKNOWN in (self.is_, *(self.one_of or ()), *(self.any_of or ())):
            raise ValueError(f"the condition on {self.field} tests for {_UNKNOWN}, which is neither true nor false")

    def holds(self, facts: Mapping[str, object]) -> bool | None:
        """True, false, or None where the field is missing or says itself that it is unknown."""
        value = _look_up(facts, self.field)
        if value in (None, _UNKNOWN):
            return None
        if self.any_of is not None:
            return isinstance(value, list) and any(_is_one_of(item, self.any_of) for item in value)
        return _is_one_of(value, (self.is_,) if self.one_of is None else self.one_of)


class HighRiskRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule: when it applies, what must hold, and what to do when it does not."""

    id: _RuleId
    severity: Severity
    when: tuple[Condition, ...]
    must: Annotated[tuple[Condition, ...], msgspec.Meta(min_length=1)]
    action: Action
    on_unknown: Action
    message: str
    remedy: str
    citation: str


class _RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: Annotated[tuple[HighRiskRule, ...], msgspec.Meta(min_length=1)]


def parse_rules(text: str, origin: str) -> tuple[HighRiskRule, ...]:
    """Read rules from TOML.

    Raises:
        OperatorError: the text is no TOML, has no rules, or a rule is malformed or repeats an id.
    """
    try:
        rules = msgspec.convert(tomllib.loads(text), _RuleFile).rule
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise OperatorError(
            what=f"The rules in {origin} cannot be read: {error}.", remedy="Correct the file."
        ) from error
    ids = [rule.id for rule in rules]
    repeated = {one for one in ids if ids.count(one) > 1}
    if repeated:
        raise OperatorError(
            what=f"The rules in {origin} repeat the id {min(repeated)}.",
            remedy="Give every rule an id of its own.",
        )
    return rules


@cache
def high_risk_rules() -> tuple[HighRiskRule, ...]:
    """The rules that ship with the pipeline."""
    source = files("pipeline.policy").joinpath("rules.toml")
    return parse_rules(source.read_text(encoding="utf-8"), source.name)


def evaluate(rules: Sequence[HighRiskRule], facts: Mapping[str, object]) -> tuple[Finding, ...]:
    """What the rules find in an event's facts; a rule that holds finds nothing."""
    return tuple(finding for rule in rules if (finding := _apply(rule, facts)) is not None)


def _apply(rule: HighRiskRule, facts: Mapping[str, object]) -> Finding | None:
    if not all(condition.holds(facts) for condition in rule.when):
        return None
    outcomes = [condition.holds(facts) for condition in rule.must]
    if False in outcomes:
        violated = True
    elif None in outcomes:
        violated = False
    else:
        return None
    fields = [condition.field for condition in (*rule.when, *rule.must)]
    return Finding(
        rule=rule.id,
        kind=HIGH_RISK,
        severity=rule.severity,
        action=rule.action if violated else rule.on_unknown,
        outcome="violation" if violated else "unknown",
        code=None,
        message=rule.message if violated else f"Not known whether this holds: {rule.message}",
        citation=rule.citation,
        evidence={"remedy": rule.remedy, **{field: _as_evidence(_look_up(facts, field)) for field in fields}},
    )


def _look_up(facts: Mapping[str, object], path: str) -> object:
    value: object = facts
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _is_one_of(value: object, accepted: tuple[object, ...]) -> bool:
    # True == 1 in Python, but not in JSON.
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in accepted)


def _as_evidence(value: object) -> Scalar | tuple[str, ...] | None:
    """Only values of the closed vocabulary are named by rules, so none of them is personal data."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, str))
    return None
