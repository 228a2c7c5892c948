"""Drawing a plate into pixels of any kind without touching the pixels around it."""

from typing import Final

import numpy as np
from PIL import Image

from pipeline.labels.explicit.plate import DARK, LEAST_CONTRAST, LIGHT, contrast
from pipeline.labels.refused import ExplicitRefusedError

__all__ = ["inked"]

_HALF: Final = 128
_MOST_COLOURS: Final = 256
_INKS: Final[dict[str, tuple[tuple[int, ...] | int, tuple[int, ...] | int]]] = {
    "1": (0, 255),
    "L": (DARK[0], LIGHT[0]),
    "LA": ((DARK[0], 255), (LIGHT[0], 255)),
    "RGB": (DARK, LIGHT),
    "RGBA": ((*DARK, 255), (*LIGHT, 255)),
    "CMYK": ((0, 0, 0, 240), (0, 0, 0, 0)),
    "I;16": (DARK[0] * 257, 65535),
}


def inked(picture: Image.Image, shades: Image.Image, at: tuple[int, int], *, soft: bool = True) -> Image.Image:
    """The picture with the plate on it: the very same object where its kind of pixels has dark and light of its own.

    Args:
        picture: what to draw on.
        shades: the plate.
        at: where its left upper corner goes.
        soft: whether letters may have edges between dark and light.

    Raises:
        ExplicitRefusedError: it has a kind of pixels of which nobody can say what is dark.
    """
    if picture.mode == "P":
        return _inked_palette(picture, shades, at, soft=soft)
    if picture.mode not in _INKS:
        raise ExplicitRefusedError(what=f"Nobody can say what is dark in a picture of mode {picture.mode}.")
    dark, light = _INKS[picture.mode]
    _draw(picture, shades, at, dark, light, soft=soft and picture.mode != "1")
    return picture


def _draw(
    picture: Image.Image,
    shades: Image.Image,
    at: tuple[int, int],
    dark: tuple[int, ...] | int,
    light: tuple[int, ...] | int,
    *,
    soft: bool,
) -> None:
    if picture.mode == "I;16":
        # Through a mask, Pillow pastes 16 bits as if they were 8, and the letters come out half as wide.
        patch = Image.fromarray(np.where(np.asarray(shades) >= _HALF, light, dark).astype("<u2"))
    else:
        patch = Image.new(picture.mode, shades.size, dark)
        bright = Image.new(picture.mode, shades.size, light)
        # Pixels that are no shades, such as numbers of colours, have nothing in between.
        patch.paste(bright, (0, 0), shades if soft else shades.point(lambda shade: 255 if shade >= _HALF else 0))
    picture.paste(patch, (*at, at[0] + shades.width, at[1] + shades.height))


def _inked_palette(picture: Image.Image, shades: Image.Image, at: tuple[int, int], *, soft: bool) -> Image.Image:
    """Two colours that no pixel has become dark and light, or two that are there and far enough apart.

    Where there are neither, colours are no longer numbered.
    """
    used = {number for _, number in picture.getcolors(_MOST_COLOURS) or [] if isinstance(number, int)}
    transparency = picture.info.get("transparency")
    spare = [number for number in range(_MOST_COLOURS) if number not in used and number != transparency]
    if len(spare) >= 2:  # noqa: PLR2004
        dark, light = spare[:2]
        _mix(picture, dark, light)
    elif (pair := _farthest(picture, used, transparency)) is not None:
        dark, light = pair
    else:
        return inked(picture.convert("RGBA" if transparency is not None else "RGB"), shades, at, soft=soft)
    _draw(picture, shades, at, dark, light, soft=False)
    return picture


def _mix(picture: Image.Image, dark: int, light: int) -> None:
    palette = list(picture.getpalette("RGB") or [])
    palette += [0] * (3 * (max(dark, light) + 1) - len(palette))
    palette[3 * dark : 3 * dark + 3] = DARK
    palette[3 * light : 3 * light + 3] = LIGHT
    picture.putpalette(palette)
    transparency = picture.info.get("transparency")
    if isinstance(transparency, bytes):
        opaque = bytearray(transparency.ljust(max(dark, light) + 1, b"\xff"))
        opaque[dark] = opaque[light] = 255
        picture.info["transparency"] = bytes(opaque)


def _farthest(picture: Image.Image, used: set[int], transparency: bytes | int | None) -> tuple[int, int] | None:
    palette = picture.getpalette("RGB") or []
    alpha = transparency if isinstance(transparency, bytes) else b""
    opaque = [index for index in used if index != transparency and (index >= len(alpha) or alpha[index] == 255)]  # noqa: PLR2004
    colours = {index: (palette[3 * index], palette[3 * index + 1], palette[3 * index + 2]) for index in opaque}
    if not colours:
        return None
    dark, light = (choose(colours, key=lambda index: contrast(colours[index], (0, 0, 0))) for choose in (min, max))
    return (dark, light) if contrast(colours[dark], colours[light]) >= LEAST_CONTRAST else None
