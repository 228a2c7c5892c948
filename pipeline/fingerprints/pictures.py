"""From a picture's bytes to its Image-Code, as ISO 24138 prepares pictures: upright, on white, without borders, grey.

Only for processes that a hostile picture may harm: what decodes is native code. Nothing else imports Pillow or the
ISCC library, which take a quarter of a second to load.
"""

import io
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

# Each by its name: asked for a format it has not loaded, Pillow loads all of them, among them interpreters.
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageChops,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.image_code import LONGEST_CODE
from pipeline.fingerprints.quick_png import without_compression
from pipeline.fingerprints.steady_codes import frequencies

__all__ = [
    "MOST_PIXELS",
    "MOST_PIXELS_IN_ALL",
    "Shot",
    "Sight",
    "code_of",
    "has_features",
    "image_code_of",
    "picture_of",
    "pixels_of",
    "prepared",
    "shots_of",
    "sight_of",
]

MOST_PIXELS: Final = 80_000_000
"""A larger picture has no code: with transparency, decoding it would need more than 700 MB."""

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
MOST_PIXELS_IN_ALL: Final = 400_000_000
"""Of an animation with more, only the first picture is looked at."""

_ANIMATIONS: Final = ("GIF", "WEBP", "PNG", "AVIF")

_JPEG_XL: Final = (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")
"""A codestream alone, and one in a container."""
_BRAND_AT: Final = slice(4, 12)
_HEIC_BRANDS: Final = tuple(
    b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
)
_MOST: Final = 255

_JPEG: Final = b"\xff\xd8"
_LARGE: Final = 768
"""Points of the shorter side from which on a picture is large."""
_ENOUGH: Final = 256
"""Points of the shorter side of a picture that is decoded at a smaller size: eight for each of its greys."""
_THREAD: Final = 5.0
_MOST_BY_A_THREAD: Final = 32
"""Of a frequency, such a difference to the usual one may be gone after decoding at another size; with more such ones
than so many of 256, all pixels are decoded."""
_SIDE: Final = 32
_CLEAR: Final = 1e-6
_CONTRAST: Final = 16


class Shot(NamedTuple):
    """A picture of an animation or a video, upright, and the second at which it is shown."""

    at: float
    picture: Image.Image


class Sight(NamedTuple):
    """A picture as it is recognised: upright and on white, at a size that is quick to get to; what its code is made of.

    Attributes:
        picture: the picture.
        pixels: 32 by 32 greys.
    """

    picture: Image.Image
    pixels: bytes


# Pillow warns of large pictures and of oddities of broken ones, with numbers out of the file. Nobody reads that.
warnings.filterwarnings("ignore", module=r"PIL\.")


def image_code_of(asset: bytes) -> str | None:
    """The Image-Code of a picture's first frame, 256 bits long.

    None where the bytes are no picture in a format known here, are broken or cut off (what was not seen whole cannot
    be vouched for), or have more than `MOST_PIXELS` pixels.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    pixels = pixels_of(asset)
    return None if pixels is None else code_of(pixels)


def pixels_of(asset: bytes) -> bytes | None:
    """What the Image-Code of a picture's first frame is made of; None as with `image_code_of`.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    picture = picture_of(asset)
    return None if picture is None else prepared(picture)


def picture_of(asset: bytes) -> Image.Image | None:
    """A picture's first frame, upright and on white; None as with `image_code_of`.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    return _decoded(asset, quick=False)


def sight_of(asset: bytes) -> Sight | None:
    """What a picture's first frame is recognised by; None as with `image_code_of`.

    A large JPEG is decoded at a smaller size, which costs a fraction; its Image-Code then differs in few bits of 256
    from that of all its pixels: of 258 that were tried in 16 at most. That of a flat picture, where next to nothing
    decides about many bits, would differ in up to 94: it is taken of all pixels.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    picture = _decoded(asset, quick=True)
    if picture is None:
        return None
    pixels = prepared(picture)
    if asset.startswith(_JPEG) and not _is_clear(pixels):
        whole = _decoded(asset, quick=False)
        pixels = pixels if whole is None else prepared(whole)
    return Sight(picture=picture, pixels=pixels)


def _is_clear(pixels: bytes) -> bool:
    """Whether few bits of the code of some greys hang by a thread."""
    return int((np.abs(_above_usual(pixels)) < _THREAD).sum()) <= _MOST_BY_A_THREAD


@lru_cache(1)  # of a JPEG it is asked twice in a row
def _above_usual(pixels: bytes) -> npt.NDArray[np.float64]:
    """How much more there is of each frequency of some greys than of half of those in its block."""
    blocks = frequencies(pixels)
    # As `numpy.median` has it, which takes six times as long for so few numbers.
    below, beyond = (blocks.shape[1] - 1) // 2, blocks.shape[1] // 2
    middle = np.partition(blocks, (below, beyond), axis=1)
    return blocks - (middle[:, below, np.newaxis] + middle[:, beyond, np.newaxis]) / 2


def _decoded(asset: bytes, *, quick: bool) -> Image.Image | None:
    try:
        with _opened(asset) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            if quick and picture.format == "JPEG":
                picture.draft("RGB", _quick_size(*picture.size))
            picture.load()
            ImageOps.exif_transpose(picture, in_place=True)
            return _opaque(picture)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (a decoder may stumble over broken bytes in any way; none of them has a code)
        return None


def _quick_size(width: int, height: int) -> tuple[int, int]:
    """The smallest size that is enough; a picture that is not large stays as it is."""
    smallest = min(width, height)
    times = next((times for times in (8, 4, 2) if smallest >= _LARGE and smallest // times >= _ENOUGH), 1)
    return width // times, height // times


def _opened(asset: bytes) -> Image.Image:
    """A picture, whatever it is made by; what a stranger's bytes make a decoder raise comes through."""
    if asset.startswith(_JPEG_XL):
        # Large, and loaded only where there is one.
        import imagecodecs  # noqa: PLC0415

        first = imagecodecs.jpegxl_decode(asset, index=0, numthreads=1)
        return Image.fromarray(_eight_bits(first))
    if asset[_BRAND_AT] in _HEIC_BRANDS:
        import pi_heif  # noqa: PLC0415

        pi_heif.register_heif_opener(thumbnails=False)
        return Image.open(io.BytesIO(asset), formats=("HEIF",))
    return Image.open(io.BytesIO(without_compression(asset)), formats=_FORMATS)


def _eight_bits(samples: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Samples of a picture as eight bits each, of at most three colours and transparency."""
    plain = samples[..., 0] if samples.ndim > 2 and samples.shape[-1] == 1 else samples  # noqa: PLR2004
    if plain.dtype.kind == "f":
        eight: npt.NDArray[np.uint8] = np.rint(np.clip(plain, 0, 1) * _MOST).astype(np.uint8)
    else:
        eight = (plain >> 8 * (plain.dtype.itemsize - 1)).astype(np.uint8)
    return eight


def shots_of(asset: bytes, most: int) -> Iterator[Shot]:
    """Pictures of an animation at even distances, upright and on white; none of a still picture.

    It ends where a picture cannot be read, as with `image_code_of`; of very long animations there are none.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    try:
        with Image.open(io.BytesIO(asset), formats=_FORMATS) as picture:
            number = getattr(picture, "n_frames", 1) if picture.format in _ANIMATIONS else 1
            pixels = picture.width * picture.height
            if number == 1 or pixels > MOST_PIXELS or pixels * number > MOST_PIXELS_IN_ALL:
                return
            picture.load()  # some formats tell how long it is shown only then
            seconds = float(picture.info.get("duration", 0)) / 1000
            for place in dict.fromkeys((2 * step + 1) * number // (2 * most) for step in range(most)):
                picture.seek(place)
                yield Shot(at=place * seconds, picture=_opaque(picture.copy()))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (as above)
        return


def prepared(picture: Image.Image) -> bytes:
    """A picture that is upright, as the standard wants it: a small square of greys, one a byte."""
    grey = _without_border(_opaque(picture)).convert("L")
    return grey.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC).tobytes()


def has_features(pixels: bytes) -> bool:
    """Whether there is anything to see: pictures of nearly one grey look alike, whatever they are."""
    return max(pixels) - min(pixels) >= _CONTRAST


def code_of(pixels: bytes) -> str:
    """The Image-Code of a prepared picture, 256 bits long."""
    above = _above_usual(pixels)
    if np.abs(above).min() > _CLEAR:
        return Fingerprint.of("image", np.packbits(above > 0).tobytes()).code
    # Whether it is more than usual depends on how it was calculated: the standard's own program has the word.
    # Loaded for the few pictures that need it.
    import iscc_core  # noqa: PLC0415

    code: str = iscc_core.gen_image_code_v0(list(pixels), bits=LONGEST_CODE)["iscc"]
    return code


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.has_transparency_data:
        layer = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        white = Image.new("RGB", picture.size, "white")
        white.paste(layer, mask=layer.getchannel("A"))
        return white
    if picture.mode.startswith("I;16"):
        # Converted as they are, all but the darkest of 65,536 greys would be white.
        return picture.point(lambda value: value * (1 / 256)).convert("L")
    return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")


def _without_border(picture: Image.Image) -> Image.Image:
    """The picture without what has the colour of its upper left corner on all sides."""
    corner = picture.getpixel((0, 0))
    width, height = picture.size
    edges = (
        (0, 0, width, 1),
        (0, 0, 1, height),
        (0, height - 1, width, height),
        (width - 1, 0, width, height),
    )
    # Most pictures have no border, and one row or column tells for each side.
    if all(_inside(picture.crop(edge), corner) for edge in edges):
        return picture
    return picture.crop(_inside(picture, corner))


def _inside(picture: Image.Image, colour: float | tuple[int, ...] | None) -> tuple[int, int, int, int] | None:
    """What is left without a border of that colour; None where all of it has the colour."""
    return ImageChops.difference(picture, Image.new(picture.mode, picture.size, colour)).getbbox()
