"""The rules in rules.toml: each can be met, broken, and unknown, and the vocabulary has what they name."""

from typing import Final, NamedTuple

import pytest

import schemas
from pipeline.events.outputs import Action
from pipeline.policy.decision import decide
from pipeline.policy.rules import HighRiskRule, evaluate, high_risk_rules
from tests.unit.policy.examples import ACTIONS, finding

Facts = dict[str, dict[str, object]]


class Case(NamedTuple):
    met: list[Facts]
    broken: list[Facts]
    unknown: list[Facts]
    not_applicable: list[Facts]
    action: Action
    on_unknown: Action


def news(**content: object) -> Facts:
    return {"content": {"is_news": True, **content}}


def face(*features: str, **consent: object) -> Facts:
    return {"content": {"biometric": list(features or ["face"])}, "consent": consent}


CASES: Final = {
    "high-risk.unverified-user": Case(
        met=[{"user": {"identity": {"status": "verified"}}}],
        broken=[{"user": {"identity": {"status": "unverified"}}}, {"user": {"identity": {"status": "expired"}}}],
        unknown=[{}, {"user": {}}, {"user": {"identity": {}}}],
        not_applicable=[],
        action="block",
        on_unknown="record",
    ),
    "high-risk.no-consent": Case(
        met=[face(status="granted"), face("gesture", "voice", status="not_needed")],
        broken=[face(status="missing"), face("voice", status="revoked")],
        unknown=[face(), {"content": {"biometric": ["voice"]}}],
        not_applicable=[{}, {"content": {"biometric": []}}, face("gesture", status="missing")],
        action="block",
        on_unknown="hold",
    ),
    "high-risk.unlisted-news-source": Case(
        met=[news(news_source_listed=True)],
        broken=[news(news_source_listed=False)],
        unknown=[news()],
        not_applicable=[{}, {"content": {"is_news": False, "news_source_listed": False}}],
        action="hold",
        on_unknown="hold",
    ),
}


def judged(rule_id: str, facts: Facts) -> tuple[str, Action | None]:
    (rule,) = (one for one in high_risk_rules() if one.id == rule_id)
    findings = evaluate([rule], facts)
    return (findings[0].outcome, findings[0].action) if findings else ("nothing", None)


def test_every_rule_that_ships_is_specified_here() -> None:
    assert [rule.id for rule in high_risk_rules()] == list(CASES)


@pytest.mark.parametrize("rule_id", CASES)
def test_met_broken_unknown_and_not_applicable(rule_id: str) -> None:
    case = CASES[rule_id]
    assert {judged(rule_id, facts) for facts in case.met} == {("nothing", None)}
    assert {judged(rule_id, facts) for facts in case.broken} == {("violation", case.action)}
    assert {judged(rule_id, facts) for facts in case.unknown} == {("unknown", case.on_unknown)}
    assert {judged(rule_id, facts) for facts in case.not_applicable} <= {("nothing", None)}


def test_to_send_that_something_is_unknown_is_the_same_as_not_to_send_it() -> None:
    assert judged("high-risk.no-consent", face(status="unknown")) == judged("high-risk.no-consent", face())


@pytest.mark.parametrize("rule_id", CASES)
def test_the_unknown_is_never_treated_harder_than_the_violation(rule_id: str) -> None:
    assert ACTIONS.index(CASES[rule_id].on_unknown) <= ACTIONS.index(CASES[rule_id].action)


@pytest.mark.parametrize("rule_id", CASES)
def test_every_example_is_what_a_producer_may_send(rule_id: str) -> None:
    case = CASES[rule_id]
    for facts in (*case.met, *case.broken, *case.unknown, *case.not_applicable):
        content = {"id": "a", "mime": "text/plain", "text": "x", **facts.get("content", {})}
        assert schemas.first_violation(schemas.validator("publication-event.v1"), {**facts, "content": content}) is None


@pytest.mark.parametrize("rule", high_risk_rules(), ids=lambda rule: rule.id)
def test_every_field_and_value_of_a_rule_is_in_the_vocabulary(rule: HighRiskRule) -> None:
    definitions = schemas.load("common.v1")["$defs"]
    for condition in (*rule.when, *rule.must):
        group, *names = condition.field.split(".")
        node = definitions[group]
        for name in names:
            node = node["properties"][name]
        if condition.any_of is not None:
            node = node["items"]
        accepted = condition.any_of or condition.one_of or (condition.is_,)
        assert all(value in node["enum"] if "enum" in node else node["type"] == "boolean" for value in accepted)


@pytest.mark.parametrize("rule", high_risk_rules(), ids=lambda rule: rule.id)
def test_every_rule_says_why_and_what_to_do_and_by_which_law(rule: HighRiskRule) -> None:
    assert rule.message.endswith(".")
    assert rule.remedy.endswith(".")
    assert "Art. " in rule.citation


def test_what_is_not_known_of_an_event_at_all_does_not_stop_it() -> None:
    assert decide(evaluate(high_risk_rules(), {})) == decide([finding("record")]) == "allow"
