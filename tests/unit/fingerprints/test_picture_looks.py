"""The second look at pictures: what a copy is made by is taken out, what is left has to be the same."""

import io
import random
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageEnhance

from pipeline.fingerprints.picture_looks import LOOK_BYTES, likeness_to_picture, picture_look_of, rendition_again
from pipeline.fingerprints.renditions import rendition_of
from pipeline.fingerprints.steady_codes import steady_code
from pipeline.fingerprints.traits import SAME


def painted(seed: int = 0) -> Image.Image:
    """Coloured things on a coloured ground."""
    chance = random.Random(seed)
    picture = Image.new("RGB", (300, 240), "#d8d0c0")
    pen = ImageDraw.Draw(picture)
    for _ in range(14):
        left, top = chance.randrange(260), chance.randrange(200)
        colour = tuple(chance.randrange(20, 230) for _ in range(3))
        pen.ellipse((left, top, left + chance.randrange(20, 80), top + chance.randrange(20, 80)), fill=colour)
    return picture


def alike(sealed: Image.Image, asked: Image.Image) -> float:
    return likeness_to_picture(rendition_of(asked), picture_look_of(rendition_of(sealed)))


def coded(picture: Image.Image) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=40)
    return Image.open(out)


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "coded with loss": coded,
    "smaller": lambda picture: picture.resize((140, 90), Image.Resampling.LANCZOS),
    "larger": lambda picture: picture.resize((700, 500), Image.Resampling.BICUBIC),
    "cut all around": lambda picture: picture.crop((8, 6, 292, 234)),
    "cut below": lambda picture: picture.crop((0, 0, 300, 228)),
    "in grey": lambda picture: picture.convert("L"),
    "darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.85),
    "of less contrast": lambda picture: ImageEnhance.Contrast(picture).enhance(0.9),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", range(3))
def test_a_copy_is_like_its_original(change: str, seed: int) -> None:
    assert alike(painted(seed), CHANGES[change](painted(seed))) >= SAME


def test_a_picture_is_like_itself() -> None:
    assert alike(painted(), painted()) > 0.7
    assert (
        likeness_to_picture(
            rendition_again(picture_look_of(rendition_of(painted()))), picture_look_of(rendition_of(painted()))
        )
        >= SAME
    )


def test_others_are_not_like_it() -> None:
    assert max(alike(painted(), painted(seed)) for seed in range(1, 20)) < 0.3


@pytest.mark.parametrize("what", ["a mark more", "another colour", "a thing moved"])
def test_one_thing_that_differs_makes_another_picture(what: str) -> None:
    original, other = painted(), painted()
    for picture, colour, left in ((original, "#3060a0", 100), (other, "#a03060", 100), (other, "#3060a0", 130)):
        if picture is original or (what == "another colour") == (colour == "#a03060"):
            ImageDraw.Draw(picture).rectangle((left, 90, left + 50, 140), fill=colour)
    if what == "a mark more":
        original, other = painted(), painted()
        ImageDraw.Draw(other).rectangle((100, 90, 150, 110), fill="#202020")
    assert alike(original, other) < SAME


@pytest.mark.parametrize("colour", ["black", "white", "#808080"])
def test_a_picture_of_nothing_has_a_look_and_breaks_nothing(colour: str) -> None:
    plain = Image.new("RGB", (3, 500), colour)
    assert len(picture_look_of(rendition_of(plain))) == LOOK_BYTES
    assert 0 <= alike(plain, painted()) < SAME
    assert 0 <= alike(painted(), plain) < SAME


def test_a_steady_code_stays_where_noise_decides_about_the_standard_one() -> None:
    ground = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(ground).ellipse((80, 80, 320, 320), fill="#a04040")
    assert steady_code(coded(ground)).distance(steady_code(ground)) <= 8
    assert steady_code(painted()).distance(steady_code(ground)) > 64
