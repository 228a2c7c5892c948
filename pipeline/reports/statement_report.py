"""Statements of reasons for people: what DSA Art. 17(3) wants to be told, and what a person has to write about."""

from collections.abc import Sequence

from pipeline.reports.material import ReportMaterial
from pipeline.reports.model import ReportColumn, ReportDocument, ReportSection
from pipeline.reports.restrictions import Restriction, restrictions_of
from pipeline.reports.speech import Speech, short
from pipeline.reports.statement import MEMBERS, statement_of

__all__ = ["statement_report"]


def statement_report(material: ReportMaterial, speech: Speech) -> ReportDocument:
    """The same for people: what Art. 17(3) wants to be told, and which events a person has to write about."""
    say = speech.say
    restricted = list(restrictions_of(material, speech))
    stated = [restriction for restriction in restricted if restriction.findings]
    return speech.document(
        "statement",
        say("Statements of reasons", "理由说明"),
        (
            say("Regulation (EU) 2022/2065 (DSA), Art. 17", "欧盟《数字服务法》（2022/2065）第17条"),
            say("Regulation (EU) 2022/2065 (DSA), Art. 24(5)", "欧盟《数字服务法》（2022/2065）第24条第5款"),
        ),
        ReportMaterial(events=tuple(restriction.event for restriction in restricted), cases=()),
        (
            speech.section(
                say("Summary", "概要"),
                figures=(
                    (say("statements", "理由说明"), len(stated)),
                    (say("left to a person", "须由人工撰写"), len(restricted) - len(stated)),
                ),
            ),
            *(_told(restriction, speech) for restriction in stated),
            _left(restricted, speech),
        ),
    )


def _told(restriction: Restriction, speech: Speech) -> ReportSection:
    """What Art. 17(3) wants to be told, in its order."""
    say = speech.say
    statement = statement_of(restriction, speech)
    detected = say(
        "found by automated means" if statement.automated_detection == "Yes" else "found by a person",
        "由自动化手段发现" if statement.automated_detection == "Yes" else "由人工发现",
    )
    decided = {
        "AUTOMATED_DECISION_FULLY": say("decided by automated means", "由自动化手段决定"),
        "AUTOMATED_DECISION_PARTIALLY": say(
            "held by automated means, decided by a person", "由自动化手段暂缓，由人工决定"
        )
        if restriction.step is None
        else say("about the content by a person, counted by automated means", "内容由人工决定，次数由自动化手段计算"),
        "AUTOMATED_DECISION_NOT_AUTOMATED": say("decided by a person", "由人工决定"),
    }[statement.automated_decision]
    wide = say("the European Union", "欧盟") if statement.territorial_scope == MEMBERS else None
    ground = statement.illegal_content_legal_ground or statement.incompatible_content_ground or ""
    rows = (
        (
            say("(a) Restriction", "（a）限制"),
            _said_measure(restriction, speech),
        ),
        (
            say("(a) Where, for how long", "（a）地域与期限"),
            f"{wide or speech.say(', ', '、').join(statement.territorial_scope)}; "
            + say(
                f"from {speech.time(restriction.applied_at)}, without end",
                f"自 {speech.time(restriction.applied_at)} 起，无期限",
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


def _said_measure(restriction: Restriction, speech: Speech) -> str:
    match None if restriction.step is None else restriction.step.step:
        case None:
            if restriction.later_verdict is not None:
                return speech.say("The content was removed.", "内容已移除。")
            return speech.say("Access to the content is disabled; it was not published.", "内容已停止访问，未予发布。")
        case "restrict":
            return speech.say("The account may use the service in part only.", "该账号仅可使用部分服务。")
        case "suspend":
            return speech.say("The account is suspended.", "该账号已暂停使用。")
    return speech.say("The account is closed.", "该账号已关闭。")


def _left(restricted: Sequence[Restriction], speech: Speech) -> ReportSection:
    say = speech.say
    rows = [
        (
            speech.time(restriction.applied_at),
            short(restriction.event.record.event_uid),
            speech.word(restriction.by.decision if restriction.step is None else restriction.step.step),
            speech.articles(finding for finding in restriction.event.findings if finding.action in ("hold", "block")),
        )
        for restriction in restricted
        if not restriction.findings
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
