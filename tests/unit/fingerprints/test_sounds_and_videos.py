"""Recordings and videos: what has a fingerprint, what has none and why, and that hostile files only have none."""

import io
import random
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.fingerprints import Fingerprint, ImageCode, NoFingerprint, media, sounds, video_pictures, videos
from pipeline.fingerprints.content import examine, fingerprint
from pipeline.fingerprints.pictures import code_of, prepared
from tests.media.copies import RATE, filmed, recorded
from tests.unit.films import without_index

SIDE = 64


def melody(seconds: float, seed: int = 1) -> np.ndarray:
    chance = np.random.default_rng(seed)
    notes = []
    for _ in range(int(seconds * 4)):
        time = np.arange(RATE // 4) / RATE
        pitch = 110 * 2 ** (chance.integers(0, 36) / 12)
        notes.append(sum(6000 / part * np.sin(2 * np.pi * pitch * part * time) for part in (1, 2, 3)))
    return np.concatenate(notes)


def scenes(count: int, seed: int = 1) -> Iterator[np.ndarray]:
    """A bright square that wanders over a landscape."""
    chance = np.random.default_rng(seed)
    land = np.kron(chance.integers(0, 200, (8, 8, 3)), np.ones((SIDE // 8, SIDE // 8, 1))).astype(np.uint8)
    for number in range(count):
        picture = land.copy()
        place = number * (SIDE - 16) // max(count - 1, 1)
        picture[place : place + 16, place : place + 16] = 255
        yield picture


def reason(body: bytes, media_type: str) -> str:
    found = examine(body, media_type)
    assert isinstance(found, NoFingerprint), found
    assert fingerprint(body, media_type) is None
    return found.reason


def found(body: bytes, media_type: str) -> Fingerprint:
    result = fingerprint(body, media_type)
    assert result is not None, examine(body, media_type)
    assert examine(body, media_type) == result
    assert Fingerprint.parse(result.code) == result
    return result


SOUND = recorded(melody(6))
FILM = filmed(scenes(50))
CLIP = (Path(__file__).parents[3] / "samples" / "clip.mp4").read_bytes()
"""With sound."""


def test_kinds() -> None:
    assert found(SOUND, "Audio/WAV; codecs=1").kind == "audio"
    assert found(FILM, "video/mp4").kind == "video"


@pytest.mark.parametrize(
    ("body", "media_type", "expected"),
    [
        (recorded(melody(3)), "audio/wav", "too-short"),
        (recorded(np.zeros(10 * RATE)), "audio/wav", "featureless"),
        (recorded(8000 * np.sin(np.arange(10 * RATE) / 9)), "audio/wav", "featureless"),
        (SOUND, "audio/mpeg", "too-short"),
        (SOUND, "audio/x-unheard-of", "not-supported"),
        (SOUND, "video/mp4", "not-readable"),
        (FILM, "audio/mp4", "not-readable"),
        (FILM, "video/webm", "not-readable"),
        (FILM[:2000], "video/mp4", "not-readable"),
        (b"", "audio/wav", "not-readable"),
        (b"", "video/mp4", "not-readable"),
        (b"RIFF\xff\xff\xff\xffWAVE", "audio/wav", "not-readable"),
        (filmed([np.zeros((SIDE, SIDE, 3), np.uint8)] * 20), "video/mp4", "featureless"),
        (filmed(scenes(1)), "video/mp4", None),
    ],
)
def test_what_has_none_and_why(body: bytes, media_type: str, expected: str | None) -> None:
    if expected is None:
        assert found(body, media_type).kind == "video"
    else:
        assert reason(body, media_type) == expected


def in_two_channels(left: np.ndarray, right: np.ndarray) -> bytes:
    both = np.stack([left, right], axis=1).astype("<i2").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(both), b"WAVE", b"fmt ", 16, 1, 2, RATE, 4 * RATE, 4, 16,
                       b"data", len(both))  # fmt: skip
    return head + both


def test_what_both_channels_have_in_opposite_phase_is_heard() -> None:
    tune = melody(6)
    assert found(in_two_channels(tune, -tune), "audio/wav").distance(found(SOUND, "audio/wav")) <= 4
    assert reason(in_two_channels(0 * tune, 0 * tune), "audio/wav") == "featureless"


def test_of_two_channels_what_they_have_together_is_coded() -> None:
    tune = melody(6)
    alone = found(in_two_channels(tune, 0 * tune), "audio/wav")
    assert alone.distance(found(in_two_channels(tune // 2, tune // 2), "audio/wav")) <= 2


def test_a_recording_longer_than_an_hour_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "MOST_SECONDS", 6.1)
    assert found(SOUND, "audio/wav")
    monkeypatch.setattr(sounds, "MOST_SECONDS", 5.9)
    assert reason(SOUND, "audio/wav") == "too-large"


def test_a_video_that_takes_too_many_pixels_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video_pictures, "MOST_DECODED_PIXELS", 50 * SIDE * SIDE)
    assert found(FILM, "video/mp4")
    monkeypatch.setattr(video_pictures, "MOST_DECODED_PIXELS", 40 * SIDE * SIDE)
    assert reason(FILM, "video/mp4") == "too-large"


def test_files_that_are_too_large_are_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, body, media_type in ((sounds, SOUND, "audio/wav"), (video_pictures, FILM, "video/mp4")):
        monkeypatch.setattr(module, "MOST_MEDIA_BYTES", len(body) - 1)
        assert reason(body, media_type) == "too-large"


@pytest.mark.parametrize("module", [sounds, video_pictures])
def test_not_enough_memory_is_no_property_of_the_file(monkeypatch: pytest.MonkeyPatch, module: object) -> None:
    def starve(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(module, "_samples" if module is sounds else "_shots", starve)
    with pytest.raises(MemoryError):
        examine(*((SOUND, "audio/wav") if module is sounds else (FILM, "video/mp4")))


def test_play_lists_and_other_files_that_refer_to_files_open_nothing() -> None:
    lists = (
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"v=0\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
    )
    for body in lists:
        for media_type in (*media.AUDIO_TYPES, *media.VIDEO_TYPES):
            assert reason(body, media_type) in ("not-readable", "too-short")


def test_a_long_video_is_skipped_through_and_has_the_code_of_its_pictures() -> None:
    """Ten minutes in which each second has a picture of its own: only those near the sixteen places are decoded."""
    pictures = list(scenes(16, seed=4))
    target = io.BytesIO()
    with av.open(target, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=5, options={"g": "5", "bf": "0"})
        stream.width = stream.height = SIDE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 5)
        for number in range(3000):
            picture = pictures[number * 16 // 3000]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    # Where key frames are, this container tells only on the way now.
    body = without_index(target.getvalue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(video_pictures, "MOST_DECODED_PIXELS", 300 * SIDE * SIDE)
        whole = found(body, "video/x-matroska")
    assert whole.distance(found(filmed([scene for scene in pictures for _ in range(4)]), "video/mp4")) <= 8


def test_a_video_that_says_how_to_turn_it_is_turned() -> None:
    lying = list(scenes(20, seed=9))
    upright = found(filmed([np.rot90(picture) for picture in lying]), "video/mp4")
    assert upright.distance(found(with_rotation(lying, 90), "video/mp4")) <= 16
    assert upright.distance(found(filmed(lying), "video/mp4")) > 64


def test_a_large_video_has_nearly_the_code_of_the_same_in_small() -> None:
    """Its pictures are made smaller on their way out of the decoder."""
    small = [np.kron(picture, np.ones((2, 2, 1), np.uint8)) for picture in scenes(10, seed=3)]
    large = [np.kron(picture, np.ones((6, 6, 1), np.uint8)) for picture in small]
    assert min(large[0].shape[:2]) > 2 * 256
    large_traits, other = (videos.video_traits(filmed(pictures), "video/mp4") for pictures in (large, small))
    assert large_traits.fingerprint is not None
    assert other.fingerprint is not None
    assert large_traits.fingerprint.distance(other.fingerprint) <= 16
    assert large_traits.codes[0].distance(other.codes[0]) <= 8


@pytest.mark.parametrize("wanted", ["pictures", "sound", "length"])
def test_an_mp4_is_opened_without_decoding_its_pictures(wanted: media.Wanted) -> None:
    with media.opened(CLIP, "mov", wanted=wanted) as quick, av.open(io.BytesIO(CLIP)) as usual:
        assert quick.duration == usual.duration
        ours, theirs = quick.streams.video[0], usual.streams.video[0]
        assert theirs.codec_context.pix_fmt == "yuv420p"
        assert ours.codec_context.pix_fmt is None
        assert (ours.start_time, ours.duration, ours.time_base) == (
            theirs.start_time,
            theirs.duration,
            theirs.time_base,
        )
        frames = [
            [(frame.pts, bytes(frame.planes[0])) for frame in container.decode(video=0)] for container in (quick, usual)
        ]
        assert frames[0] == frames[1]


def with_rotation(pictures: list[np.ndarray], degrees: int) -> bytes:
    """A film whose header asks players to turn it counter-clockwise: the matrix is patched in."""
    body = bytearray(filmed(pictures))
    place = body.index(b"tkhd") + 4 + 40
    unit = 0x00010000
    matrix = {90: (0, -unit, 0, unit, 0, 0, 0, 0, 0x40000000)}[degrees]
    for number, value in enumerate(matrix):
        body[place + 4 * number : place + 4 * number + 4] = value.to_bytes(4, "big", signed=True)
    return bytes(body)


def test_the_code_of_a_still_film_is_nearly_that_of_its_picture() -> None:
    picture = next(scenes(1, seed=6))
    film = found(filmed([picture] * 30, crf="1"), "video/mp4")
    image = ImageCode.parse(code_of(prepared(Image.fromarray(picture))))
    assert image is not None
    # The standard puts the first byte of the parts' header before their bits, and lets the last byte go.
    digest = film.digest
    assert digest[0] == 0x21
    assert (int.from_bytes(digest[1:]) ^ (image.body >> 8)).bit_count() <= 12


WHOLE = {
    "audio/wav": recorded(melody(5)),
    "audio/mpeg": recorded(melody(5), "mp3", "libmp3lame"),
    "audio/ogg": recorded(melody(5), "ogg", "libopus", rate=48_000),
    "video/mp4": filmed(scenes(12)),
    "video/webm": filmed(scenes(12), "webm", "libvpx", deadline="realtime"),
}


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 2**32), st.integers(1, 30), st.floats(0, 1))
def test_broken_bytes_have_a_fingerprint_or_none_and_break_nothing(
    media_type: str, seed: int, changes: int, kept: float
) -> None:
    chance = random.Random(seed)
    body = bytearray(WHOLE[media_type])
    for _ in range(changes):
        # The beginning says how to read the rest, so it gets half of the changes.
        end = chance.choice((min(400, len(body)), len(body)))
        body[chance.randrange(end)] = chance.randrange(256)
    if kept < 0.3:
        del body[int(kept / 0.3 * len(body)) :]
    assert isinstance(examine(bytes(body), media_type), Fingerprint | NoFingerprint)


def test_a_recording_of_millions_of_samples_a_second_is_none() -> None:
    at = SOUND.index(b"fmt ") + 12
    broken = SOUND[:at] + (8_740_288).to_bytes(4, "little") + SOUND[at + 4 :]
    assert examine(broken, "audio/wav") == NoFingerprint(reason="not-readable")


def test_what_goes_wrong_in_one_packet_is_passed_over() -> None:
    body = bytearray(WHOLE["audio/mpeg"])
    middle = len(body) // 2
    body[middle : middle + 200] = bytes(200)
    assert found(bytes(body), "audio/mpeg").distance(found(WHOLE["audio/mpeg"], "audio/mpeg")) <= 40
