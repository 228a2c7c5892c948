"""Labels of sounds: the rhythm is heard at the start, and what follows is what it was."""

import numpy as np
import pytest

from pipeline.labels.explicit import ExplicitRefusedError, LabelClaim, LabelOrder
from pipeline.labels.explicit.audio import beginning_of, open_media
from pipeline.labels.explicit.checking import check
from pipeline.labels.explicit.rhythm import SECONDS
from pipeline.labels.explicit.writing import write_label
from tests.media.conftest import SAMPLES
from tests.media.labels.explicit.makers import heard, music, sound_file

MUSIC = music()
EXACT = {
    "announcement": ("audio/wav", (SAMPLES / "announcement.wav").read_bytes(), 16000),
    "news": ("audio/wav", (SAMPLES / "news-zh.wav").read_bytes(), 16000),
    "wav-8": ("audio/wav", sound_file(MUSIC, "pcm_u8", "wav", "u8"), 44100),
    "wav-16": ("audio/wav", sound_file(MUSIC, "pcm_s16le", "wav"), 44100),
    "wav-24": ("audio/wav", sound_file(MUSIC, "pcm_s24le", "wav", "s32"), 44100),
    "wav-float": ("audio/wav", sound_file(MUSIC, "pcm_f32le", "wav", "flt"), 44100),
    "flac-16": ("audio/flac", sound_file(MUSIC, "flac", "flac"), 44100),
    "flac-24": ("audio/flac", sound_file(MUSIC, "flac", "flac", "s32"), 44100),
    "alac": ("audio/mp4", sound_file(MUSIC, "alac", "ipod"), 44100),
}
IN_FRONT = {
    "voice": ("audio/mpeg", (SAMPLES / "voice-note.mp3").read_bytes()),
    "mp3": ("audio/mpeg", sound_file(MUSIC, "libmp3lame", "mp3")),
    "aac": ("audio/aac", sound_file(MUSIC, "aac", "adts")),
}
AGAIN = {
    "m4a": ("audio/mp4", sound_file(MUSIC, "aac", "ipod")),
    "ogg-opus": ("audio/ogg", sound_file(music(rate=48000), "libopus", "ogg", rate=48000)),
    "webm-opus": ("audio/webm", sound_file(music(rate=48000), "libopus", "webm", rate=48000)),
}


def is_heard(body: bytes, media_type: str) -> bool:
    checked = check(body, media_type)
    assert checked.found is None or (checked.found.kind, checked.found.at_start) == ("rhythm", True)
    return checked.present is True


@pytest.mark.parametrize(("media_type", "body", "rate"), EXACT.values(), ids=EXACT)
def test_samples_behind_the_rhythm_are_as_they_were(media_type: str, body: bytes, rate: int) -> None:
    marked = write_label(body, media_type, LabelOrder())
    before, after = heard(body), heard(marked.body)
    behind = round(SECONDS * rate)
    assert marked.kept
    assert before.shape == after.shape
    assert np.array_equal(before[:, behind:], after[:, behind:])
    assert not np.array_equal(before[:, :behind], after[:, :behind])
    assert not is_heard(body, media_type)
    assert is_heard(marked.body, media_type)


@pytest.mark.parametrize(("media_type", "body"), IN_FRONT.values(), ids=IN_FRONT)
def test_packets_behind_the_rhythm_are_as_they_were(media_type: str, body: bytes) -> None:
    marked = write_label(body, media_type, LabelOrder())
    before, after = heard(body), heard(marked.body)
    assert marked.kept
    assert after.shape[1] > before.shape[1]
    # A decoder carries a little of each packet into the next: the first ones sound with the end of the rhythm.
    tail = before.shape[1] - 4 * 1152
    assert np.array_equal(before[:, -tail:], after[:, -tail:])
    assert is_heard(marked.body, media_type)


@pytest.mark.parametrize(("media_type", "body"), AGAIN.values(), ids=AGAIN)
def test_what_has_to_be_compressed_again_says_so(media_type: str, body: bytes) -> None:
    marked = write_label(body, media_type, LabelOrder())
    assert not marked.kept
    assert is_heard(marked.body, media_type)
    behind = round((SECONDS + 0.3) * 8000)
    before, after = (beginning_of(sound, 4, 8000)[behind:] for sound in (body, marked.body))
    length = min(len(before), len(after)) - 2000
    # Encoders delay by some samples; the sound is the same.
    likeness = max(np.corrcoef(before[:length], after[at : at + length])[0, 1] for at in range(200))
    assert likeness > 0.98


@pytest.mark.parametrize(("media_type", "body"), [EXACT["wav-16"][:2], IN_FRONT["mp3"], AGAIN["m4a"]])
def test_putting_it_again_changes_nothing(media_type: str, body: bytes) -> None:
    once = write_label(body, media_type, LabelOrder()).body
    assert write_label(once, media_type, LabelOrder()).body == once


@pytest.mark.parametrize("gain", [1.0, 0.5, 0.1])
@pytest.mark.parametrize("bit_rate", [32_000, 128_000])
def test_it_is_found_in_copies_that_are_quieter_and_compressed(gain: float, bit_rate: int) -> None:
    for media_type, body, rate in (EXACT["wav-16"], EXACT["announcement"]):
        sound = heard(write_label(body, media_type, LabelOrder()).body) / 32768
        copy = sound_file(
            gain * np.repeat(sound, 2 // len(sound), 0), "libmp3lame", "mp3", rate=rate, bit_rate=bit_rate
        )
        assert is_heard(copy, "audio/mpeg")


def test_metadata_stays() -> None:
    for media_type, body in (EXACT["flac-16"][:2], IN_FRONT["mp3"], AGAIN["m4a"]):
        with open_media(write_label(body, media_type, LabelOrder()).body) as source:
            assert source.metadata["title"] == "A title"


def test_a_claimed_voice_is_left_open() -> None:
    checked = check(EXACT["wav-16"][1], "audio/wav", LabelClaim(kind="voice"))
    assert (checked.present, checked.facts()) == (None, {})


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("audio/wav", b""),
        ("audio/wav", b"RIFF\xff\xff\xff\xffWAVEfmt "),
        ("audio/mpeg", b"#EXTM3U\nfile:///etc/hostname\n"),
        ("audio/wav", sound_file(music(1), "pcm_s16le", "wav")),
        ("audio/ogg", sound_file(MUSIC, "flac", "ogg")[:64]),
        ("audio/x-unheard-of", b"?"),
    ],
    ids=["empty", "no-format", "playlist", "too-short", "cut", "unknown"],
)
def test_what_cannot_be_labeled_is_refused_with_a_reason(media_type: str, body: bytes) -> None:
    with pytest.raises(ExplicitRefusedError) as refused:
        write_label(body, media_type, LabelOrder())
    assert refused.value.what
