"""The acoustic features are Chromaprint's, bit by bit: held against what the library itself (1.5.1) says."""

import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprints.chromaprint import RATE, features
from pipeline.fingerprints.sounds import samples_of

SAMPLES = Path(__file__).parents[3] / "samples"

SWEEP = (
    2072806159,
    2057081372,
    1520214572,
    983343652,
    987521316,
    991764517,
    957285413,
    940181679,
    1007290543,
    1021184398,
    949885838,
    949893774,
    463215246,
    176960142,
    181170862,
    172265770,
    172273962,
    1247064362,
    1539157291,
    2042472749,
    -373445836,
    -373446092,
    -375547340,
    -343041484,
    -91645404,
    -100038043,
    2048510311,
    2048461922,
    2048852066,
    2048790626,
    958279794,
    681447506,
    681456194,
    949883463,
    413014599,
    413088327,
    211622471,
    110967495,
    115112887,
    106748319,
    106754463,
    106754475,
    375181739,
)
ANNOUNCEMENT = (
    2116492,
    10668936,
    61001610,
    44204942,
    44208542,
    312651950,
    308326510,
    304128062,
    35692606,
    320921647,
    270738473,
    270665512,
    270929448,
    275712552,
    821840424,
    815581912,
    546081673,
    562862475,
    851285402,
    854496138,
    841920906,
    841986298,
)


def sweep() -> np.ndarray:
    """A rising tone, and another that comes and goes."""
    time = np.arange(8 * RATE) / RATE
    rising = 9000 * np.sin(2 * np.pi * (110 * time + 60 * time**2))
    beating = 5000 * np.sign(np.sin(2 * np.pi * 3 * time)) * np.sin(2 * np.pi * 523.25 * time)
    return (rising + beating).astype(np.int16)


def test_a_sweep_has_the_features_that_chromaprint_finds() -> None:
    assert features(sweep()) == SWEEP


def test_speech_has_the_features_that_chromaprint_finds_whatever_its_rate() -> None:
    with wave.open(str(SAMPLES / "announcement.wav")) as sample:
        assert sample.getframerate() != RATE
    assert features(samples_of((SAMPLES / "announcement.wav").read_bytes(), "wav")) == ANNOUNCEMENT


@pytest.mark.parametrize("length", [0, 1, 4095, 4096, 4096 + 18 * 1365])
def test_a_short_sound_has_none(length: int) -> None:
    assert features(sweep()[:length]) == ()


def test_the_first_comes_when_enough_was_heard() -> None:
    assert features(sweep()[: 4096 + 19 * 1365]) == SWEEP[:1]


def test_silence_always_has_the_same() -> None:
    assert len(set(features(np.zeros(10 * RATE, np.int16)))) == 1


@given(st.lists(st.integers(-32_768, 32_767), min_size=1, max_size=40))
def test_every_sound_has_features_of_32_bits(pattern: list[int]) -> None:
    sound = np.resize(np.array(pattern, np.int16), 3 * RATE)
    found = features(sound)
    assert len(found) == (len(sound) - 4096) // 1365 + 1 - 4 - 15
    assert all(-(2**31) <= feature < 2**31 for feature in found)
