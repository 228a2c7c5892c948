"""The kinds of reports there are, and what makes each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pipeline.policy.pack import Pack
from pipeline.policy.words import Language
from pipeline.reports.complaints import complaints_report
from pipeline.reports.duties import duties_report
from pipeline.reports.incident import incident_report
from pipeline.reports.inspection import inspection_report
from pipeline.reports.material import ReportMaterial
from pipeline.reports.model import ReportDocument, ReportKind
from pipeline.reports.period import ReportPeriod
from pipeline.reports.speech import Speech
from pipeline.reports.statement import ReasonedStatement, statements_of
from pipeline.reports.statement_report import statement_report
from pipeline.reports.transparency import transparency_report

__all__ = ["REPORTS", "exported_of", "report_of"]

REPORTS: Final[Mapping[ReportKind, Callable[[ReportMaterial, Speech], ReportDocument]]] = {
    "inspection": inspection_report,
    "incident": incident_report,
    "complaints": complaints_report,
    "duties": duties_report,
    "statement": statement_report,
    "transparency": transparency_report,
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


def exported_of(
    kind: ReportKind, material: ReportMaterial, period: ReportPeriod, language: Language, packs: Sequence[Pack]
) -> Mapping[str, Sequence[ReasonedStatement]] | None:
    """What others take instead of the document, for kinds of which somebody defined that; None for all others.

    Statements are in the shape of the API of the Commission's transparency database, in a list called `statements`.
    The arguments are those of `report_of`.
    """
    if kind != "statement":
        return None
    return {"statements": statements_of(material, Speech(language=language, period=period, packs=packs))}
