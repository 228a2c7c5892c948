"""The similarity index answers exactly what comparing with every code would, whatever was added or dropped when."""

import random
import threading
from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pipeline.errors import OperatorError
from pipeline.fingerprints import NEAR, Fingerprint, bands
from pipeline.fingerprints import similarity as module
from pipeline.fingerprints.columns import NO_DAY
from pipeline.fingerprints.index import FingerprintIndex
from pipeline.fingerprints.index import IndexEntry as Known
from pipeline.fingerprints.similarity import Match, Neighbours, SimilarityIndex

Entry = tuple[bytes, bytes, int]


def apart(code: bytes, other: bytes) -> int:
    return (int.from_bytes(code) ^ int.from_bytes(other)).bit_count()


def compared(entries: Iterable[Entry], code: bytes, max_distance: int, limit: int) -> Neighbours:
    """What comparing with every code gives."""
    nearest: dict[bytes, int] = {}
    for known, key, _ in entries:
        distance = apart(known, code)
        if distance <= max_distance and distance < nearest.get(key, 257):
            nearest[key] = distance
    ordered = sorted((distance, key) for key, distance in nearest.items())
    matches = tuple(Match(key=key, distance=distance) for distance, key in ordered[:limit])
    return Neighbours(matches=matches, more=len(ordered) - len(matches))


def flipped(code: bytes, bits: Sequence[int]) -> bytes:
    number = int.from_bytes(code)
    for bit in bits:
        number ^= 1 << bit
    return number.to_bytes(32)


def family(seed: int, count: int, spread: int = 70) -> list[Entry]:
    """Codes of which many are near each other, and some the same; a few keys have several."""
    chance = random.Random(seed)
    roots = [chance.randbytes(32) for _ in range(3)]
    return [
        (
            flipped(chance.choice(roots), chance.sample(range(256), chance.randint(0, spread))),
            key_of(number % (count - 2)),
            number % 5,
        )
        for number in range(count)
    ]


def key_of(number: int) -> bytes:
    return random.Random(number).randbytes(32)


