"""From a drawing (SVG) to a picture of it, as programs show it.

Nothing that a drawing refers to is opened: pictures that lie elsewhere are left out. Letters are drawn in one font,
which is brought along, so that every machine makes the same picture of a drawing.
"""

import io
import re
from importlib.resources import as_file, files
from typing import Final

import lxml.etree
from PIL import Image

__all__ = ["MOST_DRAWING_BYTES", "drawn"]

MOST_DRAWING_BYTES: Final = 8_000_000
_SIDE: Final = 720
"""Pixels of the longer side."""
_MOST_TIMES: Final = 12
"""So many times as long as wide is a drawing at most, or the other way round."""

_LINK: Final = re.compile(r"(?:\{[^}]*\})?href")
_WITHIN: Final = ("#", "data:")
_NUMBER: Final = re.compile(r"\s*(\d{1,9}(?:\.\d+)?)\s*(?:px|pt|pc|mm|cm|in)?\s*")
_FONTS: Final = files("pipeline.fingerprints") / "fonts"
_REGULAR, _BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
_FAMILY: Final = "DejaVu Sans"


def drawn(asset: bytes) -> Image.Image | None:
    """A drawing on white; None where it is no SVG, is broken, or is out of bounds.

    Raises:
        MemoryError: drawing needs more memory than there is.
    """
    import resvg_py  # noqa: PLC0415 (only drawings need it)

    if len(asset) > MOST_DRAWING_BYTES:
        return None
    try:
        root = lxml.etree.fromstring(asset, lxml.etree.XMLParser(no_network=True, load_dtd=False))
        width, height = _shape(root)
        if max(width, height) > _MOST_TIMES * min(width, height):
            return None
        _alone(root)
        with as_file(_FONTS / _REGULAR) as regular, as_file(_FONTS / _BOLD) as bold:
            made = resvg_py.svg_to_bytes(
                svg_string=lxml.etree.tostring(root, encoding="unicode"),
                background="white",
                width=_SIDE if width >= height else None,
                height=None if width >= height else _SIDE,
                skip_system_fonts=True,
                font_files=[str(regular), str(bold)],
                font_family=_FAMILY,
                serif_family=_FAMILY,
                sans_serif_family=_FAMILY,
                monospace_family=_FAMILY,
                cursive_family=_FAMILY,
                fantasy_family=_FAMILY,
            )
        with Image.open(io.BytesIO(bytes(made)), formats=["PNG"]) as picture:
            return picture.convert("RGB")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (what draws may stumble over a broken drawing in any way; none of them has a code)
        return None


def _alone(root: lxml.etree._Element) -> None:
    """Take out of a drawing whatever refers to something outside it."""
    for element in root.iter(lxml.etree.Element):
        for name, value in element.attrib.items():
            if _LINK.fullmatch(str(name)) and not str(value).strip().lower().startswith(_WITHIN):
                del element.attrib[name]


def _shape(root: lxml.etree._Element) -> tuple[float, float]:
    """Width and height, in one unit or another; a square where a drawing says neither."""
    box = str(root.get("viewBox", "")).replace(",", " ").split()
    sides = box[2:] if len(box) == 4 else (str(root.get("width", "")), str(root.get("height", "")))  # noqa: PLR2004
    found = [_NUMBER.fullmatch(side) for side in sides]
    width, height = (0.0 if number is None else float(number[1]) for number in found)
    return (width, height) if width and height else (1.0, 1.0)
