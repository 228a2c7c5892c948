"""Derivation: facts that follow from others, so that nobody is asked for what is already known.

A table of pure functions, each with the source that says why it follows. They fill in what is open and overrule
nothing; where facts come from, and which counts before which, stands in `pipeline.policy.sources`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.policy.vocabulary import Facts, FactValue

__all__ = ["DERIVATIONS", "Derivation", "completed", "presumed_human", "shows_no_sign"]

_PERSONAL_FEATURES: Final = frozenset({"face", "gesture", "other"})
_WITHOUT_BIOMETRIC: Final = frozenset({1, 3, 5})
"""Categories of Deep Synthesis Provisions Art. 23 that are not about a person's features: text, other sound, scenes."""

_WATCHED: Final = frozenset({"image", "video"})
_HANDED_ON: Final = frozenset({"publish.requested", "repost.requested", "ingest.completed"})
_VERDICTS_OF_AI: Final = frozenset({"confirmed", "possible", "suspected", "error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """One way in which facts follow from others.

    Attributes:
        name: what it is called, in a few words.
        gives: the facts that it may give.
        source: the article or definition that says so.
        derive: from the facts, what follows; it may repeat what is known, and is only believed where nothing is.
    """

    name: str
    gives: tuple[str, ...]
    source: str
    derive: Callable[[Facts], Facts]


def completed(facts: Facts) -> dict[str, FactValue]:
    """The facts with everything that follows from them; what is known already stays as it is."""
    known: dict[str, FactValue] = dict(facts)
    for derivation in DERIVATIONS:
        if not all(map(known.__contains__, derivation.gives)):
            for name, value in derivation.derive(known).items():
                known.setdefault(name, value)
    return known


def shows_no_sign(facts: Facts) -> bool:
    """Whether content shows none of the signs that Labeling Measures Art. 6 makes a platform look for.

    They are an implicit label or a credential that says AI, a declaration, an explicit label, and other traces.
    """
    return not (
        facts.get("implicit.present") is True
        or facts.get("signed_meta.ai_asserted") is True
        or facts.get("explicit.present") is True
        or facts.get("watermark.present") is True
        or facts.get("declaration.value") == "ai"
        or facts.get("content.operation") in {"generated", "edited"}
        or facts.get("detection.verdict") in _VERDICTS_OF_AI
    )


def presumed_human(facts: Facts) -> Facts:
    """What content is taken for that somebody hands on, that is declared as nothing, and that shows no sign of AI.

    Labeling Measures Art. 6 knows three cases, confirmed, possible and suspected; each rests on a sign, and content
    without any is in none of them. It is the operator's choice to go on so.
    """
    if facts.get("event_type") in _HANDED_ON and "content.synthetic" not in facts and shows_no_sign(facts):
        return {"content.synthetic": "no"}
    return {}


def _declaration(facts: Facts) -> Facts:
    return {"declaration.made": True} if "declaration.value" in facts else {}


def _origin(facts: Facts) -> Facts:
    return {"content.synthetic": "yes"} if facts.get("content.operation") in {"generated", "edited"} else {}


def _human(facts: Facts) -> Facts:
    if facts.get("content.synthetic") != "no":
        return {}
    return {
        "content.operation": "none",
        "content.ds_category": 0,
        "content.art17_scenario": 0,
        "content.biometric": (),
        "content.deepfake": False,
    }


def _text(facts: Facts) -> Facts:
    if facts.get("content.media") != "text":
        return {}
    return {"content.biometric": (), "content.photoreal": False, "content.deepfake": False}


def _not_lifelike(facts: Facts) -> Facts:
    return {"content.deepfake": False} if facts.get("content.photoreal") is False else {}


def _category(facts: Facts) -> Facts:
    return {"content.biometric": ()} if facts.get("content.ds_category") in _WITHOUT_BIOMETRIC else {}


def _scenario(facts: Facts) -> Facts:
    """The scenario that synthetic content is in; what nothing more is known of is in the fifth, the widest."""
    if facts.get("content.synthetic") != "yes":
        return {}
    medium, features = facts.get("content.media"), _features(facts)
    if medium == "text" or facts.get("content.ds_category") == 1:
        return {"content.art17_scenario": 1}
    if medium == "virtual_scene" or facts.get("content.ds_category") == 6:  # noqa: PLR2004 - Art. 23(6)
        return {"content.art17_scenario": 4}
    if medium in _WATCHED and features & _PERSONAL_FEATURES:
        return {"content.art17_scenario": 3}
    return {"content.art17_scenario": 2 if "voice" in features else 5}


def _features(facts: Facts) -> frozenset[str]:
    stated = facts.get("content.biometric")
    features = frozenset(stated) if isinstance(stated, tuple) else frozenset()
    by_category: Mapping[FactValue, str] = {2: "voice", 4: "face"}
    added = by_category.get(facts.get("content.ds_category", 0))
    return features if added is None else features | {added}


def _not_waived(facts: Facts) -> Facts:
    return {"explicit.waived_on_request": False} if facts.get("explicit.present") is True else {}


def _at_start(facts: Facts) -> Facts:
    return {"explicit.at_start": True} if facts.get("explicit.position") == "start" else {}


def _file(facts: Facts) -> Facts:
    return {"content.has_file": True} if facts.get("event_type") == "export.completed" else {}


_DS: Final = "CAC, MIIT and MPS Order No. 12 (Deep Synthesis Provisions)"
_MEASURES: Final = "Labeling Measures of 2025"
_AI_ACT: Final = "Regulation (EU) 2024/1689 (AI Act)"

DERIVATIONS: Final[tuple[Derivation, ...]] = (
    Derivation(
        name="what is said was said",
        gives=("declaration.made",),
        source=f"{_MEASURES}, Art. 10",
        derive=_declaration,
    ),
    Derivation(
        name="what a service made or edited is synthetic",
        gives=("content.synthetic",),
        source=f"{_DS}, Art. 23",
        derive=_origin,
    ),
    Derivation(
        name="what is not synthetic is of no category, in no scenario, and no deepfake",
        gives=(
            "content.operation",
            "content.ds_category",
            "content.art17_scenario",
            "content.biometric",
            "content.deepfake",
        ),
        source=f"{_DS}, Art. 2 and 23; {_AI_ACT}, Art. 3(60)",
        derive=_human,
    ),
    Derivation(
        name="a text shows nobody's face, has no voice and is no deepfake",
        gives=("content.biometric", "content.photoreal", "content.deepfake"),
        source=f"{_DS}, Art. 23(1) and (4); {_AI_ACT}, Art. 3(60): image, audio or video",
        derive=_text,
    ),
    Derivation(
        name="what does not look like the real thing is no deepfake",
        gives=("content.deepfake",),
        source=f"{_AI_ACT}, Art. 3(60): resembles what exists, and falsely appears authentic",
        derive=_not_lifelike,
    ),
    Derivation(
        name="text, sound without voices and scenes without people have no biometric feature",
        gives=("content.biometric",),
        source=f"{_DS}, Art. 23(1), (3) and (5)",
        derive=_category,
    ),
    Derivation(
        name="the scenario follows from category, biometric features and medium",
        gives=("content.art17_scenario",),
        source=f"{_DS}, Art. 17(1) and 23",
        derive=_scenario,
    ),
    Derivation(
        name="a mark that is there was not waived",
        gives=("explicit.waived_on_request",),
        source=f"{_MEASURES}, Art. 9",
        derive=_not_waived,
    ),
    Derivation(
        name="a mark at the start is there from the start",
        gives=("explicit.at_start",),
        source="GB 45438-2025, cl. 5.1, 5.3 and 5.4",
        derive=_at_start,
    ),
    Derivation(
        name="what is exported leaves as a file",
        gives=("content.has_file",),
        source=f"{_MEASURES}, Art. 4, last paragraph",
        derive=_file,
    ),
)
"""In this order: later ones build on what earlier ones gave."""
