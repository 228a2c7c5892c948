"""Claims: one person works on an event, every exit releases it, and notes are kept and not told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from pipeline.duties import ActOvertakenError, ClaimedError, Oversight, RoleRefusedError
from pipeline.errors import IdentityReusedError, WorldError
from pipeline.events.inputs import ReviewAct
from pipeline.events.intake import intake_review_act
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import ReviewClaim
from pipeline.store import ObjectStore
from pipeline.store.acts import entries_of
from pipeline.store.chain import chain_of
from pipeline.store.simulator import StoreSimulator
from pipeline.usecases.claiming import Claiming
from tests.unit.turns import Trouble, take_turns
from tests.unit.usecases.test_deciding import PEOPLE, operators, review, reviewing, stored
from tests.unit.violations import LAYOUT, NOON, decision, done

LATER = NOON + timedelta(minutes=15)


@pytest.fixture
def store() -> StoreSimulator:
    return StoreSimulator("content", "records")


def claiming(store: ObjectStore, now: datetime = NOON) -> Claiming:
    known = operators()
    return Claiming(
        store=store,
        layout=LAYOUT,
        oversight=Oversight(references=lambda: known),
        lease=timedelta(minutes=15),
        now=lambda: now,
    )


def act(store: ObjectStore, uid: str, what: str, by: str = "anna", name: str | None = None, **more: Any) -> ReviewAct:
    """What somebody does who looked just now."""
    chain = chain_of(store, LAYOUT, uid)
    assert chain is not None
    data = {
        "event_uid": uid,
        "act": what,
        "actor": {"id": by, "role": PEOPLE[by][0]},
        "auth": {"issuer": "https://login.example", "at": "2026-06-01T08:00:00Z"},
        "seen": chain.decision_id,
        "reason": "The agency was asked.",
        **more,
    }
    event = {
        "specversion": "1.0",
        "id": name or f"{by}-{what}",
        "source": "/trust-and-safety",
        "type": "sealstream.review-act.v1",
        "data": data,
    }
    read = intake_review_act(orjson.dumps(event), ())
    assert isinstance(read, ReviewAct)
    return read


def test_who_claims_has_it_for_a_while_and_others_are_told_until_when(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    update = claiming(store)(act(store, uid, "claim")).update
    assert update.claim == ReviewClaim(actor="anna", until="2026-06-01T12:15:00.000+00:00")
    assert schemas.first_violation(schemas.validator("review-update.v1"), orjson.loads(to_json(update))) is None
    for refused, anew in (
        (lambda: claiming(store)(act(store, uid, "claim", "ben")), "send a new act"),
        (lambda: claiming(store)(act(store, uid, "unclaim", "ben")), "send a new act"),
        (lambda: reviewing(store)(review(store, uid, "release", "ben")), "send a new review"),
    ):
        with pytest.raises(ClaimedError, match=r"until 2026-06-01T12:15") as error:
            refused()
        assert "anna" not in str(error.value)
        assert anew in error.value.remedy  # this one stays refused


def test_who_has_claimed_decides(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    claiming(store)(act(store, uid, "claim"))
    assert reviewing(store)(review(store, uid, "release", "anna")).record.decision == "allow"


def give_back(store: StoreSimulator, uid: str) -> datetime:
    claiming(store)(act(store, uid, "unclaim"))
    return NOON


def wait(store: StoreSimulator, uid: str) -> datetime:
    return LATER


def decide(store: StoreSimulator, uid: str) -> datetime:
    reviewing(store)(review(store, uid, "escalate", "anna"))
    return NOON


@pytest.mark.parametrize("leave", [give_back, wait, decide])
def test_every_exit_releases_a_claim(store: StoreSimulator, leave: Callable[[StoreSimulator, str], datetime]) -> None:
    uid = stored(store, decision())
    claiming(store)(act(store, uid, "claim"))
    now = leave(store, uid)
    claim = claiming(store, now)(act(store, uid, "claim", "carla")).update.claim
    assert claim is not None
    assert claim.actor == "carla"


def test_a_claim_again_lasts_longer(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    claiming(store)(act(store, uid, "claim"))
    again = claiming(store, NOON + timedelta(minutes=10))(act(store, uid, "claim", name="again")).update.claim
    assert again == ReviewClaim(actor="anna", until="2026-06-01T12:25:00.000+00:00")


def test_a_note_is_kept_and_its_words_are_not_told(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    claiming(store)(act(store, uid, "claim"))
    update = claiming(store)(act(store, uid, "note", "dora")).update
    assert (update.notes, update.claim) == (1, ReviewClaim(actor="anna", until="2026-06-01T12:15:00.000+00:00"))
    assert b"agency" not in to_json(update)
    assert [entry.note for entry in entries_of(store, LAYOUT, uid)] == [None, "The agency was asked."]


@pytest.mark.parametrize("what", ["claim", "unclaim", "note"])
def test_whoever_may_not_is_refused(store: StoreSimulator, what: str) -> None:
    uid = stored(store, decision())
    before = done(store)
    with pytest.raises(RoleRefusedError):
        claiming(store)(act(store, uid, what, "vera"))
    assert done(store) == before


def test_what_is_no_longer_in_force_cannot_be_claimed(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    late = act(store, uid, "claim", "carla")
    reviewing(store)(review(store, uid, "escalate", "anna"))
    with pytest.raises(ActOvertakenError):
        claiming(store)(late)


def test_the_same_act_again_says_the_same_and_another_under_its_name_is_refused(store: StoreSimulator) -> None:
    uid = stored(store, decision())
    first = act(store, uid, "claim")
    said = claiming(store)(first)
    assert claiming(store, LATER)(first) == said
    with pytest.raises(IdentityReusedError):
        claiming(store)(act(store, uid, "claim", reason="Another one."))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["anna", "ben", "carla"]), st.integers(1, 2)), min_size=2, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([None, None, "fail", "lose answer"])), max_size=30),
)
def test_of_several_who_claim_at_the_same_time_one_has_it(
    claims: list[tuple[str, int]], turns: list[tuple[int, Trouble | None]]
) -> None:
    """At several workers, with deliveries repeated after trouble."""
    store = StoreSimulator("content", "records")
    uid = stored(store, decision())
    orders = [(act(store, uid, "claim", by, name=f"{n}"), times) for n, (by, times) in enumerate(claims)]

    def job(order: ReviewAct, times: int) -> Callable[[ObjectStore], str | None]:
        def send(door: ObjectStore) -> str | None:
            done, claim = 0, None
            while done < times:
                try:
                    claim = claiming(door)(order).update.claim
                except ClaimedError:
                    return None
                except WorldError:
                    continue
                done += 1
            return None if claim is None else claim.actor

        return send

    said = take_turns(store, [job(*order) for order in orders], turns)
    assert len({actor for actor in said if actor is not None}) == 1
    numbers = [entry.update.number for entry in entries_of(store, LAYOUT, uid)]
    assert numbers == list(range(1, len(numbers) + 1))
