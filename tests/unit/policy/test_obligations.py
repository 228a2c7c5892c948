"""The three steps of the Provisions."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.policy.obligations import CATEGORIES, PROVISIONS, ROLES, Obligation, obligations
from pipeline.policy.pack import Pack, Role
from pipeline.policy.pack_files import load_packs
from pipeline.policy.vocabulary import FactValue
from tests.unit.policy.small_packs import article, pack, rule


def row(packs: Pack | tuple[Pack, ...], number: str, **asked: Any) -> Obligation:
    """The row of one article."""
    answer = obligations(packs if isinstance(packs, tuple) else (packs,), **{"facts": {}, **asked})
    return next(obligation for obligation in answer.rows if obligation.article == number)


# Step 1


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.name)
def test_each_technology_of_article_23_is_deep_synthesis(category: Any) -> None:
    step = obligations((), facts={"content.ds_category": category.number}).deep_synthesis
    assert (step.answer, step.category) == ("yes", category)
    assert f"Art. 23({category.number})" in step.because


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, "unknown"),
        ({"content.synthetic": "yes"}, "yes"),
        ({"content.synthetic": "no"}, "no"),
        ({"content.ds_category": 0}, "no"),
        ({"content.ds_category": 0, "content.synthetic": "yes"}, "yes"),
        # Where the facts contradict each other, AI wins.
        ({"content.ds_category": 2, "content.synthetic": "no"}, "yes"),
    ],
)
def test_without_a_technology_it_is_what_is_said_of_the_content(facts: dict[str, FactValue], answer: str) -> None:
    step = obligations((), facts=facts).deep_synthesis
    assert (step.answer, step.category is None) == (answer, facts.get("content.ds_category") != 2)


def test_the_provisions_ask_nothing_of_who_uses_no_deep_synthesis_and_other_laws_may() -> None:
    provisions, other = pack(articles=(article("9"),), name=PROVISIONS), pack(articles=(article("4"),))
    facts: dict[str, FactValue] = {"content.synthetic": "no"}
    assert row(provisions, "9", facts=facts).standing == "does-not-apply"
    assert "step 1" in (row(provisions, "9", facts=facts).because or "")
    assert row(other, "4", facts=facts).standing == "applies"


def test_while_step_1_is_open_every_duty_of_the_provisions_depends_on_it() -> None:
    answer = row(pack(articles=(article("9"),), name=PROVISIONS), "9")
    assert (answer.standing, answer.missing) == ("depends", ("content.ds_category",))


def test_a_yes_in_step_1_settles_conditions_on_synthetic_content() -> None:
    law = pack(articles=(article("16", applies="content.synthetic == 'yes'"),))
    assert row(law, "16").standing == "depends"
    assert row(law, "16", facts={"content.ds_category": 2}).standing == "applies"


# Step 2


def test_every_role_is_explained() -> None:
    assert set(ROLES) == set(get_args(Role))


def test_an_article_applies_to_whom_it_binds() -> None:
    law = pack(articles=(article("13", binds=("app_store", "platform")),))
    assert row(law, "13", roles={"platform"}).standing == "applies"
    assert row(law, "13", roles={"platform", "provider"}).standing == "applies"
    assert row(law, "13").standing == "applies"
    other = row(law, "13", roles={"provider"})
    assert (other.standing, other.because) == ("does-not-apply", "it binds app store, platform")


def test_what_is_not_said_of_the_service_is_asked_with_the_articles_that_turn_on_it() -> None:
    law = pack(
        articles=(
            article("19", applies="service.public_opinion"),
            article("20", applies="service.public_opinion && content.media == 'video'"),
            article("13", applies="service.ssmi", binds=("app_store",)),
        )
    )
    answer = obligations((law,), roles={"provider"}, facts={"content.media": "video"})
    service = [(asked.fact, asked.value, asked.articles) for asked in answer.entity.asked]
    assert service == [("service.public_opinion", None, ("small-law 19", "small-law 20"))]
    assert [(asked.fact, asked.value) for asked in answer.deep_synthesis.asked] == [("content.media", "video")]


# Step 3


@pytest.mark.parametrize(
    ("facts", "standing", "missing"),
    [
        ({"service.public_opinion": True}, "applies", ()),
        ({"service.public_opinion": False}, "does-not-apply", ()),
        ({}, "depends", ("service.public_opinion",)),
    ],
)
def test_a_duty_applies_does_not_apply_or_depends(
    facts: dict[str, FactValue], standing: str, missing: tuple[str, ...]
) -> None:
    answer = row(pack(articles=(article("19", applies="service.public_opinion"),)), "19", facts=facts)
    assert (answer.standing, answer.missing) == (standing, missing)


def test_a_duty_names_the_rules_that_check_it_for_these_roles() -> None:
    law = pack(rule("small.one"), rule("small.two", binds=("platform",)), rule("small.other", article="10"))
    assert row(law, "9").rules == ("small.one", "small.two")
    assert row(law, "9", roles={"provider"}).rules == ("small.one",)


@pytest.mark.parametrize(
    ("at", "standing"),
    [
        (datetime(2023, 1, 9, 15, 59, 59, tzinfo=UTC), "not-in-force"),
        (datetime(2023, 1, 9, 16, 0, tzinfo=UTC), "applies"),
        (datetime(2024, 12, 31, 15, 59, 59, tzinfo=UTC), "applies"),
        (datetime(2024, 12, 31, 16, 0, tzinfo=UTC), "not-in-force"),
        (None, "applies"),
    ],
)
def test_a_duty_begins_and_ends_with_the_day_where_it_is_law(at: datetime | None, standing: str) -> None:
    law = pack(rule("small.one", valid_to=date(2024, 12, 31)))
    assert row(law, "9", at=at).standing == standing


def test_an_article_that_no_rule_checks_begins_with_its_law() -> None:
    law = pack(rule("small.one"), articles=(article("8"), article("9")))
    assert row(law, "8").in_force_from == date(2023, 1, 10)
    first_moment = datetime(2023, 1, 9, 16, tzinfo=UTC)
    assert row(law, "8", at=first_moment).standing == "applies"
    assert row(law, "8", at=first_moment - timedelta(seconds=1)).standing == "not-in-force"


def test_only_the_law_of_the_jurisdictions_is_shown() -> None:
    packs = (
        pack(articles=(article("1"),), name="china"),
        pack(articles=(article("2"),), name="europe", jurisdiction="EU"),
        pack(articles=(article("3"),), name="elsewhere", jurisdiction="*", except_in=("CN",)),
    )

    def shown(*jurisdictions: str) -> list[str]:
        return [obligation.article for obligation in obligations(packs, facts={}, jurisdictions=jurisdictions).rows]

    assert shown() == ["1", "2", "3"]
    assert shown("CN") == ["1"]
    assert shown("EU") == ["2", "3"]
    assert shown("CN", "EU") == ["1", "2"]


FACTS = {
    "content.ds_category": st.integers(1, 6),
    "content.art17_scenario": st.integers(0, 5),
    "content.confusion_risk": st.sampled_from(["yes", "no"]),
    "content.media": st.sampled_from(["text", "image", "audio", "video", "virtual_scene"]),
    "content.biometric": st.sampled_from([(), ("face",)]),
    "content.is_news": st.booleans(),
    "service.public_opinion": st.booleans(),
    "service.ssmi": st.booleans(),
    "service.monthly_users": st.sampled_from([1, 2_000_001]),
}


@settings(deadline=None)  # The first example compiles the conditions of every pack.
@given(st.fixed_dictionaries({}, optional=FACTS), st.sets(st.sampled_from(sorted(FACTS))))
def test_saying_more_never_overturns_what_was_settled(facts: dict[str, Any], withheld: set[str]) -> None:
    less = {name: value for name, value in facts.items() if name not in withheld}
    packs = load_packs()
    for before, after in zip(obligations(packs, facts=less).rows, obligations(packs, facts=facts).rows, strict=True):
        assert before.standing in ("depends", after.standing)
        assert (before.standing == "depends") == bool(before.missing)


def test_a_voice_service_that_can_move_the_public_has_these_duties_in_china() -> None:
    answer = obligations(
        load_packs(),
        facts={
            "content.ds_category": 2,
            "content.art17_scenario": 2,
            "content.confusion_risk": "yes",
            "service.public_opinion": True,
        },
        roles={"provider"},
        jurisdictions=("CN",),
        at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    standing = {
        obligation.article: obligation.standing for obligation in answer.rows if obligation.pack.name == PROVISIONS
    }
    assert {standing[number] for number in ("6", "9", "10", "14", "16", "17(1)", "18", "19", "20")} == {"applies"}
    assert standing["13"] == standing["17(2)"] == "does-not-apply"


def test_users_cooperate_with_authentication_and_obtain_consent() -> None:
    """Deep Synthesis Provisions Art. 9 and 14, as both speak to users."""
    packs = load_packs()
    answer = obligations(packs, roles={"user"}, facts={"content.synthetic": "yes"}, jurisdictions=("CN",))
    standing = {
        obligation.article: obligation.standing for obligation in answer.rows if obligation.pack.name == PROVISIONS
    }
    assert {standing["9"], standing["14"], standing["18"]} == {"applies"}
