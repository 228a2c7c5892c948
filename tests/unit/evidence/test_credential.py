"""What a credential, or the lack of one, shows, and what that means where no law says more."""

from collections.abc import Iterable
from typing import Final

import pytest
from hypothesis import given

from pipeline.credentials import AlertKind
from pipeline.credentials.status_codes import status_codes
from pipeline.credentials.verdicts import OWN_KINDS
from pipeline.events.outputs import Action, CredentialSummary, Declared, Finding
from pipeline.evidence.credential import seen_in
from pipeline.policy.judge import Judge
from pipeline.policy.pack_files import load_packs
from tests.unit.policy.examples import ABSENT, KINDS, credential, credentials, declarations, troubles

PRACTICE: Final = Judge(load_packs(["c2pa", "label-practice"]))
TAMPERED: Final = AlertKind("content-tampered", "critical", "assertion.dataHash.mismatch")

ACTION_FOR: Final[dict[str, Action]] = {
    "content-tampered": "block",
    "manifest-tampered": "block",
    "signer-revoked": "block",
    "manifest-malformed": "hold",
    "manifest-unreachable": "hold",
    "content-unbound": "hold",
    "ingredient-tampered": "hold",
    "signer-invalid": "hold",
    "partial-coverage": "hold",
    "container-rewritten": "hold",
    "manifest-alone": "hold",
    "sidecar-unfit": "hold",
    "line-ends-changed": "alert",
    "sidecar-foreign": "alert",
    "asset-unreadable": "alert",
    "signer-untrusted": "alert",
    "signer-expired": "alert",
    "timestamp-problem": "alert",
}


WHY_ABSENT: Final = {"asset-unreadable", "sidecar-foreign"}


def judge_credential(summary: CredentialSummary, seen: Iterable[AlertKind], declared: Declared) -> tuple[Finding, ...]:
    """What good practice finds in a credential, in a publication of which nothing else is known."""
    return PRACTICE.findings({"event_type": "publish.requested"}, None, seen_in(summary, seen, declared))


def kinds(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.kind for finding in findings]


# No credential


def test_ai_content_without_a_credential_is_unlabeled_and_held() -> None:
    (finding,) = judge_credential(ABSENT, [], "ai")
    assert (finding.rule, finding.kind) == ("credential.unlabeled", "unlabeled")
    assert (finding.severity, finding.action, finding.outcome) == ("high", "hold", "violation")
    assert (finding.code, finding.evidence) == (
        None,
        {"declared": "ai", "implicit.present": None, "notice.shown": None},
    )
    assert finding.citation is not None


@pytest.mark.parametrize("declared", ["human", "unknown"])
def test_other_content_needs_no_credential(declared: Declared) -> None:
    assert judge_credential(ABSENT, [], declared) == ()


@given(troubles, declarations)
def test_what_is_absent_is_unlabeled_or_nothing_and_never_tampered(seen: list[AlertKind], declared: Declared) -> None:
    found = [kind for kind in kinds(judge_credential(ABSENT, seen, declared)) if kind not in WHY_ABSENT]
    assert found == (["unlabeled"] if declared == "ai" else [])


@pytest.mark.parametrize("kind", sorted(WHY_ABSENT))
def test_why_a_credential_is_absent_is_told_beside_that_it_is(kind: str) -> None:
    seen = [AlertKind(kind, "medium", "general.error")]
    assert kinds(judge_credential(ABSENT, seen, "unknown")) == [kind]
    assert kinds(judge_credential(ABSENT, seen, "ai")) == [kind, "unlabeled"]


@given(credentials.filter(lambda summary: summary.credential != "absent"), troubles, declarations)
def test_what_is_present_is_never_unlabeled(
    present: CredentialSummary, seen: list[AlertKind], declared: Declared
) -> None:
    assert "unlabeled" not in kinds(judge_credential(present, seen, declared))


# A credential that contradicts the event


