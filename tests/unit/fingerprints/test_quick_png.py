"""PNG pictures whose pixels are decompressed by another library: everything else about them is as it was."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from pipeline.fingerprints.quick_png import without_compression

SIDE = 90
NOISE = Image.fromarray(np.random.default_rng(7).integers(0, 256, (SIDE, SIDE, 4), np.uint8), "RGBA")


def png(picture: Image.Image, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG", **options)
    return written.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def seen(body: bytes) -> tuple[str, bytes, object, object]:
    with Image.open(io.BytesIO(body)) as picture:
        picture.load()
        return picture.mode, picture.tobytes(), picture.getpalette(), picture.info


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_of_any_kind_has_the_same_pixels(mode: str) -> None:
    picture = NOISE.convert(mode) if mode != "I;16" else Image.effect_noise((SIDE, SIDE), 90).convert("I").convert(mode)
    body = png(picture)
    assert without_compression(body) != body
    assert seen(without_compression(body)) == seen(body)


def test_pixels_of_several_chunks_and_blocks_are_put_together() -> None:
    picture = NOISE.convert("RGB").resize((400, 400))
    body = png(picture)
    assert body.count(b"IDAT") > 1
    assert len(without_compression(body)) > 400 * 400 * 3
    assert seen(without_compression(body)) == seen(body)


def test_what_stands_beside_the_pixels_stays() -> None:
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", "before")
    said.add(b"tEXt", b"Author\0behind", after_idat=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    body = png(NOISE.convert("P"), pnginfo=said, exif=exif, transparency=3)
    with Image.open(io.BytesIO(without_compression(body))) as picture:
        picture.load()
        assert (picture.getexif()[0x0112], picture.info["transparency"]) == (6, 3)
    assert seen(without_compression(body)) == seen(body)


def test_an_animation_keeps_its_pictures() -> None:
    body = png(NOISE, save_all=True, append_images=[NOISE.rotate(90)], duration=100)
    with Image.open(io.BytesIO(without_compression(body))) as picture, Image.open(io.BytesIO(body)) as before:
        for number in (0, 1):
            picture.seek(number)
            before.seek(number)
            assert picture.tobytes() == before.tobytes()


BODY = png(NOISE)
PIXELS = BODY.index(b"IDAT") + 4
END = BODY[-12:]
OTHERS = {
    "no PNG": b"\xff\xd8\xff" + bytes(90),
    "nothing": b"",
    "a signature": BODY[:8],
    "cut off": BODY[:-200],
    "without an end": BODY[:-12],
    "broken pixels": BODY[:PIXELS] + bytes(8) + BODY[PIXELS + 8 :],
    "pixels in two places": BODY[:-12] + chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", b"") + END,
    "fewer rows than it says": BODY[:20] + (SIDE + 1).to_bytes(4, "big") + BODY[24:],
    "an unknown kind": BODY[:25] + b"\5" + BODY[26:],
    "interlaced": BODY[:28] + b"\1" + BODY[29:],
    "larger than is wise": BODY[:16] + (2**30).to_bytes(4, "big") * 2 + BODY[24:],
    "a chunk that ends nowhere": BODY[: PIXELS - 8] + b"\xff\xff\xff\xff" + BODY[PIXELS - 4 :],
}


@pytest.mark.parametrize("body", OTHERS.values(), ids=OTHERS.keys())
def test_anything_else_stays_as_it_is(body: bytes) -> None:
    assert without_compression(body) == body
