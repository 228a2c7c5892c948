"""A house in which something happened on 1 June 2026, and what reports are made of it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from pipeline.policy.pack_files import load_packs
from pipeline.policy.words import Language
from pipeline.reports import ReportDocument, ReportKind, ReportSection, period_of, report_of
from pipeline.usecases.reporting import Reporting
from tests.unit.house import House, publication, review

Report = Callable[..., ReportDocument]
LATER = datetime(2027, 6, 1, tzinfo=UTC)
"""When reports are asked for; all their periods are over then."""


@pytest.fixture
def reported(house: House) -> Report:
    """Make a report of what is in the house's store."""

    def reported(
        kind: ReportKind, language: Language = "en", period: str = "2026-06", time_zone: str = "UTC"
    ) -> ReportDocument:
        days = period_of(period, time_zone, LATER)
        material = Reporting(store=house.store, layout=house.layout).material(days)
        return report_of(kind, material, days, language, load_packs())

    return reported


@pytest.fixture
def held(house: House) -> str:
    """The identity of a publication in China that is held, as nothing is known of its user."""
    content = {"id": "letter-1", "mime": "text/plain", "text": "A letter.\n"}
    data = {"content": content, "declared": "ai", "jurisdictions": ["CN"], "user": {"id_hash": "a" * 64}}
    decision = house.inspect(publication(data, event_id="held")).record
    assert decision.decision == "hold"
    return decision.event_uid


@pytest.fixture
def refused(house: House, held: str) -> str:
    """The same, refused by a person."""
    verdict = {"event_uid": held, "verdict": "refuse", "reviewer": {"id": "reviewer-17"}, "reason": "It deceives."}
    house.review(review(verdict))
    return held


def section(document: ReportDocument, heading: str) -> ReportSection:
    """The section with a heading."""
    (found,) = (report_section for report_section in document.sections if report_section.heading == heading)
    return found


def figures(document: ReportDocument, heading: str = "Summary") -> dict[str, str]:
    """The figures of a section by their names."""
    return {figure.name: figure.value for figure in section(document, heading).figures}


def rows(document: ReportDocument, heading: str) -> list[tuple[str, ...]]:
    """The rows of a section's table."""
    table = section(document, heading).table
    return [] if table is None else list(table.rows)
