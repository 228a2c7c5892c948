"""Statements of reasons (DSA Art. 17): for who is restricted in content or account, and for the Commission's database.

What a statement says follows from the record of the event alone. Where that does not tell what Art. 17(3) asks for, no
statement is made up: the report lists the event, and a person writes it.

The members of `ReasonedStatement` are those that the API of the transparency database takes; the schema
`export-statement-of-reasons.v1` says which values each may have. The identity (`puid`) is the event_uid, or of what was
done to an account the `enforcement_id`.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

import schemas
from pipeline.errors import BugError
from pipeline.events.instants import instant
from pipeline.reports.material import AccountStep, ReportMaterial
from pipeline.reports.restrictions import Restriction, is_of_union, restrictions_of
from pipeline.reports.speech import Speech

__all__ = ["MEMBERS", "ReasonedStatement", "statement_of", "statements_of"]

_SCHEMA: Final = "export-statement-of-reasons.v1"
MEMBERS: Final = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
"""The members of the Union, where a statement applies that names no place."""
_OF_MEDIA: Final = {"image": "IMAGE", "audio": "AUDIO", "video": "VIDEO", "text": "TEXT"}
_OF_CATEGORIES: Final = {
    "csam": ("STATEMENT_CATEGORY_PROTECTION_OF_MINORS", "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL"),
    "ncii": ("STATEMENT_CATEGORY_CYBER_VIOLENCE", "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING"),
}
_OF_STEPS: Final[Mapping[str, tuple[str, str]]] = {
    "restrict": ("decision_provision", "DECISION_PROVISION_PARTIAL_SUSPENSION"),
    "suspend": ("decision_account", "DECISION_ACCOUNT_SUSPENDED"),
    "close": ("decision_account", "DECISION_ACCOUNT_TERMINATED"),
}
"""What a step against an account is called in the database, and in which member; a warning restricts nothing."""
_LONGEST_GROUND: Final = 500
_LONGEST_EXPLANATION: Final = 2000
_LONGEST_FACTS: Final = 5000


class ReasonedStatement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A statement of reasons, member by member as the database names them."""

    puid: str
    decision_ground: str
    content_type: tuple[str, ...]
    category: str
    category_specification: tuple[str, ...]
    territorial_scope: tuple[str, ...]
    content_date: str
    application_date: str
    decision_facts: str
    source_type: str
    automated_detection: str
    automated_decision: str
    decision_visibility: tuple[str, ...] | None = None
    decision_provision: str | None = None
    decision_account: str | None = None
    illegal_content_legal_ground: str | None = None
    illegal_content_explanation: str | None = None
    incompatible_content_ground: str | None = None
    incompatible_content_explanation: str | None = None
    incompatible_content_illegal: str | None = None
    content_type_other: str | None = None
    category_specification_other: str | None = None


def statements_of(material: ReportMaterial, speech: Speech) -> tuple[ReasonedStatement, ...]:
    """The statements about what was restricted in the period: publications, and accounts for what their users did.

    Raises:
        BugError: a statement is not what the database takes.
    """
    return tuple(
        _checked(statement_of(restriction, speech))
        for restriction in restrictions_of(material, speech)
        if restriction.findings
    )


