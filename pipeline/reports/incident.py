"""The report on incidents: what was found illegal or harmful, what was a rumour, and what was done about it."""

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.events.outputs import Finding
from pipeline.reports.clocked import case_name, case_places, clock_section, fact_at, fact_of
from pipeline.reports.material import EventHistory, ReportMaterial, StoredCase, decided_at
from pipeline.reports.model import ReportColumn, ReportDocument, ReportSection
from pipeline.reports.speech import NOTHING, Speech, short

__all__ = ["incident_report"]

_GRAVE: Final = ("critical", "high")


def incident_report(material: ReportMaterial, speech: Speech) -> ReportDocument:
    """Incidents of a period: when found, disposed of, reported and refuted; what was retracted; grave violations."""
    say = speech.say
    cases = [stored for stored in material.cases if stored.case.kind == "incident"]
    retracted = list(_retracted(material, speech))
    grave = list(_grave(material, speech))
    shown = {event.record.event_uid for event in (*retracted, *(event for event, _ in grave))}
    return speech.document(
        "incident",
        say("Report on incidents", "违法不良信息与谣言处置情况报告"),
        (
            say(
                "Provisions on Deep Synthesis, Art. 10 (illegal and harmful information: measures, records, report)",
                "《互联网信息服务深度合成管理规定》第十条（违法和不良信息的处置、记录与报告）",
            ),
            say(
                "Provisions on Deep Synthesis, Art. 11 (rumours: refutation, records, report)",
                "《互联网信息服务深度合成管理规定》第十一条（辟谣、记录与报告）",
            ),
        ),
        ReportMaterial(
            events=tuple(event for event in material.events if event.record.event_uid in shown),
            cases=tuple(cases),
        ),
        (
            speech.section(
                say("Summary", "概要"),
                figures=(
                    (say("incidents", "事件"), len(cases)),
                    (say("not disposed of", "未处置"), sum(fact_at(stored, "disposed_at") is None for stored in cases)),
                    (say("not reported", "未报告"), sum(fact_at(stored, "reported_at") is None for stored in cases)),
                    (
                        say("rumours refuted", "已辟谣"),
                        sum(fact_at(stored, "refuted_at") is not None for stored in cases),
                    ),
                    (say("events retracted", "撤回的内容"), len(retracted)),
                    (say("grave violations", "严重违反"), len(grave)),
                ),
            ),
            _each(cases, speech),
            _sent(cases, speech),
            *clock_section(cases, speech),
            _retractions(retracted, speech),
            _violations(grave, speech),
        ),
    )


def _each(cases: Sequence[StoredCase], speech: Speech) -> ReportSection:
    say = speech.say
    rows = [
        (
            f"{case_name(stored, speech)}\n{speech.word(fact_of(stored, 'kind'))}",
            case_places(stored, speech),
            speech.time(fact_at(stored, "found_at")),
            speech.time(fact_at(stored, "disposed_at")),
            speech.word(fact_of(stored, "user_action")),
            speech.time(fact_at(stored, "reported_at")),
            speech.time(fact_at(stored, "refuted_at")),
        )
        for stored in cases
    ]
    return speech.section(
        say("Incidents", "事件"),
        table=speech.table(
            (
                ReportColumn(name=say("Incident, kind", "事件与类别"), width=4),
                ReportColumn(name=say("Places", "地域"), width=3),
                ReportColumn(name=say("Found", "发现"), width=3),
                ReportColumn(name=say("Disposed of", "处置"), width=3),
                ReportColumn(name=say("Account", "账号措施"), width=2),
                ReportColumn(name=say("Reported", "报告"), width=3),
                ReportColumn(name=say("Refuted", "辟谣"), width=3),
            ),
            rows,
        ),
        empty=say("There was none.", "没有事件。"),
    )


def _sent(cases: Sequence[StoredCase], speech: Speech) -> ReportSection:
    """What was reported to whom: the documents of acts that report."""
    say = speech.say
    rows = [
        (case_name(stored, speech), speech.time(document.at), document.addressee or NOTHING, document.sha256)
        for stored in cases
        for document in stored.case.documents
        if document.act == "incident.reported"
    ]
    return speech.section(
        say("Reports to authorities", "向主管部门的报告"),
        table=speech.table(
            (
                ReportColumn(name=say("Incident", "事件"), width=3),
                ReportColumn(name=say("Reported", "报告"), width=3),
                ReportColumn(name=say("To", "报告对象"), width=4),
                ReportColumn(name=say("SHA-256 of the report", "报告 SHA-256"), kind="code", width=4),
            ),
            rows,
        ),
        empty=say("No report is on record as a document.", "没有作为文件留存的报告。"),
    )


def _retractions(retracted: Sequence[EventHistory], speech: Speech) -> ReportSection:
    say = speech.say
    rows = [
        (
            speech.time(decided_at(event.retraction)),
            f"{short(event.record.event_uid)} {short(event.digest)}",
            "" if event.retraction.content is None else event.retraction.content.sha256,
            speech.words(event.retraction.retraction.categories if event.retraction.retraction else ()),
            speech.articles(event.retraction.findings),
        )
        for event in retracted
        if event.retraction is not None
    ]
    return speech.section(
        say("Found illegal later, and retracted", "事后认定违法并撤回的内容"),
        table=speech.table(
            (
                ReportColumn(name=say("Retracted", "撤回时间"), width=3),
                ReportColumn(name=say("Event, record", "事件与记录"), kind="code", width=3),
                ReportColumn(name=say("SHA-256 of the content", "内容 SHA-256"), kind="code", width=4),
                ReportColumn(name=say("Category", "类别"), width=2),
                ReportColumn(name=say("Articles", "条款"), width=5),
            ),
            rows,
        ),
        empty=say("Nothing was.", "没有此类内容。"),
    )


def _violations(grave: Sequence[tuple[EventHistory, Finding]], speech: Speech) -> ReportSection:
    say = speech.say
    rows = [
        (
            speech.time(event.judged_at),
            f"{short(event.record.event_uid)} {short(event.digest)}",
            f"{speech.article(finding)}\n{finding.rule}",
            speech.word(finding.action),
            speech.word(event.in_force),
        )
        for event, finding in grave
    ]
    return speech.section(
        say("Grave violations", "严重违反"),
        say(
            "What rules found of severity high or critical, and which decision was in force at the end of the period.",
            "规则认定为严重或特别严重的违反，以及期末有效的决定。",
        ),
        table=speech.table(
            (
                ReportColumn(name=say("Judged", "审核时间"), width=3),
                ReportColumn(name=say("Event, record", "事件与记录"), kind="code", width=3),
                ReportColumn(name=say("Article, rule", "条款与规则"), width=7),
                ReportColumn(name=say("Measure", "措施"), width=2),
                ReportColumn(name=say("In force", "有效决定"), width=2),
            ),
            rows,
        ),
        empty=say("None was found.", "没有严重违反。"),
    )


def _retracted(material: ReportMaterial, speech: Speech) -> Iterator[EventHistory]:
    for event in material.events:
        if event.retraction is not None and speech.period.has(decided_at(event.retraction)):
            yield event


def _grave(material: ReportMaterial, speech: Speech) -> Iterator[tuple[EventHistory, Finding]]:
    for event in material.events:
        if speech.period.has(event.judged_at):
            for finding in event.record.findings:
                if finding.outcome == "violation" and finding.severity in _GRAVE:
                    yield event, finding
