"""Statements of reasons (DSA Art. 17): for the person whose content was restricted, and for the Commission's database.

What a statement says follows from the record of the event alone. Where that does not tell what Art. 17(3) asks for, no
statement is made up: the report lists the event, and a person writes it.

The members of `ReasonedStatement` are those that the API of the transparency database takes; the schema
`export-statement-of-reasons.v1` says which values each may have. The identity (`puid`) is the event_uid.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

import schemas
from pipeline.errors import BugError
from pipeline.events.instants import instant
from pipeline.events.outputs import Decision, Finding, InspectedContent
from pipeline.policy.pack import EVERYWHERE
from pipeline.policy.places import lies_in
from pipeline.reports.material import EventHistory, ReportMaterial, decided_at
from pipeline.reports.model import ReportColumn, ReportDocument, ReportSection
from pipeline.reports.speech import Speech, short

__all__ = ["ReasonedStatement", "statement_report", "statements_of"]

_SCHEMA: Final = "export-statement-of-reasons.v1"
_UNION: Final = "EU"
_MEMBERS: Final = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
_OF_MEDIA: Final = {"image": "IMAGE", "audio": "AUDIO", "video": "VIDEO", "text": "TEXT"}
_OF_CATEGORIES: Final = {
    "csam": ("STATEMENT_CATEGORY_PROTECTION_OF_MINORS", "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL"),
    "ncii": ("STATEMENT_CATEGORY_CYBER_VIOLENCE", "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING"),
}
_RESTRICTING: Final = ("block", "retracted")
_LONGEST_GROUND: Final = 500
_LONGEST_EXPLANATION: Final = 2000
_LONGEST_FACTS: Final = 5000


class ReasonedStatement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A statement of reasons, member by member as the database names them."""

    puid: str
    decision_visibility: tuple[str, ...]
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
    illegal_content_legal_ground: str | None = None
    illegal_content_explanation: str | None = None
    incompatible_content_ground: str | None = None
    incompatible_content_explanation: str | None = None
    incompatible_content_illegal: str | None = None
    content_type_other: str | None = None
    category_specification_other: str | None = None


class _Restricted(NamedTuple):
    """An event that is restricted, what was restricted, the decision that did it, and on which findings."""

    event: EventHistory
    content: InspectedContent
    by: Decision
    findings: Sequence[Finding]


def statements_of(material: ReportMaterial, speech: Speech) -> tuple[ReasonedStatement, ...]:
    """The statements about publications that were blocked or retracted in the period, in force at its end.

    Raises:
        BugError: a statement is not what the database takes.
    """
    return tuple(_checked(_statement(one, speech)) for one in _restricted(material, speech) if one.findings)


def statement_report(material: ReportMaterial, speech: Speech) -> ReportDocument:
    """The same for people: what Art. 17(3) wants to be told, and which events a person has to write about."""
    say = speech.say
    restricted = list(_restricted(material, speech))
    stated = [one for one in restricted if one.findings]
    return speech.document(
        "statement",
        say("Statements of reasons", "理由说明"),
        (
            say("Regulation (EU) 2022/2065 (DSA), Art. 17", "欧盟《数字服务法》（2022/2065）第17条"),
            say("Regulation (EU) 2022/2065 (DSA), Art. 24(5)", "欧盟《数字服务法》（2022/2065）第24条第5款"),
        ),
        ReportMaterial(events=tuple(one.event for one in restricted), cases=()),
        (
            speech.section(
                say("Summary", "概要"),
                figures=(
                    (say("statements", "理由说明"), len(stated)),
                    (say("left to a person", "须由人工撰写"), len(restricted) - len(stated)),
                ),
            ),
            *(_told(one, speech) for one in stated),
            _left(restricted, speech),
        ),
    )


def _restricted(material: ReportMaterial, speech: Speech) -> Iterator[_Restricted]:
    for event in material.events:
        by = event.all[-1]
        if not (isinstance(event.record, Decision) and isinstance(by, Decision)) or event.record.content is None:
            continue  # a generation, of which nobody is a recipient yet, or what has no content
        if by.decision in _RESTRICTING and speech.period.has(decided_at(by)):
            yield _Restricted(event, event.record.content, by, _relied_on(event, by, speech))


