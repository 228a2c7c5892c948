"""The kinds of reports there are, and what makes each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pipeline.policy.pack import Pack
from pipeline.policy.words import Language
from pipeline.reports.inspection import inspection_report
from pipeline.reports.material import ReportMaterial
from pipeline.reports.model import ReportDocument, ReportKind
from pipeline.reports.period import ReportPeriod
from pipeline.reports.speech import Speech

__all__ = ["REPORTS", "report_of"]

REPORTS: Final[Mapping[ReportKind, Callable[[ReportMaterial, Speech], ReportDocument]]] = {
    "inspection": inspection_report,
}


def report_of(
    kind: ReportKind, material: ReportMaterial, period: ReportPeriod, language: Language, packs: Sequence[Pack]
) -> ReportDocument:
    """A report: the same material gives the same document, whoever makes it, and when.

    Args:
        kind: what it is about.
        material: what it is made from.
        period: the days that it is about.
        language: what it is written in.
        packs: what laws and articles are called; where a pack is not among them, as records call them.
    """
    return REPORTS[kind](material, Speech(language=language, period=period, packs=packs))
