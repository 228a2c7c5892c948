"""A part of the log as a file: for spreadsheets, or a line of JSON for each entry."""

import csv
import io
from collections.abc import Iterable
from typing import Final, Literal, get_args

import msgspec

from console.readmodel.audit import AuditRow

__all__ = ["EXPORT_FORMATS", "ExportFormat", "exported_rows"]

ExportFormat = Literal["csv", "jsonl"]
EXPORT_FORMATS: Final[tuple[ExportFormat, ...]] = get_args(ExportFormat)

_COLUMNS: Final = AuditRow.__struct_fields__
_CALCULATED: Final = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the beginning of a formula."""


def exported_rows(rows: Iterable[AuditRow], form: ExportFormat) -> bytes:
    """The entries as a file; the same entries give the same bytes.

    CSV is as RFC 4180 has it, in UTF-8 with a mark at its beginning, by which spreadsheets know it; what they would
    take for a formula has an apostrophe before it.
    """
    if form == "jsonl":
        return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in _COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_CALCULATED) else text
