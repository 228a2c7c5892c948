"""The packs but for those of deep synthesis and labeling in China."""

from functools import cache
from typing import Final

import pytest

from pipeline.policy.conditions import compile_condition
from pipeline.policy.examples import CASES, Examples, examples_beside, missing_cases, read_examples, run_examples
from pipeline.policy.words import chosen
from tests.unit.policy.other_packs import (
    ANTHROPOMORPHIC,
    ARTICLE_5,
    BRITAIN,
    CALIFORNIA,
    DIRECTORY,
    EU,
    HIGH_RISK,
    INDIA,
    KAZAKHSTAN,
    KOREA,
    NEW_YORK,
    PLACES,
    UNITED_STATES,
    UTAH,
    VIETNAM,
    pack,
)

PACKS: Final = (
    EU,
    ARTICLE_5,
    BRITAIN,
    UNITED_STATES,
    UTAH,
    CALIFORNIA,
    NEW_YORK,
    INDIA,
    KOREA,
    VIETNAM,
    KAZAKHSTAN,
    ANTHROPOMORPHIC,
    HIGH_RISK,
    PLACES,
)

RULES: Final = {
    ARTICLE_5: {"eu.ai-act.art5.intimate": ("critical", "block", "record", "2026-12-02")},
    BRITAIN: {
        "gb.soa.66e.created": ("critical", "block", "record", "2026-02-06"),
        "gb.soa.66b.shared": ("critical", "block", "record", "2024-01-31"),
    },
    UNITED_STATES: {
        "us.take-it-down.publication": ("critical", "block", "record", "2025-05-19"),
        "us.take-it-down.48-hours": ("critical", "alert", "alert", "2026-05-19"),
    },
    UTAH: {
        "us-ut.72b.made": ("critical", "block", "record", "2027-01-01"),
        "us-ut.72b.distributed": ("critical", "block", "record", "2027-01-01"),
    },
    EU: {
        "eu.ai-act.art50-1.interaction": ("high", "block", "hold", "2026-08-02"),
        "eu.ai-act.art50-2.marked-and-detectable": ("critical", "hold", "hold", "2026-08-02"),
        "eu.ai-act.art50-4.deepfake": ("critical", "hold", "hold", "2026-08-02"),
        "eu.ai-act.art50-4.public-text": ("high", "hold", "hold", "2026-08-02"),
        "eu.cop.m1-1.two-layers": ("high", "alert", "alert", "2026-08-02"),
        "eu.cop.m1-1-2.long-text": ("medium", "alert", "alert", "2026-08-02"),
        "eu.cop.m1-2.non-removal": ("high", "hold", "hold", "2026-08-02"),
        "eu.cop.c2.detector": ("medium", "alert", "alert", "2026-08-02"),
        "eu.ai-act.art50-3.exposure": ("high", "block", "hold", "2026-08-02"),
        "eu.cop.s2.icon": ("low", "alert", "record", "2026-08-02"),
        "eu.cop.s2.icon-kind": ("low", "alert", "record", "2026-08-02"),
        "eu.cop.s2.video-start": ("medium", "alert", "record", "2026-08-02"),
        "eu.cop.s2.spoken": ("medium", "alert", "record", "2026-08-02"),
    },
    CALIFORNIA: {
        "us-ca.22757-2.detection-tool": ("high", "alert", "alert", "2026-08-02"),
        "us-ca.22757-3a.manifest-option": ("medium", "alert", "alert", "2026-08-02"),
        "us-ca.22757-3b.latent": ("critical", "hold", "hold", "2026-08-02"),
        "us-ca.22757-3c.licence-96h": ("high", "alert", "alert", "2026-08-02"),
        "us-ca.22757-3-1.platform-no-strip": ("high", "hold", "hold", "2027-01-01"),
        "us-ca.22757-3-1.platform-show": ("high", "hold", "alert", "2027-01-01"),
        "us-ca.22757-3-1.platform-interface": ("high", "alert", "alert", "2027-01-01"),
        "us-ca.22757-3-2.hosting": ("high", "block", "alert", "2027-01-01"),
    },
    NEW_YORK: {
        "us-ny.396-b.synthetic-performer": ("high", "hold", "alert", "2026-06-09"),
    },
    VIETNAM: {
        "vn.ai-law.art11-1.notice": ("medium", "alert", "alert", "2026-03-01"),
        "vn.ai-law.art11-2.machine-readable": ("high", "hold", "hold", "2026-03-01"),
        "vn.ai-law.art11-3.confusing": ("high", "hold", "hold", "2026-05-01"),
        "vn.ai-law.art11-4.imitation": ("critical", "hold", "hold", "2026-03-01"),
    },
    KAZAKHSTAN: {
        "kz.ai-law.art21-1.notice": ("medium", "alert", "alert", "2026-01-18"),
        "kz.ai-law.art21-2.mark-and-warning": ("critical", "hold", "hold", "2026-01-18"),
    },
    ANTHROPOMORPHIC: {
        "cn.anthropomorphic.notice": ("high", "block", "alert", "2026-07-15"),
        "cn.anthropomorphic.minors": ("critical", "block", "alert", "2026-07-15"),
        "cn.anthropomorphic.two-hours": ("medium", "alert", "alert", "2026-07-15"),
        "cn.anthropomorphic.exit": ("medium", "alert", "alert", "2026-07-15"),
        "cn.anthropomorphic.art13.crisis": ("high", "alert", "alert", "2026-07-15"),
        "cn.anthropomorphic.assessment": ("high", "block", "hold", "2026-07-15"),
        "cn.anthropomorphic.filing": ("high", "alert", "alert", "2026-07-15"),
    },
    PLACES: {
        "places.unknown-place": ("low", "alert", "record", "2023-01-10"),
        "places.without-law": ("low", "alert", "record", "2023-01-10"),
    },
    INDIA: {
        "in.it-rules.3-3.label-and-metadata": ("critical", "hold", "hold", "2026-02-20"),
        "in.it-rules.3-3.no-removal": ("critical", "block", "hold", "2026-02-20"),
        "in.it-rules.3-3.label-removed": ("critical", "block", "hold", "2026-02-20"),
        "in.it-rules.4-1A.declare-and-verify": ("high", "hold", "hold", "2026-02-20"),
        "in.it-rules.3-3-a.unlawful": ("critical", "block", "alert", "2026-02-20"),
        "in.it-rules.takedown-clock": ("critical", "alert", "alert", "2026-02-20"),
    },
    KOREA: {
        "kr.ai-basic.art31-1.notice": ("medium", "alert", "alert", "2026-01-22"),
        "kr.ai-basic.art31-2.label": ("high", "hold", "hold", "2026-01-22"),
        "kr.ai-basic.art31-3.deepfake": ("critical", "hold", "hold", "2026-01-22"),
    },
    HIGH_RISK: {
        "high-risk.unverified-user": ("low", "alert", "record", "2023-01-10"),
        "high-risk.no-consent": ("critical", "block", "hold", "2023-01-10"),
        "high-risk.made-with-revoked-consent": ("high", "alert", "alert", "2023-01-10"),
        "high-risk.unlisted-news-source": ("high", "hold", "hold", "2023-01-10"),
        "high-risk.jurisdiction-unknown": ("low", "alert", "alert", "2023-01-10"),
        "label.label-removed": ("critical", "block", "hold", "1970-01-01"),
        "label.unread-copy": ("high", "hold", "hold", "1970-01-01"),
    },
}


