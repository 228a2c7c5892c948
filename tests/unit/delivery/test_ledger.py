"""The ledger: acknowledgements come in order, never past unfinished work, and never for a generation that is over."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from agents.delivery.ledger import Ledger, Slot
from agents.delivery.record import TopicPartition
from pipeline.errors import BugError

A = TopicPartition("generation", 0)
B = TopicPartition("generation", 1)


def admitted(ledger: Ledger, partition: TopicPartition, *offsets: int, generation: int = 1) -> list[Slot]:
    slots = [ledger.admit(partition, generation, offset) for offset in offsets]
    assert None not in slots
    return [slot for slot in slots if slot is not None]


def test_a_record_is_acknowledged_when_it_is_finished() -> None:
    ledger = Ledger()
    (slot,) = admitted(ledger, A, 7)
    assert ledger.positions() == {}
    assert ledger.complete(slot) == (7,)
    assert ledger.positions() == {A: 8}


def test_what_finishes_behind_an_unfinished_record_waits_for_it() -> None:
    ledger = Ledger()
    first, second, third = admitted(ledger, A, 7, 8, 9)
    assert ledger.complete(third) == ()
    assert ledger.complete(second) == ()
    assert ledger.complete(first) == (7, 8, 9)
    assert ledger.positions() == {A: 10}


def test_partitions_do_not_wait_for_each_other() -> None:
    ledger = Ledger()
    admitted(ledger, A, 7)
    (other,) = admitted(ledger, B, 3)
    assert ledger.complete(other) == (3,)
    assert ledger.positions() == {B: 4}


def test_a_gap_between_offsets_means_nothing() -> None:
    ledger = Ledger()
    for slot in admitted(ledger, A, 7, 1_000_000_007):
        ledger.complete(slot)
    assert ledger.positions() == {A: 1_000_000_008}


def test_a_record_that_was_seen_before_is_refused() -> None:
    ledger = Ledger()
    first, second = admitted(ledger, A, 7, 8)
    ledger.complete(first)
    assert ledger.admit(A, 1, 7) is None
    assert ledger.admit(A, 1, 8) is None
    assert ledger.complete(second) == (8,)


def test_a_closing_generation_takes_nothing_in_and_still_acknowledges() -> None:
    ledger = Ledger()
    (slot,) = admitted(ledger, A, 7)
    ledger.close(1)
    assert ledger.admit(A, 1, 8) is None
    assert ledger.complete(slot) == (7,)
    assert ledger.positions() == {A: 8}


def test_a_killed_generation_is_neither_acknowledged_nor_offered_for_commit() -> None:
    ledger = Ledger()
    first, second = admitted(ledger, A, 7, 8)
    ledger.complete(first)
    ledger.kill(1)
    assert ledger.positions() == {}
    assert ledger.complete(second) == ()
    assert ledger.positions() == {}
    assert ledger.unacknowledged == 0
    assert ledger.admit(A, 1, 9) is None


def test_the_next_generation_begins_where_the_group_stands_even_if_that_is_behind() -> None:
    ledger = Ledger()
    admitted(ledger, A, 7, 8)
    ledger.kill(1)
    (again,) = admitted(ledger, A, 7, generation=2)
    assert ledger.complete(again) == (7,)


def test_a_newer_generation_ends_the_one_before() -> None:
    ledger = Ledger()
    (stale,) = admitted(ledger, A, 7)
    admitted(ledger, B, 3, generation=2)
    assert ledger.complete(stale) == ()
    assert ledger.admit(A, 1, 8) is None
    assert ledger.unacknowledged == 1


def test_killing_an_older_generation_leaves_the_live_one_alone() -> None:
    ledger = Ledger()
    (slot,) = admitted(ledger, A, 7, generation=5)
    ledger.kill(4)
    assert ledger.complete(slot) == (7,)


def test_to_complete_a_record_twice_is_a_bug() -> None:
    ledger = Ledger()
    (slot,) = admitted(ledger, A, 7)
    ledger.complete(slot)
    with pytest.raises(BugError):
        ledger.complete(slot)


def test_a_partition_is_crowded_while_it_holds_the_limit_unacknowledged() -> None:
    ledger = Ledger()
    first, second, _ = admitted(ledger, A, 1, 2, 3)
    admitted(ledger, B, 1)
    ledger.complete(second)
    assert ledger.crowded(3) == {A}
    ledger.complete(first)
    assert ledger.crowded(3) == frozenset()


class LedgerMachine(RuleBasedStateMachine):
    """Any interleaving of admissions, completions, closed and killed generations, against the plainest model of it."""

    slots: Bundle[tuple[Slot, TopicPartition, int]] = Bundle("slots")

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.live = -1
        self.closed = -1
        self.admitted: dict[TopicPartition, list[int]] = {}
        self.finished: dict[TopicPartition, set[int]] = {}
        self.acknowledged: dict[TopicPartition, list[int]] = {}

    def _end(self) -> None:
        self.admitted, self.finished, self.acknowledged = {}, {}, {}

    @rule(
        target=slots,
        partition=st.sampled_from([A, B]),
        ahead=st.integers(-2, 1),
        jump=st.sampled_from([1, 1, 1, 2, 50, 0, -1]),
    )
    def admit(self, partition: TopicPartition, ahead: int, jump: int) -> object:
        generation = max(0, self.live + ahead)
        fresh = generation > self.live and generation > self.closed
        before = [] if fresh else self.admitted.get(partition, [])
        offset = max(0, (before[-1] if before else 10) + jump)
        slot = self.ledger.admit(partition, generation, offset)
        expected = generation > self.closed and generation >= self.live and (not before or offset > before[-1])
        assert (slot is not None) == expected
        if fresh:
            self._end()
            self.live = generation
        if slot is None:
            return multiple()
        self.admitted.setdefault(partition, []).append(offset)
        return slot, partition, generation

    @rule(taken=consumes(slots))
    def complete(self, taken: tuple[Slot, TopicPartition, int]) -> None:
        slot, partition, generation = taken
        acknowledged = self.ledger.complete(slot)
        if generation != self.live or partition not in self.admitted:
            assert acknowledged == ()
            return
        self.finished.setdefault(partition, set()).add(slot.offset)
        self.acknowledged.setdefault(partition, []).extend(acknowledged)

    @rule(back=st.integers(0, 2))
    def close(self, back: int) -> None:
        self.ledger.close(self.live - back)
        self.closed = max(self.closed, self.live - back)

    @rule(back=st.integers(0, 2))
    def kill(self, back: int) -> None:
        self.ledger.kill(self.live - back)
        self.closed = max(self.closed, self.live - back)
        if back == 0:
            self._end()

    @invariant()
    def exactly_the_unbroken_run_of_finished_records_is_acknowledged(self) -> None:
        for partition, offsets in self.admitted.items():
            finished = self.finished.get(partition, set())
            unfinished = [offset for offset in offsets if offset not in finished]
            run = [offset for offset in offsets if not unfinished or offset < unfinished[0]]
            assert self.acknowledged.get(partition, []) == run

    @invariant()
    def the_position_is_just_past_the_last_acknowledged_record(self) -> None:
        assert self.ledger.positions() == {tp: offsets[-1] + 1 for tp, offsets in self.acknowledged.items() if offsets}

    @invariant()
    def the_accounts_are_exact(self) -> None:
        admitted = sum(map(len, self.admitted.values()))
        assert self.ledger.unfinished == admitted - sum(map(len, self.finished.values()))
        assert self.ledger.unacknowledged == admitted - sum(map(len, self.acknowledged.values()))


LedgerMachine.TestCase.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
TestLedgerMachine = LedgerMachine.TestCase
