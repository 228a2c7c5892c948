"""The report on complaints and appeals: how many, how fast, what came of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from pipeline.events.outputs import Decision
from pipeline.reports.clocked import (
    case_name,
    case_places,
    clock_section,
    fact_at,
    in_period,
    median_time,
    standing,
)
from pipeline.reports.material import EventHistory, ReportMaterial, StoredCase, decided_at
from pipeline.reports.model import ReportColumn, ReportDocument, ReportSection
from pipeline.reports.speech import NOTHING, Speech, short

__all__ = ["complaint_figures", "complaints_report", "decided_again"]

_KINDS = ("complaint", "appeal")


def complaints_report(material: ReportMaterial, speech: Speech) -> ReportDocument:
    """Complaints and appeals of a period: received, acknowledged, answered, late, and decisions that were reversed."""
    say = speech.say
    cases = [one for one in material.cases if one.case.kind in _KINDS]
    return speech.document(
        "complaints",
        say("Report on complaints and appeals", "投诉与申诉处理情况报告"),
        (
            say(
                "Provisions on Deep Synthesis, Art. 12 (entrances, procedure and time limits of complaints)",
                "《互联网信息服务深度合成管理规定》第十二条（申诉、投诉、举报入口、流程与反馈时限）",
            ),
            say(
                "Regulation (EU) 2022/2065 (DSA), Art. 20 (internal complaint-handling system)",
                "欧盟《数字服务法》（2022/2065）第20条（内部投诉处理系统）",
            ),
        ),
        ReportMaterial(
            events=tuple(event for event in material.events if decided_again(event, speech)), cases=tuple(cases)
        ),
        (
            speech.section(say("Summary", "概要"), figures=complaint_figures(cases, speech)),
            _by_place(cases, speech),
            _each(cases, speech),
            _appeals_decided(material, speech),
            *clock_section(cases, speech),
        ),
    )


def complaint_figures(cases: Sequence[StoredCase], speech: Speech) -> tuple[tuple[str, object], ...]:
    """The figures of complaints and appeals in a period."""
    say = speech.say
    received = [one for one in cases if in_period(_received(one), speech)]
    answered = [one for one in cases if in_period(_answered(one), speech)]
    spans = ((answer, start) for one in answered if (answer := _answered(one)) and (start := _received(one)))
    return (
        (say("received", "收到"), len(received)),
        (say("acknowledged", "已确认收到"), sum(in_period(fact_at(one, "acknowledged_at"), speech) for one in cases)),
        (say("answered", "已答复"), len(answered)),
        (say("decision overturned", "改变原决定"), sum(one.case.outcome == "overturned" for one in answered)),
        (say("open at the end", "期末未答复"), sum(_is_open(one) for one in cases)),
        (say("answered late", "逾期答复"), sum("met-late" in _standings(one, speech) for one in answered)),
        (
            say("late and open", "逾期未答复"),
            sum(_is_open(one) and "missed" in _standings(one, speech) for one in cases),
        ),
        (
            say("median time to the answer", "答复时间中位数"),
            median_time((end - start for end, start in spans), speech),
        ),
    )


def _appeals_decided(material: ReportMaterial, speech: Speech) -> ReportSection:
    """The decisions of the period by which a person decided again about an event."""
    say = speech.say
    rows = []
    for event in material.events:
        before = event.record.decision
        for act in event.taken:
            if act.review is not None and act in decided_again(event, speech):
                rows.append(
                    (
                        speech.time(decided_at(act)),
                        short(event.record.event_uid),
                        f"{speech.word(before)} → {speech.word(act.decision)}",
                        act.review.case or NOTHING,
                        act.review.reviewer,
                    )
                )
            before = "block" if act.decision == "retracted" else act.decision
    return speech.section(
        say("Decided again", "复核决定"),
        say(
            "Each is a decision that supersedes the one before it, by somebody who had no part in that.",
            "每一项均为取代原决定的新决定，由未参与原决定的人员作出。",
        ),
        table=speech.table(
            (
                ReportColumn(name=say("Decided", "决定时间"), width=3),
                ReportColumn(name=say("Event", "事件"), kind="code", width=3),
                ReportColumn(name=say("Before, after", "原决定与新决定"), width=3),
                ReportColumn(name=say("Case", "案件"), width=3),
                ReportColumn(name=say("Person", "人员"), width=3),
            ),
            rows,
        ),
        empty=say("Nothing was decided again.", "没有复核决定。"),
    )


def decided_again(event: EventHistory, speech: Speech) -> list[Decision]:
    """The decisions of the period by which persons decided again about an event."""
    return [
        act
        for act in event.taken
        if act.review is not None and act.review.stage == "appeal" and speech.period.has(decided_at(act))
    ]


def _by_place(cases: Sequence[StoredCase], speech: Speech) -> ReportSection:
    say = speech.say
    asked: tuple[tuple[str, Callable[[StoredCase], bool]], ...] = (
        (say("Received", "收到"), lambda one: in_period(_received(one), speech)),
        (say("Answered", "已答复"), lambda one: in_period(_answered(one), speech)),
        (say("Open", "未答复"), _is_open),
        (say("Late", "逾期"), lambda one: bool({"missed", "met-late"} & _standings(one, speech))),
    )
    counts = Counter(
        (place, name)
        for one in cases
        for place in (one.case.jurisdictions or ("",))
        for name, holds in asked
        if holds(one)
    )
    return speech.section(
        say("By jurisdiction", "按法域"),
        table=speech.table(
            (
                ReportColumn(name=say("Place", "地域"), width=4),
                *(ReportColumn(name=name, kind="number", width=2) for name, _ in asked),
            ),
            (
                (
                    speech.place(place) if place else say("not named", "未说明"),
                    *(counts[place, name] for name, _ in asked),
                )
                for place in sorted({place for place, _ in counts})
            ),
        ),
        empty=_none(speech),
    )


def _each(cases: Sequence[StoredCase], speech: Speech) -> ReportSection:
    say = speech.say
    rows = [
        (
            case_name(one, speech) + ("" if one.case.about is None else f"\n{short(one.case.about.event_uid or '')}"),
            case_places(one, speech),
            speech.time(_received(one)),
            speech.time(fact_at(one, "acknowledged_at")),
            speech.time(fact_at(one, "due_at")),
            speech.time(_answered(one)),
            speech.word(one.case.outcome),
        )
        for one in cases
    ]
    return speech.section(
        say("Complaints and appeals", "投诉与申诉"),
        table=speech.table(
            (
                ReportColumn(name=say("Case, event", "案件与事件"), width=4),
                ReportColumn(name=say("Places", "地域"), width=3),
                ReportColumn(name=say("Received", "收到"), width=3),
                ReportColumn(name=say("Acknowledged", "确认收到"), width=3),
                ReportColumn(name=say("Published limit", "公布的期限"), width=3),
                ReportColumn(name=say("Answered", "答复"), width=3),
                ReportColumn(name=say("Outcome", "结果"), width=3),
            ),
            rows,
        ),
        empty=_none(speech),
    )


def _received(one: StoredCase) -> datetime | None:
    return fact_at(one, "received_at")


def _answered(one: StoredCase) -> datetime | None:
    return fact_at(one, "answered_at", "decided_at")


def _is_open(one: StoredCase) -> bool:
    return _answered(one) is None


def _standings(one: StoredCase, speech: Speech) -> set[str]:
    return {standing(clock, speech.period.until) for clock in one.case.clocks}


def _none(speech: Speech) -> str:
    return speech.say("There was none.", "没有投诉或申诉。")
