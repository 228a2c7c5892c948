"""What a run is made of: the same seed makes the same steps and the same events, and every kind of both comes up."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from signal import SIGKILL, SIGTERM

import pytest

from tests.broker.kill.case_maker import Supplies
from tests.broker.kill.credentials import Credentialed, originals
from tests.broker.kill.law import ACCOUNTS
from tests.broker.kill.media import MAKERS, tampered
from tests.broker.kill.plan import Plan
from tests.broker.kill.steps import steps_of
from tests.broker.kill.worker_process import Ending
from tests.broker.kill.workload import FOLLOWING, KINDS, ORIGINAL, make_cases

CREDENTIALED = tuple(
    Credentialed(mime=mime, sealed=b"sealed", tampered=b"tampered", manifest=beside)
    for mime, beside in (("image/png", None), ("text/plain", b"manifest"))
)
SUPPLIES = Supplies(
    seed=5,
    inbox="inbox",
    max_asset_bytes=10_000,
    credentialed=CREDENTIALED,
    to_seal_again=CREDENTIALED,
    originals=originals(7),
    clocks_from=datetime(2026, 11, 20, tzinfo=UTC),
    clocks_for=timedelta(minutes=2),
)
KILLED = Ending(log="000.log", cause="SIGKILL", code=-9, seconds=0.1, was_up=True, in_trouble=False)
STOPPED = Ending(log="000.log", cause="SIGTERM", code=0, seconds=2.0, was_up=True, in_trouble=False)
REFUSED = Ending(log="000.log", cause=None, code=2, seconds=2.0, was_up=False, in_trouble=True)


def test_a_plan_becomes_as_many_steps_as_it_says() -> None:
    steps = steps_of(Plan(kills=11, recogniser_kills=2, outages=2, broker_restarts=3, storms=1), own_broker=True)

    assert Counter(step.what for step in steps) == {"kill": 9, "recogniser": 2, "outage": 2, "broker": 3, "storm": 1}
    assert Counter(step.signal for step in steps if step.signal) == {SIGKILL: 6, SIGTERM: 5}


def test_a_broker_of_somebody_else_is_left_alone() -> None:
    assert "broker" not in {step.what for step in steps_of(Plan(), own_broker=False)}


def test_the_same_seed_makes_the_same_steps_and_another_one_does_not() -> None:
    assert steps_of(Plan(seed=3), own_broker=True) == steps_of(Plan(seed=3), own_broker=True)
    assert steps_of(Plan(seed=3), own_broker=True) != steps_of(Plan(seed=4), own_broker=True)


def test_the_same_seed_makes_the_same_cases_and_another_one_does_not() -> None:
    cases = list(make_cases(SUPPLIES, 100))

    assert cases == list(make_cases(SUPPLIES, 100))
    assert cases != list(make_cases(replace(SUPPLIES, seed=6), 100))


def test_every_kind_of_input_comes_up_and_none_is_like_another() -> None:
    cases = list(make_cases(SUPPLIES, 300))
    uids = [case.uid for case in cases if case.uid is not None]

    assert [case.number for case in cases] == list(range(len(cases)))
    assert sum(case.after is None for case in cases) == 300 + len(SUPPLIES.originals)
    assert {case.kind for case in cases} == {*KINDS, *FOLLOWING, ORIGINAL}
    assert len(set(uids)) == len(uids)


def test_a_review_comes_after_what_it_is_about() -> None:
    cases = list(make_cases(SUPPLIES, 300))
    reviews = [case for case in cases if case.after is not None]

    assert reviews
    for review in reviews:
        assert review.after < review.number
        assert review.about is None or review.about in {case.uid for case in cases[: review.number]}


def test_violations_count_against_a_handful_of_accounts() -> None:
    counted = Counter(
        case.expected.against.account
        for case in make_cases(SUPPLIES, 300)
        if case.expected.counts and case.expected.against is not None
    )

    assert len(counted) == ACCOUNTS
    assert min(counted.values()) >= 2


@pytest.mark.parametrize("mime", MAKERS)
def test_tampering_changes_a_few_bytes_of_the_content(mime: str) -> None:
    asset = MAKERS[mime](random.Random(1))

    changed = tampered(asset, asset, mime)

    assert len(changed) == len(asset)
    assert 1 <= sum(byte != other for byte, other in zip(asset, changed, strict=True)) <= 2


@pytest.mark.parametrize(
    "ending",
    [
        KILLED,
        STOPPED,
        REFUSED,
        replace(REFUSED, code=75),
        replace(STOPPED, code=-15, was_up=False),
    ],
)
def test_a_worker_may_end_like_this(ending: Ending) -> None:
    assert ending.as_it_should_be


@pytest.mark.parametrize(
    "ending",
    [
        replace(STOPPED, code=1),
        replace(STOPPED, code=-9),
        replace(STOPPED, code=-15),
        replace(REFUSED, code=1),
        replace(REFUSED, code=70),
        replace(REFUSED, in_trouble=False),
        replace(REFUSED, was_up=True),
    ],
)
def test_a_worker_may_not_end_like_this(ending: Ending) -> None:
    assert not ending.as_it_should_be
