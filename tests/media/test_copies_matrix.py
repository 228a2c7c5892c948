"""Copies are found, and the right original is named: sorts of pictures by what is done to them on their way.

Found is a copy only where it is said that its labels were removed, and from which original; that it resembles something
does not count. Beside each original, others of its sort are sealed.
"""

import io
import random
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from tests.media import families
from tests.media.conftest import SAMPLES
from tests.media.recognising import Archive, Share

MEMBERS: Final = 6
REPORTS: Final = 60
PHOTOS: Final = ("harbour.jpg", "still-life.png", "garden.webp", "portrait.jpg")


@cache
def photo(name: str) -> Image.Image:
    with Image.open(SAMPLES / name) as picture:
        return picture.convert("RGB")


def scene(chance: random.Random) -> Image.Image:
    """A piece of one of the sample pictures."""
    whole = photo(chance.choice(PHOTOS))
    width, height = whole.width * chance.randrange(45, 70) // 100, whole.height * chance.randrange(45, 70) // 100
    left, top = chance.randrange(whole.width - width), chance.randrange(whole.height - height)
    return whole.crop((left, top, left + width, top + height)).resize((384, 288))


def bordered(chance: random.Random) -> Image.Image:
    page = Image.new("RGB", (460, 360), chance.choice(["white", "black", "#e8e4da"]))
    page.paste(scene(chance), (chance.randrange(20, 56), chance.randrange(20, 52)))
    return page


def framed(chance: random.Random) -> Image.Image:
    page = Image.new("RGB", (464, 368), chance.choice(["#5a3a1e", "#202020", "#c0a050"]))
    ImageDraw.Draw(page).rectangle((14, 14, 449, 353), fill="#f6f2e8")
    page.paste(scene(chance), (40, 40))
    return page


def screenshot(chance: random.Random) -> Image.Image:
    """A window with a menu, a picture and a list beside it."""
    picture = Image.new("RGB", (480, 300), "#2b2b2b")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 480, 22), fill="#3c3f41")
    for line in range(14):
        pen.text((8, 28 + 19 * line), families._words(chance, chance.randrange(1, 3)), "#a9b7c6")
    picture.paste(scene(chance).resize((260, 195)), (205, 50))
    return picture


def document(chance: random.Random) -> Image.Image:
    page = Image.new("RGB", (300, 424), "white")
    pen = ImageDraw.Draw(page)
    pen.text((30, 26), families._words(chance, 2).title(), "black")
    for line in range(26):
        if chance.random() < 0.85:
            pen.text((30, 56 + 13 * line), families._words(chance, chance.randrange(2, 5)), "#111111")
    return page


def dark(chance: random.Random) -> Image.Image:
    return ImageEnhance.Brightness(scene(chance)).enhance(0.2)


def flat(chance: random.Random) -> Image.Image:
    """Fog: hardly any contrast, nothing sharp."""
    noise = np.random.default_rng(chance.randrange(2**32)).normal(size=(7, 9, 3))
    levels = (noise - noise.min()) / (noise.max() - noise.min()) * 30 + 150
    return Image.fromarray(levels.astype(np.uint8)).resize((384, 288), Image.Resampling.BICUBIC)


SORTS: Final[Mapping[str, Callable[[random.Random], Image.Image]]] = {
    "no border": scene,
    "border": bordered,
    "framed": framed,
    "slide": families.slide,
    "screenshot": screenshot,
    "packshot": families.product,
    "portrait": families.portrait,
    "document": document,
    "dark": dark,
    "flat": flat,
}