def statement_of(restriction: Restriction, speech: Speech) -> ReasonedStatement:
    """What is told of a restriction; `one` has findings."""
    event, findings, later = restriction.event, restriction.findings, restriction.later_verdict
    kind = _OF_MEDIA.get(restriction.mime.partition("/")[0])
    types = [f"CONTENT_TYPE_{kind or 'OTHER'}"]
    if restriction.is_declared_ai:
        types.append("CONTENT_TYPE_SYNTHETIC_MEDIA")
    categories = () if later is None else later.categories
    known = [_OF_CATEGORIES[category] for category in categories if category in _OF_CATEGORIES]
    ground = _cut("; ".join(dict.fromkeys(map(speech.article, findings))), _LONGEST_GROUND)
    explanation = _cut(" ".join(dict.fromkeys(map(speech.told, findings))), _LONGEST_EXPLANATION)
    is_union = is_of_union(findings[0], speech)
    is_illegal = later is not None or any(finding.kind == "illegal-content" for finding in findings)
    places = dict.fromkeys(where for finding in findings if (where := speech.where(finding.pack)) in MEMBERS)
    created = instant(event.record.event.time or "") or event.judged_at
    return ReasonedStatement(
        puid=restriction.uid,
        **_measure(restriction),  # type: ignore[arg-type] # by the names of members
        decision_ground=f"DECISION_GROUND_{'ILLEGAL' if is_union else 'INCOMPATIBLE'}_CONTENT",
        illegal_content_legal_ground=ground if is_union else None,
        illegal_content_explanation=explanation if is_union else None,
        incompatible_content_ground=None if is_union else ground,
        incompatible_content_explanation=None if is_union else explanation,
        incompatible_content_illegal=None if is_union else "Yes" if is_illegal else "No",
        content_type=tuple(types),
        content_type_other=None if kind else restriction.mime,
        category=known[0][0] if known else "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        category_specification=tuple(keyword for _, keyword in known) or ("KEYWORD_OTHER",),
        category_specification_other=None
        if known
        else _cut(", ".join(dict.fromkeys(finding.kind for finding in findings)), _LONGEST_GROUND),
        territorial_scope=tuple(place for place in places if place) or MEMBERS,
        content_date=created.date().isoformat(),
        application_date=restriction.applied_at.date().isoformat(),
        decision_facts=_cut(_facts(restriction, speech), _LONGEST_FACTS),
        source_type="SOURCE_TYPE_OTHER_NOTIFICATION" if restriction.is_after_a_case else "SOURCE_VOLUNTARY",
        automated_detection="Yes" if later is None else "No",
        automated_decision=_automated(restriction),
    )


def _measure(restriction: Restriction) -> dict[str, object]:
    """What was done: to what of a member of the database, and how that is called there."""
    step = None if restriction.step is None else restriction.step.step
    if step is not None:
        member, value = _OF_STEPS[step]
        return {member: value}
    done = "REMOVED" if restriction.later_verdict is not None else "DISABLED"
    return {"decision_visibility": (f"DECISION_VISIBILITY_CONTENT_{done}",)}


def _facts(restriction: Restriction, speech: Speech) -> str:
    """Facts and circumstances, from what rules measured; nothing about persons is in findings."""
    say = speech.say
    judged_at = speech.time(restriction.event.judged_at)
    judged = say(
        f"Content of the type {restriction.mime} with the SHA-256 {restriction.sha256} was judged at {judged_at}.",
        f"媒体类型为 {restriction.mime}、SHA-256 为 {restriction.sha256} 的内容于 {judged_at} 审核。",
    )
    found = [
        f"{finding.rule}: {speech.told(finding)} "
        + "; ".join(f"{name} = {_plain(value)}" for name, value in finding.evidence.items() if value is not None)
        for finding in restriction.findings
    ]
    step = restriction.step
    led = () if step is None else (_ledger(step, speech),)
    return "\n".join((judged, *(line.strip() for line in found), *led))


def _ledger(step: AccountStep, speech: Speech) -> str:
    return speech.say(
        f"It is violation {step.violations} of the account within {step.window_days} days, and the step due is: "
        f"{step.step}.",
        f"这是该账号在 {step.window_days} 日内的第 {step.violations} 次违反，"
        f"应采取的措施为：{speech.word(step.step)}。",
    )


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _automated(restriction: Restriction) -> str:
    """Whether a rule decided, or a person; of an account a rule always counts what was decided about content."""
    if restriction.later_verdict is not None and restriction.step is None:
        return "AUTOMATED_DECISION_NOT_AUTOMATED"
    return "AUTOMATED_DECISION_PARTIALLY" if restriction.is_by_person else "AUTOMATED_DECISION_FULLY"


def _checked(statement: ReasonedStatement) -> ReasonedStatement:
    fault = schemas.first_violation(schemas.validator(_SCHEMA), msgspec.to_builtins(statement))
    if fault is not None:
        raise BugError(
            what=f"The statement of reasons about {statement.puid} is not what the database takes: {fault}.",
            remedy="Report it.",
        )
    return statement


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
