"""Which pictures a video is known by: key frames where it has enough of them, and copies are found all the same."""

import io
from collections.abc import Callable
from typing import Final

import av
import numpy as np
import pytest

from pipeline.fingerprints import NEAR, Fingerprint, media, video_pictures
from pipeline.fingerprints.content import examine, likenesses, traits
from pipeline.fingerprints.traits import SAME, Traits
from tests.media.copies import filmed
from tests.unit.films import FRAMES, RATE, each_second, film, scenes, without_index


def seconds_looked_at(body: bytes, media_type: str = "video/mp4") -> list[float]:
    return [round(look.at, 2) for look in traits(body, media_type).looks if look.at is not None]


def in_matroska(body: bytes, *, live: bool = False) -> bytes:
    """A video put into another container, picture by picture; as a browser records, without length and index."""
    target, options = io.BytesIO(), {"live": str(int(live))}
    with (
        av.open(io.BytesIO(body)) as source,
        av.open(target, "w", format="matroska", container_options=options) as container,
    ):
        stream = container.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                container.mux(packet)
    return target.getvalue()


def is_known(known: Traits, copy: bytes, media_type: str) -> bool:
    """Whether a copy comes near by some code, and is the same by the looks."""
    asked = traits(copy, media_type, asked=True).all_codes
    near = any(
        code.kind == other.kind and code.distance(other) <= NEAR[code.kind]
        for code in asked
        for other in known.own_codes
    )
    return near and likenesses(copy, media_type, [known.looks])[0] >= SAME


def test_a_video_is_known_by_the_first_key_frame_and_the_nearest_to_the_middle_of_each_third() -> None:
    assert seconds_looked_at(each_second()) == [0, 1, 3, 5]


def test_key_frames_that_are_decoded_earlier_than_shown_are_those_pictures() -> None:
    with_order, without = (film(g=str(RATE), sc_threshold="0", bf=number) for number in ("3", "0"))
    assert seconds_looked_at(with_order) == seconds_looked_at(without) == [0, 1, 3, 5]
    with_order_traits, other = (traits(body, "video/mp4") for body in (with_order, without))
    assert max(mine.distance(theirs) for mine, theirs in zip(with_order_traits.codes, other.codes, strict=True)) <= 8


@pytest.mark.parametrize(
    ("media_type", "options"),
    [
        ("video/x-matroska", {"kind": "matroska", "sc_threshold": "0", "bf": "3"}),
        ("video/webm", {"kind": "webm", "codec": "libvpx-vp9", "deadline": "realtime", "cpu-used": "8"}),
    ],
)
def test_matroska_and_webm_are_known_by_key_frames_that_an_index_at_their_end_names(
    media_type: str, options: dict[str, str]
) -> None:
    assert seconds_looked_at(film(g=str(RATE), **options), media_type) == [0, 1, 3, 5]


def test_what_is_put_into_matroska_is_known_by_the_same_pictures() -> None:
    mp4 = film(g=str(RATE), sc_threshold="0", bf="3")
    assert traits(in_matroska(mp4), "video/x-matroska") == traits(mp4, "video/mp4")


@pytest.mark.parametrize("g", [str(RATE), "999"])
def test_what_was_written_while_it_was_recorded_is_as_long_as_its_last_picture_says(g: str) -> None:
    mp4 = film(g=g, sc_threshold="0")
    live = in_matroska(mp4, live=True)
    with media.opened(live, "matroska") as container:
        assert container.duration is None
    looked_at = seconds_looked_at(live, "video/x-matroska")
    assert looked_at == pytest.approx(seconds_looked_at(mp4), abs=0.05)
    assert is_known(traits(mp4, "video/mp4"), live, "video/x-matroska")


def test_nothing_but_key_frames_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video_pictures, "MOST_DECODED_PIXELS", 0)
    assert traits(each_second(), "video/mp4").fingerprint is not None
    assert traits(film(g="999", sc_threshold="0"), "video/mp4").fingerprint is None


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        pytest.param(film(g="999", sc_threshold="0"), "video/mp4", id="one key frame"),
        pytest.param(film(g=str(3 * RATE), sc_threshold="0"), "video/mp4", id="not in each third"),
        pytest.param(without_index(film(kind="matroska", g="12")), "video/x-matroska", id="without an index"),
    ],
)
def test_a_video_with_too_few_key_frames_is_known_by_pictures_at_even_distances(body: bytes, media_type: str) -> None:
    looks = traits(body, media_type).looks
    even = [FRAMES / RATE * (number + 0.5) / 16 for number in (2, 6, 10, 14)]
    assert [look.at for look in looks] == pytest.approx([0, *even], abs=0.05)


COPIES: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "one key frame": ("video/mp4", lambda: film(g="999", sc_threshold="0", crf="30")),
    "key frames elsewhere": ("video/mp4", lambda: film(g="17", sc_threshold="0")),
    "VP9": ("video/webm", lambda: film(kind="webm", codec="libvpx-vp9", deadline="realtime", crf="40")),
    "MPEG-4 in AVI": ("video/x-msvideo", lambda: film(kind="avi", codec="mpeg4", qmax="4")),
    "Matroska": ("video/x-matroska", lambda: film(kind="matroska", g="40")),
    "half as many pictures": ("video/mp4", lambda: filmed([*scenes(1)][::2], rate=RATE // 2)),
}


@pytest.mark.parametrize("copy", COPIES)
def test_copies_with_key_frames_elsewhere_are_known_again(copy: str) -> None:
    media_type, make = COPIES[copy]
    body = make()
    assert is_known(traits(each_second(), "video/mp4"), body, media_type)
    assert is_known(traits(film(g="999", sc_threshold="0"), "video/mp4"), body, media_type)
    assert not is_known(traits(each_second(seed=2), "video/mp4"), body, media_type)


@pytest.mark.parametrize("body", [each_second(), film(g="999", sc_threshold="0")], ids=["key frames", "evenly"])
def test_its_fingerprint_is_the_same_whoever_asks(body: bytes) -> None:
    alone, asked = traits(body, "video/mp4"), traits(body, "video/mp4", asked=True)
    assert isinstance(alone.fingerprint, Fingerprint)
    assert alone.fingerprint == asked.fingerprint == examine(body, "video/mp4")
    assert set(alone.own_codes) <= set(asked.own_codes)
    assert alone.sought == ()


def test_what_others_are_asked_about_with_is_bounded_and_no_code_of_its_own() -> None:
    """Noise: every picture has a code of its own."""
    chance = np.random.default_rng(5)
    noise = [np.kron(chance.integers(0, 256, (16, 16, 3), np.uint8), np.ones((4, 4, 1), np.uint8)) for _ in range(150)]
    asked = traits(filmed(noise, rate=10), "video/mp4", asked=True)
    assert 32 < len(asked.sought) <= 64
    assert len(asked.own_codes) <= 24
    assert set(asked.all_codes) == {*asked.own_codes, *asked.sought}
