"""The report on complaints and appeals: how many, how fast, what came of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from pipeline.events.outputs import Decision
from pipeline.reports.clocked import (
    case_name,
    case_places,
    clock_section,
    clock_standing,
    fact_at,
    in_period,
    median_time,
)
from pipeline.reports.material import EventHistory, ReportMaterial, StoredCase, decided_at
from pipeline.reports.model import ReportColumn, ReportDocument, ReportSection
from pipeline.reports.speech import NOTHING, Speech, short

__all__ = ["complaint_figures", "complaints_report", "decided_again"]

_KINDS = ("complaint", "appeal")


def complaints_report(material: ReportMaterial, speech: Speech) -> ReportDocument:
    """Complaints and appeals of a period: received, acknowledged, answered, late, and decisions that were reversed."""
    say = speech.say
    cases = [stored for stored in material.cases if stored.case.kind in _KINDS]
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
    received = [stored for stored in cases if in_period(_received(stored), speech)]
    answered = [stored for stored in cases if in_period(_answered(stored), speech)]
    spans = ((answer, start) for stored in answered if (answer := _answered(stored)) and (start := _received(stored)))
    return (
        (say("received", "收到"), len(received)),
        (
            say("acknowledged", "已确认收到"),
            sum(in_period(fact_at(stored, "acknowledged_at"), speech) for stored in cases),
        ),
        (say("answered", "已答复"), len(answered)),
        (say("decision overturned", "改变原决定"), sum(stored.case.outcome == "overturned" for stored in answered)),
        (say("open at the end", "期末未答复"), sum(_is_open(stored) for stored in cases)),
        (say("answered late", "逾期答复"), sum("met-late" in _standings(stored, speech) for stored in answered)),
        (
            say("late and open", "逾期未答复"),
            sum(_is_open(stored) and "missed" in _standings(stored, speech) for stored in cases),
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
        (say("Received", "收到"), lambda stored: in_period(_received(stored), speech)),
        (say("Answered", "已答复"), lambda stored: in_period(_answered(stored), speech)),
        (say("Open", "未答复"), _is_open),
        (say("Late", "逾期"), lambda stored: bool({"missed", "met-late"} & _standings(stored, speech))),
    )
    counts = Counter(
        (place, name)
        for stored in cases
        for place in (stored.case.jurisdictions or ("",))
        for name, holds in asked
        if holds(stored)
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
            case_name(stored, speech)
            + ("" if stored.case.about is None else f"\n{short(stored.case.about.event_uid or '')}"),
            case_places(stored, speech),
            speech.time(_received(stored)),
            speech.time(fact_at(stored, "acknowledged_at")),
            speech.time(fact_at(stored, "due_at")),
            speech.time(_answered(stored)),
            speech.word(stored.case.outcome),
        )
        for stored in cases
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


def _received(stored: StoredCase) -> datetime | None:
    return fact_at(stored, "received_at")


def _answered(stored: StoredCase) -> datetime | None:
    return fact_at(stored, "answered_at", "decided_at")


def _is_open(stored: StoredCase) -> bool:
    return _answered(stored) is None


def _standings(stored: StoredCase, speech: Speech) -> set[str]:
    return {clock_standing(clock, speech.period.until) for clock in stored.case.clocks}


def _none(speech: Speech) -> str:
    return speech.say("There was none.", "没有投诉或申诉。")
