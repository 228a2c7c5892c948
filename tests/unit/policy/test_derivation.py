"""Derivation: what follows from facts, article by article; nothing that is known is changed."""

import pytest

from pipeline.policy.derivation import DERIVATIONS, completed, presumed_human
from pipeline.policy.vocabulary import Facts, vocabulary

SYNTHETIC: Facts = {"content.synthetic": "yes"}


def test_every_derivation_gives_facts_of_the_vocabulary_and_names_its_source() -> None:
    for derivation in DERIVATIONS:
        assert set(derivation.gives) <= set(vocabulary()), derivation.name
        assert "Art." in derivation.source or "cl." in derivation.source, derivation.name


@pytest.mark.parametrize(
    ("facts", "name", "value"),
    [
        ({"declaration.value": "not_ai"}, "declaration.made", True),
        ({"content.operation": "edited"}, "content.synthetic", "yes"),
        ({"content.synthetic": "no"}, "content.deepfake", False),
        ({"content.synthetic": "no"}, "content.biometric", ()),
        ({"content.synthetic": "no"}, "content.art17_scenario", 0),
        ({"content.media": "text"}, "content.deepfake", False),
        ({"content.media": "text"}, "content.biometric", ()),
        ({"content.photoreal": False}, "content.deepfake", False),
        ({"content.ds_category": 5}, "content.biometric", ()),
        ({"content.ds_category": 3}, "content.biometric", ()),
        ({"explicit.present": True}, "explicit.waived_on_request", False),
        ({"explicit.position": "start"}, "explicit.at_start", True),
        ({"event_type": "export.completed"}, "content.has_file", True),
    ],
)
def test_what_follows_is_not_asked_for(facts: Facts, name: str, value: object) -> None:
    assert completed(facts)[name] == value


@pytest.mark.parametrize(
    ("facts", "scenario"),
    [
        ({"content.media": "text"}, 1),
        ({"content.media": "audio", "content.biometric": ("voice",)}, 2),
        ({"content.media": "audio", "content.ds_category": 2}, 2),
        ({"content.media": "audio", "content.ds_category": 3}, 5),
        ({"content.media": "video", "content.biometric": ("face",)}, 3),
        ({"content.media": "image", "content.biometric": ("gesture",)}, 3),
        ({"content.media": "image", "content.ds_category": 4}, 3),
        ({"content.media": "image", "content.ds_category": 5}, 5),
        ({"content.media": "virtual_scene"}, 4),
        ({"content.media": "video", "content.ds_category": 6}, 4),
    ],
)
def test_the_scenario_follows_from_category_features_and_medium(facts: Facts, scenario: int) -> None:
    assert completed({**SYNTHETIC, **facts})["content.art17_scenario"] == scenario


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"content.media": "image"}, "content.biometric"),
        ({"content.ds_category": 4}, "content.biometric"),
        ({"content.media": "image", "content.synthetic": "yes"}, "content.deepfake"),
        ({"explicit.present": False}, "explicit.waived_on_request"),
        ({"declaration.made": False}, "declaration.value"),
        ({"content.operation": "none"}, "content.synthetic"),
        ({"event_type": "publish.requested"}, "content.has_file"),
    ],
)
def test_what_does_not_follow_stays_unknown(facts: Facts, name: str) -> None:
    assert name not in completed(facts)


def test_what_is_known_is_never_changed() -> None:
    stated: Facts = {"content.synthetic": "no", "content.deepfake": True, "content.biometric": ("face",)}
    found = completed(stated)
    assert {name: found[name] for name in stated} == stated


UNDECLARED: Facts = {"event_type": "publish.requested", "implicit.present": False, "signed_meta.ai_asserted": False}


def test_content_without_any_sign_is_none_of_the_three_cases_of_article_6() -> None:
    assert presumed_human(UNDECLARED) == {"content.synthetic": "no"}


@pytest.mark.parametrize(
    "sign",
    [
        {"implicit.present": True},
        {"signed_meta.ai_asserted": True},
        {"explicit.present": True},
        {"watermark.present": True},
        {"declaration.value": "ai"},
        {"content.operation": "generated"},
        {"detection.verdict": "suspected"},
        {"detection.verdict": "error"},
        {"content.synthetic": "yes"},
        {"event_type": "generation.completed"},
    ],
)
def test_with_any_sign_nothing_is_presumed(sign: Facts) -> None:
    assert presumed_human({**UNDECLARED, **sign}) == {}