@pytest.fixture(params=["where quicker", "always"])
def small_tables(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables even for few codes, which otherwise are compared one by one; and the tables alone decide."""
    monkeypatch.setattr(module, "_SCANNED_AT_ONCE", 64)
    if request.param == "always":
        monkeypatch.setattr(bands, "_DEAR", 0)


def index_of(entries: Iterable[Entry]) -> SimilarityIndex:
    index = SimilarityIndex()
    index.extend(entries)
    index.settle()
    return index


def forever(*entries: tuple[bytes, bytes]) -> list[Entry]:
    return [(code, key, NO_DAY) for code, key in entries]


@pytest.mark.usefixtures("small_tables")
@pytest.mark.parametrize("count", [3, 65, 500, 3000])
@pytest.mark.parametrize("max_distance", [0, 1, 16, 20, 32, 47, 100])
def test_it_finds_what_comparing_with_all_finds(count: int, max_distance: int) -> None:
    entries = family(count, count)
    index = index_of(entries)
    chance = random.Random(max_distance)
    for limit in (0, 1, 3, 10_000):
        for _ in range(4):
            code = flipped(chance.choice(entries)[0], chance.sample(range(256), chance.randint(0, 40)))
            assert index.nearest(code, max_distance, limit) == compared(entries, code, max_distance, limit)


def test_nothing_is_nearer_than_the_same() -> None:
    assert index_of(family(1, 50)).nearest(family(1, 50)[0][0], -1, 5) == Neighbours()


def test_among_many_unlike_codes_every_planted_one_is_found_at_its_very_distance() -> None:
    chance = random.Random(5)
    entries = [(chance.randbytes(32), number.to_bytes(32), 0) for number in range(150_000)]
    index = index_of(entries)
    assert index.unsettled == 0
    for distance in (0, 1, 7, 15, 16, 20, 31, 32):
        code, key, _ = chance.choice(entries)
        asked = flipped(code, chance.sample(range(256), distance))
        assert index.nearest(asked, distance, 5) == Neighbours(matches=(Match(key=key, distance=distance),))
        assert index.nearest(asked, distance - 1, 5) == Neighbours()


def test_the_nearest_come_first_and_of_these_the_lowest_key_and_it_says_how_many_more_there_are() -> None:
    code, twin = bytes(32), b"\x01" + bytes(31)
    index = index_of(forever((code, b"c" * 32), (code, b"a" * 32), (twin, b"b" * 32), (code, b"\xff" * 32)))
    found = index.nearest(twin, 5, 9)
    assert [match.key[:1] for match in found.matches] == [b"b", b"a", b"c", b"\xff"]
    assert [match.distance for match in found.matches] == [0, 1, 1, 1]
    assert (found.more, found.complete) == (0, True)
    assert [match.key[:1] for match in index.nearest(code, 5, 2).matches] == [b"a", b"c"]
    assert index.nearest(code, 5, 2).more == 2


def test_keys_that_differ_only_at_their_end_are_different_keys() -> None:
    code, beginning = bytes(32), bytes(31)
    index = index_of(forever(*((code, beginning + bytes([last])) for last in (3, 1, 3, 2, 1))))
    assert [match.key[-1] for match in index.nearest(code, 0, 9).matches] == [1, 2, 3]


@pytest.mark.usefixtures("small_tables")
def test_what_was_added_again_is_found_once_and_hides_nothing() -> None:
    chance = random.Random(1)
    code = chance.randbytes(32)
    index = index_of(forever(*[(code, key_of(1))] * 300, (flipped(code, [3]), key_of(2))) + family(7, 500))
    assert index.nearest(code, 4, 2).matches == (Match(key=key_of(1), distance=0), Match(key=key_of(2), distance=1))
    assert index.nearest(code, 4, 1).more == 1


@pytest.mark.usefixtures("small_tables")
def test_a_key_with_several_codes_counts_as_far_away_as_the_nearest() -> None:
    code = bytes(32)
    index = index_of(
        forever((flipped(code, [1, 2]), key_of(1)), (flipped(code, [1]), key_of(1)), (flipped(code, [1]), key_of(1)))
        + family(9, 300)
    )
    assert index.nearest(code, 4, 9) == Neighbours(matches=(Match(key=key_of(1), distance=1),))


@pytest.mark.usefixtures("small_tables")
def test_a_lot_that_is_loaded_again_stays_in_force_until_the_new_one_is_whole() -> None:
    old, new, others = family(1, 300), family(2, 300), family(3, 2000)
    index = SimilarityIndex()
    index.extend(old, lot=1)
    index.extend(others, lot=2)
    index.settle()
    index.hide(3)
    index.extend(new[:200], lot=3)
    code = new[0][0]
    assert index.nearest(code, 70, 9) == compared(old + others, code, 70, 9)
    index.extend(new[200:], lot=3)
    index.show(3, instead_of=[1])
    assert index.nearest(code, 70, 9) == compared(new + others, code, 70, 9)
    assert len(index) == 2300
    assert index.lot(3).codes.tobytes() == b"".join(code for code, _, _ in new)


@pytest.mark.usefixtures("small_tables")
def test_what_grew_old_is_gone_and_in_the_end_its_memory_too() -> None:
    entries = family(4, 1000)
    index = index_of(entries)
    before = index.nbytes
    index.expire(1)
    young = [entry for entry in entries if entry[2] >= 1]
    code = entries[0][0]
    assert index.nearest(code, 70, 9) == compared(young, code, 70, 9)
    assert len(index) == len(young) == 800
    assert index.nbytes < before * 0.9
    index.expire(5)
    assert (len(index), index.nbytes) == (0, 0)
    index.add(code, key_of(1), day=5)
    assert index.nearest(code, 0, 1).matches == (Match(key=key_of(1), distance=0),)


class Serving(RuleBasedStateMachine):
    """Adds, bulk loads, settling, lots that are loaded again, days that go by and questions in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(module, "_SCANNED_AT_ONCE", 40)
        self.patch.setattr(module, "_LONGEST_TAIL", 30)
        self.patch.setattr(module, "_GROWTH", 3)
        self.patch.setattr(bands, "_DEAR", 0)
        self.pool = family(11, 400, spread=45)
        self.index = SimilarityIndex(room=2)
        self.lots: dict[int, list[Entry]] = {0: []}
        self.newest = 0
        self.since = 0

    def teardown(self) -> None:
        self.patch.undo()

    @property
    def entries(self) -> list[Entry]:
        return [entry for lot in self.lots.values() for entry in lot if entry[2] >= self.since]

    @initialize(count=st.integers(0, 100))
    def rebuild(self, count: int) -> None:
        self.load(0, count)

    @rule(begin=st.integers(0, 399), count=st.integers(0, 60))
    def load(self, begin: int, count: int) -> None:
        self.index.extend(self.pool[begin : begin + count])
        self.index.settle()
        self.lots[0] += self.pool[begin : begin + count]

    @rule(begin=st.integers(0, 399), count=st.integers(1, 40))
    def add(self, begin: int, count: int) -> None:
        for code, key, day in self.pool[begin : begin + count]:
            self.index.add(code, key, day=day)
            self.lots[0].append((code, key, day))

    @rule(begin=st.integers(0, 399), count=st.integers(0, 90), again=st.booleans())
    def load_lot(self, begin: int, count: int, again: bool) -> None:  # noqa: FBT001
        old = [self.newest] if again and self.newest else []
        self.newest += 1
        self.index.hide(self.newest)
        self.index.extend(self.pool[begin : begin + count], lot=self.newest)
        self.index.settle_tail()
        self.ask(begin, [], 20, 3)
        self.index.show(self.newest, instead_of=old)
        for lot in old:
            del self.lots[lot]
        self.lots[self.newest] = self.pool[begin : begin + count]

    @rule(days=st.integers(0, 1))
    def grow_older(self, days: int) -> None:
        self.since += days
        self.index.expire(self.since)

    @rule()
    def settle(self) -> None:
        self.index.settle()

    @rule(
        which=st.integers(0, 399), bits=st.lists(st.integers(0, 255), max_size=30), far=st.integers(0, 60),
        limit=st.integers(1, 8),
    )  # fmt: skip
    def ask(self, which: int, bits: list[int], far: int, limit: int) -> None:
        code = flipped(self.pool[which][0], bits)
        assert self.index.nearest(code, far, limit) == compared(self.entries, code, far, limit)

    @invariant()
    def what_can_be_found_is_there(self) -> None:
        assert self.index.unsettled <= 90
        assert all(len(self.index.lot(lot)) <= len(entries) for lot, entries in self.lots.items())


TestServing = Serving.TestCase
TestServing.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_only_whole_codes_and_keys_are_taken(code: bytes, key: bytes) -> None:
    index = SimilarityIndex()
    if len(code) == len(key) == 32:
        index.add(code, key)
        assert index.nearest(code, 0, 1).matches[0].key == key
        return
    for take in (index.add, lambda code, key: index.extend(forever((bytes(32), bytes(32)), (code, key)))):
        with pytest.raises(ValueError, match="has 32 bytes"):
            take(code, key)
    assert len(index) == 0


def test_a_question_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="a code has 32 bytes, not 8"):
        SimilarityIndex().nearest(bytes(8), 3, 1)


