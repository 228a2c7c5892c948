"""Content is known in another container: sound among videos, moving pictures as animation, one picture of a clip."""

import io
from collections.abc import Iterator
from functools import cache

import av
import numpy as np
import pytest
from PIL import Image

from tests.media.conftest import SAMPLES
from tests.media.copies import filmed, recorded, samples_of
from tests.media.recognising import Archive

SPEECH = (SAMPLES / "announcement.wav").read_bytes()


@cache
def pictures() -> tuple[np.ndarray, ...]:
    with av.open(SAMPLES / "clip.mp4") as container:
        return tuple(frame.to_ndarray(format="rgb24") for frame in container.decode(video=0))


def silent_film(kind: str = "mp4") -> bytes:
    return filmed(list(pictures()), kind)


def animated(kind: str) -> bytes:
    """The clip as an animation: every second picture, half the size."""
    steps = [
        Image.fromarray(picture).resize((picture.shape[1] // 2, picture.shape[0] // 2)) for picture in pictures()[::2]
    ]
    out = io.BytesIO()
    steps[0].save(out, kind, save_all=True, append_images=steps[1:], duration=80)
    return out.getvalue()


def film_with(samples: np.ndarray) -> bytes:
    """Other pictures with a sound track."""
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        seen, heard = container.add_stream("mpeg4", rate=25), container.add_stream("flac", rate=24_000, layout="mono")
        seen.width, seen.height, seen.pix_fmt = 64, 48, "yuv420p"
        chance = np.random.default_rng(1)
        for _ in range(50):
            picture = chance.integers(0, 255, (48, 64, 3), np.uint8)
            container.mux(seen.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        frame = av.AudioFrame.from_ndarray(samples.astype(np.int16).reshape(1, -1), format="s16", layout="mono")
        frame.rate, frame.pts = 24_000, 0
        resampler = av.AudioResampler(
            heard.codec_context.format, "mono", 24_000, frame_size=heard.codec_context.frame_size
        )
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(heard.encode(piece))
        container.mux([*seen.encode(None), *heard.encode(None)])
    return out.getvalue()


@pytest.fixture(scope="module")
def archive() -> Iterator[Archive]:
    sealed = Archive()
    sealed.seal("speech", SPEECH, "audio/wav")
    sealed.seal("clip", silent_film(), "video/mp4")
    return sealed


@pytest.mark.parametrize(
    ("kind", "codec", "media_type"),
    [("matroska", "flac", "video/x-matroska"), ("matroska", "flac", "audio/x-matroska"), ("mp4", "aac", "video/mp4")],
)
def test_sound_alone_is_known_in_a_container_for_videos(
    archive: Archive, kind: str, codec: str, media_type: str
) -> None:
    copy = recorded(samples_of(SPEECH), kind, codec)
    assert archive.original(archive.asked(copy, media_type)) == "speech"


def test_a_recording_is_known_as_the_sound_of_a_film_and_the_other_way_round(archive: Archive) -> None:
    assert archive.original(archive.asked(film_with(samples_of(SPEECH)), "video/x-matroska")) == "speech"
    films = Archive()
    films.seal("film", film_with(samples_of(SPEECH)), "video/x-matroska")
    assert films.original(films.asked(SPEECH, "audio/wav")) == "film"


@pytest.mark.parametrize(("kind", "media_type"), [("GIF", "image/gif"), ("WEBP", "image/webp")])
def test_a_clip_is_known_as_an_animation_and_the_other_way_round(archive: Archive, kind: str, media_type: str) -> None:
    assert archive.original(archive.asked(animated(kind), media_type)) == "clip"
    animations = Archive()
    animations.seal("animation", animated(kind), media_type)
    assert animations.original(animations.asked(silent_film(), "video/mp4")) == "animation"


def test_a_picture_of_a_clip_is_known_where_it_is_one_that_was_looked_at_and_near_elsewhere(archive: Archive) -> None:
    kinds = []
    for picture in pictures()[::5]:
        out = io.BytesIO()
        Image.fromarray(picture).save(out, "JPEG", quality=80)
        found = archive.asked(out.getvalue(), "image/jpeg")
        kinds.append(None if found is None else found.name)
    assert None not in kinds
    assert kinds.count("label.label-removed") >= 4


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_the_first_picture_of_a_clip_stands_for_it(archive: Archive, kind: str, media_type: str) -> None:
    out = io.BytesIO()
    Image.fromarray(pictures()[0]).save(out, kind)
    assert archive.original(archive.asked(out.getvalue(), media_type)) == "clip"


def test_another_film_is_none_of_them(archive: Archive) -> None:
    other = [np.roll(picture[::-1], 40, axis=1) for picture in pictures()]
    assert archive.asked(filmed(other), "video/mp4") is None
