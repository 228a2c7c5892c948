"""High-risk rules: when they apply, what they find, and with what evidence."""

from collections.abc import Mapping

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pipeline.events.outputs import Finding
from pipeline.policy.rules import HighRiskRule, evaluate, high_risk_rules, parse_rules
from tests.unit.policy.examples import RULE_FILE

(RULE,) = parse_rules(RULE_FILE, "test.toml")


def found(news: object = None, listed: object = None, rule: HighRiskRule = RULE) -> Finding | None:
    findings = evaluate([rule], {"content": {"is_news": news, "news_source_listed": listed}})
    assert len(findings) <= 1
    return findings[0] if findings else None


def test_a_rule_that_holds_finds_nothing() -> None:
    assert found(news=True, listed=True) is None


def test_a_rule_that_does_not_apply_finds_nothing() -> None:
    assert found(news=False, listed=False) is None


def test_a_rule_of_which_it_is_unknown_whether_it_applies_finds_nothing() -> None:
    assert found(news=None, listed=False) is None


def test_a_violation_is_found_with_what_the_rule_says_of_it() -> None:
    assert found(news=True, listed=False) == Finding(
        rule="test.rule",
        kind="high-risk",
        severity="high",
        action="block",
        outcome="violation",
        code=None,
        message="A test.",
        citation="No law.",
        evidence={"remedy": "None.", "content.is_news": True, "content.news_source_listed": False},
    )


def test_what_is_unknown_is_found_as_such_with_an_action_of_its_own() -> None:
    finding = found(news=True, listed=None)
    assert finding is not None
    assert (finding.outcome, finding.action) == ("unknown", "hold")
    assert finding.message == "Not known whether this holds: A test."
    assert finding.evidence["content.news_source_listed"] is None


def test_of_several_duties_one_broken_is_a_violation_whatever_is_unknown() -> None:
    first, second = (msgspec.structs.replace(RULE.must[0], field=f"content.{name}") for name in "ab")
    rule = msgspec.structs.replace(RULE, when=(), must=(first, second))
    outcomes = {
        (a, b): next((one.outcome for one in evaluate([rule], {"content": {"a": a, "b": b}})), "holds")
        for a in (True, False, None)
        for b in (True, False, None)
    }
    assert outcomes == {
        (True, True): "holds",
        (True, False): "violation",
        (True, None): "unknown",
        (False, True): "violation",
        (False, False): "violation",
        (False, None): "violation",
        (None, True): "unknown",
        (None, False): "violation",
        (None, None): "unknown",
    }


def test_of_several_conditions_all_have_to_be_true_for_a_rule_to_apply() -> None:
    first, second = (msgspec.structs.replace(RULE.when[0], field=f"content.{name}") for name in "ab")
    rule = msgspec.structs.replace(RULE, when=(first, second))
    applies = {
        (a, b): bool(evaluate([rule], {"content": {"a": a, "b": b, "news_source_listed": False}}))
        for a in (True, False, None)
        for b in (True, False, None)
    }
    assert [facts for facts, does in applies.items() if does] == [(True, True)]


def test_lists_are_evidence_as_the_texts_in_them() -> None:
    rule = msgspec.convert(
        {**msgspec.to_builtins(RULE), "when": [{"field": "content.biometric", "any_of": ["face"]}]}, HighRiskRule
    )
    (finding,) = evaluate([rule], {"content": {"biometric": ["face", "other"], "news_source_listed": False}})
    assert finding.evidence["content.biometric"] == ("face", "other")


def test_evidence_never_repeats_what_no_rule_can_name() -> None:
    secret = "kingfisher-4711"
    finding = found(news=True, listed=[{"name": secret}, [secret]])
    assert finding is not None
    assert secret not in repr(finding)
    finding = found(news=True, listed={secret: secret})
    assert finding is not None
    assert secret not in repr(finding)


# Whatever the facts are

_FIELDS = sorted({one.field for rule in high_risk_rules() for one in (*rule.when, *rule.must)})
_values = st.one_of(
    st.booleans(),
    st.sampled_from(["verified", "unverified", "granted", "revoked", "not_needed"]),
    st.lists(st.sampled_from(["face", "voice", "gesture"]), max_size=2),
    st.integers(0, 1),
)
known_facts = st.dictionaries(st.sampled_from(_FIELDS), _values)


def nest(known: Mapping[str, object]) -> dict[str, object]:
    facts: dict[str, object] = {}
    for path, value in known.items():
        *groups, name = path.split(".")
        inner = facts
        for group in groups:
            inner = inner.setdefault(group, {})  # type: ignore[assignment]
        inner[name] = value
    return facts


@given(known_facts, known_facts)
def test_a_violation_stays_one_however_much_more_becomes_known(
    known: dict[str, object], more: dict[str, object]
) -> None:
    before = {one.rule for one in evaluate(high_risk_rules(), nest(known)) if one.outcome == "violation"}
    after = {one.rule for one in evaluate(high_risk_rules(), nest({**more, **known})) if one.outcome == "violation"}
    assert before <= after


@given(known_facts)
def test_where_nothing_is_unknown_nothing_is_found_unknown(known: dict[str, object]) -> None:
    everything = {**dict.fromkeys(_FIELDS, False), **known}
    assert all(one.outcome == "violation" for one in evaluate(high_risk_rules(), nest(everything)))


@given(known_facts, st.permutations(high_risk_rules()))
def test_rules_do_not_depend_on_their_order(known: dict[str, object], rules: list[HighRiskRule]) -> None:
    def by_rule(findings: tuple[Finding, ...]) -> list[Finding]:
        return sorted(findings, key=lambda one: one.rule)

    assert by_rule(evaluate(rules, nest(known))) == by_rule(evaluate(high_risk_rules(), nest(known)))


_GROUPS = {field.split(".")[0] for field in _FIELDS}
other_facts = st.dictionaries(st.sampled_from(_FIELDS) | st.text().filter(lambda name: name not in _GROUPS), _values)


@given(known_facts, other_facts)
def test_facts_that_no_rule_names_change_nothing(known: dict[str, object], others: dict[str, object]) -> None:
    facts = nest(known)
    assert evaluate(high_risk_rules(), {**others, **facts}) == evaluate(high_risk_rules(), facts)
