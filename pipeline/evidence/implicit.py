"""Implicit labels as evidence: what the labels found in an asset measure, and what is made of them.

The law asks for a label inside the file of everything that is generated (Deep Synthesis Provisions Art. 16; Labeling
Measures Art. 5, GB 45438-2025 Appendix E). It is written before the C2PA signature, which so covers it, and read back
from the bytes that are stored.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from pipeline.events.outputs import Declared, FindingEvidence
from pipeline.labels.implicit.aigc import AigcFault, FaultCode
from pipeline.labels.implicit.facts import found_facts
from pipeline.labels.implicit.model import FoundLabels
from pipeline.labels.implicit.port import ImplicitlyLabeled
from pipeline.labels.implicit.table import row_of
from pipeline.policy.seen import Observation
from pipeline.policy.vocabulary import Facts, FactValue

__all__ = [
    "carries_labels",
    "found_observations",
    "implicit_facts",
    "in_words",
    "named_events",
    "place_facts",
    "written_observations",
]

_WORDS: Final[Mapping[FaultCode, str]] = {
    "not-json": "it is no JSON",
    "not-an-object": "it is no JSON object",
    "duplicate-key": "{key} is there twice",
    "missing-key": "{key} is missing",
    "not-a-string": "{key} is no text",
    "bad-label": "{key} is none of 1, 2 and 3",
    "bad-characters": "{key} has characters that the standard does not allow",
    "too-long": "{key} is too long",
    "misspelled-key": "{key} is spelled otherwise",
    "nested": "the object is inside another, or inside a text",
}


def carries_labels(media_type: str) -> bool:
    """Whether files of this media type have a place for labels."""
    return row_of(media_type).embeds


def named_events(found: FoundLabels | None) -> tuple[str, ...]:
    """What labels say their content is numbered by: of content that was labeled here, the `event_uid` of its event."""
    if found is None:
        return ()
    numbers = (
        None if found.conforming is None else found.conforming.produce_id,
        None if found.latent is None else found.latent.unique_id,
    )
    return tuple(dict.fromkeys(number for number in numbers if number))


def place_facts(media_type: str) -> Facts:
    """What a media type says by itself: files of a kind that has no place for a label have none, whoever claims one."""
    if row_of(media_type).has_place:
        return {}
    return {"content.containerised": False, "implicit.present": False, "implicit.count": 0}


def implicit_facts(found: FoundLabels | None) -> Facts:
    """The facts that labels read from the final bytes measure; none of a file that has no place for them."""
    if found is None or found.refused is not None:
        return {}
    facts = found_facts(found)
    measured: dict[str, FactValue] = {**facts, "content.containerised": True}
    if found.aigc:
        measured["implicit.readback_ok"] = True
    if found.label is not None:
        measured["content.synthetic"] = "yes"
    return measured


def in_words(fault: AigcFault) -> str:
    """What is missing in a label, or does not conform, as people read it."""
    return _WORDS[fault.code].format(key=fault.key or "it")


def written_observations(labeled: ImplicitlyLabeled, found: FoundLabels | None) -> tuple[Observation, ...]:
    """What is seen of the labels of a sealed asset, which are read back from the bytes that are stored."""
    if labeled.refused is not None:
        return (Observation(name="label.label-refused", severity="medium", evidence={"reason": labeled.refused}),)
    return () if found is None else _contradictions(found)


def found_observations(found: FoundLabels | None, declared: Declared) -> tuple[Observation, ...]:
    """What the labels show of an asset that is to be published and declared like this; the stricter reading wins."""
    if found is None:
        return ()
    if found.refused is not None:
        evidence: FindingEvidence = {"declared": declared, "reason": found.refused}
        return (Observation(name="label.label-unreadable", severity="medium", evidence=evidence),)
    return (*_contradictions(found), *_labeled(found, declared), *_signed(found, declared))


def _labeled(found: FoundLabels, declared: Declared) -> Iterator[Observation]:
    """What the label says against the declaration, and what it lacks, whatever it says."""
    problems = [in_words(fault) for found_label in found.aigc for fault in found_label.faults]
    if len(found.aigc) > 1 and found.conforming is not None:
        problems.append("it is there more than once, always the same")
    evidence: dict[str, str | tuple[str, ...] | None] = {
        "declared": declared,
        "label": found.label,
        "carriers": tuple(found_label.carrier for found_label in found.aigc),
        "problems": tuple(dict.fromkeys(problems)),
    }
    if found.aigc and found.label is None:
        yield Observation(name="label.label-broken", severity="medium", evidence=evidence)
    elif found.label is not None and declared == "human":
        yield Observation(name="label.undeclared-ai", severity="high", evidence=evidence)
    if found.label is not None and evidence["problems"]:
        yield Observation(name="label.label-nonconforming", severity="low", evidence=evidence)


def _signed(found: FoundLabels, declared: Declared) -> Iterator[Observation]:
    """Vendors' own signs, which are no labels: a statement weighs more than parameters left behind."""
    signs = [sign for sign in found.signs if sign.ai]
    if not signs or declared == "ai":
        return
    strong = any(sign.weight == "strong" for sign in signs)
    yield Observation(
        name="label.vendor-sign",
        severity="medium",
        evidence={
            "declared": declared,
            "weight": "strong" if strong else "weak",
            "seen": tuple(dict.fromkeys(f"{sign.said} ({sign.carrier})" for sign in signs)),
            "vendors": tuple(dict.fromkeys(sign.vendor for sign in signs)),
        },
    )


def _contradictions(found: FoundLabels) -> tuple[Observation, ...]:
    if not found.contradictions:
        return ()
    return (
        Observation(
            name="label.marks-contradict",
            severity="high",
            evidence={
                "contradictions": found.contradictions,
                "carriers": tuple(found_label.carrier for found_label in found.aigc),
                "digital_source_types": found.digital_source_types,
            },
        ),
    )
