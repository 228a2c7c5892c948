"""What the pages of articles promise of rules: a breach stops content or raises an alert, and what is not known holds.

Each rule is taken at its word by its own examples, among all packs that ship and through to the decision and the
alerts that would be published. docs/compliance.md names these tests.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

import pytest

from pipeline.events.outputs import Alert, EventReference, Finding, Subject
from pipeline.policy.decision import MISSING_RULE, alerts_for, decide
from pipeline.policy.examples import Example, ExampleCase, examples_beside, read_examples
from pipeline.policy.judge import Judge
from pipeline.policy.pack import Rule
from pipeline.policy.pack_files import load_packs
from tests.unit.policy.other_packs import DIRECTORY

PACKS = load_packs()
JUDGE = Judge(PACKS)
STRICT = ("allow", "hold", "block")


@cache
def examples() -> dict[tuple[str, ExampleCase], Example]:
    """The first example of each rule and case."""
    found: dict[tuple[str, ExampleCase], Example] = {}
    for pack in PACKS:
        for example in read_examples(examples_beside(DIRECTORY / f"{pack.name}.yaml"), pack).examples:
            found.setdefault((example.rule, example.case), example)
    return found


def rules(*actions: str, case: ExampleCase) -> list[object]:
    """The rules that ask for one of these where a case comes true, and have an example of it."""
    return [
        pytest.param(rule, id=rule.id)
        for pack in PACKS
        for rule in pack.rules
        if (rule.action if case == "violation" else rule.on_unknown) in actions and (rule.id, case) in examples()
    ]


def found(rule: Rule, case: ExampleCase) -> tuple[Finding, tuple[Finding, ...]]:
    example = examples()[rule.id, case]
    findings = JUDGE.findings(example.facts, example.at, example.seen)
    (own,) = (finding for finding in findings if finding.rule == rule.id)
    assert own.outcome == case
    return own, findings


def alerts(findings: Iterable[Finding]) -> dict[str, Alert]:
    event = EventReference(source="/studio", id="1", type="sealstream.publication.v1", time=None)
    subject = Subject(content_id="c", mime=None, sha256=None)
    told = alerts_for(findings, event_uid="0" * 64, event=event, subject=subject, record_uri=None)
    return {alert.rule.id: alert for alert in told}


@pytest.mark.parametrize("rule", rules("hold", "block", case="violation"))
def test_a_breach_stops_it(rule: Rule) -> None:
    _, findings = found(rule, "violation")
    assert STRICT.index(decide(findings)) >= STRICT.index(rule.action)
    assert alerts(findings)[rule.id].action == rule.action


@pytest.mark.parametrize("rule", rules("hold", "block", case="unknown"))
def test_what_is_open_stops_it(rule: Rule) -> None:
    _, findings = found(rule, "unknown")
    assert STRICT.index(decide(findings)) >= STRICT.index(rule.on_unknown)


@pytest.mark.parametrize("rule", rules("alert", case="violation"))
def test_a_breach_raises_an_alert(rule: Rule) -> None:
    own, findings = found(rule, "violation")
    alert = alerts(findings)[rule.id]
    assert (alert.message, alert.remedy, alert.rule.citation) == (own.message, own.remedy, own.citation)
    assert alert.action == "alert"
    assert rule.severity in (None, alert.severity)


@pytest.mark.parametrize("rule", rules("alert", case="unknown"))
def test_what_is_open_raises_an_alert(rule: Rule) -> None:
    own, findings = found(rule, "unknown")
    told = alerts(findings)
    together = told.get(MISSING_RULE)
    assert told[rule.id].message == own.message if rule.id in told else rule.id in together.evidence["rules"]


def test_a_kind_of_service_that_nobody_states_is_asked_for() -> None:
    facts = {"event_type": "interaction.started", "jurisdictions": ("CN",), "service.ai_notice_shown": False}
    at = datetime(2026, 11, 29, tzinfo=UTC)
    (finding,) = (candidate for candidate in JUDGE.findings(facts, at) if candidate.rule == "cn.anthropomorphic.notice")
    assert (finding.outcome, finding.action) == ("unknown", "alert")
    assert "service.anthropomorphic" in finding.message


def test_what_waits_for_facts_is_told_in_the_language_of_what_waits() -> None:
    facts = {"event_type": "publish.requested", "jurisdictions": ("CN",)}
    at = datetime(2026, 11, 29, tzinfo=UTC)
    for wording, said in (("zh", "条规则因下列事实未知而无法作答"), ("en", "rules cannot be answered while")):
        findings = Judge(PACKS, wording=wording).findings(facts, at)  # type: ignore[arg-type]
        assert said in alerts(findings)[MISSING_RULE].message
