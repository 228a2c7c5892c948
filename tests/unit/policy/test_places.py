"""Places: what is one, which lies in which, and which law reaches it."""

from datetime import UTC, datetime

import pytest

from pipeline.policy.judge import Judge
from pipeline.policy.pack_files import load_packs
from pipeline.policy.places import (
    canonical_place,
    did_you_mean,
    laws_reaching,
    lies_in,
    name_of,
    unknown_places,
    unreached_places,
)
from pipeline.policy.vocabulary import facts_of

NOW = datetime(2026, 11, 29, tzinfo=UTC)
LAWS = ("CN", "EU", "US-CA", "*")


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("DE", "DE"),
        ("US-CA", "US-CA"),
        ("GB-SCT", "GB-SCT"),
        ("EU", "EU"),
        ("*", "*"),
        ("us_ca", "US-CA"),
        (" cn ", "CN"),
        ("UK", "GB"),
        ("DEU", "DE"),
        ("CN-HK", "HK"),
        ("CN-31", "CN-SH"),
        ("US-PR", "PR"),
        ("XX", None),
        ("MARS", None),
        ("US-ZZ", None),
        ("", None),
    ],
)
def test_a_place_has_one_code(written: str, place: str | None) -> None:
    assert canonical_place(written) == place


@pytest.mark.parametrize(
    ("place", "wider", "expected"),
    [
        ("DE", "EU", True),
        ("DE-BY", "EU", True),
        ("FR-IDF", "FR", True),
        ("ES", "EU", True),
        ("RE", "EU", True),
        ("US-CA", "US", True),
        ("JP", "*", True),
        ("CN-SH", "CN", True),
        ("HK", "CN", False),
        ("MO", "CN", False),
        ("TW", "CN", False),
        ("CN-TW", "CN", False),
        ("GB", "EU", False),
        ("GL", "EU", False),
        ("EU", "DE", False),
        ("MARS", "*", False),
    ],
)
def test_places_lie_in_one_another(place: str, wider: str, *, expected: bool) -> None:
    assert lies_in(place, wider) is expected


@pytest.mark.parametrize(
    ("named", "reached"),
    [
        (["DE"], {"EU", "*"}),
        (["US"], {"US-CA", "*"}),
        (["US-TX"], {"*"}),
        (["*"], set(LAWS)),
        (["CN-SH", "JP"], {"CN", "*"}),
        (["MARS"], set()),
        ([], set()),
    ],
)
def test_law_reaches_what_lies_in_its_place_and_what_its_place_lies_in(named: list[str], reached: set[str]) -> None:
    assert laws_reaching(named, LAWS) == reached


def test_what_is_no_place_and_what_has_no_law_is_told_apart() -> None:
    named = ("DE", "MARS", "JP", "US-TX", "US")
    assert unknown_places(named) == ("MARS",)
    assert unreached_places(named, LAWS) == ("JP", "US-TX")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Germny", "did you mean DE?"), ("China", "did you mean CN?"), ("US-CAL", "did you mean US-CA"), ("EUU", "EU?")],
)
def test_what_was_meant_is_found_by_name_and_by_letters(written: str, meant: str) -> None:
    assert meant in did_you_mean(written)


def test_nothing_is_guessed_from_a_word_that_is_no_name() -> None:
    assert did_you_mean("Bavaria") == "places are codes of ISO 3166 such as CN, DE or US-CA, and EU"


def test_countries_have_names_in_two_languages() -> None:
    assert (name_of("DE"), name_of("DE", "zh"), name_of("EU", "zh"), name_of("US-CA")) == (
        "Germany",
        "德国",
        "欧盟",
        "US-CA",
    )


# Through the judge, with all packs that ship


def found(*named: str) -> dict[str, tuple[str, str, object]]:
    """What the packs of places and of interaction find: action, severity and what the evidence shows."""
    facts = facts_of({"jurisdictions": list(named)}, event_type="interaction.started", time=NOW)
    return {
        finding.rule: (finding.action, finding.severity, next(iter(finding.evidence.values())))
        for finding in Judge(load_packs()).findings(facts, NOW)
    }


def test_a_place_inside_the_union_named_alone_reaches_its_law() -> None:
    assert "eu.ai-act.art50-1.interaction" in found("DE")
    assert "eu.ai-act.art50-1.interaction" in found("DE-BY")
    assert "eu.ai-act.art50-1.interaction" not in found("GB")


def test_an_unknown_place_is_one_low_alert_and_keeps_the_law_of_the_others() -> None:
    findings = found("KR", "MARS")
    assert findings["places.unknown-place"] == ("alert", "low", ("MARS",))
    assert "places.without-law" not in findings
    assert "kr.ai-basic.art31-1.notice" in findings


def test_places_without_law_are_one_low_alert_that_says_which() -> None:
    assert found("JP", "EU", "BR")["places.without-law"] == ("alert", "low", ("JP", "BR"))
    assert "places.without-law" not in found("DE", "US")


def test_no_event_states_what_the_judge_finds_of_places() -> None:
    stated = {"jurisdictions": ["JP"], "place": {"without_law": [], "unknown": ["CN"]}}
    facts = facts_of(stated, event_type="interaction.started", time=NOW)
    assert not [name for name in facts if name.startswith("place.")]
