"""The second look at recordings: what happens when decides, wherever they begin."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprints import sound_looks
from pipeline.fingerprints.content import likenesses, traits
from pipeline.fingerprints.traits import SAME
from tests.media.copies import RATE, recorded
from tests.unit.fingerprints.test_sounds_and_videos import melody

FEATURES = st.integers(-(2**31), 2**31 - 1)


def noise(length: int, seed: int = 0) -> tuple[int, ...]:
    chance = random.Random(seed)
    return tuple(chance.randrange(-(2**31), 2**31) for _ in range(length))


def likeness(features: Sequence[int], other: Sequence[int]) -> float:
    return sound_looks.likeness_to_sound(features, sound_looks.sound_look_of(other))


@given(st.lists(FEATURES, min_size=8, max_size=600))
def test_a_recording_is_like_itself(features: list[int]) -> None:
    assert likeness(features, features) == 1


@given(st.lists(FEATURES, max_size=2_000))
def test_a_look_is_small_however_long_the_recording_is(features: list[int]) -> None:
    assert len(sound_looks.sound_look_of(features)) <= 4 + 4 * 256


@given(st.lists(FEATURES, max_size=400), st.lists(FEATURES, max_size=400))
def test_likeness_is_between_nothing_and_all(features: list[int], other: list[int]) -> None:
    assert 0 <= likeness(features, other) <= 1


@pytest.mark.parametrize("late", [0, 1, 10, 24])
@pytest.mark.parametrize("length", [100, 1_000])
def test_one_may_begin_later(late: int, length: int) -> None:
    whole = noise(length)
    assert likeness(whole, whole[late:]) == likeness(whole[late:], whole) == 1
    assert likeness(noise(24, 1)[:late] + whole, whole) == 1


def test_only_what_overlaps_for_the_most_part_can_be_like() -> None:
    whole = noise(200)
    assert likeness(whole, whole[40:]) < SAME
    assert likeness(whole[:24], noise(8, 1) + whole[:16]) < SAME


@pytest.mark.parametrize("length", [0, 1, 7])
def test_too_little_is_like_nothing(length: int) -> None:
    assert likeness(noise(length), noise(length)) < SAME


@pytest.mark.parametrize("length", [60, 2_000])
def test_others_are_not_like(length: int) -> None:
    assert likeness(noise(length, 1), noise(length, 2)) < SAME


def test_recordings() -> None:
    piece, other = melody(8), melody(8, seed=2)
    wav, mp3 = recorded(piece), recorded(piece[RATE // 3 :], "mp3", "libmp3lame", bit_rate=48_000)
    looks = traits(mp3, "audio/mpeg").looks
    assert likenesses(wav, "audio/wav", [looks])[0] >= SAME
    assert likenesses(recorded(other), "audio/wav", [looks])[0] < SAME
    assert likenesses(mp3, "audio/flac", [looks]) == (0.0,)
    assert traits(recorded(piece[:RATE]), "audio/wav").looks == ()
