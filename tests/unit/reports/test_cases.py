"""Reports about cases: complaints, incidents, duties in time; and the transparency report."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from pipeline.events.identity import review_id
from pipeline.events.intake import intake_review
from pipeline.events.outputs import CaseDocument, CaseSubject
from pipeline.policy.pack_files import load_packs
from pipeline.policy.reference import OperatorEntry, ReferenceSets
from pipeline.reports import ReportMaterial, StoredCase, of_period, period_of, report_of
from pipeline.usecases.reporting import Reporting
from tests.unit.house import House, activity, publication
from tests.unit.reports.conftest import LATER, Report, figures, rows, section


@pytest.fixture
def happened(house: House) -> None:
    """A complaint answered late and one that is open, an incident disposed of late, an order carried out in time."""
    tell(house, "complaint", "K-1", received_at="2026-05-20T08:00:00Z", due_at="2026-06-01T08:00:00Z")
    tell(house, "complaint", "K-1", answered_at="2026-06-02T08:00:00Z")
    tell(house, "complaint", "K-2", received_at="2026-06-01T08:00:00Z", due_at="2026-06-16T08:00:00Z")
    tell(house, "incident", "I-1", kind="rumour", found_at="2026-06-01T03:00:00Z", refuted_at="2026-06-01T05:00:00Z")
    tell(
        house, "takedown", "T-1", "IN", kind="order", received_at="2026-06-01T04:00:00Z", done_at="2026-06-01T05:30:00Z"
    )


def tell(house: House, about: str, number: str, place: str = "CN", **said: str) -> None:
    event_type = f"{about}.updated"
    data: dict[str, Any] = {"event_type": event_type, "jurisdictions": [place], about: {"id": number, **said}}
    house.keep(activity(data, event_id=f"{number}-{'-'.join(said)}"))


def appealed(house: House, uid: str) -> None:
    """An officer decides again about an event, for a case."""
    officer = msgspec.convert({"id": "officer-2", "version": 1, "roles": ["complaints-officer"]}, OperatorEntry)
    house.references = ReferenceSets.empty().updated([officer]).sets
    data = {
        "event_uid": uid,
        "verdict": "release",
        "actor": {"id": "officer-2", "role": "complaints-officer"},
        "auth": {"issuer": "https://login.example", "at": "2026-06-01T11:58:00Z"},
        "seen": review_id(uid),
        "reason": "It may.",
        "case": "K-9",
    }
    event = {"specversion": "1.0", "id": "appeal", "source": "/people", "type": "sealstream.review.v2", "data": data}
    house.review(intake_review(msgspec.json.encode(event), ()))


# Complaints


@pytest.mark.usefixtures("happened")
def test_complaints_are_counted_as_received_answered_open_and_late(reported: Report) -> None:
    counted = figures(reported("complaints"))
    assert (counted["received"], counted["answered"], counted["open at the end"]) == ("1", "1", "1")
    assert (counted["answered late"], counted["late and open"]) == ("1", "1")
    assert counted["median time to the answer"] == "13.0 d"


@pytest.mark.usefixtures("happened")
def test_each_complaint_is_listed_with_its_times_and_its_clock(reported: Report) -> None:
    document = reported("complaints", "zh", time_zone="Asia/Shanghai")
    listed = {row[0]: row for row in rows(document, "投诉与申诉")}
    assert listed["投诉 K-1"][1:3] == ("中国（CN）", "2026-05-20 16:00:00 +08:00")
    clocks = {case: state for _, case, _, _, _, state in rows(document, "法定时限")}
    assert clocks == {"投诉 K-1": "逾期完成", "投诉 K-2": "逾期"}


@pytest.mark.usefixtures("happened")
def test_only_what_a_report_is_about_is_cited(reported: Report) -> None:
    assert len(rows(reported("complaints"), "Records that this rests on")) == 2
    assert len(rows(reported("duties"), "Records that this rests on")) == 4


@pytest.mark.usefixtures("happened")
def test_while_the_period_runs_nothing_is_missed_before_its_time(house: House) -> None:
    now = datetime(2026, 6, 10, tzinfo=UTC)
    days = period_of("2026-06", "UTC", now)
    material = Reporting(store=house.store, layout=house.layout).material(days)
    document = report_of("complaints", material, days, "en", load_packs())
    assert {case: state for _, case, _, _, _, state in rows(document, "Clocks")}["complaint K-2"] == "open"
    assert any("was not over" in fact.value for fact in document.material)


@pytest.mark.usefixtures("happened")
def test_what_came_of_a_complaint_is_told_with_the_event_that_it_was_about(house: House) -> None:
    days = period_of("2026-06", "UTC", LATER)
    material = Reporting(store=house.store, layout=house.layout).material(days)
    answered = next(stored for stored in material.cases if stored.case.id == "K-1")
    case = msgspec.structs.replace(answered.case, outcome="overturned", about=CaseSubject(event_uid="ab" * 32))
    upheld = ReportMaterial(events=(), cases=(StoredCase(case=case, digest=answered.digest),))
    document = report_of("complaints", upheld, days, "zh", load_packs())
    ((name, *_, outcome),) = rows(document, "投诉与申诉")
    assert (name, outcome) == ("投诉 K-1\nabababababab", "改变")
    assert figures(document, "概要")["改变原决定"] == "1"


@pytest.mark.usefixtures("happened")
def test_that_somebody_looked_at_an_alert_is_no_case_of_a_report(house: House) -> None:
    days = period_of("2026-06", "UTC", LATER)
    material = Reporting(store=house.store, layout=house.layout).material(days)
    looked_at = [
        StoredCase(case=msgspec.structs.replace(stored.case, kind="alert"), digest=stored.digest)
        if stored.case.id == "K-2"
        else stored
        for stored in material.cases
    ]
    assert {stored.case.id for stored in of_period(days, material.events, looked_at).cases} == {"K-1", "I-1", "T-1"}


def test_where_nobody_complained_it_says_so(reported: Report) -> None:
    document = reported("complaints")
    assert section(document, "Complaints and appeals").paragraphs == ("There was none.",)


# Incidents


@pytest.mark.usefixtures("happened")
def test_an_incident_tells_what_was_done_when_and_what_was_not(reported: Report) -> None:
    document = reported("incident")
    ((name, place, found, disposed, _, told, refuted),) = rows(document, "Incidents")
    assert (name, place) == ("incident I-1\nrumour", "China (CN)")
    assert (found, refuted) == ("2026-06-01 03:00:00 +00:00", "2026-06-01 05:00:00 +00:00")
    assert (disposed, told) == ("-", "-")
    assert figures(document)["not reported"] == "1"


@pytest.mark.usefixtures("happened")
def test_to_whom_an_incident_was_reported_is_told_with_the_digest_of_the_report(house: House, reported: Report) -> None:
    assert section(reported("incident"), "Reports to authorities").table is None
    days = period_of("2026-06", "UTC", LATER)
    opened = next(
        stored
        for stored in Reporting(store=house.store, layout=house.layout).material(days).cases
        if stored.case.id == "I-1"
    )
    sent = CaseDocument(
        sha256="d" * 64,
        uri="s3://records/report.pdf",
        mime="application/pdf",
        act="incident.reported",
        at="2026-06-01T03:30:00.000Z",
        addressee="cyberspace office",
    )
    case = msgspec.structs.replace(opened.case, documents=(sent,))
    material = ReportMaterial(events=(), cases=(StoredCase(case=case, digest=opened.digest),))
    document = report_of("incident", material, days, "zh", load_packs())
    assert rows(document, "向主管部门的报告") == [
        ("事件 I-1", "2026-06-01 03:30:00 +00:00", "cyberspace office", "d" * 64)
    ]


def test_what_was_retracted_is_told_with_its_digest_and_article(house: House, reported: Report) -> None:
    user = {"id_hash": "author", "identity": {"status": "verified", "method": "mobile"}}
    content = {"id": "ferry", "mime": "text/plain", "text": "The ferry leaves at seven.\n", "synthetic": "no"}
    record = house.inspect(publication({"content": content, "user": user}, event_id="ferry")).record
    verdict = {"content": {"sha256": record.content.sha256}, "review": {"verdict": "illegal", "categories": ["ncii"]}}
    event = activity({"event_type": "review.completed", **verdict}, event_id="verdict")
    house.retract.of_activity(event, house.assess(event).record)
    ((_, _, sha256, category, articles),) = rows(reported("incident"), "Found illegal later, and retracted")
    assert (sha256, category) == (record.content.sha256, "ncii")
    assert articles != "-"


# Duties


@pytest.mark.usefixtures("happened")
def test_every_clock_is_told_with_its_law_its_length_and_how_it_ended(reported: Report) -> None:
    document = reported("duties")
    states = {case: (law, state) for law, case, _, _, _, state in rows(document, "Clocks")}
    law, state = states["takedown T-1"]
    assert state == "met"
    assert law.endswith("\n3 hours")
    assert figures(document)["clocks"] == "4"
    assert figures(document)["missed"] == "2"


@pytest.mark.usefixtures("happened")
def test_what_was_missed_is_told_with_what_mends_it_in_the_language_of_the_report(reported: Report) -> None:
    late = rows(reported("duties", "zh"), "逾期与期限不明")
    assert len(late) == 3
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in remedy) for _, _, remedy in late)


# Transparency


@pytest.mark.usefixtures("happened", "refused")
def test_the_transparency_report_counts_demands_restrictions_and_who_decided(reported: Report) -> None:
    document = reported("transparency")
    assert rows(document, "Orders and demands of authorities and others") == [
        ("takedown: order", "India (IN)", "1", "1", "1.5 h")
    ]
    restricted = {law: counts for law, *counts in rows(document, "Restrictions on the operator's own initiative")}
    assert ["0", "1", "0"] in restricted.values()
    means = figures(document, "Automated means and persons")
    assert (means["held for a person"], means["of these decided"], means["of these released"]) == ("1", "1", "0")


def test_the_transparency_report_names_no_record_and_no_person(house: House, refused: str, reported: Report) -> None:
    appealed(house, refused)
    document = reported("transparency")
    assert figures(document, "Decided again on appeal") == {
        "decided again": "1",
        "then allowed": "1",
        "then blocked": "0",
    }
    assert "reviewer-17" not in repr(document)
    assert "officer-2" not in repr(document)
    assert refused[:12] not in repr(document)
    assert not [
        report_section for report_section in document.sections if report_section.heading == "Records that this rests on"
    ]
    ((_, event, course, case, person),) = rows(reported("complaints"), "Decided again")
    assert (event, course, case, person) == (refused[:12], "block → allow", "K-9", "officer-2")


@pytest.mark.parametrize("kind", ["complaints", "incident", "duties", "transparency", "inspection"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_month_without_anything_is_a_report_too(kind: Any, language: Any, reported: Report) -> None:
    document = reported(kind, language, period="2026-01")
    assert document.period == "2026-01"
    assert LATER.isoformat() not in repr(document)


@pytest.mark.usefixtures("happened")
def test_the_report_on_inspection_lists_duties_that_come_again_where_there_are_any(
    house: House, reported: Report
) -> None:
    assert "Duties that come again" not in {
        report_section.heading for report_section in reported("inspection").sections
    }
    days = period_of("2026-06", "UTC", LATER)
    late = next(
        stored
        for stored in Reporting(store=house.store, layout=house.layout).material(days).cases
        if stored.case.id == "K-2"
    )
    case = msgspec.structs.replace(late.case, kind="service", id="services/painter")
    material = ReportMaterial(events=(), cases=(StoredCase(case=case, digest=late.digest),))
    document = report_of("inspection", material, days, "en", load_packs())
    ((_, name, *_, state),) = rows(document, "Duties that come again")
    assert (name, state) == ("service services/painter", "missed")
