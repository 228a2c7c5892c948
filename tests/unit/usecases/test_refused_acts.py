"""An act of a person that was refused stays refused, for the same reason, whatever changes until it comes again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from pipeline.duties import (
    ActOvertakenError,
    ActRefusedError,
    ClaimedError,
    OperatorsMissingError,
    RoleRefusedError,
)
from pipeline.errors import IdentityReusedError
from pipeline.events.identity import case_uid, event_uid
from pipeline.policy.reference import ReferenceSets
from pipeline.store import ObjectStore
from pipeline.store.simulator import StoreSimulator
from tests.unit.turns import take_turns
from tests.unit.usecases.test_case_acting import Desk, complain
from tests.unit.usecases.test_claiming import act, claiming
from tests.unit.usecases.test_deciding import PEOPLE, operators, outcomes, review, reviewing, stored
from tests.unit.violations import LAYOUT, NOON, decision

EVERYBODY_REVIEWS = dict.fromkeys(PEOPLE, ("reviewer", "viewer"))


@pytest.fixture
def store() -> StoreSimulator:
    return StoreSimulator("content", "records")


def refused(kind: type[ActRefusedError], work: Callable[[], object]) -> tuple[str, str]:
    """What is said to whoever acts."""
    with pytest.raises(kind) as refusal:
        work()
    assert type(refusal.value) is kind
    return refusal.value.what, refusal.value.remedy


def test_an_act_on_a_version_that_there_was_not_yet_stays_refused_when_there_is(store: StoreSimulator) -> None:
    desk = Desk(store)
    complain(desk, None)
    hasty = desk.order("complaint.answered", "dora", seen=2)
    first = refused(ActOvertakenError, lambda: desk.acting(hasty))

    desk.act("complaint.acknowledged", "dora")
    assert refused(ActOvertakenError, lambda: desk.acting(hasty)) == first
    newest = desk.work.newest(case_uid("complaint", "#K-17"))
    assert newest is not None
    assert newest.state == "acknowledged"
    assert desk.case("complaint.answered", "dora", name="another").state == "answered"


def test_an_act_that_decides_stays_refused_with_what_it_would_have_decided(store: StoreSimulator) -> None:
    desk = Desk(store)
    uid = stored(store, decision())
    complain(desk, uid)
    seen = reviewing(store)(review(store, uid, "refuse", "anna", name="theirs")).record.decision_id
    hasty = desk.order("complaint.answered", "dora", outcome="overturned", seen_decision="0" * 64)
    first = refused(ActOvertakenError, lambda: desk.acting(hasty))
    assert seen != "0" * 64
    assert refused(ActOvertakenError, lambda: desk.acting(hasty)) == first
    assert outcomes(store, uid) == ["hold", "block"]


def test_a_review_by_who_had_no_role_stays_refused_when_it_is_given(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    order = review(store, uid, "release", "anna", role="viewer")
    first = refused(RoleRefusedError, lambda: reviewing(store)(order))

    given = operators(EVERYBODY_REVIEWS)
    assert refused(RoleRefusedError, lambda: reviewing(store, sets=given)(order)) == first
    assert outcomes(store, uid) == ["hold"]
    another = review(store, uid, "release", "anna", role="reviewer", name="another")
    assert reviewing(store, sets=given)(another).record.decision == "allow"


def test_a_claim_in_vain_stays_so_when_the_other_is_gone(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    claiming(store)(act(store, uid, "claim", "anna"))
    order = act(store, uid, "claim", "ben")
    first = refused(ClaimedError, lambda: claiming(store)(order))

    later = NOON + timedelta(hours=1)
    assert refused(ClaimedError, lambda: claiming(store, later)(order)) == first
    assert claiming(store, later)(act(store, uid, "claim", "ben", "another")).update.claim is not None


def test_who_waits_for_operators_is_not_refused(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    order = review(store, uid, "release")
    with pytest.raises(OperatorsMissingError):
        reviewing(store, sets=ReferenceSets.empty())(order)
    assert reviewing(store)(order).record.decision == "allow"


def test_what_was_taken_stays_taken(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    order = review(store, uid, "refuse")
    taken = reviewing(store)(order).record
    reviewing(store)(review(store, uid, "release", "dora", case="A-1"))
    assert reviewing(store)(order).record == taken


def test_another_act_under_the_name_of_a_refused_one_is_told_that(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    refused(RoleRefusedError, lambda: reviewing(store)(review(store, uid, "release", "anna", role="viewer")))
    same_name = f"anna-release-{review(store, uid, 'release').seen}"
    with pytest.raises(IdentityReusedError):
        reviewing(store)(review(store, uid, "release", "anna", name=same_name))


def test_what_is_kept_of_a_refusal_names_no_person(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    order = review(store, uid, "release", "anna", role="viewer")
    refused(RoleRefusedError, lambda: reviewing(store)(order))
    kept: dict[str, Any] = orjson.loads(store.require(LAYOUT.refused(order.uid)).body)
    assert set(kept) == {"event_uid", "event_digest", "error", "what", "remedy", "refused_at"}
    assert (kept["event_uid"], kept["error"]) == (
        event_uid("/trust-and-safety", order.reference.id),
        "RoleRefusedError",
    )
    assert "anna" not in str(kept)


@pytest.mark.parametrize("calls", range(1, 16, 2))
def test_of_two_workers_that_refuse_one_act_at_one_moment_both_say_the_same(store: StoreSimulator, calls: int) -> None:
    uid = stored(store, decision())
    order = review(store, uid, "release", "anna", role="viewer")
    said: list[tuple[str, str]] = []

    def refuse(shared: ObjectStore) -> None:
        said.append(refused(RoleRefusedError, lambda: reviewing(shared)(order)))

    take_turns(store, [refuse, refuse], [(0, None)] * calls + [(1, None)] * 40 + [(0, None)] * 40)
    assert len(set(said)) == 1
    assert len(said) == 2
