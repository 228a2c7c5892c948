"""Reports: documents for authorities, users and the operator's own files. Pure: records in, document out.

What shows a document is imported by name, as it needs packages of an extra: `html` and `pdf`.
"""

from pipeline.reports.kinds import REPORTS, exported_of, report_of
from pipeline.reports.material import AccountStep, EventHistory, ReportMaterial, StoredCase, of_period
from pipeline.reports.model import (
    ReportColumn,
    ReportDocument,
    ReportFact,
    ReportKind,
    ReportSection,
    ReportTable,
    document_digest,
)
from pipeline.reports.period import ReportPeriod, period_of

__all__ = [
    "REPORTS",
    "AccountStep",
    "EventHistory",
    "ReportColumn",
    "ReportDocument",
    "ReportFact",
    "ReportKind",
    "ReportMaterial",
    "ReportPeriod",
    "ReportSection",
    "ReportTable",
    "StoredCase",
    "document_digest",
    "exported_of",
    "of_period",
    "period_of",
    "report_of",
]
