"""Duties of what is registered: each that ships comes again or expires, and a newer date begins its next turn."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.duties.registered import registered
from pipeline.events.instants import instant, written
from pipeline.events.outputs import RunningClock
from pipeline.policy.clock_examples import read_clock_examples, run_clock_examples
from pipeline.policy.examples import examples_beside
from pipeline.policy.pack import ALL_ROLES, REGISTERED, ClockRule, Pack
from pipeline.policy.pack_files import PackFile, find_packs
from pipeline.policy.reference import ReferenceSets, SetName, parse_entry
from pipeline.policy.running_clocks import ClockLaws, Matter

PACKS = [file for file in find_packs() if any(clock.on in REGISTERED for clock in file.pack.clocks)]
DUTIES = [
    pytest.param(file.pack, clock, id=clock.id)
    for file in PACKS
    for clock in file.pack.clocks
    if clock.on in REGISTERED
]
OPENED = datetime(2026, 3, 2, 1, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "service.biometric_tool": True,
    "service.public_opinion": True,
    "service.filing_no": "1101",
    **{
        f"{reviewed}.outcome": "conditional"
        for reviewed in (
            "service.mechanism_review",
            "service.ethics_review",
            "model.mechanism_review",
            "model.ethics_review",
            "training_set.inventory_review",
            "training_set.security_review",
        )
    },
    "model.biometric_tool": True,
    "training_set.personal_information": True,
    "app.deep_synthesis": True,
    "consent.status": "granted",
    "news_source.status": "licensed",
}
"""What makes duties count beside dates."""
IN_USE: dict[str, Any] = {"feature_database.in_use": True}
FACTS_OF = {
    "cn.deep-synthesis.art10.entry-standard-clock": IN_USE,
    "cn.deep-synthesis.art10.entry-review-clock": IN_USE,
}
"""What makes duties count of which others do not."""


def running(
    pack: Pack, clock: ClockRule, dates: dict[str, list[datetime]], earlier: tuple[RunningClock, ...] = ()
) -> tuple[RunningClock, ...]:
    """The clocks of one duty, where these dates are known, which changed in this order."""
    said = {name: tuple(map(written, values)) for name, values in dates.items()}
    matter = Matter(
        uid="ab" * 32,
        kind=clock.on,
        id="set/one",
        version=1,
        jurisdictions=(pack.jurisdiction,),
        facts={**FACTS, **FACTS_OF.get(clock.id, {}), **{name: values[-1] for name, values in said.items()}},
        dates=said,
        opened=OPENED,
    )
    return tuple(
        running_clock
        for running_clock in ClockLaws([pack], ALL_ROLES).running(matter, earlier, OPENED)
        if running_clock.law.clock == clock.id
    )


def dated(clock: ClockRule, *starts: datetime, until: datetime | None = None) -> dict[str, list[datetime]]:
    dates = {clock.starts: list(starts)}
    if clock.published is not None:
        dates[clock.published] = [until or starts[-1] + timedelta(days=90)]
    return dates


@pytest.mark.parametrize(("pack", "clock"), DUTIES)
def test_a_duty_is_missed_after_its_time_and_met_by_what_ends_it(pack: Pack, clock: ClockRule) -> None:
    (open_,) = running(pack, clock, dated(clock, OPENED))
    due, missed = instant(open_.due_at or ""), instant(open_.missed_at or "")
    assert due is not None
    assert missed is not None
    assert (open_.state, OPENED < due <= missed) == ("open", True)
    done = {name: [missed] for name in clock.ends if name != clock.starts}
    if clock.starts in clock.ends:
        again = running(pack, clock, dated(clock, OPENED, missed), (open_,))
        assert [(running_clock.starts_at, running_clock.state) for running_clock in again] == [
            (open_.starts_at, "met"),
            (written(missed), "open"),
        ]
    elif done:
        (met,) = running(pack, clock, {**dated(clock, OPENED), **done})
        assert met.state == "met"
    else:  # what expires is renewed by another end, which is another clock
        later = running(pack, clock, dated(clock, OPENED, until=due + timedelta(days=90)), (open_,))
        assert [running_clock.state for running_clock in later] == ["open", "withdrawn"]


@pytest.mark.parametrize(("pack", "clock"), [duty for duty in DUTIES if duty.values[1].first is not None])
def test_without_a_date_the_time_runs_from_when_the_entry_became_known(pack: Pack, clock: ClockRule) -> None:
    (first,) = running(pack, clock, {})
    assert (first.state, first.starts_at) == ("open", written(OPENED))
    assert first.due_at != running(pack, clock, dated(clock, OPENED))[0].due_at
    done = OPENED + timedelta(days=5)
    again = running(pack, clock, dated(clock, done), (first,))
    assert [(running_clock.starts_at, running_clock.state) for running_clock in again] == [
        (written(OPENED), "met"),
        (written(done), "open"),
    ]


@pytest.mark.parametrize("file", [pytest.param(file, id=file.pack.name) for file in PACKS])
def test_every_duty_that_ships_has_an_example_and_all_come_out(file: PackFile) -> None:
    assert not isinstance(file.source, str)
    examples = read_clock_examples(examples_beside(file.source), file.pack)  # type: ignore[arg-type]
    assert {example.clock for example in examples} == {clock.id for clock in file.pack.clocks if clock.on in REGISTERED}
    assert [result for result in run_clock_examples(file.pack, examples) if not result.is_as_expected] == []


def test_a_second_change_of_a_filing_is_not_met_by_the_filing_of_the_first() -> None:
    (pack, clock), *_ = (duty.values for duty in DUTIES if duty.id == "cn.deep-synthesis.art19.change-clock")
    first, filed, second = OPENED, OPENED + timedelta(days=3), OPENED + timedelta(days=60)
    (met,) = running(pack, clock, {**dated(clock, first), "service.filing_change_filed_at": [filed]})
    dates = {**dated(clock, first, second), "service.filing_change_filed_at": [filed]}
    again = running(pack, clock, dates, (met,))
    assert [(running_clock.starts_at, running_clock.state) for running_clock in again] == [
        (written(first), "met"),
        (written(second), "open"),
    ]


def test_a_year_ends_at_the_same_hour_of_the_law_and_on_the_last_day_of_a_shorter_month() -> None:
    (pack, clock), *_ = (duty.values for duty in DUTIES if duty.id == "cn.deep-synthesis.art15.mechanism-clock")
    (running_clock,) = running(pack, clock, dated(clock, datetime(2024, 2, 29, 9, tzinfo=UTC)))
    assert running_clock.due_at == "2025-02-28T09:00:00.000Z"


def test_duties_are_those_of_the_roles_that_the_operator_has() -> None:
    packs = [file.pack for file in PACKS]
    bound = {"provider": "service", "app_store": "app"}
    for role, kind in bound.items():
        matter = Matter("ab" * 32, kind, "a/b", 1, ("CN",), FACTS, {}, OPENED)
        for other in bound:
            clocks = ClockLaws(packs, [other]).running(matter, (), OPENED)  # type: ignore[list-item]
            assert bool(clocks) is (other == role)


def entry(set_name: SetName, **data: Any) -> ReferenceSets:
    return ReferenceSets.empty().put(parse_entry(set_name, data["id"], data))


def test_a_consent_that_expires_is_a_case_of_a_number_that_leads_to_nobody() -> None:
    days = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    (consent,) = registered(entry("consents", id="li-wei-13800000000", version=1, status="granted", **days))
    assert consent.id.startswith("consents/")
    assert "li-wei" not in consent.id
    assert consent.facts == {
        "consent.status": "granted",
        "consent.valid_from": "2025-12-31T16:00:00.000Z",
        "consent.valid_to": "2026-12-31T16:00:00.000Z",
    }


def test_what_has_no_date_until_which_it_holds_has_no_case() -> None:
    assert list(registered(entry("consents", id="c-1", version=1, status="granted"))) == []
    assert list(registered(entry("news-sources", id="n-1", version=1, name="The Daily", status="licensed"))) == []


def features(*entries: dict[str, Any]) -> ReferenceSets:
    sets = ReferenceSets.empty()
    for number, told in enumerate(entries):
        data = {"id": f"f-{number}", "version": 1, "verdict": "harmful", "phrase": f"words {number}", **told}
        sets = sets.put(parse_entry("features", data["id"], data))
    return sets


FOUNDED = {"author": "editor-3", "standard": "Standard 4.2", "reviewed_at": "2026-03-01T00:00:00Z"}


def test_the_feature_database_has_duties_as_a_whole_by_what_its_entries_say() -> None:
    (database,) = registered(features(FOUNDED, {**FOUNDED, "reviewed_at": "2026-05-01T09:00:00+08:00"}))
    assert (database.kind, database.id) == ("feature_database", "features/all")
    assert database.facts == {
        "feature_database.in_use": True,
        "feature_database.unfounded": 0,
        "feature_database.updated_at": "2026-05-01T01:00:00.000Z",
        "feature_database.entry_reviewed_at": "2026-03-01T00:00:00.000Z",
        "feature_database.founded_at": "2026-05-01T01:00:00.000Z",
    }


@pytest.mark.parametrize("left_out", ["author", "standard", "reviewed_at"])
def test_an_entry_without_author_standard_or_date_leaves_the_database_unfounded(left_out: str) -> None:
    lacking = {name: value for name, value in FOUNDED.items() if name != left_out}
    (database,) = registered(features(FOUNDED, lacking))
    assert database.facts["feature_database.unfounded"] == 1
    assert "feature_database.founded_at" not in database.facts


def test_what_later_verdicts_put_is_nobodys_entry() -> None:
    data = {"id": "illegal:" + "ab" * 32, "sha256": "ab" * 32, "phrase": None}
    found = {name: value for name, value in {"version": 1, "verdict": "illegal", **data}.items() if value}
    assert list(registered(ReferenceSets.empty().put(parse_entry("features", str(found["id"]), found)))) == []


def test_an_id_that_cannot_be_the_number_of_a_case_is_told_by_its_digest() -> None:
    (service,) = registered(entry("services", id="绘画 服务", version=1, service={}))
    assert service.id == "services/de8fcc192345a65e"
