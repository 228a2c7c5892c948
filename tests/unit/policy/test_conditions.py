"""Conditions: CEL over the vocabulary, with three truth values."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.policy.conditions import (
    BrokenConditionError,
    ConditionError,
    ConditionList,
    asked_first,
    bind,
    compile_condition,
)
from pipeline.policy.vocabulary import Facts

Truth = bool | None


def holds(text: str, facts: Facts) -> Truth:
    return compile_condition(text).holds(bind(facts))


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("content.is_news", {"content.is_news": True}, True),
        ("content.is_news", {"content.is_news": False}, False),
        ("content.is_news", {}, None),
        ("user.identity.status == 'verified'", {"user.identity.status": "verified"}, True),
        ("user.identity.status == 'verified'", {"user.identity.status": "expired"}, False),
        ("log.retain_days >= 183", {"log.retain_days": 183}, True),
        ("log.retain_days >= 183", {"log.retain_days": 182}, False),
        ("explicit.height_ratio >= 0.05", {"explicit.height_ratio": 0.05}, True),
        ("'face' in content.biometric", {"content.biometric": ("voice", "face")}, True),
        ("size(content.biometric) > 0", {"content.biometric": ()}, False),
        ("size(content.biometric) > 0", {}, None),
        ("consent.status in ['granted', 'not_needed']", {"consent.status": "revoked"}, False),
    ],
)
def test_a_condition_asks_for_facts(text: str, facts: Facts, expected: Truth) -> None:
    assert holds(text, facts) is expected


TRUTHS = st.sampled_from([True, False, None])
NAMES = {"content.is_news": "a", "content.deepfake": "b"}


def known(a: Truth, b: Truth) -> Facts:
    pairs = zip(NAMES, (a, b), strict=True)
    return {name: value for name, value in pairs if value is not None}


@given(TRUTHS, TRUTHS)
def test_and_is_kleenes(a: Truth, b: Truth) -> None:
    expected = False if False in (a, b) else None if None in (a, b) else True
    assert holds("content.is_news && content.deepfake", known(a, b)) is expected


@given(TRUTHS, TRUTHS)
def test_or_is_kleenes(a: Truth, b: Truth) -> None:
    expected = True if True in (a, b) else None if None in (a, b) else False
    assert holds("content.is_news || content.deepfake", known(a, b)) is expected


@given(TRUTHS)
def test_not_is_kleenes(a: Truth) -> None:
    assert holds("!content.is_news", known(a, None)) is (None if a is None else not a)


def test_a_condition_can_ask_whether_a_fact_is_known() -> None:
    text = "'content.is_news' in known && content.is_news"
    assert holds(text, {}) is False
    assert holds(text, {"content.is_news": True}) is True
    assert compile_condition(text).facts == ("content.is_news",)


def test_a_condition_knows_which_facts_it_names_and_which_words_are_only_texts() -> None:
    condition = compile_condition("content.media == 'content.is_news' && explicit.present || content.media == \"x\"")
    assert condition.facts == ("content.media", "explicit.present")


def test_facts_made_ready_in_part_are_enough_for_those_who_ask_for_that_part() -> None:
    facts: Facts = {"content.is_news": True, "content.biometric": ("face",), "log.retain_days": 1}
    condition = compile_condition("content.is_news && 'log.retain_days' in known")
    assert condition.holds(bind(facts, condition.names)) is True


@given(TRUTHS, TRUTHS)
def test_conditions_asked_together_answer_as_each_by_itself_unless_one_stays_open(a: Truth, b: Truth) -> None:
    conditions = [compile_condition(text) for text in ("content.is_news", "!content.deepfake // to the line's end")]
    each = [condition.holds(bind(known(a, b))) for condition in conditions]
    assert ConditionList(conditions).hold(bind(known(a, b))) == (None if None in each else each)


def test_a_condition_without_an_answer_leaves_all_that_are_asked_with_it_unanswered() -> None:
    broken = compile_condition("content.id.matches('[')")
    facts = bind({"content.id": "a", "content.is_news": True})
    assert ConditionList([compile_condition("content.is_news"), broken]).hold(facts) is None
    assert isinstance(broken.answer(facts), BrokenConditionError)


@pytest.mark.parametrize(
    ("text", "probed"),
    [
        ("'content.is_news' in known && content.deepfake", {"content.is_news"}),
        ("!('content.is_news' in known) || (\"content.id\" in known)", {"content.is_news", "content.id"}),
        ("content.id != 'known'", set()),
        ("known.exists(one, one == 'content.id') && 'content.is_news' in known", None),
        ("size(known) > 3", None),
        ("'content.' + 'id' in known", None),
        ("'content\\\\u002eid' in known", None),
    ],
)
def test_a_condition_knows_of_which_facts_it_asks_whether_they_are_known(text: str, probed: set[str] | None) -> None:
    found = compile_condition(text).probed
    assert probed is None if found is None else probed is not None and probed <= found


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("'content.is_news' in known && content.is_news", {"content.is_news"}),
        (
            "content.deepfake && 'content.is_news' in known && (content.is_news || content.deepfake)",
            {"content.is_news"},
        ),
        ("'content.is_news' in known", {"content.is_news"}),
        ("'content.is_news' in known || content.is_news", set()),
        ("'content.is_news' in known && content.is_news || content.deepfake", set()),
        ("('content.is_news' in known) && content.deepfake", set()),
        ("!('content.is_news' in known)", set()),
        ("'content.is_news' in known ? content.is_news : true", set()),
        ("content.id == \"'content.is_news' in known && \"", set()),
        ("true", set()),
    ],
)
def test_what_a_condition_asks_first_makes_it_false_where_that_is_not_known(text: str, first: set[str]) -> None:
    assert asked_first(text) == first
    for name in first:
        everything: Facts = {"content.is_news": True, "content.deepfake": True, "content.id": "a"}
        assert holds(text, {other: value for other, value in everything.items() if other != name}) is False


@pytest.mark.parametrize(
    ("text", "reason", "line", "column"),
    [
        ("user.idenity.status == 'x'", "undeclared reference to 'user.idenity.status'", 0, 12),
        ("log.retain_days > 0.5", "found no matching overload", 0, 16),
        ("content.is_news &&\n  nonsense.word", "undeclared reference to 'nonsense", 1, 10),
        ("content.is_news &&", "Syntax error", 0, 18),
        ("log.retain_days", "gives no bool", 0, 0),
        ("'text'", "gives no bool", 0, 0),
        ("", "Syntax error", 0, 0),
    ],
)
def test_a_condition_that_cannot_be_used_says_where_and_why(text: str, reason: str, line: int, column: int) -> None:
    with pytest.raises(ConditionError, match=reason.replace("(", r"\(")) as caught:
        compile_condition(text)
    assert (caught.value.line, caught.value.column) == (line, column)


@given(st.text(max_size=40))
def test_whatever_is_written_is_a_condition_or_an_error_that_says_so(text: str) -> None:
    with suppress(ConditionError):
        assert holds(text, {}) in (True, False, None)
