"""The packs of Chinese law as a whole: every rule with its three outcomes, where and since when it counts."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Final

import pytest

from pipeline.policy.conditions import compile_condition
from pipeline.policy.decision import decide
from pipeline.policy.examples import CASES, Examples, missing_cases, read_examples, run_examples
from pipeline.policy.judge import Judge
from pipeline.policy.pack import Pack, Rule
from pipeline.policy.pack_files import shipped_pack
from pipeline.policy.vocabulary import EVENT_TYPES, FactValue, vocabulary
from pipeline.policy.words import chosen

PROVISIONS: Final = shipped_pack("cn-deep-synthesis-2023")
MEASURES: Final = shipped_pack("cn-labeling-2025")
PACKS: Final = (PROVISIONS, MEASURES)
JUDGE: Final = Judge(PACKS)
RULES: Final = {rule.id: rule for pack in PACKS for rule in pack.rules if not rule.seen}
"""Those that are asked of every event; tests/unit/evidence has those about what is seen in files."""

NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)

IN_ORDER: Final[Mapping[str, FactValue]] = {
    "jurisdictions": ("CN",),
    "actor.role": "user",
    "user.identity.status": "verified",
    "user.identity.method": "mobile",
    "content.synthetic": "yes",
    "content.media": "video",
    "content.operation": "edited",
    "content.biometric": ("face", "voice"),
    "content.art17_scenario": 3,
    "content.confusion_risk": "yes",
    "content.is_news": True,
    "content.news_source_listed": True,
    "content.has_file": True,
    "content.containerised": True,
    "consent.prompted": True,
    "consent.status": "granted",
    "consent.separate": True,
    "explicit.present": True,
    "explicit.waived_on_request": False,
    "explicit.kind": "text",
    "explicit.position": "edge_corner",
    "explicit.has_ai_token": True,
    "explicit.has_gen_token": True,
    "explicit.at_start": True,
    "explicit.visible_ms": 2500,
    "explicit.height_ratio": 0.06,
    "implicit.present": True,
    "implicit.readback_ok": True,
    "implicit.count": 1,
    "implicit.schema_ok": True,
    "implicit.code_ok": True,
    "implicit.first_write": True,
    "implicit.aigc.Label": "1",
    "implicit.aigc.ContentProducer": "a service",
    "implicit.aigc.ContentPropagator": "a service",
    "implicit.aigc.ProduceID": "1",
    "implicit.aigc.PropagateID": "1",
    "detection.verdict": "confirmed",
    "notice.shown": "confirmed",
    "declaration.made": True,
    "declaration.value": "ai",
    "review.verdict": "ok",
    "review.input_checked": True,
    "review.output_checked": True,
    "review.feature_db_version": "7",
    "log.present": True,
    "log.retain_days": 183,
    "transform.lost": 0,
    "transform.intent": "routine",
    "complaint.overdue": False,
    "app.ai_declared": True,
    "app.label_material_checked": True,
    "app.assessment_checked": True,
    "app.filing_checked": True,
    "service.public_opinion": True,
    "service.filing_no": "110108123456789240011",
    "service.filing_displayed": True,
    "service.security_assessment": "done",
    "service.biometric_tool": True,
    "service.suspended_by_order": False,
}
"""What is stated of a deepfake of the news by which all duties were kept."""

Judged = tuple[str, str] | None
"""Outcome and action of a finding; None: nothing found."""


def judged(rule_id: str, event_type: str, facts: Mapping[str, FactValue], at: datetime | None = NOW) -> Judged:
    """What a rule finds of synthetic content that is offered in China."""
    all_facts = {"jurisdictions": ("CN",), "content.synthetic": "yes", **facts, "event_type": event_type}
    findings = [finding for finding in JUDGE.findings(all_facts, at) if finding.rule == rule_id]
    assert len(findings) <= 1
    return (findings[0].outcome, findings[0].action) if findings else None


def examples_of(pack: Pack) -> Examples:
    return read_examples(files("pipeline.policy") / "packs" / f"{pack.name}.examples.yaml", pack)


def violation_of(rule_id: str) -> tuple[str, Mapping[str, FactValue]]:
    """Event type and facts of an example that violates the rule."""
    example = next(candidate for candidate in EXAMPLES[rule_id] if candidate.case == "violation")
    return str(example.facts["event_type"]), example.facts


EXAMPLES: Final = {
    rule.id: [example for example in examples_of(pack).examples if example.rule == rule.id]
    for pack in PACKS
    for rule in pack.rules
}


# The packs as a whole


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_each_rule_passes_is_violated_and_stays_unknown_in_the_examples_beside_it(pack: Pack) -> None:
    examples = examples_of(pack)
    assert missing_cases(pack, examples) == {}
    results = run_examples(pack, examples)
    assert [result for result in results if not result.is_as_expected] == []
    assert {(result.rule, result.case) for result in results} >= {
        (rule.id, case) for rule in pack.rules if not rule.seen for case in CASES
    }


def test_the_rules_are_these() -> None:
    assert [rule.id.removeprefix("cn.deep-synthesis.") for rule in PROVISIONS.rules] == [
        "art06.false-news",
        "art06.news-source",
        "art09.identity",
        "art09.identity-recorded",
        "art10.block-prohibited",
        "art10.review-both-sides",
        "art10.dispose-and-report",
        "art10.retract",
        "art11.refute-rumour",
        "art11.refutation-recorded",
        "art12.complaint-deadline",
        "art13.app-listing",
        "art14.separate-consent",
        "art14.separate-consent-reposted",
        "art14.consent-revoked",
        "art14.made-with-revoked-consent",
        "art15.tool-assessment",
        "art16.implicit-mark",
        "art16.log",
        "art17.prominent-mark",
        "art17.prominent-mark-published",
        "art17.scenario-understated",
        "art17.label-function",
        "art18.mark-removed",
        "art18.label-removed",
        "art18.unread-copy",
        "art19.filing",
        "art20.new-feature",
        "art21.suspension-order",
        "art21.order-received",
        "art23.category-contradicted",
    ]
    assert [rule.id.removeprefix("cn.") for rule in MEASURES.rules] == [
        "label-measures.art04.file-explicit",
        "label-measures.art06.confirmed",
        "label-measures.art06.possible",
        "label-measures.art06.suspected",
        "label-measures.art07.app-store",
        "label-measures.art09.unlabelled-log",
        "label-measures.art10.declare",
        "gb45438.explicit.wording",
        "gb45438.explicit.height",
        "gb45438.explicit.audio",
        "gb45438.explicit.video",
        "gb45438.implicit.schema",
        "gb45438.implicit.first-write",
        "label-measures.art10.undeclared-credential",
        "label-measures.art10.undeclared-label",
        "label-measures.art06.vendor-sign",
        "label-measures.art06.vendor-sign-weak",
        "label-measures.art06.vendor-sign-undeclared",
        "gb45438.implicit.broken",
        "gb45438.implicit.broken-otherwise",
        "gb45438.implicit.nonconforming",
        "gb45438.implicit.unreadable",
        "gb45438.implicit.unreadable-otherwise",
        "gb45438.implicit.marks-contradict",
        "gb45438.implicit.refused",
        "label-measures.art04.explicit-refused",
    ]


def test_every_article_of_the_provisions_has_its_row() -> None:
    names = [article.article for article in PROVISIONS.articles]
    assert names == [*map(str, range(1, 17)), "17(1)", "17(2)", *map(str, range(18, 26))]


def test_what_the_product_leaves_to_people_is_said_wherever_it_does_not_do_all() -> None:
    for pack in PACKS:
        for article in pack.articles:
            if article.article not in {"1", "22", "25", "Measures 14"}:
                assert chosen(article.left_to_people).endswith("."), article.article


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_speaks_to_a_person_and_its_remedy_names_facts_to_send(rule: Rule) -> None:
    assert chosen(rule.text).endswith(".")
    assert chosen(rule.remedy).endswith(".")
    named = {word for word in map(_bare, chosen(rule.remedy).split()) if "." in word}
    asked = {*compile_condition(rule.when).facts, *compile_condition(rule.must).facts}
    assert named & asked
    assert named <= {*vocabulary(), "prompt.text"}


def _bare(word: str) -> str:
    return word.strip(".,;")


def test_only_conduct_of_the_user_counts_against_the_account() -> None:
    assert JUDGE.counting == {
        "cn.deep-synthesis.art06.false-news",
        "cn.deep-synthesis.art10.block-prohibited",
        "cn.deep-synthesis.art10.retract",
        "cn.deep-synthesis.art18.mark-removed",
        "cn.label-measures.art10.declare",
    }


REPORTED: Final[Mapping[str, Mapping[str, FactValue]]] = {
    "consent.revoked": {"consent.ref": "c-1", "consent.status": "revoked"},
    "refutation.published": {
        "incident.refuted_at": "2026-11-21T19:00:00Z",
        "incident.reported_at": "2026-11-21T18:30:00Z",
        "incident.record_ref": "case-4713",
    },
}
"""What is stated besides of what has happened, by event type."""


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_service_that_does_everything_right_hears_nothing(event_type: str) -> None:
    assert JUDGE.findings({**IN_ORDER, **REPORTED.get(event_type, {}), "event_type": event_type}, NOW) == ()


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_who_says_nothing_is_accused_of_nothing_and_gets_no_content_through(event_type: str) -> None:
    findings = JUDGE.findings({"jurisdictions": ("CN",), "event_type": event_type}, NOW)
    assert {finding.outcome for finding in findings} <= {"unknown"}
    if event_type in {"generation.completed", "export.completed", "transform.completed", "publish.requested"}:
        assert decide(findings) == "hold"


@pytest.mark.parametrize("rule_id", RULES)
def test_elsewhere_chinese_law_finds_nothing(rule_id: str) -> None:
    event_type, facts = violation_of(rule_id)
    here_too, elsewhere = ({**facts, "jurisdictions": places} for places in (("EU", "CN"), ("EU",)))
    assert judged(rule_id, event_type, here_too) == ("violation", RULES[rule_id].action)
    assert judged(rule_id, event_type, elsewhere) is None


@pytest.mark.parametrize(("pack", "day"), [(PROVISIONS, date(2023, 1, 10)), (MEASURES, date(2025, 9, 1))])
def test_a_law_counts_from_its_first_moment_in_beijing(pack: Pack, day: date) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)
    for rule in pack.rules:
        if rule.seen:
            continue
        event_type, facts = violation_of(rule.id)
        before, after = (judged(rule.id, event_type, facts, at) for at in (midnight - SECOND, midnight))
        assert (before, after) == (None, ("violation", rule.action)), rule.id


def test_the_last_minute_of_august_2025_in_beijing_is_free_of_the_labeling_measures() -> None:
    unmarked: dict[str, FactValue] = {
        "content.has_file": True,
        "content.art17_scenario": 3,
        "explicit.present": False,
        "explicit.waived_on_request": False,
    }
    rule = "cn.label-measures.art04.file-explicit"
    assert judged(rule, "export.completed", unmarked, datetime.fromisoformat("2025-08-31T23:59:00+08:00")) is None
    assert judged(rule, "export.completed", unmarked, datetime.fromisoformat("2025-09-01T00:00:00+08:00")) == (
        "violation",
        "hold",
    )
    # A minute to midnight in London is the next morning in Beijing.
    assert judged(rule, "export.completed", unmarked, datetime.fromisoformat("2025-08-31T23:59:00+00:00")) == (
        "violation",
        "hold",
    )