def _relied_on(event: EventHistory, by: Decision, speech: Speech) -> tuple[Finding, ...]:
    """The findings that a statement may rest on: of the law of the Union or a member, or of what holds everywhere.

    What only could not be ruled out is no ground: what the person saw who decided then, that person has to say.
    """
    found = by.findings if by.retraction is not None else event.record.findings
    asked = [
        one
        for one in found
        if one.outcome == "violation" and (by.retraction is not None or one.action in ("hold", "block"))
    ]
    union = [one for one in asked if _is_union(one, speech)]
    return tuple(union or [one for one in asked if speech.where(one.pack) == EVERYWHERE])


def _is_union(finding: Finding, speech: Speech) -> bool:
    where = speech.where(finding.pack)
    return where is not None and lies_in(where, _UNION)


def _statement(one: _Restricted, speech: Speech) -> ReasonedStatement:
    event, content, by, findings = one
    kind = _OF_MEDIA.get(content.mime.partition("/")[0])
    types = [f"CONTENT_TYPE_{kind or 'OTHER'}"]
    if by.declared == "ai":
        types.append("CONTENT_TYPE_SYNTHETIC_MEDIA")
    categories = by.retraction.categories if by.retraction is not None else ()
    known = [_OF_CATEGORIES[one] for one in categories if one in _OF_CATEGORIES]
    ground = _cut("; ".join(dict.fromkeys(map(speech.article, findings))), _LONGEST_GROUND)
    explanation = _cut(" ".join(dict.fromkeys(map(speech.told, findings))), _LONGEST_EXPLANATION)
    is_union = _is_union(findings[0], speech)
    is_illegal = by.retraction is not None or any(finding.kind == "illegal-content" for finding in findings)
    places = dict.fromkeys(where for finding in findings if (where := speech.where(finding.pack)) in _MEMBERS)
    created = instant(event.record.event.time or "") or event.judged_at
    return ReasonedStatement(
        puid=event.record.event_uid,
        decision_visibility=(
            "DECISION_VISIBILITY_CONTENT_REMOVED" if by.retraction else "DECISION_VISIBILITY_CONTENT_DISABLED",
        ),
        decision_ground=f"DECISION_GROUND_{'ILLEGAL' if is_union else 'INCOMPATIBLE'}_CONTENT",
        illegal_content_legal_ground=ground if is_union else None,
        illegal_content_explanation=explanation if is_union else None,
        incompatible_content_ground=None if is_union else ground,
        incompatible_content_explanation=None if is_union else explanation,
        incompatible_content_illegal=None if is_union else "Yes" if is_illegal else "No",
        content_type=tuple(types),
        content_type_other=None if kind else content.mime,
        category=known[0][0] if known else "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        category_specification=tuple(keyword for _, keyword in known) or ("KEYWORD_OTHER",),
        category_specification_other=None
        if known
        else _cut(", ".join(dict.fromkeys(finding.kind for finding in findings)), _LONGEST_GROUND),
        territorial_scope=tuple(place for place in places if place) or _MEMBERS,
        content_date=created.date().isoformat(),
        application_date=decided_at(by).date().isoformat(),
        decision_facts=_cut(_facts(one, speech), _LONGEST_FACTS),
        source_type="SOURCE_TYPE_OTHER_NOTIFICATION" if _after_a_case(by) else "SOURCE_VOLUNTARY",
        automated_detection="No" if by.retraction is not None else "Yes",
        automated_decision=_automated(event, by),
    )


def _facts(one: _Restricted, speech: Speech) -> str:
    """Facts and circumstances, from what rules measured; nothing about persons is in findings."""
    say = speech.say
    judged = say(
        f"Content of the type {one.content.mime} with the SHA-256 {one.content.sha256} was judged at "
        f"{speech.time(one.event.judged_at)}.",
        f"媒体类型为 {one.content.mime}、SHA-256 为 {one.content.sha256} 的内容"
        f"于 {speech.time(one.event.judged_at)} 审核。",
    )
    found = [
        f"{finding.rule}: {speech.told(finding)} "
        + "; ".join(f"{name} = {_plain(value)}" for name, value in finding.evidence.items() if value is not None)
        for finding in one.findings
    ]
    return "\n".join((judged, *(line.strip() for line in found)))


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _automated(event: EventHistory, by: Decision) -> str:
    if by.retraction is not None:
        return "AUTOMATED_DECISION_NOT_AUTOMATED"
    return "AUTOMATED_DECISION_PARTIALLY" if event.taken else "AUTOMATED_DECISION_FULLY"


