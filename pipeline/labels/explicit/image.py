"""The label of a picture: a plate in a corner, on every frame. Only for processes that hostile bytes may harm."""

import io
import warnings
from collections.abc import Iterator
from typing import Any, Final

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageSequence,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from pipeline.labels.explicit.inks import inked
from pipeline.labels.explicit.model import Corner, LabeledFile, LabelOrder, Written
from pipeline.labels.explicit.plate import TEXT_HEIGHT, draw_plate, em_for, margin_for
from pipeline.labels.explicit.wording import WORDINGS
from pipeline.labels.refused import ExplicitRefusedError

__all__ = ["BROKEN_PICTURE", "MOST_FRAMES", "label_image", "open_picture", "orientation_of", "placed"]

_MOST_PIXELS: Final = 80_000_000
"""In all frames together."""

MOST_FRAMES: Final = 500

_FORMATS: Final = tuple(
    plugin.format
    for plugin in (
        AvifImagePlugin.AvifImageFile,
        BmpImagePlugin.BmpImageFile,
        GifImagePlugin.GifImageFile,
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        TiffImagePlugin.TiffImageFile,
        WebPImagePlugin.WebPImageFile,
    )
)
_ORIENTATION: Final = 0x0112
# From the picture as it is shown to the picture as it is stored.
_UNTURNED: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
_CORNERS: Final[dict[Corner, tuple[int, int]]] = {
    "top-left": (0, 0),
    "top-right": (1, 0),
    "bottom-left": (0, 1),
    "bottom-right": (1, 1),
}
_PNG_LEVEL: Final = 3
"""Of 9; three times as fast as the usual 6, and a few per cent larger."""

_QUALITY: Final = 92
"""For formats that do not tell how much they were compressed."""

