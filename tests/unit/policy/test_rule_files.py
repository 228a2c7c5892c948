"""A rule file is taken whole or refused with its name: a typing error must not switch a rule off."""

import pytest

from pipeline.errors import OperatorError
from pipeline.policy.rules import Condition, HighRiskRule, parse_rules
from tests.unit.policy.examples import RULE_FILE


def test_a_rule_file_is_read_in_its_order() -> None:
    second = RULE_FILE.replace("test.rule", "test.second").replace("when = [{ field = ", "when = []\n#")
    rules = parse_rules(RULE_FILE + second, "test.toml")
    assert rules == (
        HighRiskRule(
            id="test.rule",
            severity="high",
            when=(Condition(field="content.is_news", is_=True),),
            must=(Condition(field="content.news_source_listed", is_=True),),
            action="block",
            on_unknown="hold",
            message="A test.",
            remedy="None.",
            citation="No law.",
        ),
        rules[1],
    )
    assert (rules[1].id, rules[1].when) == ("test.second", ())


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("[[rule]]", "[[rule]"),
        ("[[rule]]", "[[rules]]"),
        ("[[rule]]", "[rule]"),
        ("[[rule]]", "[[rule]]\n[[rule.rule]]"),
        ("[[rule]]", "version = 2\n[[rule]]"),
        (RULE_FILE, ""),
        (RULE_FILE, "rule = 1"),
        (RULE_FILE, "rule = [1]"),
        ('id = "test.rule"\n', ""),
        ('id = "test.rule"', 'id = ""'),
        ('id = "test.rule"', 'id = "decision"'),
        ('id = "test.rule"', 'id = "test.an_underscore"'),
        ('id = "test.rule"', "id = 1"),
        ('severity = "high"', 'severity = "grave"'),
        ('action = "block"', 'action = "explode"'),
        ('on_unknown = "hold"', "on_unknown = true"),
        ('on_unknown = "hold"', 'on_unknwon = "hold"'),
        ('citation = "No law."', ""),
        ("is = true }]\naction", "ist = true }]\naction"),
        ("is = true }]\naction", "}]\naction"),
        ("is = true }]\naction", "is = true, one_of = [true] }]\naction"),
        ("is = true }]\naction", "is = [true] }]\naction"),
        ("is = true }]\naction", "is = 2026-01-31 }]\naction"),
        ("is = true }]\naction", "one_of = true }]\naction"),
        ("is = true }]\naction", "one_of = [{}] }]\naction"),
        ("is = true }]\naction", "one_of = [] }]\naction"),
        ("is = true }]\naction", "any_of = [] }]\naction"),
        ("is = true }]\naction", 'is = "unknown" }]\naction'),
        ("is = true }]\naction", 'one_of = ["yes", "unknown"] }]\naction'),
        ("is = true }]\naction", 'any_of = ["unknown"] }]\naction'),
        ('must = [{ field = "content.news_source_listed", is = true }]', "must = []"),
        ('must = [{ field = "content.news_source_listed", is = true }]', "must = [{ is = true }]"),
        ('field = "content.news_source_listed"', 'field = ""'),
        ('field = "content.news_source_listed"', "field = 1"),
    ],
)
def test_a_malformed_file_is_refused_with_its_name(written: str, instead: str) -> None:
    assert RULE_FILE.count(written) == 1
    with pytest.raises(OperatorError) as caught:
        parse_rules(RULE_FILE.replace(written, instead), "our-rules.toml")
    assert "our-rules.toml" in caught.value.what
    assert caught.value.remedy


def test_the_place_of_a_mistake_is_told() -> None:
    with pytest.raises(OperatorError, match=r"must\[0\]"):
        parse_rules(RULE_FILE.replace("is = true }]\naction", "ist = true }]\naction"), "our-rules.toml")


def test_an_id_that_is_there_twice_is_refused_by_name() -> None:
    with pytest.raises(OperatorError, match=r"our-rules\.toml repeat the id test\.rule"):
        parse_rules(RULE_FILE + RULE_FILE, "our-rules.toml")
