"""Implicit labels as evidence: what the marks found in an asset measure, and what is made of them.

The law asks for a mark inside the file of everything that is generated (Deep Synthesis Provisions Art. 16; Labeling
Measures Art. 5, GB 45438-2025 Appendix E). It is written before the C2PA signature, which so covers it, and read back
from the bytes that are stored.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from pipeline.events.outputs import Action, Declared, Evidence, Finding, Severity
from pipeline.labels.implicit.aigc import AigcFault, FaultCode, Label
from pipeline.labels.implicit.facts import facts_of
from pipeline.labels.implicit.marks import FoundMarks
from pipeline.labels.implicit.port import Marked
from pipeline.labels.implicit.table import row_of
from pipeline.policy.vocabulary import Facts, FactValue

__all__ = ["carries_marks", "found_findings", "in_words", "mark_facts", "place_facts", "written_findings"]

_GB: Final = "GB 45438-2025, App. E; Labeling Measures (2025) Art. 5"
_TRACES: Final = "Labeling Measures (2025) Art. 6, 10"
_NAMED: Final = 3
_SEVERITIES: Final[Mapping[Action, Severity]] = {
    "record": "low",
    "alert": "medium",
    "hold": "high",
    "block": "critical",
}
_SAYS: Final[Mapping[Label, str]] = {
    "1": "says the content is AI-generated",
    "2": "says the content may be AI-generated",
    "3": "says the content is suspected to be AI-generated",
}
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


def carries_marks(media_type: str) -> bool:
    """Whether files of this media type have a place for marks."""
    return row_of(media_type).embeds


def place_facts(media_type: str) -> Facts:
    """What a media type says by itself: files of a kind that has no place for a label have none, whoever claims one."""
    if row_of(media_type).has_place:
        return {}
    return {"content.containerised": False, "implicit.present": False, "implicit.count": 0}


def mark_facts(found: FoundMarks | None) -> Facts:
    """The facts that marks read from the final bytes measure; None of a file that carries no marks measures nothing."""
    if found is None or found.refused is not None:
        return {}
    facts = facts_of(found)
    measured: dict[str, FactValue] = {**facts, "content.containerised": True}
    if found.aigc:
        measured["implicit.readback_ok"] = True
    if found.label is not None:
        measured["content.synthetic"] = "yes"
    return measured


def in_words(fault: AigcFault) -> str:
    """What is missing in a label, or does not conform, as people read it."""
    return _WORDS[fault.code].format(key=fault.key or "it")


def written_findings(marked: Marked, found: FoundMarks | None) -> tuple[Finding, ...]:
    """What is to be said of the marks of a sealed asset, which are read back from the bytes that are stored."""
    if marked.refused is not None:
        return (
            _finding(
                "label-refused",
                "The file could not take marks; it is sealed without them.",
                "Send the content in a format that can carry marks, without a manifest of its own, or mark it before.",
                {"reason": marked.refused},
                action="alert",
            ),
        )
    return () if found is None else _contradictions(found)


def found_findings(found: FoundMarks | None, declared: Declared) -> tuple[Finding, ...]:
    """What the marks of an asset mean that is to be published and declared like this; the stricter reading wins."""
    if found is None:
        return ()
    if found.refused is not None:
        return (_unreadable(found.refused, declared),)
    return (*_contradictions(found), *_labeled(found, declared), *_signed(found, declared))


def _unreadable(reason: str, declared: Declared) -> Finding:
    return _finding(
        "label-unreadable",
        "The labels inside the file could not be read, so it is not known whether there are any.",
        "Have the file written anew by another program, with its metadata, and publish that.",
        {"declared": declared, "reason": reason},
        action=_against(declared),
    )


def _labeled(found: FoundMarks, declared: Declared) -> Iterator[Finding]:
    """What the label says against the declaration, and what it lacks, whatever it says."""
    problems = [in_words(fault) for one in found.aigc for fault in one.faults]
    if len(found.aigc) > 1 and found.mark is not None:
        problems.append("it is there more than once, always the same")
    evidence: dict[str, str | tuple[str, ...] | None] = {
        "declared": declared,
        "label": found.label,
        "carriers": tuple(one.carrier for one in found.aigc),
        "problems": tuple(dict.fromkeys(problems)),
    }
    if found.aigc and found.label is None:
        yield _finding(
            "label-broken",
            "In the place of an implicit label there is something that says nothing that can be used.",
            "Have the content labeled anew by who made it.",
            evidence,
            action=_against(declared),
        )
    elif found.label is not None and declared == "human":
        yield _finding(
            "undeclared-ai",
            f"The file's implicit label {_SAYS[found.label]}, and the event says it is not.",
            "Declare the content as AI-generated: declaration.value = ai.",
            evidence,
            action="hold",
        )
    if found.label is not None and evidence["problems"]:
        yield _finding(
            "label-nonconforming",
            "The implicit label says what it says, and does not conform to the standard otherwise.",
            "Have the content labeled anew by who made it, with all seven members.",
            evidence,
            action="record",
        )


def _signed(found: FoundMarks, declared: Declared) -> Iterator[Finding]:
    """What vendors' own signs mean, which are no labels: a statement weighs more than parameters left behind."""
    signs = [one for one in found.signs if one.ai]
    if not signs or declared == "ai":
        return
    strong = any(one.weight == "strong" for one in signs)
    seen = tuple(dict.fromkeys(f"{one.said} ({one.carrier})" for one in signs))
    yield _finding(
        "vendor-sign",
        f"The tool that made the file left a sign of AI of its own, which is no label: {'; '.join(seen[:_NAMED])}.",
        "Declare the content as AI-generated if it is: declaration.value = ai.",
        {
            "declared": declared,
            "weight": "strong" if strong else "weak",
            "seen": seen,
            "vendors": tuple(dict.fromkeys(one.vendor for one in signs)),
        },
        action="record" if declared != "human" else "hold" if strong else "alert",
        citation=_TRACES,
    )


def _against(declared: Declared) -> Action:
    """What follows where nobody can say what a label says: more where the content is said to be no AI's."""
    return "hold" if declared == "human" else "alert"


def _contradictions(found: FoundMarks) -> tuple[Finding, ...]:
    if not found.contradictions:
        return ()
    return (
        _finding(
            "marks-contradict",
            "The marks inside the file contradict each other; it is taken for AI-generated.",
            "Find out who wrote which mark, and have the file marked anew: one implicit label to a file.",
            {
                "contradictions": found.contradictions,
                "carriers": tuple(one.carrier for one in found.aigc),
                "digital_source_types": found.digital_source_types,
            },
            action="hold",
        ),
    )


def _finding(
    kind: str, message: str, remedy: str, evidence: Evidence, *, action: Action, citation: str = _GB
) -> Finding:
    return Finding(
        rule=f"label.{kind}",
        kind=kind,
        severity=_SEVERITIES[action],
        action=action,
        outcome="violation",
        code=None,
        message=message,
        citation=citation,
        evidence=evidence,
        remedy=remedy,
    )