@cache
def examples(name: str) -> Examples:
    return read_examples(examples_beside(DIRECTORY / f"{name}.yaml"), pack(name))


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_has_its_rules_with_their_weight_and_first_day(name: str) -> None:
    assert {
        rule.id: (rule.severity, rule.action, rule.on_unknown, rule.valid_from.isoformat()) for rule in pack(name).rules
    } == RULES[name]


@pytest.mark.parametrize(
    ("name", "jurisdiction", "time_zone"),
    [
        (EU, "EU", "Europe/Brussels"),
        (ARTICLE_5, "EU", "Europe/Brussels"),
        (BRITAIN, "GB", "Europe/London"),
        (UNITED_STATES, "US", "America/New_York"),
        (UTAH, "US-UT", "America/Denver"),
        (CALIFORNIA, "US-CA", "America/Los_Angeles"),
        (INDIA, "IN", "Asia/Kolkata"),
        (KOREA, "KR", "Asia/Seoul"),
        (NEW_YORK, "US-NY", "America/New_York"),
        (VIETNAM, "VN", "Asia/Ho_Chi_Minh"),
        (KAZAKHSTAN, "KZ", "Asia/Almaty"),
        (ANTHROPOMORPHIC, "CN", "Asia/Shanghai"),
        (HIGH_RISK, "*", "UTC"),
        (PLACES, "*", "UTC"),
    ],
)
def test_a_pack_is_law_in_its_place_and_at_its_time(name: str, jurisdiction: str, time_zone: str) -> None:
    assert (pack(name).name, pack(name).jurisdiction, pack(name).time_zone) == (name, jurisdiction, time_zone)


@pytest.mark.parametrize("name", PACKS)
def test_every_rule_passes_is_violated_and_stays_unknown_in_its_examples(name: str) -> None:
    assert missing_cases(pack(name), examples(name)) == {}
    results = run_examples(pack(name), examples(name))
    assert [result for result in results if not result.is_as_expected] == []
    never_open = "'review.categories' in known"
    asked_of_all = [rule for rule in pack(name).rules if not rule.seen]
    assert {(result.rule, result.case) for result in results} >= {
        (rule.id, case) for rule in asked_of_all for case in (CASES[:-1] if rule.when == never_open else CASES)
    }


@pytest.mark.parametrize("name", PACKS)
def test_every_rule_says_why_by_which_law_and_which_facts_would_mend_it(name: str) -> None:
    for rule in pack(name).rules:
        assert chosen(rule.text).endswith("."), rule.id
        assert chosen(rule.remedy).endswith("."), rule.id
        assert rule.seen or any(fact in chosen(rule.remedy) for fact in compile_condition(rule.must).facts), rule.id
        assert "://" not in chosen(rule.citation), rule.id


@pytest.mark.parametrize("name", PACKS)
def test_an_article_enforces_where_one_of_its_rules_can_stop_an_event(name: str) -> None:
    for rule in pack(name).rules:
        (article,) = (candidate for candidate in pack(name).articles if candidate.article == rule.article)
        product = "enforces" if {rule.action, rule.on_unknown} & {"hold", "block"} else "detects"
        assert product in article.product, rule.id
        assert set(rule.binds) <= set(article.binds), rule.id


@pytest.mark.parametrize("name", PACKS)
def test_what_the_product_does_not_do_is_not_claimed(name: str) -> None:
    for article in pack(name).articles:
        assert "reports" not in article.product, article.article
        # Whoever reads that something is done for them also reads what remains for them.
        assert article.left_to_people or article.product == ("enforces",), article.article


def test_the_code_of_practice_is_never_taken_for_law() -> None:
    code = [rule for rule in pack(EU).rules if rule.id.startswith("eu.cop.")]
    assert len(code) == 8
    for rule in code:
        assert "(voluntary)" in chosen(rule.citation)
        assert "voluntary" in chosen(rule.text)
    for article in pack(EU).articles:
        assert article.article.startswith("Code ") == chosen(article.duty).startswith("Voluntary."), article.article