BROKEN_PICTURE: Final = (
    Image.DecompressionBombError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What Pillow raises over broken files, depending on the format."""

# Pillow warns of large pictures and of oddities of broken ones, with numbers out of the file. Nobody reads that.
warnings.filterwarnings("ignore", module=r"PIL\.")


def label_image(body: bytes, order: LabelOrder) -> LabeledFile:
    """Put the label on a picture; metadata stays, except for manifests, which would not be valid any more.

    Raises:
        ExplicitRefusedError: not a picture that can be read and written without harm, too large, or too small.
    """
    with (
        ExplicitRefusedError.instead_of(*BROKEN_PICTURE, what="The picture cannot be decoded."),
        open_picture(body) as picture,
    ):
        _refuse_loss(picture)
        # Of a GIF, every shade between dark and light would take a number from the colours of the picture.
        frames = [_marked_frame(frame, order, soft=picture.format != "GIF") for frame in _frames(picture)]
        options = _options(picture, frames, body)
        saved = io.BytesIO()
        first, rest = frames[0], frames[1:]
        name = "JPEG" if picture.format == "MPO" else picture.format
        if rest:
            options |= {"save_all": True, "append_images": rest}
        first.save(saved, name, **options)
        shown = placed(frames[0].size, orientation_of(picture))
    em = em_for(order.language, shown)
    written = Written(
        kind="corner",
        text=WORDINGS[order.language].text,
        position="edge_corner",
        height_ratio=round(em * TEXT_HEIGHT / min(shown), 4),
        at_start=True,
    )
    return LabeledFile(body=saved.getvalue(), written=written, kept=_is_kept(picture, frames, saved.getvalue(), body))


def open_picture(body: bytes) -> Image.Image:
    """A picture in one of the formats known here, not decoded yet.

    Raises:
        ExplicitRefusedError: it is in no such format, or has more pixels than are decoded.
    """
    with ExplicitRefusedError.instead_of(
        *BROKEN_PICTURE, what="The picture is in no format that can be written again."
    ):
        picture = Image.open(io.BytesIO(body), formats=_FORMATS)
    frames = 1 if picture.format == "MPO" else getattr(picture, "n_frames", 1)
    if frames > MOST_FRAMES or picture.width * picture.height * frames > _MOST_PIXELS:
        raise ExplicitRefusedError(
            what=f"The picture has {frames} frames of {picture.width} by {picture.height} pixels; "
            f"at most {MOST_FRAMES} frames and {_MOST_PIXELS} pixels in all are decoded."
        )
    return picture


def orientation_of(picture: Image.Image) -> int:
    """How a picture is turned when it is shown, as Exif has it; 1 where it is not."""
    found = picture.getexif().get(_ORIENTATION, 1)
    return found if found in _UNTURNED else 1


def placed(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """The size of a picture as it is shown."""
    return size if orientation < 5 else (size[1], size[0])  # noqa: PLR2004 (from 5 on, it lies on its side)


def _refuse_loss(picture: Image.Image) -> None:
    """Pillow reads colours of 16 bits as 8; what was written back would have lost half."""
    tiles = [
        str(part)
        for tile in getattr(picture, "tile", ())
        for part in (tile[3] if isinstance(tile[3], tuple) else (tile[3],))
    ]
    if not picture.mode.startswith("I;16") and any(";16" in part for part in tiles):
        raise ExplicitRefusedError(what="The picture has 16 bits per colour, which would be cut to 8.")


def _frames(picture: Image.Image) -> Iterator[Image.Image]:
    if picture.format == "MPO" or getattr(picture, "n_frames", 1) == 1:
        yield picture
        return
    yield from (frame.copy() for frame in ImageSequence.Iterator(picture))


def _marked_frame(frame: Image.Image, order: LabelOrder, *, soft: bool) -> Image.Image:
    orientation = orientation_of(frame)
    shown = placed(frame.size, orientation)
    em = em_for(order.language, shown)
    shades, margin = draw_plate(order.language, em), margin_for(em)
    corner = Image.new("1", (2, 2), 0)
    corner.putpixel(_CORNERS[order.corner], 1)
    if orientation in _UNTURNED:
        shades = shades.transpose(_UNTURNED[orientation])
        corner = corner.transpose(_UNTURNED[orientation])
    right, below = next((x, y) for x in (0, 1) for y in (0, 1) if corner.getpixel((x, y)))
    left = frame.width - margin - shades.width if right else margin
    top = frame.height - margin - shades.height if below else margin
    frame.load()
    return inked(frame, shades, (left, top), soft=soft)


def _is_kept(picture: Image.Image, frames: list[Image.Image], saved: bytes, body: bytes) -> bool:
    if picture.format == "GIF":
        # Frames may share a picture of more colours than one of them can have.
        with open_picture(saved) as read:
            pairs = zip(ImageSequence.Iterator(read), frames, strict=False)
            return all(
                saved_frame.convert("RGBA").tobytes() == frame.convert("RGBA").tobytes() for saved_frame, frame in pairs
            )
    if picture.format == "WEBP":
        return b"VP8L" in body
    if picture.format == "TIFF":
        return picture.info.get("compression") not in {"jpeg", "tiff_jpeg", "webp"}
    return picture.format in {"PNG", "BMP"}


def _options(picture: Image.Image, frames: list[Image.Image], body: bytes) -> dict[str, Any]:
    """How to save: metadata and compression as they were, as far as the format tells."""
    info = picture.info
    kept = {key: info[key] for key in ("icc_profile", "exif", "dpi", "xmp") if info.get(key)}
    if len(frames) > 1:
        kept |= {"duration": [frame.info.get("duration", 0) for frame in frames], "loop": info.get("loop", 0)}
    match picture.format:
        case "JPEG" | "MPO":
            options = _jpeg_options(picture)
        case "PNG":
            options = {"pnginfo": _texts(picture), "compress_level": _PNG_LEVEL}
        case "WEBP":
            options = {"lossless": True, "exact": True} if b"VP8L" in body else {"quality": _QUALITY, "method": 4}
        case "AVIF":
            options = {"quality": _QUALITY, "speed": 7}
        case "TIFF":
            options = {"compression": info.get("compression", "raw")}
        case "GIF":
            options = {"comment": info.get("comment", b""), "optimize": False, **_gif_options(frames)}
        case _:
            options = {}
    return kept | options


def _jpeg_options(picture: Image.Image) -> dict[str, Any]:
    """The tables and the sampling of the file: what was rounded away once is not rounded differently."""
    return {
        "qtables": getattr(picture, "quantization", None),
        "subsampling": JpegImagePlugin.get_sampling(picture),
        "progressive": bool(picture.info.get("progressive")),
        "comment": picture.info.get("comment", b""),
    }


def _texts(picture: Image.Image) -> PngImagePlugin.PngInfo:
    kept = PngImagePlugin.PngInfo()
    for key, text in getattr(picture, "text", {}).items():
        if isinstance(text, PngImagePlugin.iTXt):
            kept.add_itxt(key, text, text.lang or "", text.tkey or "")
        else:
            kept.add_text(key, text)
    return kept


def _gif_options(frames: list[Image.Image]) -> dict[str, Any]:
    # Frames are whole pictures here: each replaces the one before, also where it is transparent.
    return {"disposal": 2} if len(frames) > 1 else {}