def test_more_codes_than_rows_can_be_counted_are_refused_and_not_mistaken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CODES", 3)
    entries = family(5, 4)
    index = index_of(entries[:3])
    with pytest.raises(OperatorError, match="more than 3 fingerprints"):
        index.extend(entries[3:])
    assert index.nearest(entries[0][0], 0, 1) == compared(entries[:3], entries[0][0], 0, 1)


@pytest.mark.usefixtures("small_tables")
def test_it_answers_and_takes_more_while_another_thread_settles() -> None:
    entries = family(3, 4000)
    index = index_of(entries[:2000])
    done = threading.Event()

    def settle() -> None:
        while not done.is_set():
            index.settle()

    settler = threading.Thread(target=settle)
    settler.start()
    try:
        for number, (code, key, day) in enumerate(entries[2000:], 2000):
            index.add(code, key, day=day)
            if number % 50 == 0:
                assert index.nearest(code, 20, 3) == compared(entries[: number + 1], code, 20, 3)
    finally:
        done.set()
        settler.join()
    index.settle()
    assert index.unsettled == 0
    code = entries[1234][0]
    assert index.nearest(code, 32, 50) == compared(entries, code, 32, 50)


@pytest.mark.parametrize("evenly", [True, False])
@pytest.mark.parametrize("count", [40_000, 70_000, 131_000])
def test_it_says_what_memory_it_takes_and_that_is_160_bytes_a_code_at_most(count: int, evenly: bool) -> None:  # noqa: FBT001
    chance = np.random.default_rng(2)
    likelihood = np.full(256, 0.5) if evenly else chance.uniform(0.2, 0.8, 256)
    codes = np.packbits(chance.random((count, 256), np.float32) < likelihood, axis=1)
    index = SimilarityIndex()
    index.extend((code.tobytes(), number.to_bytes(32), 0) for number, code in enumerate(codes))
    assert index.nbytes == count * 70
    index.settle()
    assert count * (70 + 8 * 4) < index.nbytes <= count * 160


@pytest.mark.parametrize(("count", "number"), [(10**5, 13), (10**7, 11), (10**8, 11), (10**9, 9), (4 * 10**9, 8)])
def test_the_more_codes_there_are_the_fewer_and_wider_are_the_bands(count: int, number: int) -> None:
    assert min(range(8, 14), key=lambda some: bands._cost(some, count, 1.0)) == number


def test_similarity_is_the_part_of_equal_bits() -> None:
    assert Match(key=bytes(32), distance=0).similarity == 1
    assert Match(key=bytes(32), distance=64).similarity == 0.75


def test_fingerprints_are_compared_with_those_of_their_kind_as_near_as_copies_are() -> None:
    code = random.Random(8).randbytes(32)
    text, image, audio = (Fingerprint.of(kind, code) for kind in ("text", "image", "audio"))
    index = FingerprintIndex()
    index.load(
        [Known(text, key_of(1)), Known(Fingerprint.of("audio", flipped(code, range(NEAR["audio"] + 1))), key_of(2))]
    )
    index.add(Fingerprint.of("image", flipped(code, range(NEAR["image"]))), key_of(3))
    assert len(index) == 3
    assert index.nbytes == 3 * 70
    assert index.nearest([image, text, audio], limit=1) == (
        Neighbours(matches=(Match(key=key_of(3), distance=NEAR["image"]),)),
        Neighbours(matches=(Match(key=key_of(1), distance=0),)),
        Neighbours(),
    )
    assert index.nearest([], limit=1) == ()
    assert index.nearest([Fingerprint.of("video", code)], limit=1) == (Neighbours(),)