def saved(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def cropped(picture: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = picture.size
    return picture.crop(
        (round(left * width), round(top * height), round(width * (1 - right)), round(height * (1 - bottom)))
    )


def half(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


Make = Callable[[Image.Image], bytes]
SAVED_ANEW: Final[Mapping[str, Make]] = {
    **{
        f"JPEG {quality}": (lambda picture, quality=quality: saved(picture, quality=quality))
        for quality in (30, 50, 70, 90)
    },
    "WebP": lambda picture: saved(picture, "WEBP", quality=60),
    "AVIF": lambda picture: saved(picture, "AVIF", quality=50, speed=9),
    "half the size": lambda picture: saved(half(picture), quality=80),
    "half the size, WebP": lambda picture: saved(half(picture), "WEBP", quality=75),
}
CROPPED: Final[Mapping[str, Make]] = {
    "cropped by 5 % all around": lambda picture: saved(cropped(picture, 0.025, 0.025, 0.025, 0.025), quality=85),
    "cropped by 5 % below": lambda picture: saved(cropped(picture, 0, 0, 0, 0.05), quality=85),
    "cropped by 5 % on two sides": lambda picture: saved(cropped(picture, 0.05, 0.05, 0, 0), quality=85),
}
GREY: Final[Mapping[str, Make]] = {"grey": lambda picture: saved(picture.convert("L"), quality=85)}
CHANGED: Final[Mapping[str, Make]] = {
    "brighter": lambda picture: saved(ImageEnhance.Brightness(picture).enhance(1.1), quality=85),
    "darker": lambda picture: saved(ImageEnhance.Brightness(picture).enhance(0.9), quality=85),
}
BARS: Final = {
    "saved anew and scaled": (SAVED_ANEW, 0.98),
    "cropped": (CROPPED, 0.9),
    "grey": (GREY, 0.9),
    "brightness": (CHANGED, 0.7),
}
TYPES: Final = {b"\xff\xd8": "image/jpeg", b"RI": "image/webp", b"\x00\x00": "image/avif"}

Record = Callable[[str, object], None]


@cache
def members(sort: str) -> tuple[Image.Image, ...]:
    return tuple(SORTS[sort](random.Random(f"{sort}, original {number}")) for number in range(MEMBERS))


@pytest.fixture(scope="module")
def archive() -> Archive:
    sealed = Archive()
    for sort in SORTS:
        for number, picture in enumerate(members(sort)):
            sealed.seal((sort, number), saved(picture, "PNG", compress_level=1), "image/png")
    return sealed


@pytest.mark.parametrize("bar", BARS)
def test_copies_are_found_and_the_right_original_is_named(archive: Archive, bar: str, record_property: Record) -> None:
    changes, least = BARS[bar]
    found, wrong, by_place = Share(), [], {}
    for sort in SORTS:
        for number, picture in enumerate(members(sort)):
            for change, make in changes.items():
                body = make(picture)
                said = archive.original(archive.asked(body, TYPES[body[:2]]))
                found.add(hit=said == (sort, number))
                by_place.setdefault((sort, change), Share()).add(hit=said == (sort, number))
                if said not in (None, (sort, number)):
                    wrong.append((sort, number, change, said))
    record_property("figure", f"pictures {bar}: copies found {found}, wrong originals named {len(wrong)}")
    assert wrong == []
    assert float(found) >= least, {place: str(share) for place, share in by_place.items() if float(share) < least}


def without_a_sentence(text: str) -> str:
    """The text without the last sentence but one."""
    sentences = re.split(r"(?<=[a-z]\.)|(?<=。)", text)
    return "".join((*sentences[:-3], *sentences[-2:]))


TEXT_SAVED_ANEW: Final[Mapping[str, Callable[[str], str]]] = {
    "in capitals": str.upper,
    "wrapped anew": lambda text: "\n".join(text.split(" ")),
    "other punctuation": lambda text: text.replace(",", " \u2013").replace(". ", "! "),
}
TEXT_EDITED: Final[Mapping[str, Callable[[str], str]]] = {
    "a sentence left out": without_a_sentence,
    "notes before and after it": lambda text: f"Read this:\n\n{text}\n\nMade with the help of a machine.\n",
}
TEXT_BARS: Final = {"texts saved anew": (TEXT_SAVED_ANEW, 0.98), "texts edited": (TEXT_EDITED, 0.7)}


@pytest.mark.parametrize("bar", TEXT_BARS)
def test_copies_of_a_report_are_found_among_others_of_its_template(
    archive: Archive, bar: str, record_property: Record
) -> None:
    changes, least = TEXT_BARS[bar]
    found, wrong = Share(), []
    for kind, write in families.REPORTS.items():
        texts = [write(random.Random(f"{kind}, {bar}, original {number}")) for number in range(REPORTS)]
        for number, text in enumerate(texts):
            archive.seal((kind, bar, number), text.encode(), "text/plain")
        for number, text in enumerate(texts):
            for words, change in changes.items():
                said = archive.original(archive.asked(change(text).encode(), "text/plain"))
                found.add(hit=said == (kind, bar, number))
                if said not in (None, (kind, bar, number)):
                    wrong.append((kind, number, words, said))
    record_property("figure", f"{bar}: copies found {found}, wrong originals named {len(wrong)}")
    assert wrong == []
    assert float(found) >= least
