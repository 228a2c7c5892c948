"""The similarity index answers exactly what comparing with every code would, whatever was added when."""

import random
import threading
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pipeline.fingerprints import NEAR, Fingerprint, bands
from pipeline.fingerprints import similarity as module
from pipeline.fingerprints.index import FingerprintIndex
from pipeline.fingerprints.similarity import Match, SimilarityIndex

Entry = tuple[bytes, bytes]


def apart(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def compared(entries: Sequence[Entry], code: bytes, max_distance: int, limit: int) -> tuple[Match, ...]:
    """What comparing with every code gives."""
    nearest: dict[bytes, int] = {}
    for known, key in entries:
        distance = apart(known, code)
        if distance <= max_distance and distance < nearest.get(key, 257):
            nearest[key] = distance
    ordered = sorted((distance, key) for key, distance in nearest.items())
    return tuple(Match(key=key, distance=distance) for distance, key in ordered[:limit])


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


@pytest.mark.usefixtures("small_tables")
@pytest.mark.parametrize("count", [3, 65, 500, 3000])
@pytest.mark.parametrize("max_distance", [-1, 0, 1, 16, 20, 32, 47, 100])
def test_it_finds_what_comparing_with_all_finds(count: int, max_distance: int) -> None:
    entries = family(count, count)
    index = SimilarityIndex()
    index.load(entries)
    chance = random.Random(max_distance)
    for limit in (0, 1, 3, 10_000):
        for _ in range(4):
            code = flipped(chance.choice(entries)[0], chance.sample(range(256), chance.randint(0, 40)))
            assert index.nearest(code, max_distance, limit) == compared(entries, code, max_distance, limit)


def test_among_many_unlike_codes_every_planted_one_is_found_at_its_very_distance() -> None:
    chance = random.Random(5)
    entries = [(chance.randbytes(32), number.to_bytes(32)) for number in range(150_000)]
    index = SimilarityIndex()
    index.load(entries)
    assert index.unsettled == 0
    for distance in (0, 1, 7, 15, 16, 20, 31, 32):
        code, key = chance.choice(entries)
        asked = flipped(code, chance.sample(range(256), distance))
        assert index.nearest(asked, distance, 5) == (Match(key=key, distance=distance),)
        assert index.nearest(asked, distance - 1, 5) == ()


def test_the_nearest_come_first_and_of_these_the_lowest_key() -> None:
    code, twin = bytes(32), b"\x01" + bytes(31)
    index = SimilarityIndex()
    index.load([(code, b"c" * 32), (code, b"a" * 32), (twin, b"b" * 32), (code, b"\xff" * 32)])
    keys = [match.key[:1] for match in index.nearest(twin, 5, 9)]
    assert keys == [b"b", b"a", b"c", b"\xff"]
    assert [match.key[:1] for match in index.nearest(code, 5, 2)] == [b"a", b"c"]
    assert [match.distance for match in index.nearest(twin, 5, 9)] == [0, 1, 1, 1]


@pytest.mark.usefixtures("small_tables")
def test_what_was_added_again_is_found_once_and_hides_nothing() -> None:
    chance = random.Random(1)
    code = chance.randbytes(32)
    index = SimilarityIndex()
    index.load([(code, key_of(1))] * 300 + [(flipped(code, [3]), key_of(2))] + family(7, 500))
    assert index.nearest(code, 4, 2) == (Match(key=key_of(1), distance=0), Match(key=key_of(2), distance=1))


@pytest.mark.usefixtures("small_tables")
def test_a_key_with_two_codes_counts_as_far_away_as_the_nearer() -> None:
    code = bytes(32)
    index = SimilarityIndex()
    index.load([(flipped(code, [1, 2]), key_of(1)), (flipped(code, [1]), key_of(1)), *family(9, 300)])
    assert index.nearest(code, 4, 9) == (Match(key=key_of(1), distance=1),)


class Serving(RuleBasedStateMachine):
    """Adds, bulk loads, settling and questions in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(module, "_SCANNED_AT_ONCE", 40)
        self.patch.setattr(module, "_LONGEST_TAIL", 30)
        self.patch.setattr(bands, "_DEAR", 0)
        self.pool = family(11, 400, spread=45)
        self.index = SimilarityIndex(room=2)
        self.entries: list[Entry] = []

    def teardown(self) -> None:
        self.patch.undo()

    @initialize(count=st.integers(0, 100))
    def rebuild(self, count: int) -> None:
        self.load(0, count)

    @rule(begin=st.integers(0, 399), count=st.integers(0, 60))
    def load(self, begin: int, count: int) -> None:
        self.index.load(self.pool[begin : begin + count])
        self.entries += self.pool[begin : begin + count]

    @rule(begin=st.integers(0, 399), count=st.integers(1, 20))
    def add(self, begin: int, count: int) -> None:
        for code, key in self.pool[begin : begin + count]:
            self.index.add(code, key)
            self.entries.append((code, key))

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
    def nothing_is_lost(self) -> None:
        assert len(self.index) == len(self.entries)
        assert self.index.unsettled <= max(30, 40)


TestServing = Serving.TestCase
TestServing.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_only_whole_codes_and_keys_are_taken(code: bytes, key: bytes) -> None:
    index = SimilarityIndex()
    if len(code) == len(key) == 32:
        index.add(code, key)
        assert index.nearest(code, 0, 1)[0].key == key
        return
    for take in (index.add, lambda code, key: index.load([(bytes(32), bytes(32)), (code, key)])):
        with pytest.raises(ValueError, match="has 32 bytes"):
            take(code, key)
    assert len(index) == 0


def test_a_question_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="a code has 32 bytes, not 8"):
        SimilarityIndex().nearest(bytes(8), 3, 1)


@pytest.mark.usefixtures("small_tables")
def test_it_answers_and_takes_more_while_another_thread_settles() -> None:
    entries = family(3, 4000)
    index = SimilarityIndex()
    index.load(entries[:2000])
    done = threading.Event()

    def settle() -> None:
        while not done.is_set():
            index.settle()

    settler = threading.Thread(target=settle)
    settler.start()
    try:
        for number, (code, key) in enumerate(entries[2000:], 2000):
            index.add(code, key)
            if number % 50 == 0:
                assert index.nearest(code, 20, 3) == compared(entries[: number + 1], code, 20, 3)
    finally:
        done.set()
        settler.join()
    index.settle()
    assert index.unsettled == 0
    code = entries[1234][0]
    assert index.nearest(code, 32, 50) == compared(entries, code, 32, 50)


def test_it_says_what_memory_it_takes() -> None:
    chance = random.Random(2)
    index = SimilarityIndex()
    index.extend((chance.randbytes(32), chance.randbytes(32)) for _ in range(40_000))
    assert index.nbytes == 40_000 * 64
    index.settle()
    assert 40_000 * (64 + 4 * 16) < index.nbytes < 40_000 * 200


def test_similarity_is_the_part_of_equal_bits() -> None:
    assert Match(key=bytes(32), distance=0).similarity == 1
    assert Match(key=bytes(32), distance=64).similarity == 0.75


def test_fingerprints_are_compared_with_those_of_their_kind_as_near_as_copies_are() -> None:
    code = random.Random(8).randbytes(32)
    index = FingerprintIndex()
    index.load(
        [(Fingerprint.of("text", code), key_of(1)), (Fingerprint.of("audio", flipped(code, range(25))), key_of(2))]
    )
    index.add(Fingerprint.of("image", flipped(code, range(NEAR["image"]))), key_of(3))
    assert len(index) == 3
    assert index.nbytes == 3 * 64
    assert index.nearest(Fingerprint.of("text", code)) == (Match(key=key_of(1), distance=0),)
    assert index.nearest(Fingerprint.of("image", code)) == (Match(key=key_of(3), distance=NEAR["image"]),)
    assert index.nearest(Fingerprint.of("audio", code)) == ()
    assert index.nearest(Fingerprint.of("audio", code), max_distance=25) == (Match(key=key_of(2), distance=25),)
    assert index.nearest(Fingerprint.of("video", code)) == ()
