"""The report on duties in time: every clock of law that ran, and how it ended."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pipeline.reports.clocked import clock_section, clock_standing
from pipeline.reports.material import ReportMaterial
from pipeline.reports.model import ReportColumn, ReportDocument, ReportSection
from pipeline.reports.speech import NOTHING, Speech

__all__ = ["duties_report"]

_LATE: Final = ("missed", "met-late", "undated")


def duties_report(material: ReportMaterial, speech: Speech) -> ReportDocument:
    """The clocks of a period: how each stood at its end, and what the law wants where one was missed."""
    say = speech.say
    clocks = Counter(
        clock_standing(clock, speech.period.until) for stored in material.cases for clock in stored.case.clocks
    )
    return speech.document(
        "duties",
        say("Report on duties in time", "法定时限履行情况报告"),
        tuple(
            dict.fromkeys(speech.clock_article(clock.law) for stored in material.cases for clock in stored.case.clocks)
        )
        or (NOTHING,),
        ReportMaterial(events=(), cases=tuple(stored for stored in material.cases if stored.case.clocks)),
        (
            speech.section(
                say("Summary", "概要"),
                figures=(
                    (say("clocks", "时限"), clocks.total()),
                    *(
                        (speech.word(state), clocks[state])
                        for state in ("open", "met", "met-late", "missed", "undated")
                    ),
                ),
            ),
            *clock_section(material.cases, speech, summed=True),
            _late(material, speech),
        ),
    )


def _late(material: ReportMaterial, speech: Speech) -> ReportSection:
    say = speech.say
    late: Sequence[tuple[str, str, str]] = [
        (
            f"{speech.clock_article(clock.law)}\n{stored.case.id or stored.case.case_uid[:12]}",
            speech.word(state),
            speech.clock_remedy(clock.law),
        )
        for stored in material.cases
        for clock in stored.case.clocks
        if (state := clock_standing(clock, speech.period.until)) in _LATE
    ]
    return speech.section(
        say("Late, missed or without a date", "逾期与期限不明"),
        say("What mends it, and the document that belongs to it.", "补救措施及相应文件。"),
        table=speech.table(
            (
                ReportColumn(name=say("Article, case", "条款与案件"), width=6),
                ReportColumn(name=say("State", "状态"), width=2),
                ReportColumn(name=say("Remedy and document", "补救与文件"), width=8),
            ),
            late,
        ),
        empty=say("None.", "无。"),
    )
