"""Whether two recordings are the same one: what happens when decides, wherever they begin."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprints.confirming import SAME, likeness, same_recording
from tests.media.copies import RATE, recorded
from tests.unit.fingerprints.test_sounds_and_videos import melody

FEATURES = st.integers(-(2**31), 2**31 - 1)


def noise(length: int, seed: int = 0) -> tuple[int, ...]:
    chance = random.Random(seed)
    return tuple(chance.randrange(-(2**31), 2**31) for _ in range(length))


@given(st.lists(FEATURES, min_size=8, max_size=60))
def test_a_recording_is_like_itself(features: list[int]) -> None:
    assert likeness(features, features) == 1


@given(st.lists(FEATURES, max_size=40), st.lists(FEATURES, max_size=40))
def test_it_does_not_matter_which_is_which(one: list[int], other: list[int]) -> None:
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0 <= likeness(one, other) <= 1


@pytest.mark.parametrize("late", [0, 1, 10, 24])
def test_one_may_begin_later(late: int) -> None:
    whole = noise(100)
    assert likeness(whole, whole[late:]) == likeness(whole[late:], whole) == 1
    assert likeness(noise(24, 1)[:late] + whole, whole) == 1


def test_only_what_overlaps_for_the_most_part_can_be_like() -> None:
    whole = noise(200)
    assert likeness(whole, whole[40:]) < SAME
    assert likeness(whole[:24], noise(8, 1) + whole[:16]) < SAME


@pytest.mark.parametrize("length", [0, 1, 7])
def test_too_little_is_like_nothing(length: int) -> None:
    assert likeness(noise(length), noise(length)) == 0


def test_others_are_not_like() -> None:
    assert likeness(noise(60, 1), noise(60, 2)) < SAME


def test_recordings() -> None:
    piece, other = melody(8), melody(8, seed=2)
    wav, mp3 = recorded(piece), recorded(piece[RATE // 3 :], "mp3", "libmp3lame", bit_rate=48_000)
    assert same_recording(wav, "audio/wav", mp3, "audio/mpeg")
    assert not same_recording(wav, "audio/wav", recorded(other), "audio/wav")
    assert not same_recording(wav, "audio/wav", mp3, "audio/flac")
    assert not same_recording(recorded(piece[:RATE]), "audio/wav", recorded(piece[:RATE]), "audio/wav")
