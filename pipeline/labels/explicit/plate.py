"""How a label looks: light letters on a dark plate with a light rim, which can be read on whatever is behind it."""

import io
import math
from functools import cache
from importlib.resources import files
from typing import Final

# Each by its name: asked for a format it has not loaded, Pillow loads all of them, among them interpreters.
from PIL import Image, ImageDraw, ImageFont

from pipeline.labels.explicit.wording import WORDINGS, LabelLanguage
from pipeline.labels.refused import ExplicitRefusedError

__all__ = [
    "DARK",
    "EM_RATIO",
    "LEAST_CONTRAST",
    "LEAST_EM",
    "LIGHT",
    "TEXT_HEIGHT",
    "contrast",
    "draw_plate",
    "em_for",
    "margin_for",
]

DARK: Final = (16, 16, 16)
LIGHT: Final = (255, 255, 255)

LEAST_CONTRAST: Final = 4.5
"""What text needs (WCAG 2.2, success criterion 1.4.3)."""

TEXT_HEIGHT: Final = 0.62
"""Height of letters over the size of the font: Devanagari's, the lowest. Capitals have 0.73, ideographs 0.9."""

EM_RATIO: Final = 0.084
"""Size of the font over the shortest side: the lowest letters have 5.2 per cent (GB 45438-2025 wants 5)."""

LEAST_EM: Final = 12
"""In pixels; ideographs in a smaller size cannot be told apart."""

_COMFORTABLE_EM: Final = 16
_LEAST_RATIO: Final = 0.05


@cache
def _font_file() -> bytes:
    return files("pipeline.labels.explicit").joinpath("fonts/sealstream-mark.ttf").read_bytes()


@cache
def _font(em: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(_font_file()), em, layout_engine=ImageFont.Layout.BASIC)


@cache
def draw_plate(language: LabelLanguage, em: int) -> Image.Image:
    """The label as shades: 0 where the plate is dark, 255 where letters and rim are light. Not to be changed."""
    font, text = _font(em), WORDINGS[language].drawn
    left, top, right, bottom = (round(side) for side in font.getbbox(text, anchor="ls"))
    rim = max(1, round(em / 18))
    beside, above = rim + round(em * 0.4), rim + round(em * 0.25)
    size = right - left + 2 * beside, bottom - top + 2 * above
    plate = Image.new("L", size, 0)
    pen = ImageDraw.Draw(plate)
    pen.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=255, width=rim)
    pen.text((beside - left, above - top), text, fill=255, font=font, anchor="ls")
    return plate


def em_for(language: LabelLanguage, size: tuple[int, int]) -> int:
    """The size of the font for a picture: 8.4 per cent of its shortest side, more in small ones that have the room.

    Raises:
        ExplicitRefusedError: no label that can be read fits into the picture.
    """
    shortest = min(size)
    em = max(_COMFORTABLE_EM, math.ceil(shortest * EM_RATIO))
    while em >= LEAST_EM and em * TEXT_HEIGHT >= _LEAST_RATIO * shortest:
        plate, margin = draw_plate(language, em), margin_for(em)
        if plate.width + margin <= size[0] and plate.height + margin <= size[1]:
            return em
        em -= 1
    raise ExplicitRefusedError(
        what=f"A picture of {size[0]} by {size[1]} pixels has no room for a label in {language} that can be read."
    )


def margin_for(em: int) -> int:
    """How far the plate stands from the edges."""
    return round(em * 0.2)


def contrast(colour: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast ratio of two colours as WCAG 2 defines it: 1 to 21, and 4.5 is what text needs."""
    darker, lighter = sorted((_luminance(colour), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]  # noqa: PLR2004
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