@pytest.mark.parametrize(
    ("ai_generated", "declared", "expected"),
    [
        (True, "human", ["undeclared-ai"]),
        (True, "ai", []),
        (True, "unknown", []),
        (False, "human", []),
        (False, "ai", []),
        (None, "human", []),
    ],
)
def test_ai_is_undeclared_where_the_credential_says_ai_and_the_event_says_human(
    ai_generated: object, declared: Declared, expected: list[str]
) -> None:
    assert kinds(judge_credential(credential(ai_generated=ai_generated), [], declared)) == expected


def test_undeclared_ai_is_held() -> None:
    (finding,) = judge_credential(credential(ai_generated=True), [], "human")
    assert (finding.severity, finding.action, finding.code) == ("high", "hold", None)


def test_undeclared_ai_comes_beside_what_validation_saw() -> None:
    findings = judge_credential(credential(credential="invalid", ai_generated=True), [TAMPERED], "human")
    assert kinds(findings) == ["content-tampered", "undeclared-ai"]


# A credential that validation found fault with


def test_every_kind_that_validation_names_is_specified_here() -> None:
    assert set(ACTION_FOR) == set(KINDS)


@pytest.mark.parametrize("kind", ACTION_FOR)
def test_the_kind_decides_what_is_done(kind: str) -> None:
    (finding,) = judge_credential(credential(credential="invalid"), [AlertKind(kind, "high", "a.code")], "unknown")
    assert (finding.rule, finding.kind, finding.action) == (f"credential.{kind}", kind, ACTION_FOR[kind])
    assert (finding.severity, finding.code, finding.outcome) == ("high", "a.code", "violation")
    assert finding.message.endswith(".")


def test_what_a_credential_that_holds_leaves_out_is_told_and_not_held() -> None:
    (finding,) = judge_credential(credential(), [AlertKind("partial-coverage", "medium", "a.code")], "unknown")
    assert (finding.kind, finding.severity, finding.action) == ("partial-coverage", "medium", "alert")


def test_every_kind_with_a_rule_of_its_own_says_what_is_the_matter_and_where_that_is_written() -> None:
    findings = judge_credential(credential(), [AlertKind(kind, "high", "") for kind in KINDS], "unknown")
    assert len({finding.message for finding in findings}) == len(KINDS)
    assert all(finding.citation is not None and finding.citation.startswith("C2PA 2.4, ") for finding in findings)


def test_the_evidence_is_what_was_declared_and_what_the_credential_is() -> None:
    (finding,) = judge_credential(credential(credential="invalid"), [TAMPERED], "ai")
    assert finding.evidence == {
        "declared": "ai",
        "credential": "invalid",
        "trust": "trusted",
        "active_manifest": "urn:c2pa:1",
    }


@given(credentials.filter(lambda summary: summary.credential != "absent"), troubles, declarations)
def test_one_finding_for_each_observation_that_is_not_of_low_severity(
    present: CredentialSummary, seen: list[AlertKind], declared: Declared
) -> None:
    found = [
        (finding.kind, finding.severity, finding.code or "") for finding in judge_credential(present, seen, declared)
    ]
    assert [observation for observation in found if observation[0] != "undeclared-ai"] == [
        (alert_kind.kind, alert_kind.severity, alert_kind.code) for alert_kind in seen if alert_kind.severity != "low"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_low_severity_makes_no_finding(kind: str) -> None:
    assert judge_credential(credential(), [AlertKind(kind, "low", "a.code")], "ai") == ()


@pytest.mark.parametrize("declared", ["ai", "human", "unknown"])
def test_a_valid_credential_that_says_no_more_than_the_event_finds_nothing(declared: Declared) -> None:
    assert judge_credential(credential(ai_generated=declared == "ai" or None), [], declared) == ()


# The pack


def test_everything_that_validation_can_see_has_a_rule() -> None:
    grave = {meaning.kind for meaning in status_codes().values() if meaning.severity not in (None, "low")}
    seen = {*grave, *OWN_KINDS}
    ruled = {name for pack in load_packs(["c2pa"]) for rule in pack.rules for name in rule.seen}
    assert {f"credential.{kind}" for kind in seen} <= ruled


def test_a_label_inside_the_file_is_a_mark_too() -> None:
    facts = {"event_type": "publish.requested", "implicit.present": True}
    assert PRACTICE.findings(facts, None, seen_in(ABSENT, (), "ai")) == ()
