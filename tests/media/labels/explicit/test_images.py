"""Labels of pictures: seen in the corner that was asked for, and nothing else is touched."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps, ImageSequence, PngImagePlugin

from pipeline.labels.explicit import LABEL_LANGUAGES, ExplicitRefusedError, LabelOrder
from pipeline.labels.explicit.checking import check
from pipeline.labels.explicit.matching import find_plate
from pipeline.labels.explicit.plate import contrast, draw_plate, em_for, margin_for
from pipeline.labels.explicit.wording import LabelLanguage
from pipeline.labels.explicit.writing import write_label
from tests.media.conftest import SAMPLES
from tests.media.labels.explicit.makers import changed_box, encoded, noise, opened, pixels

NOISE = noise()
EXACT: dict[str, tuple[str, bytes]] = {
    "png": ("image/png", encoded(NOISE, "PNG")),
    "png-grey": ("image/png", encoded(NOISE.convert("L"), "PNG")),
    "png-black-and-white": ("image/png", encoded(NOISE.convert("1"), "PNG")),
    "png-alpha": ("image/png", encoded(NOISE.convert("RGBA"), "PNG")),
    "png-grey-alpha": ("image/png", encoded(NOISE.convert("LA"), "PNG")),
    "png-palette": ("image/png", encoded(NOISE.quantize(200), "PNG")),
    "png-full-palette": ("image/png", encoded(NOISE.quantize(256), "PNG")),
    "png-palette-transparent": ("image/png", encoded(NOISE.quantize(50), "PNG", transparency=3)),
    "png-16-bit-grey": (
        "image/png",
        encoded(Image.fromarray(np.asarray(NOISE.convert("L"), dtype=np.uint16) * 250), "PNG"),
    ),
    "gif": ("image/gif", encoded(NOISE.quantize(200), "GIF")),
    "gif-full": ("image/gif", encoded(NOISE.quantize(256), "GIF")),
    "webp-lossless": ("image/webp", encoded(NOISE, "WEBP", lossless=True)),
    "bmp": ("image/bmp", encoded(NOISE, "BMP")),
    "tiff": ("image/tiff", encoded(NOISE, "TIFF")),
    "tiff-lzw": ("image/tiff", encoded(NOISE, "TIFF", compression="tiff_lzw")),
    "tiff-cmyk": ("image/tiff", encoded(NOISE.convert("CMYK"), "TIFF")),
}


@pytest.mark.parametrize(("media_type", "body"), EXACT.values(), ids=EXACT)
def test_outside_the_label_every_pixel_is_as_it_was(media_type: str, body: bytes) -> None:
    marked = write_label(body, media_type, LabelOrder())
    em = em_for("zh", NOISE.size)
    plate, margin = draw_plate("zh", em), margin_for(em)
    right, bottom = NOISE.width - margin, NOISE.height - margin
    left, top, *end = changed_box(opened(body), opened(marked.body))
    assert marked.kept
    assert (left, top) >= (right - plate.width, bottom - plate.height)
    assert (end[0], end[1]) <= (right, bottom)
    assert check(marked.body, media_type).present is True


@given(
    st.integers(60, 500), st.integers(60, 500), st.sampled_from(LABEL_LANGUAGES),
    st.sampled_from(["bottom-right", "bottom-left", "top-right", "top-left"]),
)  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_whatever_the_size_only_the_plate_is_new(width: int, height: int, language: LabelLanguage, corner: Any) -> None:
    picture = noise(width, height)
    order = LabelOrder(language=language, corner=corner)
    try:
        marked = write_label(encoded(picture, "PNG"), "image/png", order)
    except ExplicitRefusedError:
        assert min(width, height) < 130
        return
    plate = draw_plate(language, em_for(language, picture.size))
    left, top, right, bottom = changed_box(picture, opened(marked.body))
    assert right - left <= plate.width
    assert bottom - top <= plate.height
    beside = left if corner.endswith("left") else width - right
    above = top if corner.startswith("top") else height - bottom
    # Where the picture happens to have the plate's own shade at its edge, nothing changed there.
    assert max(beside, above) <= margin_for(em_for(language, picture.size)) + 2
    assert marked.written.height_ratio is not None
    assert marked.written.height_ratio >= 0.05


@pytest.mark.parametrize("back", ["white", "black", (127, 127, 127), "noise"])
def test_it_can_be_read_on_any_background(back: Any) -> None:
    picture = NOISE if back == "noise" else Image.new("RGB", (400, 300), back)
    marked = opened(write_label(encoded(picture, "JPEG", quality=50), "image/jpeg", LabelOrder()).body)
    em = em_for("zh", picture.size)
    plate, margin = draw_plate("zh", em), margin_for(em)
    corner = (400 - margin - plate.width, 300 - margin - plate.height, 400 - margin, 300 - margin)
    shown = np.asarray(marked.crop(corner).convert("RGB"))
    shades = np.asarray(plate)
    dark, light = (tuple(int(part) for part in shown[shades == at].mean(axis=0)) for at in (0, 255))
    assert contrast(dark, light) >= 4.5  # type: ignore[arg-type]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_that_is_turned_when_shown_has_it_upright_in_the_corner_that_is_seen(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    body = encoded(NOISE, "PNG", exif=exif)
    shown = ImageOps.exif_transpose(opened(write_label(body, "image/png", LabelOrder()).body))
    found = find_plate(shown)
    assert found is not None
    assert (found.language, found.corner) == ("zh", "bottom-right")
    assert found.likeness > 0.95


@pytest.mark.parametrize(("name", "media_type"), [("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")])
def test_every_frame_of_an_animation_has_it(name: str, media_type: str) -> None:
    frames = [noise(seed=seed).quantize(60).convert("RGB") for seed in range(3)]
    options = {"lossless": True} if name == "WEBP" else {}
    body = encoded(
        frames[0], name, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0, **options
    )
    marked = write_label(body, media_type, LabelOrder())
    before, after = opened(body), opened(marked.body)
    assert marked.kept
    assert after.n_frames == 3  # type: ignore[attr-defined]
    for number in range(3):
        before.seek(number)
        after.seek(number)
        assert find_plate(after.convert("RGB")) is not None
        assert changed_box(before, after)[:2] >= (250, 200)
        assert after.info["duration"] == before.info["duration"]


def test_every_page_of_a_tiff_has_it() -> None:
    body = encoded(NOISE, "TIFF", save_all=True, append_images=[NOISE.convert("L").resize((200, 260))])
    pages = [page.copy() for page in ImageSequence.Iterator(opened(write_label(body, "image/tiff", LabelOrder()).body))]
    assert [(page.mode, page.size) for page in pages] == [("RGB", (400, 300)), ("L", (200, 260))]
    assert all(find_plate(page) is not None for page in pages)


class TestJpeg:
    BODY = (SAMPLES / "harbour.jpg").read_bytes()

    def test_tables_and_sampling_stay_so_that_hardly_anything_changes(self) -> None:
        marked = write_label(self.BODY, "image/jpeg", LabelOrder())
        before, after = opened(self.BODY), opened(marked.body)
        assert not marked.kept
        assert before.quantization == after.quantization  # type: ignore[attr-defined]
        outside = np.s_[:400, :550]
        difference = np.abs(pixels(before).astype(int) - pixels(after).astype(int))[outside]
        assert difference.mean() < 1
        assert difference.max() <= 24
        assert abs(len(marked.body) - len(self.BODY)) < 0.1 * len(self.BODY)

    def test_metadata_stays(self) -> None:
        exif = Image.Exif()
        exif[0x010E] = "A harbour"
        body = encoded(
            NOISE, "JPEG", exif=exif, icc_profile=b"profile" * 20, comment=b"said", dpi=(72, 72), xmp=b"<x/>"
        )
        info = opened(write_label(body, "image/jpeg", LabelOrder()).body).info
        assert info["icc_profile"] == b"profile" * 20
        assert info["comment"] == b"said"
        assert info["dpi"] == (72, 72)
        assert info["xmp"] == b"<x/>"
        assert b"A harbour" in info["exif"]

    @pytest.mark.parametrize("mode", ["L", "CMYK"])
    def test_other_colours(self, mode: str) -> None:
        marked = write_label(encoded(NOISE.convert(mode), "JPEG"), "image/jpeg", LabelOrder())
        assert opened(marked.body).mode == mode
        assert check(marked.body, "image/jpeg").present is True


def test_texts_of_a_png_stay() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Title", "Noise")
    texts.add_itxt("XML:com.adobe.xmp", "<x/>")
    marked = write_label(encoded(NOISE, "PNG", pnginfo=texts), "image/png", LabelOrder())
    assert opened(marked.body).text == {"Title": "Noise", "XML:com.adobe.xmp": "<x/>"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("image/png", b""),
        ("image/png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100),
        ("image/png", encoded(NOISE, "PNG")[:5000]),
        ("image/jpeg", encoded(NOISE, "JPEG")[:300]),
        ("image/png", encoded(Image.new("1", (20_000, 20_000)), "PNG")),
        ("image/png", encoded(noise(40, 40), "PNG")),
        ("image/tiff", encoded(NOISE.convert("F"), "TIFF")),
        ("image/svg+xml", b"<svg/>"),
        ("image/heic", b"?"),
    ],
    ids=["empty", "no-chunks", "cut", "cut-jpeg", "huge", "tiny", "floats", "drawing", "no-library"],
)
def test_what_cannot_be_labeled_is_refused_with_a_reason(media_type: str, body: bytes) -> None:
    with pytest.raises(ExplicitRefusedError) as refused:
        write_label(body, media_type, LabelOrder())
    assert refused.value.what
    assert check(body, media_type).present is None


def test_sixteen_bits_per_colour_are_not_cut_to_eight() -> None:
    # Pillow cannot write such a file: a PNG of one pixel row per byte pair, by hand.
    import struct  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + bytes(6 * 200) for _ in range(200))
    header = struct.pack(">IIBBBBB", 200, 200, 16, 2, 0, 0, 0)
    body = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    with pytest.raises(ExplicitRefusedError, match="16 bits"):
        write_label(body, "image/png", LabelOrder())


class TestFinding:
    @pytest.mark.parametrize("name", ["harbour.jpg", "portrait.jpg", "still-life.png", "garden.webp"])
    def test_a_picture_without_it_has_none(self, name: str) -> None:
        body = (SAMPLES / name).read_bytes()
        assert check(body, Image.MIME[opened(body).format or ""]).present is None

    @pytest.mark.parametrize("scale", [0.5, 0.8, 2.0])
    @pytest.mark.parametrize("language", LABEL_LANGUAGES)
    def test_it_is_found_after_scaling_and_compression(self, language: LabelLanguage, scale: float) -> None:
        body = write_label((SAMPLES / "harbour.jpg").read_bytes(), "image/jpeg", LabelOrder(language=language)).body
        picture = opened(body)
        size = round(picture.width * scale), round(picture.height * scale)
        copy = encoded(picture.resize(size, Image.Resampling.LANCZOS), "JPEG", quality=40)
        found = check(copy, "image/jpeg").found
        assert found is not None
        assert found.text == write_label(body, "image/jpeg", LabelOrder(language=language)).written.text
        assert found.height_ratio == pytest.approx(0.0523, rel=0.04)

    @pytest.mark.parametrize("scale", [0.5, 0.7, 2.0])
    def test_small_pictures_with_large_labels(self, scale: float) -> None:
        body = write_label(
            encoded(noise(240, 150), "PNG"), "image/png", LabelOrder(language="en", corner="top-left")
        ).body
        copy = opened(body).resize((round(240 * scale), round(150 * scale)), Image.Resampling.BICUBIC)
        found = check(encoded(copy, "WEBP", quality=60), "image/webp").found
        assert found is not None
        assert found.text == "AI-generated"

    @pytest.mark.parametrize("seed", range(6))
    def test_dark_boxes_with_other_content_are_not_it(self, seed: int) -> None:
        picture = noise(600, 400)
        box = Image.new("RGB", (160, 50), (16, 16, 16))
        stripes = np.zeros((50, 160, 3), dtype=np.uint8) + 16
        stripes[:, :: seed + 2] = 255
        picture.paste(Image.fromarray(stripes) if seed else box, (435, 345))
        assert find_plate(picture) is None

    def test_a_picture_that_says_it_in_another_way_is_left_open(self) -> None:
        checked = check(encoded(NOISE, "PNG"), "image/png")
        assert checked.present is None
        assert checked.reason is not None
