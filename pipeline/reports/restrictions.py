"""What was restricted in a period, of content and of accounts, and on which findings a statement of that may rest."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Final, NamedTuple

from pipeline.events.outputs import Decision, Finding, ManifestRecord, RetractionOutcome
from pipeline.policy.pack import EVERYWHERE
from pipeline.policy.places import lies_in
from pipeline.reports.material import AccountStep, EventHistory, ReportMaterial, decided_at
from pipeline.reports.speech import Speech

__all__ = ["Restriction", "is_of_union", "restrictions_of"]

_UNION: Final = "EU"
_RESTRICTING: Final = ("block", "retracted")
_RESTRICTING_STEPS: Final = ("restrict", "suspend", "close")
"""The steps that restrict an account; a warning restricts nothing."""


class Restriction(NamedTuple):
    """Content that is restricted, the decision that did it, and on which findings.

    `step` is what that led to against the account of its user, where it is the account that is restricted.
    """

    event: EventHistory
    mime: str
    sha256: str
    by: ManifestRecord | Decision
    findings: Sequence[Finding]
    step: AccountStep | None = None

    @property
    def applied_at(self) -> datetime:
        """From when it applies."""
        return decided_at(self.by) if self.step is None else self.step.entered_at

    @property
    def uid(self) -> str:
        """Its identity: the event_uid, or of an account the `enforcement_id`."""
        return self.event.record.event_uid if self.step is None else self.step.enforcement_id

    @property
    def later_verdict(self) -> RetractionOutcome | None:
        """The verdict by which the content was found illegal later; None where it was not."""
        return self.by.retraction if isinstance(self.by, Decision) else None

    @property
    def is_by_person(self) -> bool:
        """Whether a person decided it, and not rules alone."""
        return isinstance(self.by, Decision) and (self.by.review is not None or self.by.retraction is not None)

    @property
    def is_declared_ai(self) -> bool:
        """Whether the content is said to be made by AI, as all is that was generated here."""
        record = self.event.record
        return isinstance(record, ManifestRecord) or record.declared == "ai"

    @property
    def is_after_a_case(self) -> bool:
        """Whether a complaint or an appeal led to it."""
        return isinstance(self.by, Decision) and self.by.review is not None and self.by.review.case is not None


def restrictions_of(material: ReportMaterial, speech: Speech) -> Iterator[Restriction]:
    """Publications that were blocked or retracted in the period, in force at its end, and accounts for that.

    Each is of the period in which it began: what a person upholds later was restricted before, and a step may be
    entered after the end of the period in which the content was decided about. An account may be restricted for what it
    generated, too; that itself has no recipient yet.
    """
    for event in material.events:
        record, by = event.record, _restricting(event)
        if by is None:
            continue
        if isinstance(record, ManifestRecord):
            mime, sha256 = record.content.mime, record.original.sha256
        elif record.content is not None:
            mime, sha256 = record.content.mime, record.content.sha256
        else:
            continue  # an activity, which has no content
        content = Restriction(event, mime, sha256, by, _relied_on(event, by, speech))
        if isinstance(record, Decision) and speech.period.has(content.applied_at):
            yield content
        step = event.step
        if step is not None and step.step in _RESTRICTING_STEPS and speech.period.has(step.entered_at):
            counted_by = next((record for record in event.all if record.record_uri == step.record_uri), by)
            of_user = tuple(finding for finding in _relied_on(event, counted_by, speech) if finding.rule in step.rules)
            yield content._replace(by=counted_by, findings=of_user, step=step)


def _restricting(event: EventHistory) -> ManifestRecord | Decision | None:
    """The decision since which content is restricted, though others upheld it since; None where it is not."""
    last = event.all[-1]
    if last.decision not in _RESTRICTING:
        return None
    unbroken = takewhile(lambda record: record.decision == last.decision, reversed(event.all))
    return list(unbroken)[-1]


def is_of_union(finding: Finding, speech: Speech) -> bool:
    """Whether a rule is law of the European Union, or of a member."""
    where = speech.where(finding.pack)
    return where is not None and lies_in(where, _UNION)


def _relied_on(event: EventHistory, by: ManifestRecord | Decision, speech: Speech) -> tuple[Finding, ...]:
    """The findings that a statement may rest on: of the law of the Union or a member, or of what holds everywhere.

    What only could not be ruled out is no ground: what the person saw who decided then, that person has to say.
    """
    is_later = isinstance(by, Decision) and by.retraction is not None
    asked = [
        finding
        for finding in (by.findings if is_later else event.record.findings)
        if finding.outcome == "violation" and (is_later or finding.action in ("hold", "block"))
    ]
    union = [finding for finding in asked if is_of_union(finding, speech)]
    return tuple(union or [finding for finding in asked if speech.where(finding.pack) == EVERYWHERE])
