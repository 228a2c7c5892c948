"""What reports are made from: the records of a period, as they stood at its end; and a report that is sealed once."""

import hashlib

import pytest

from pipeline.errors import BugError, WorldError
from pipeline.policy.pack_files import load_packs
from pipeline.reports import ReportDocument, period_of, report_of
from pipeline.usecases.reporting import Reporting
from tests.unit.house import House, activity, publication, review
from tests.unit.reports.conftest import LATER

COMPLAINT = {"event_type": "complaint.updated", "jurisdictions": ["CN"]}


@pytest.fixture
def reporting(house: House) -> Reporting:
    return Reporting(store=house.store, layout=house.layout)


def published(house: House, name: str = "letter") -> str:
    content = {"id": name, "mime": "text/plain", "text": f"{name}\n"}
    return house.inspect(publication({"content": content, "jurisdictions": ["CN"]}, event_id=name)).record.event_uid


def test_records_of_the_period_are_found_wherever_their_keys_lie(house: House, reporting: Reporting) -> None:
    uids = {published(house, f"letter-{number}") for number in range(20)}
    assert {event.record.event_uid for event in reporting.material(period_of("2026-06", "UTC", LATER)).events} == uids


@pytest.mark.parametrize("said", ["2026-05", "2026-07", "2026-05-31", "2026-06-02"])
def test_what_happened_at_another_time_is_not_of_the_period(house: House, reporting: Reporting, said: str) -> None:
    published(house)
    assert reporting.material(period_of(said, "UTC", LATER)).events == ()


def test_a_record_comes_with_its_digest_and_what_persons_decided(house: House, reporting: Reporting) -> None:
    uid = published(house)
    verdict = {"event_uid": uid, "verdict": "refuse", "reviewer": {"id": "r-1"}, "reason": "no"}
    house.review(review(verdict))
    (event,) = reporting.material(period_of("2026-06", "UTC", LATER)).events
    assert event.digest == hashlib.sha256(house.stored(house.layout.record(uid).uri)).hexdigest()
    assert [decided.decision for decided in event.all] == ["hold", "block"]
    assert event.in_force == "block"


def test_a_case_is_read_as_it_stood_at_the_end_of_the_period(house: House, reporting: Reporting) -> None:
    for number, said in enumerate(({"received_at": "2026-06-01T10:00:00Z"}, {"answered_at": "2026-06-01T11:00:00Z"})):
        house.keep(activity({**COMPLAINT, "complaint": {"id": "K-1", **said}}, event_id=f"c{number}"))
    (found,) = reporting.material(period_of("2026-06", "UTC", LATER)).cases
    assert found.case.version == 2
    assert reporting.material(period_of("2026-05", "UTC", LATER)).cases == ()


def test_the_digest_of_the_material_is_over_all_of_it(house: House, reporting: Reporting) -> None:
    published(house, "first")
    before = reporting.material(period_of("2026-06", "UTC", LATER)).digest
    published(house, "second")
    assert reporting.material(period_of("2026-06", "UTC", LATER)).digest != before


def test_a_store_that_is_away_is_the_worlds_fault(house: House, reporting: Reporting) -> None:
    published(house)
    house.store.outage = True
    with pytest.raises(WorldError):
        reporting.material(period_of("2026-06", "UTC", LATER))


def test_what_is_no_record_is_not_passed_over(house: House, reporting: Reporting) -> None:
    house.store.create(house.layout.record("a" * 64), b"[]", media_type="application/json")
    with pytest.raises(BugError):
        reporting.material(period_of("2026-06", "UTC", LATER))


# Sealed once


def document(reporting: Reporting, period: str = "2026-06") -> ReportDocument:
    days = period_of(period, "UTC", LATER)
    return report_of("inspection", reporting.material(days), days, "en", load_packs())


def test_a_report_is_sealed_once_and_the_stored_one_is_given_from_then_on(house: House, reporting: Reporting) -> None:
    first = reporting.sealed_once(document(reporting), lambda: b"sealed first")
    again = reporting.sealed_once(document(reporting), lambda: b"sealed again")
    assert (first.body, first.is_new) == (b"sealed first", True)
    assert (again.body, again.is_new, again.uri) == (b"sealed first", False, first.uri)


def test_another_report_is_stored_beside_it(house: House, reporting: Reporting) -> None:
    report = reporting.sealed_once(document(reporting), lambda: b"one")
    published(house)
    other = reporting.sealed_once(document(reporting), lambda: b"other")
    assert other.is_new
    assert other.uri != report.uri


def test_of_two_that_seal_at_the_same_time_both_give_what_was_stored_first(house: House, reporting: Reporting) -> None:
    def overtaken() -> bytes:
        reporting.sealed_once(document(reporting), lambda: b"theirs")
        return b"ours"

    assert reporting.sealed_once(document(reporting), overtaken).body == b"theirs"
