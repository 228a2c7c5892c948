"""A label of some seconds: behind it, at the first key frame, the video is the one that it was."""

import io
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from pipeline.labels.explicit import LabelOrder
from pipeline.labels.explicit.checking import check
from pipeline.labels.explicit.matching import find_plate
from pipeline.labels.explicit.writing import write_label
from tests.media.labels.explicit.makers import Pixels, audio_packets, seen

RATE, FRAMES, KEYS = 25, 100, 30
CUT = 60
"""The label is seen for two seconds, and a key frame comes every 30 pictures."""

H264 = {"preset": "veryfast", "g": str(KEYS), "bf": "2"}
HEVC = f"log-level=none:keyint={KEYS}:min-keyint={KEYS}:scenecut=0:bframes=2:open-gop="
VPX = {"g": str(KEYS), "keyint_min": str(KEYS), "cpu-used": "8", "deadline": "realtime", "b": "400k"}
KEPT: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "h264-mp4": ("video/mp4", "mp4", "libx264", H264),
    "h264-without-reordering": ("video/mp4", "mp4", "libx264", {**H264, "bf": "0"}),
    "h264-baseline-mov": ("video/quicktime", "mov", "libx264", {**H264, "bf": "0", "profile": "baseline"}),
    "h264-mkv": ("video/x-matroska", "matroska", "libx264", H264),
    "h264-flv": ("video/x-flv", "flv", "libx264", H264),
    "h264-that-numbers-its-sets-1": ("video/mp4", "mp4", "libx264", {**H264, "x264-params": "sps-id=1"}),
    "hevc-mp4": ("video/mp4", "mp4", "libx265", {"preset": "ultrafast", "x265-params": HEVC + "0"}),
    "vp9-webm": ("video/webm", "webm", "libvpx-vp9", VPX),
}
ENCODED_ANEW: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "later-pictures-need-earlier-ones": ("video/mp4", "mp4", "libx264", {**H264, "x264-params": "open-gop=1"}),
    "one-key-frame": ("video/mp4", "mp4", "libx264", {**H264, "g": "250"}),
    "sets-in-no-record": ("video/x-msvideo", "avi", "libx264", {**H264, "bf": "0"}),
    "av1": ("video/mp4", "mp4", "libsvtav1", {"preset": "12", "g": str(KEYS)}),
}


def clip(name: str, codec: str, options: dict[str, str], *, first: int = 0) -> bytes:
    """Four seconds of a gradient that moves and a hum; the pictures may begin later than the sound."""
    saved = io.BytesIO()
    with av.open(saved, "w", format=name) as target:
        pictures: Any = target.add_stream(codec, rate=RATE, options=options)
        pictures.width, pictures.height, pictures.pix_fmt = 320, 180, "yuv420p"
        sound: Any = target.add_stream("libopus" if name == "webm" else "aac", rate=48_000, layout="mono")
        x, y = np.meshgrid(np.arange(320), np.arange(180))
        for number in range(FRAMES):
            pixels = np.stack([(x + 2 * number) % 256, y % 256, (x + y) % 256], axis=2).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number + first, Fraction(1, RATE)
            target.mux(pictures.encode(frame))
            hum = np.sin(np.arange(1920) * 0.05 + number).astype(np.float32)[np.newaxis]
            heard = av.AudioFrame.from_ndarray(hum, format="flt" if name == "webm" else "fltp", layout="mono")
            heard.sample_rate, heard.pts = 48_000, 1920 * number
            target.mux(sound.encode(heard))
        target.mux([*pictures.encode(None), *sound.encode(None)])
    return saved.getvalue()


def pictures(body: bytes) -> tuple[list[float], list[Pixels]]:
    times, shown = zip(*seen(body), strict=True)
    return list(times), list(shown)


def is_labeled(picture: Pixels) -> bool:
    return find_plate(Image.fromarray(picture)) is not None


def lasts(body: bytes) -> list[float]:
    with av.open(io.BytesIO(body)) as source:
        return [float((stream.duration or 0) * (stream.time_base or 0)) for stream in source.streams]


@pytest.mark.parametrize(("media_type", "name", "codec", "options"), KEPT.values(), ids=KEPT)
def test_behind_the_label_every_picture_is_the_one_that_it_was(
    media_type: str, name: str, codec: str, options: dict[str, str]
) -> None:
    body = clip(name, codec, options)
    marked = write_label(body, media_type, LabelOrder(seconds=2)).body
    (times, before), (new_times, after) = pictures(body), pictures(marked)
    assert new_times == times
    assert all(np.array_equal(picture, other) for picture, other in zip(before[CUT:], after[CUT:], strict=True))
    assert is_labeled(after[0])
    assert is_labeled(after[49])
    assert not is_labeled(after[50])
    assert audio_packets(marked) == audio_packets(body)
    assert lasts(marked) == pytest.approx(lasts(body), abs=0.03)
    found = check(marked, media_type).found
    assert found is not None
    assert found.visible_ms == 2000


@pytest.mark.parametrize(("media_type", "name", "codec", "options"), ENCODED_ANEW.values(), ids=ENCODED_ANEW)
def test_what_cannot_be_cut_is_encoded_anew_as_a_whole(
    media_type: str, name: str, codec: str, options: dict[str, str]
) -> None:
    body = clip(name, codec, options)
    marked = write_label(body, media_type, LabelOrder(seconds=2)).body
    (times, before), (new_times, after) = pictures(body), pictures(marked)
    # AVI says how far pictures are apart, and not when the first one is shown.
    assert [time - new_times[0] for time in new_times] == pytest.approx([time - times[0] for time in times])
    assert not np.array_equal(before[-1], after[-1])
    assert is_labeled(after[0])
    assert not is_labeled(after[-1])


def test_pictures_that_begin_later_than_the_sound_still_do() -> None:
    body = clip("mp4", "libx264", H264, first=7)
    (times, before), (new_times, after) = (
        pictures(body),
        pictures(write_label(body, "video/mp4", LabelOrder(seconds=2)).body),
    )
    assert times[0] > 0.2
    assert new_times == times
    assert np.array_equal(before[-1], after[-1])


def test_the_track_has_the_sets_of_both_encoders_in_its_record_and_keeps_its_kind() -> None:
    for codec, options, tag, counts in (
        ("libx264", H264, "avc1", (1, 2)),
        ("libx265", {"preset": "ultrafast", "x265-params": HEVC + "0"}, "hvc1", (0, 0)),
    ):
        body = clip("mp4", codec, options)
        if tag == "hvc1":
            body = body.replace(b"hev1", b"hvc1")
        marked = write_label(body, "video/mp4", LabelOrder(seconds=2)).body
        records = []
        for whole in (body, marked):
            with av.open(io.BytesIO(whole)) as source:
                assert source.streams.video[0].codec_context.codec_tag == tag
                records.append(source.streams.video[0].codec_context.extradata or b"")
        assert len(records[1]) > len(records[0])
        if tag == "avc1":
            assert tuple(record[5] & 31 for record in records) == counts
