"""Implicit labels as evidence: what the marks found in an asset measure, and what is made of them.

The law asks for a mark inside the file of everything that is generated (Deep Synthesis Provisions Art. 16; Labeling
Measures Art. 5, GB 45438-2025 Appendix E). It is written before the C2PA signature, which so covers it, and read back
from the bytes that are stored.
"""

from typing import Final

from pipeline.events.outputs import Action, Declared, Evidence, Finding
from pipeline.labels.implicit.facts import facts_of
from pipeline.labels.implicit.marks import FoundMarks
from pipeline.labels.implicit.port import Marked
from pipeline.labels.implicit.table import row_of
from pipeline.policy.vocabulary import Facts, FactValue

__all__ = ["carries_marks", "found_findings", "mark_facts", "written_findings"]

_GB: Final = "GB 45438-2025, App. E; Labeling Measures (2025) Art. 5"


def carries_marks(media_type: str) -> bool:
    """Whether files of this media type have a place for marks."""
    return row_of(media_type).embeds


def mark_facts(found: FoundMarks | None) -> Facts:
    """The facts that marks read from the final bytes measure; None of a file that carries no marks measures nothing."""
    if found is None or found.refused is not None:
        return {}
    facts = facts_of(found)
    measured: dict[str, FactValue] = {**facts, "content.containerised": True}
    if found.aigc:
        measured["implicit.readback_ok"] = True
        measured["content.synthetic"] = "yes"
    return measured


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
    findings = _contradictions(found)
    if found.aigc and declared == "human":
        findings += (
            _finding(
                "undeclared-ai",
                "The file's implicit label says the content is AI-generated, and the event says it is not.",
                "Declare the content as AI-generated: declaration.value = ai.",
                {"declared": declared, "label": None if found.mark is None else found.mark.label},
                action="hold",
            ),
        )
    return findings


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


def _finding(kind: str, message: str, remedy: str, evidence: Evidence, *, action: Action) -> Finding:
    return Finding(
        rule=f"label.{kind}",
        kind=kind,
        severity="high" if action == "hold" else "medium",
        action=action,
        outcome="violation",
        code=None,
        message=message,
        citation=_GB,
        evidence=evidence,
        remedy=remedy,
    )