def _after_a_case(by: Decision) -> bool:
    return by.review is not None and by.review.case is not None


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


def _told(one: _Restricted, speech: Speech) -> ReportSection:
    """What Art. 17(3) wants to be told, in its order."""
    say = speech.say
    statement = _statement(one, speech)
    removed = one.by.retraction is not None
    detected = say(
        "found by automated means" if statement.automated_detection == "Yes" else "found by a person",
        "由自动化手段发现" if statement.automated_detection == "Yes" else "由人工发现",
    )
    decided = {
        "AUTOMATED_DECISION_FULLY": say("decided by automated means", "由自动化手段决定"),
        "AUTOMATED_DECISION_PARTIALLY": say(
            "held by automated means, decided by a person", "由自动化手段暂缓，由人工决定"
        ),
        "AUTOMATED_DECISION_NOT_AUTOMATED": say("decided by a person", "由人工决定"),
    }[statement.automated_decision]
    wide = say("the European Union", "欧盟") if statement.territorial_scope == _MEMBERS else None
    ground = statement.illegal_content_legal_ground or statement.incompatible_content_ground or ""
    rows = (
        (
            say("(a) Restriction", "（a）限制"),
            say(
                "The content was removed." if removed else "Access to the content is disabled; it was not published.",
                "内容已移除。" if removed else "内容已停止访问，未予发布。",
            ),
        ),
        (
            say("(a) Where, for how long", "（a）地域与期限"),
            f"{wide or speech.say(', ', '、').join(statement.territorial_scope)}; "
            + say(
                f"from {speech.time(decided_at(one.by))}, without end",
                f"自 {speech.time(decided_at(one.by))} 起，无期限",
            ),
        ),
        (say("(b) Facts", "（b）事实与情况"), statement.decision_facts),
        (
            say("(b) What led to it", "（b）起因"),
            say("the operator's own inspection", "运营者主动审核")
            if statement.source_type == "SOURCE_VOLUNTARY"
            else say("a case that somebody brought", "他人提出的案件"),
        ),
        (say("(c) Automated means", "（c）自动化手段"), f"{detected}; {decided}"),
        (
            say("(d) Legal ground", "（d）法律依据")
            if statement.illegal_content_legal_ground
            else say("(e) Ground in the terms", "（e）服务条款依据"),
            f"{ground}\n{statement.illegal_content_explanation or statement.incompatible_content_explanation}",
        ),
        (
            say("(f) Redress", "（f）救济途径"),
            say(
                "A complaint to the operator, free of charge, within at least six months of this being told (Art. 20); "
                "a certified body that settles disputes out of court (Art. 21); a court.",
                "可在获知本说明后至少六个月内向运营者免费提出投诉（第20条），"
                "可向经认证的庭外争议解决机构提出申请（第21条），也可向法院起诉。",
            ),
        ),
    )
    return speech.section(
        say(f"Statement {short(statement.puid)}", f"理由说明 {short(statement.puid)}"),
        table=speech.table(
            (
                ReportColumn(name="Art. 17(3)", width=3),
                ReportColumn(name=say("Statement", "说明"), width=11),
            ),
            rows,
        ),
    )


def _left(restricted: Sequence[_Restricted], speech: Speech) -> ReportSection:
    say = speech.say
    rows = [
        (
            speech.time(decided_at(one.by)),
            short(one.event.record.event_uid),
            speech.word(one.by.decision),
            speech.articles(finding for finding in one.event.findings if finding.action in ("hold", "block")),
        )
        for one in restricted
        if not one.findings
    ]
    return speech.section(
        say("Left to a person", "须由人工撰写"),
        say(
            "Restricted under laws of places outside of the Union, or by a person where rules could not rule something "
            "out: the record does not tell a ground that Art. 17 asks for. Where such a restriction applies in the "
            "Union, a person writes the statement.",
            "依据欧盟以外地域的法律采取的限制，或规则无法排除而由人工作出的决定：记录中没有第17条所要求的理由。"
            "该限制适用于欧盟的，由人工撰写说明。",
        ),
        table=speech.table(
            (
                ReportColumn(name=say("Decided", "决定时间"), width=3),
                ReportColumn(name=say("Event", "事件"), kind="code", width=3),
                ReportColumn(name=say("Decision", "决定"), width=2),
                ReportColumn(name=say("Articles", "条款"), width=6),
            ),
            rows,
        ),
        empty=say("None.", "无。"),
    )
