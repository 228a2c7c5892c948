"""Examples beside a pack: read with the line of every mistake in them, judged by the pack alone, and counted."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import OperatorError
from pipeline.policy.example_facts import FactError, fact_value
from pipeline.policy.examples import (
    ExampleFinding,
    ExampleResult,
    Examples,
    examples_beside,
    missing_cases,
    read_examples,
    run_examples,
)
from pipeline.policy.pack import Pack
from pipeline.policy.pack_files import read_pack
from pipeline.policy.vocabulary import Fact, flatten, vocabulary

PACK = """\
pack: atlantis-2026
version: 1.0.0
title: The law of the sunken city
jurisdiction: EU
articles:
  - {article: "1", duty: Seal it., binds: [provider], product: [enforces], how: It is held.}
rules:
  - id: atlantis.seal
    article: "1"
    kind: unlabeled
    binds: [provider]
    on: [publish.requested, export.completed]
    when: content.synthetic == 'yes'
    must: signed_meta.present
    severity: high
    action: hold
    on_unknown: alert
    valid_from: 2026-06-01
    citation: Law of the sunken city, Art. 1
    text: It has no seal.
    remedy: Send signed_meta.present = true.
  - id: atlantis.clock
    article: "1"
    kind: late
    binds: [provider]
    on: [takedown.updated]
    must: takedown.elapsed_hours <= 3.0 && user.id_hash != ''
    severity: low
    action: alert
    on_unknown: record
    valid_from: 2026-06-01
    citation: Law of the sunken city, Art. 1
    text: It is late.
    remedy: Send takedown.elapsed_hours.
"""

SEAL = """\
pack: atlantis-2026
base: {jurisdictions: [EU], content.synthetic: 'yes'}
examples:
  - rule: atlantis.seal
    event_type: publish.requested
"""
"""Five lines; the sixth is for the test."""


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    (tmp_path / "atlantis.yaml").write_text(PACK)
    return read_pack(tmp_path / "atlantis.yaml")


@pytest.fixture
def read(tmp_path: Path, pack: Pack) -> Any:
    """Reads the text of an examples file."""

    def read(text: str) -> Examples:
        file = tmp_path / "atlantis.examples.yaml"
        file.write_text(text)
        return read_examples(file, pack)

    return read


@pytest.fixture
def only(read: Any, pack: Pack) -> Any:
    """Runs the one example of a file."""

    def only(text: str) -> ExampleResult:
        (result,) = run_examples(pack, read(text))
        return result

    return only


def test_examples_stand_beside_their_pack() -> None:
    assert examples_beside(Path("law/atlantis.yaml")) == Path("law/atlantis.examples.yaml")
    assert examples_beside(Path("v1.2.yaml")) == Path("v1.2.examples.yaml")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("pass: {signed_meta.present: true}", None),
        ("violation: {signed_meta.present: false}", ExampleFinding(outcome="violation", action="hold")),
        ("unknown: {}", ExampleFinding(outcome="unknown", action="alert")),
    ],
)
def test_each_case_is_what_its_rule_asks_for(only: Any, case: str, expected: ExampleFinding | None) -> None:
    result = only(f"{SEAL}    {case}\n")
    assert result.is_as_expected
    assert result.found == result.expected == expected
    assert (result.rule, result.line) == ("atlantis.seal", 6)


@pytest.mark.parametrize(
    ("case", "found"),
    [
        ("pass: {signed_meta.present: false}", ExampleFinding(outcome="violation", action="hold")),
        ("pass: {}", ExampleFinding(outcome="unknown", action="alert")),
        ("violation: {signed_meta.present: true}", None),
        ("violation: {}", ExampleFinding(outcome="unknown", action="alert")),
        ("unknown: {signed_meta.present: true}", None),
        ("unknown: {signed_meta.present: false}", ExampleFinding(outcome="violation", action="hold")),
    ],
)
def test_an_example_that_is_wrong_says_what_was_found_instead(
    only: Any, case: str, found: ExampleFinding | None
) -> None:
    result = only(f"{SEAL}    {case}\n")
    assert not result.is_as_expected
    assert result.found == found


def test_where_the_rule_does_not_apply_it_passes(only: Any) -> None:
    result = only(f"{SEAL}    pass: {{content.synthetic: 'no', signed_meta.present: false}}\n")
    assert result.is_as_expected
    assert result.standing == "not-applicable"


@pytest.mark.parametrize(
    ("more", "standing"),
    [
        ("pass: {jurisdictions: [CN]}", "other-jurisdiction"),
        ("pass: {jurisdictions: null}", "other-jurisdiction"),
        ("at: '2026-05-31T23:59:59Z'\n    pass: {}", "not-in-force"),
    ],
)
def test_a_rule_that_was_never_asked_does_not_pass(only: Any, more: str, standing: str) -> None:
    result = only(f"{SEAL}    {more}\n")
    assert result.found is None
    assert result.standing == standing
    assert not result.is_as_expected


def test_facts_of_a_case_lie_over_those_given_and_these_over_the_base(read: Any) -> None:
    examples = read(
        SEAL
        + """\
    given: {content.synthetic: 'no', content.media: text, declaration.made: true}
    pass: {content.synthetic: 'yes', content.media: null}
    violation: {}
