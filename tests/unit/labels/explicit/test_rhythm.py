"""Short, long, short, short: found in whatever it is mixed into, and nowhere else."""

import numpy as np
import pytest

from pipeline.labels.explicit.rhythm import SECONDS, Samples, duck_and_tones, find_rhythm

RATE = 8000


def speech_like(seconds: float, seed: int) -> Samples:
    """Noise through moving resonances, with pauses: about as busy as speech."""
    random = np.random.default_rng(seed)
    times = np.arange(round(seconds * RATE)) / RATE
    voiced = np.sign(np.sin(2 * np.pi * random.uniform(90, 240) * times)) * (np.sin(2 * np.pi * 3.1 * times) > -0.3)
    return np.asarray(0.25 * voiced * (1 + 0.5 * np.sin(2 * np.pi * 1.7 * times)) + random.normal(0, 0.02, len(times)))


def mixed(sound: Samples) -> Samples:
    duck, tones = duck_and_tones(RATE)
    whole = sound.copy()
    whole[: len(tones)] = whole[: len(tones)] * duck + tones
    return whole


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("gain", [1.0, 0.5, 0.05])
def test_it_is_found_at_the_start_at_any_loudness(seed: int, gain: float) -> None:
    found = find_rhythm(gain * mixed(speech_like(6, seed)), RATE)
    assert found is not None
    assert found[0] == pytest.approx(0.2, abs=0.03)


def test_it_is_found_later_too() -> None:
    sound = np.concatenate([speech_like(3, 1), mixed(speech_like(3, 2))])
    found = find_rhythm(sound, RATE)
    assert found is not None
    assert found[0] == pytest.approx(3.2, abs=0.03)


@pytest.mark.parametrize("seed", range(10))
def test_other_sounds_have_none(seed: int) -> None:
    assert find_rhythm(speech_like(10, seed), RATE) is None


@pytest.mark.parametrize("pattern", [".-", "-...", "....", ".-.-", "--..", ".....-", "...---..."])
def test_another_rhythm_of_the_same_pitch_is_another(pattern: str) -> None:
    unit = round(0.12 * RATE)
    on = np.concatenate([[1.0] * (3 * unit if symbol == "-" else unit) + [0.0] * unit for symbol in pattern])
    tone = 0.35 * np.sin(2 * np.pi * 880 * np.arange(len(on)) / RATE) * on
    assert find_rhythm(np.concatenate([np.zeros(RATE), tone, np.zeros(2 * RATE)]), RATE) is None


@pytest.mark.parametrize("sound", [np.zeros(0), np.zeros(100), np.zeros(5 * RATE)], ids=["none", "short", "silence"])
def test_silence_has_none(sound: Samples) -> None:
    assert find_rhythm(sound, RATE) is None


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_full_scale_is_not_exceeded(rate: int) -> None:
    duck, tones = duck_and_tones(rate)
    assert len(duck) == len(tones) == round(SECONDS * rate)
    assert np.abs(np.abs(tones) + duck * 0.999 * (duck < 0.99)).max() <= 1
