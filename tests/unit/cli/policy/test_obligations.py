"""`sealstream policy obligations`: the three steps."""

from typing import Any

import pytest

from tests.unit.cli.policy.given import Answer
from tests.unit.cli.typing import Run


def standing(answer: Any, pack: str = "cn-deep-synthesis-2023") -> dict[str, str]:
    return {row["article"]: row["standing"] for row in answer["rows"] if row["pack"]["name"] == pack}


@pytest.mark.parametrize("category", ["voice", "2"])
def test_a_voice_provider_is_told_its_duties_in_three_steps(answer: Answer, category: str) -> None:
    told = answer("obligations", "--role", "provider", "--category", category, "--public-opinion", "--at", "2026-11-22")
    assert told["jurisdictions"] == ["CN"]
    assert told["deep_synthesis"]["answer"] == "yes"
    assert told["deep_synthesis"]["category"]["name"] == "voice"
    assert told["entity"]["roles"] == ["provider"]
    articles = standing(told)
    assert (articles["9"], articles["13"], articles["17(1)"], articles["19"]) == (
        "applies",
        "does-not-apply",
        "depends",
        "applies",
    )
    nine = next(row for row in told["rows"] if row["article"] == "9" and "Deep Synthesis" in row["law"])
    assert "cn.deep-synthesis.art09.identity" in nine["rules"]
    assert nine["in_force_from"] == "2023-01-10"
    assert nine["duty"]
    assert nine["how"]
    assert nine["left_to_people"]


def test_the_scenario_and_the_risk_settle_article_17(answer: Answer) -> None:
    marked = standing(answer("obligations", "--category", "voice", "--scenario", "voice", "--confusion"))
    assert (marked["17(1)"], marked["17(2)"]) == ("applies", "does-not-apply")
    function = standing(answer("obligations", "--category", "voice", "--scenario", "0"))
    assert (function["17(1)"], function["17(2)"]) == ("does-not-apply", "applies")


def test_a_duty_is_not_in_force_before_its_first_day(answer: Answer) -> None:
    assert standing(answer("obligations", "--category", "text", "--at", "2023-01-09"))["9"] == "not-in-force"
    assert standing(answer("obligations", "--category", "text", "--at", "2023-01-10"))["9"] == "applies"


def test_the_jurisdictions_are_those_given_or_configured(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    told = answer("obligations", "--jurisdiction", "EU", "--jurisdiction", "KR")
    assert {row["jurisdiction"] for row in told["rows"]} - {"*"} == {"EU", "KR"}
    monkeypatch.setenv("SEALSTREAM_POLICY_JURISDICTIONS", "IN")
    assert answer("obligations")["jurisdictions"] == ["IN"]


def test_any_fact_can_be_given(answer: Answer) -> None:
    told = answer(
        "obligations", "--jurisdiction", "US-CA", "--fact", "service.monthly_users=1000001", "--media", "video"
    )
    assert standing(told, "us-ca-sb942")["22757.3(b)"] == "applies"
    told = answer(
        "obligations", "--jurisdiction", "US-CA", "--fact", "service.monthly_users=1000000", "--media", "video"
    )
    assert standing(told, "us-ca-sb942")["22757.3(b)"] == "does-not-apply"


@pytest.mark.parametrize("columns", ["80", "140"])
def test_the_table_shows_articles_and_rules_whole_in_any_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setattr("agents.cli.console.console.width", int(columns))
    code, out, _ = run("obligations", "--role", "provider", "--category", "voice")
    assert code == 0
    assert max(map(len, out.splitlines())) <= int(columns)
    for expected in (
        "Step 1. Is it deep synthesis? Yes",
        "Step 2. Which regulated entity is it?",
        "Step 3. What follows?",
        "cn.deep-synthesis.art10.review-both-sides",
        "--scenario",
        "not Art. 13: it binds app store",
        "service.public_opinion (--public-opinion)",
    ):
        assert expected in out


def test_what_does_not_apply_is_shown_in_full_on_request(run: Run) -> None:
    brief = run("obligations", "--category", "voice", "--role", "provider")[1]
    full = run("obligations", "--category", "voice", "--role", "provider", "--all")[1]
    assert "cn.deep-synthesis.art13.app-listing" not in brief
    assert "does not apply" in full
    assert "Not here: it binds app store." in full


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--category", "smell"), "--category cannot be smell"),
        (("--scenario", "6"), "--scenario cannot be 6"),
        (("--role", "king"), "--role cannot be king"),
        (("--biometric", "toe"), "--biometric cannot be toe"),
        (("--jurisdiction", "XX"), "--jurisdiction cannot be XX"),
        (("--at", "soon"), "soon is no day"),
        (("--fact", "content.medium=text"), "Did you mean content.media?"),
        (("--fact", "content.media=smell"), "content.media cannot be smell"),
        (("--fact", "service.ssmi=perhaps"), "Give yes or no"),
        (("--fact", "service.monthly_users=many"), "Give a whole number"),
        (("--fact", "explicit.height_ratio=high"), "Give a number"),
        (("--fact", "service.ssmi"), "has no value"),
    ],
)
def test_what_is_nothing_is_refused_with_what_to_give(run: Run, arguments: tuple[str, ...], complaint: str) -> None:
    code, out, err = run("obligations", *arguments)
    assert (code, out) == (2, "")
    assert complaint in err