"""
    ).examples
    assert [(example.case, example.line) for example in examples] == [("pass", 7), ("violation", 8)]
    assert examples[0].facts == {
        "event_type": "publish.requested",
        "occurred_at": "2026-11-22T00:00:00Z",
        "jurisdictions": ("EU",),
        "content.synthetic": "yes",
        "declaration.made": True,
    }
    assert examples[1].facts["content.synthetic"] == "no"
    assert examples[1].facts["content.media"] == "text"


def test_an_example_happens_when_it_says(read: Any) -> None:
    (example,) = read(f"{SEAL}    at: '2026-12-02T01:30:00+01:00'\n    pass: {{}}\n").examples
    assert example.at == datetime(2026, 12, 2, 0, 30, tzinfo=UTC)
    assert example.facts["occurred_at"] == "2026-12-02T00:30:00Z"


def test_an_example_may_have_no_time(read: Any) -> None:
    (example,) = read(f"{SEAL}    unknown: {{occurred_at: null}}\n").examples
    assert example.at is None
    assert "occurred_at" not in example.facts


def test_results_show_the_facts_that_the_rule_names_and_nothing_personal(only: Any) -> None:
    result = only(
        """\
pack: atlantis-2026
examples:
  - rule: atlantis.clock
    event_type: takedown.updated
    violation: {jurisdictions: [EU], takedown.elapsed_hours: 4, user.id_hash: a1b2c3, declaration.made: true}
