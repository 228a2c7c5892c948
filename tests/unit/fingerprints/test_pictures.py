"""From bytes to Image-Code: every known format, prepared as the standard has it, and nothing from broken ones."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from pipeline.fingerprints import ImageCode, pictures
from pipeline.fingerprints.in_process import InProcessImageCoder
from pipeline.fingerprints.pictures import image_code_of, picture_of
from tests.unit.labels.implicit.makers import heic

# What Pillow says of broken files; the code under test silences it, and pytest makes it speak again.
pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
]

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
ORIENTATION = 0x0112


def scene(mode: str = "RGB", size: tuple[int, int] = (120, 90)) -> Image.Image:
    """A picture that looks different from every side, and reaches its edges."""
    image = Image.radial_gradient("L").resize(size)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 4, size[1] // 3), fill=250)
    draw.ellipse((size[0] // 2, size[1] // 2, size[0], size[1] * 3 // 4), fill=20)
    draw.line((0, size[1] - 2, size[0], size[1] // 2), fill=90, width=7)
    return image.convert(mode)


def written(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def code_of(image: Image.Image, kind: str = "PNG", **options: Any) -> ImageCode:
    text = image_code_of(written(image, kind, **options))
    assert text is not None
    code = ImageCode.parse(text)
    assert code is not None
    assert code.bits == 256
    return code


def distance(image: Image.Image, other: Image.Image) -> int:
    return code_of(image).distance(code_of(other))


def coded(image: Image.Image, **options: Any) -> bytes:
    """A picture as JPEG XL."""
    made: bytes = imagecodecs.jpegxl_encode(np.asarray(image), **options)
    return made


@pytest.mark.parametrize("container", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "I;16"])
def test_jpeg_xl_has_the_code_of_its_picture_alone_or_in_a_container(mode: str, container: bool) -> None:  # noqa: FBT001
    image = scene() if mode != "I;16" else scene("L").convert("I").point(lambda grey: grey * 256).convert("I;16")
    body = coded(image.convert(mode), lossless=True, usecontainer=container)
    # What needs more than the lowest level is always in a container, which says so.
    assert body.startswith(b"\0\0\0\x0cJXL " if container or mode == "I;16" else b"\xff\x0a")
    assert image_code_of(body) == code_of(scene()).text


def test_heic_has_the_code_of_its_picture() -> None:
    picture = picture_of(heic())
    assert picture is not None
    assert (picture.size, picture.mode) == ((32, 24), "RGB")
    assert image_code_of(heic()) == code_of(picture).text


@pytest.mark.parametrize("body", [coded(scene()), heic()])
def test_what_is_cut_off_of_jpeg_xl_and_heic_has_none(body: bytes) -> None:
    assert [image_code_of(body[: len(body) * part // 8]) for part in range(1, 8)] == [None] * 7


@pytest.mark.parametrize("kind", FORMATS)
def test_every_known_format_has_a_code_and_nearly_the_same(kind: str) -> None:
    assert code_of(scene(), kind).distance(code_of(scene())) <= 16


def test_a_picture_of_a_camera_that_takes_two_at_once_has_the_code_of_the_first() -> None:
    both = written(scene(), "MPO", save_all=True, append_images=[ImageOps.flip(scene())])
    assert image_code_of(both) == image_code_of(written(scene(), "JPEG"))


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_frame_counts(kind: str) -> None:
    moving = code_of(scene(), kind, save_all=True, append_images=[ImageOps.invert(scene())])
    assert moving.distance(code_of(scene(), kind)) <= 16


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "PA", "RGBA", "CMYK", "YCbCr", "I;16"])
def test_every_way_to_keep_pixels_has_a_code(mode: str) -> None:
    image = (
        Image.merge("LA", (scene("L"), Image.new("L", scene().size, 255)))
        if mode == "LA"
        else scene("L" if mode in ("I;16", "PA") else "RGB")
    )
    if mode == "I;16":
        image = image.convert("I").point(lambda value: value * 257).convert("I;16")
    elif mode != "LA":
        image = image.convert("RGBA").convert("P") if mode == "PA" else image.convert(mode)
    kind = "TIFF" if mode in ("CMYK", "YCbCr") else "PNG"
    limit = 40 if mode == "1" else 16
    assert code_of(image, kind).distance(code_of(scene())) <= limit


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_picture_is_turned_upright(orientation: int) -> None:
    upside: dict[int, Callable[[Image.Image], Image.Image]] = {
        2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
        4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
        6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
        7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
        8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
    }
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    turned = upside[orientation](scene())
    assert code_of(turned, exif=exif) == code_of(scene())
    assert code_of(turned) != code_of(scene())


def test_what_shines_through_is_white() -> None:
    clear = scene("RGBA")
    clear.paste((9, 9, 9, 0), (40, 30, 80, 60))
    white = scene()
    white.paste((255, 255, 255), (40, 30, 80, 60))
    assert code_of(clear) == code_of(white)


@pytest.mark.parametrize("colour", ["black", "white", "red"])
@pytest.mark.parametrize("sides", [(40, 40, 40, 40), (0, 25, 0, 25), (30, 0, 0, 0), (0, 0, 0, 1)])
def test_a_border_of_one_colour_is_not_seen(colour: str, sides: tuple[int, int, int, int]) -> None:
    picture = scene()
    # The border is known by the upper left corner; where none is there, the picture ends with the corner's own colour.
    colour = colour if sides[0] or sides[1] else "#{:02x}{:02x}{:02x}".format(*picture.getpixel((0, 0)))  # type: ignore[misc]
    framed = ImageOps.expand(picture, sides, fill=colour)
    assert code_of(framed) == code_of(picture)


def test_a_picture_of_one_colour_and_one_of_one_pixel_have_codes_too() -> None:
    assert code_of(Image.new("RGB", (50, 50), "blue")) == code_of(Image.new("RGB", (1, 1), "green"))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_that_claims(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


BROKEN = {
    "nothing": b"",
    "words": b"no picture at all",
    "bomb of 50,000 by 50,000": png_that_claims(50_000, 50_000),
    "bomb just below Pillow's own limit": png_that_claims(12_000, 12_000),
    "too little for its size": png_that_claims(400, 300),
    "no pixels": png_that_claims(0, 0),
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n",
    "a format that is not wanted": written(scene(), "PPM"),
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
}


@pytest.mark.parametrize("asset", BROKEN.values(), ids=BROKEN)
def test_what_is_no_picture_or_no_sane_one_has_no_code(asset: bytes) -> None:
    assert image_code_of(asset) is None


def test_a_picture_too_large_to_look_at_has_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    asset = written(scene(size=(120, 90)))
    monkeypatch.setattr(pictures, "MOST_PIXELS", 120 * 90)
    assert image_code_of(asset) is not None
    monkeypatch.setattr(pictures, "MOST_PIXELS", 120 * 90 - 1)
    assert image_code_of(asset) is None


@pytest.mark.parametrize("kind", ["AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("part", [0.3, 0.7])
def test_a_picture_cut_off_has_no_code(kind: str, part: float) -> None:
    asset = written(scene("RGB"), kind)
    assert image_code_of(asset[: int(len(asset) * part)]) is None


@settings(deadline=None)
@given(st.sampled_from(FORMATS), st.data())
def test_broken_bytes_have_a_code_or_none_and_break_nothing(kind: str, data: st.DataObject) -> None:
    asset = bytearray(SMALL[kind])
    for place in data.draw(st.lists(st.integers(0, len(asset) - 1), max_size=8)):
        asset[place] = data.draw(st.integers(0, 255))
    code = image_code_of(bytes(asset))
    assert code is None or ImageCode.parse(code) is not None


SMALL = {kind: written(scene(size=(16, 12)), kind) for kind in FORMATS}


def test_not_enough_memory_is_no_property_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def starve(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(pictures, "prepared", starve)
    with pytest.raises(MemoryError):
        image_code_of(written(scene()))


def test_only_pictures_are_decoded() -> None:
    coder = InProcessImageCoder()
    asset = written(scene())
    assert coder.code(asset, "image/png") == image_code_of(asset)
    # Whatever the event calls it: the bytes say which format it is.
    assert coder.code(asset, "image/jpeg") == image_code_of(asset)
    assert coder.code(asset, "text/plain") is None
    assert coder.code(asset, "image/svg+xml") is None
