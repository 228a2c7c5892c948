"""What a video has beside its pictures stays when it gets a label, whether it is cut or encoded as a whole."""

import io
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition

from pipeline.labels.explicit import ExplicitRefusedError, LabelOrder
from pipeline.labels.explicit.writing import write_label

RATE, FRAMES, KEYS = 25, 70, 25
FORMATS = {"mp4": "video/mp4", "matroska": "video/x-matroska"}
WAYS = {"cut": LabelOrder(seconds=2), "whole": LabelOrder()}
CHAPTERS: list[Any] = [
    {"id": 1, "start": 0, "end": 1000, "time_base": Fraction(1, 1000), "metadata": {"title": "One"}},
    {"id": 2, "start": 1000, "end": 2800, "time_base": Fraction(1, 1000), "metadata": {"title": "Two"}},
]


def clip(name: str, *, films: int = 1, **options: str) -> bytes:
    """Pictures wider than their pixels, two sounds of which the second is played, and two chapters."""
    saved = io.BytesIO()
    with av.open(saved, "w", format=name) as target:
        tracks: list[Any] = []
        for _ in range(films):
            pictures: Any = target.add_stream("libx264", rate=RATE, options={"g": str(KEYS), "bf": "0", **options})
            pictures.width, pictures.height, pictures.pix_fmt = 320, 180, "yuv420p"
            pictures.codec_context.sample_aspect_ratio = Fraction(4, 3)
            tracks.append(pictures)
        sounds: list[Any] = [target.add_stream("aac", rate=48_000, layout="mono") for _ in range(2)]
        sounds[0].disposition, sounds[1].disposition = Disposition(0), Disposition.default
        target.set_chapters(CHAPTERS)
        for number in range(FRAMES):
            for pictures in tracks:
                frame = av.VideoFrame.from_ndarray(np.full((180, 320, 3), number, np.uint8), format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, RATE)
                target.mux(pictures.encode(frame))
            for sound in sounds:
                heard = av.AudioFrame.from_ndarray(np.zeros((1, 1920), np.float32), format="fltp", layout="mono")
                heard.sample_rate, heard.pts = 48_000, 1920 * number
                target.mux(sound.encode(heard))
        for track in (*tracks, *sounds):
            target.mux(track.encode(None))
    return saved.getvalue()


def beside(body: bytes) -> dict[str, object]:
    """The shape of pixels as the decoder knows it, which sound is played, and the chapters."""
    with av.open(io.BytesIO(body)) as source:
        chapters = [
            (chapter["start"] * chapter["time_base"], chapter["metadata"]["title"]) for chapter in source.chapters()
        ]
        played = [bool(sound.disposition & Disposition.default) for sound in source.streams.audio]
        next(source.decode(video=0))
        shape = source.streams.video[0].codec_context.sample_aspect_ratio
        return {"shape": shape, "played": played, "chapters": chapters}


@pytest.mark.parametrize("order", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("name", FORMATS)
def test_shape_of_pixels_chosen_sound_and_chapters_stay(name: str, order: LabelOrder) -> None:
    body = clip(name)
    there = beside(body)
    assert there == {
        "shape": Fraction(4, 3),
        "played": [False, True],
        "chapters": [(Fraction(0), "One"), (Fraction(1), "Two")],
    }
    assert beside(write_label(body, FORMATS[name], order).body) == there


@pytest.mark.parametrize("order", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(
    "body", [clip("mp4", films=2), clip("mp4", flags="+ilme+ildct")], ids=["two films", "pictures of two fields"]
)
def test_what_would_be_lost_is_refused(body: bytes, order: LabelOrder) -> None:
    with pytest.raises(ExplicitRefusedError):
        write_label(body, "video/mp4", order)