"""
    )
    assert result.facts == {"takedown.elapsed_hours": 4.0, "user.id_hash": "[redacted]"}
    assert only(f"{SEAL}    unknown: {{}}\n").facts == {"content.synthetic": "yes", "signed_meta.present": None}


def test_rules_that_lack_a_case_are_named(read: Any, pack: Pack) -> None:
    some = read(f"{SEAL}    pass: {{signed_meta.present: true}}\n    unknown: {{}}\n")
    assert missing_cases(pack, some) == {
        "atlantis.seal": ("violation",),
        "atlantis.clock": ("pass", "violation", "unknown"),
    }
    # Several entries together may bring what one of them lacks.
    more = read(
        f"{SEAL}    pass: {{}}\n    unknown: {{}}\n"
        "  - {rule: atlantis.seal, event_type: export.completed, violation: {}}\n"
        "  - {rule: atlantis.clock, event_type: takedown.updated, pass: {}, violation: {}, unknown: {}}\n"
    )
    assert missing_cases(pack, more) == {}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (SEAL.replace("atlantis-2026", "lemuria-2026") + "    pass: {}\n", 1, "these are examples of lemuria-2026"),
        (SEAL.replace("atlantis.seal", "atlantis.sael") + "    pass: {}\n", 4, "the pack has no rule atlantis.sael"),
        (
            SEAL.replace("publish.requested", "app.listing") + "    pass: {}\n",
            5,
            "atlantis.seal is not about app.listing; it is about publish.requested, export.completed",
        ),
        (SEAL.replace("content.synthetic", "content.syntetic") + "    pass: {}\n", 2, "no fact content.syntetic"),
        (f"{SEAL}    pass: {{}}\n    given:\n      user.name: Ada\n", 8, "there is no fact user.name"),
        (f"{SEAL}    pass:\n      signed_meta.present: 'yes'\n", 7, "signed_meta.present is true or false, not yes"),
        (f"{SEAL}    pass: {{signed_meta.present: 1}}\n", 6, "signed_meta.present is true or false, not 1"),
        (f"{SEAL}    pass: {{content.tokens: 1.5}}\n", 6, "content.tokens is a whole number, not 1.5"),
        (f"{SEAL}    pass: {{content.tokens: true}}\n", 6, "content.tokens is a whole number, not true"),
        (f"{SEAL}    pass: {{takedown.elapsed_hours: '3'}}\n", 6, "takedown.elapsed_hours is a number, not 3"),
        (f"{SEAL}    pass: {{content.id: [a]}}\n", 6, "content.id is a text, not a list"),
        (f"{SEAL}    pass: {{content.biometric: face}}\n", 6, "content.biometric is a list of texts, not face"),
        (f"{SEAL}    pass: {{latent.created_at: yesterday}}\n", 6, "latent.created_at is a time with its offset"),
        (f"{SEAL}    pass: {{latent.created_at: '2026-01-01T00:00:00'}}\n", 6, "latent.created_at is a time"),
        (f"{SEAL}    pass: {{content.media: hologram}}\n", 6, "content.media is one of text, image, audio, video"),
        (f"{SEAL}    pass: {{occurred_at: '2026-01-01T00:00:00Z'}}\n", 6, "the time of an example is its `at`"),
        (f"{SEAL}    at: noon\n    pass: {{}}\n", 6, "examples.0.at"),
        (f"{SEAL}    given: {{}}\n", 4, "examples.0"),
        (f"{SEAL}    passes: {{}}\n    pass: {{}}\n", 6, "passes"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(read: Any, text: str, line: int, reason: str) -> None:
    with pytest.raises(OperatorError) as refused:
        read(text)
    assert f"atlantis.examples.yaml:{line}: " in refused.value.what
    assert reason in refused.value.what
    assert refused.value.remedy


def test_no_file_is_refused_by_name(tmp_path: Path, pack: Pack) -> None:
    with pytest.raises(OperatorError, match=r"none\.examples\.yaml cannot be read"):
        read_examples(tmp_path / "none.examples.yaml", pack)


def values(fact: Fact) -> st.SearchStrategy[Any]:
    """What an event may state of a fact."""
    if fact.values:
        return st.sampled_from(fact.values)
    return {
        "bool": st.booleans(),
        "int": st.integers(0, 2**53 - 1),
        "number": st.floats(0, 1e6) | st.integers(0, 10**6),
        "text": st.text(max_size=20),
        "texts": st.lists(st.text(max_size=5), max_size=3),
        "instant": st.datetimes(timezones=st.just(UTC)).map(lambda time: time.isoformat().replace("+00:00", "Z")),
    }[fact.type]


STATED_BY_NO_EVENT = (
    "event_type",
    "occurred_at",
    "place.unknown",
    "place.without_law",
    "consent.valid_from",
    "consent.valid_to",
    "news_source.status",
    "news_source.valid_from",
    "news_source.valid_to",
    "feature_database.in_use",
    "feature_database.unfounded",
    "feature_database.founded_at",
    "feature_database.entry_reviewed_at",
    "enforcement.id",
    "enforcement.step",
    "enforcement.announced_at",
    "enforcement.taken_at",
    "enforcement.reversed_at",
)
facts = st.sampled_from([fact for fact in vocabulary().values() if fact.name not in STATED_BY_NO_EVENT])


@given(facts.flatmap(lambda fact: st.tuples(st.just(fact), values(fact))))
def test_a_fact_of_an_example_is_what_an_event_would_have_said(stated: tuple[Fact, Any]) -> None:
    fact, value = stated
    data: Any = value
    for name in reversed(fact.name.split(".")):
        data = {name: data}
    assert fact_value(fact, value) == flatten(data).get(fact.name)


@given(facts, st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.text(), max_size=2))
def test_a_fact_has_a_value_of_its_type_or_none_at_all(fact: Fact, stated: Any) -> None:
    types = {"bool": bool, "int": int, "number": float, "text": str, "texts": tuple, "instant": str}
    try:
        value = fact_value(fact, stated)
    except FactError:
        return
    assert value is None or type(value) is types[fact.type]
