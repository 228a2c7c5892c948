"""The document that a report is: one value, which is shown as HTML and as PDF, and is the JSON itself."""

import hashlib
from typing import Literal

import msgspec

from pipeline.policy.words import Language

__all__ = [
    "CellKind",
    "ReportColumn",
    "ReportDocument",
    "ReportFact",
    "ReportKind",
    "ReportSection",
    "ReportTable",
    "document_digest",
]

ReportKind = Literal["inspection", "incident", "complaints", "duties", "statement", "transparency"]
"""What a report is about."""

CellKind = Literal["text", "number", "code"]
"""How the cells of a column are set: as words, to the right, or in a face of even width."""


class ReportFact(msgspec.Struct, frozen=True, kw_only=True):
    """A name, and what is so called: in the head of a report, or a figure of it."""

    name: str
    value: str


class ReportColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a table; `width` is its share of the page beside the others."""

    name: str
    kind: CellKind = "text"
    width: int = 1


class ReportTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table; each row has a cell for each column."""

    columns: tuple[ReportColumn, ...]
    rows: tuple[tuple[str, ...], ...]


class ReportSection(msgspec.Struct, frozen=True, kw_only=True):
    """A section: words, then figures, then a table; each may be missing."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    figures: tuple[ReportFact, ...] = ()
    table: ReportTable | None = None


class ReportDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A report, in one language.

    Attributes:
        period: the days of it, both included, as they were asked for.
        begins: its first instant, RFC 3339 with the offset of its time zone.
        ends: the first instant behind it.
        law: the articles that ask for such a report, or that it is about.
        material: what it was made from: how many records, the newest of them, and a digest over the digests of all.
        law_name, digest_name, contents_name: what these are called in its language.
    """

    kind: ReportKind
    language: Language
    title: str
    period: str
    begins: str
    ends: str
    time_zone: str
    law: tuple[str, ...]
    law_name: str
    material: tuple[ReportFact, ...]
    digest_name: str
    contents_name: str
    sections: tuple[ReportSection, ...]


def document_digest(document: ReportDocument) -> str:
    """What a report says, as lowercase hex SHA-256 over its JSON: the same however it is shown."""
    return hashlib.sha256(msgspec.json.encode(document)).hexdigest()
