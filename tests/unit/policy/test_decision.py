"""From findings to one decision and to the alerts worth sending."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.credentials import AlertKind
from pipeline.events.identity import alert_id
from pipeline.events.outputs import (
    Action,
    Alert,
    CitedRule,
    CredentialSummary,
    DecisionOutcome,
    Declared,
    Finding,
    PackReference,
)
from pipeline.evidence.credential import seen_in
from pipeline.policy.decision import alerts_for, decide
from pipeline.policy.judge import Judge
from pipeline.policy.pack_files import load_packs
from pipeline.policy.vocabulary import FactValue
from tests.unit.policy.examples import (
    EVENT,
    FINDING,
    SUBJECT,
    credentials,
    declarations,
    finding,
    findings,
    troubles,
)
from tests.unit.policy.test_judge import known_facts

UID = "ab" * 32
JUDGE = Judge(load_packs())
STRICTNESS = ("allow", "hold", "block")


def alerts(*found: Finding) -> tuple[Alert, ...]:
    return alerts_for(found, event_uid=UID, event=EVENT, subject=SUBJECT, record_uri="s3://records/r.json")


# The decision


@pytest.mark.parametrize(
    ("action", "outcome"), [("record", "allow"), ("alert", "allow"), ("hold", "hold"), ("block", "block")]
)
def test_the_action_of_a_finding_decides(action: Action, outcome: DecisionOutcome) -> None:
    assert decide([finding(action)]) == outcome


def test_where_nothing_is_found_the_content_may_be_published() -> None:
    assert decide([]) == "allow"


def test_the_strictest_finding_wins() -> None:
    assert decide([finding("alert"), finding("block"), finding("hold")]) == "block"
    assert decide([finding("hold"), finding("record"), finding("alert")]) == "hold"


@given(findings, st.data())
def test_the_order_of_findings_decides_nothing(found: list[Finding], data: st.DataObject) -> None:
    assert decide(data.draw(st.permutations(found))) == decide(found)


@given(findings, findings)
def test_a_further_finding_never_makes_the_decision_milder(found: list[Finding], more: list[Finding]) -> None:
    assert STRICTNESS.index(decide([*found, *more])) >= STRICTNESS.index(decide(found))


@given(findings)
def test_saying_it_twice_decides_nothing_new(found: list[Finding]) -> None:
    assert decide([*found, *found]) == decide(iter(found)) == decide(found)


# The alerts


def test_an_alert_says_what_the_finding_says_and_what_it_is_about() -> None:
    said = msgspec.structs.replace(FINDING, pack=PackReference(name="test-law", version="1.2.3"), remedy="Mend it.")
    assert alerts(said) == (
        Alert(
            alert_id=alert_id(UID, "test.rule"),
            event_uid=UID,
            event=EVENT,
            kind="test",
            severity="high",
            rule=CitedRule(id="test.rule", citation=None),
            action="alert",
            outcome="violation",
            code=None,
            message="A test.",
            evidence={},
            subject=SUBJECT,
            record_uri="s3://records/r.json",
            pack=PackReference(name="test-law", version="1.2.3"),
            remedy="Mend it.",
        ),
    )


def unknown(rule: str, action: Action = "hold", **missing: None) -> Finding:
    evidence = {name.replace("_", "."): value for name, value in missing.items()}
    return msgspec.structs.replace(finding(action), rule=rule, outcome="unknown", evidence=evidence)


def test_what_lacks_facts_is_one_alert_with_who_can_supply_them_and_what_is_found_stays_single() -> None:
    single = msgspec.structs.replace(FINDING, rule="test.found")
    sent = alerts(
        unknown("test.a", user_id__hash=None),
        single,
        unknown("test.b", "alert", **{"service.id": None}),  # type: ignore[arg-type]
        unknown("test.c", **{"service.id": None, "content.media": None}),  # type: ignore[arg-type]
        unknown("test.d", "record", **{"service.id": None}),  # type: ignore[arg-type]
    )
    assert [alert.rule.id for alert in sent] == ["test.a", "test.found", "judgement.facts-missing"]
    together = sent[-1]
    assert (together.kind, together.action, together.outcome) == ("facts-missing", "hold", "unknown")
    assert together.evidence["rules"] == ("test.b", "test.c")
    assert together.evidence["missing"] == ("service.id", "content.media")
    assert "service.id: the service registry, or the provider" in together.evidence["suppliers"]  # type: ignore[operator]


def test_a_single_rule_that_lacks_a_fact_speaks_for_itself() -> None:
    (sent,) = alerts(unknown("test.a", **{"service.id": None}))  # type: ignore[arg-type]
    assert sent.rule.id == "test.a"


@given(findings)
def test_every_finding_that_asks_for_more_than_being_recorded_is_one_alert(found: list[Finding]) -> None:
    assert [alert.action for alert in alerts(*found)] == [
        each_finding.action for each_finding in found if each_finding.action != "record"
    ]


@given(credentials, troubles, declarations, known_facts)
def test_no_two_alerts_of_an_event_have_the_same_id(
    summary: CredentialSummary, seen: list[AlertKind], declared: Declared, known: dict[str, FactValue]
) -> None:
    sent = alerts(
        *JUDGE.findings({"event_type": "publish.requested", **known}, None, seen_in(summary, seen, declared)),
    )
    assert len({alert.alert_id for alert in sent}) == len(sent)


@given(findings)
def test_whatever_is_held_or_blocked_is_alerted(found: list[Finding]) -> None:
    assert decide(found) == "allow" or alerts(*found)
