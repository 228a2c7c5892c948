"""Pictures: every frame and page, everything around them, as other readers see it."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest
from lxml import etree
from PIL import Image, ImageCms

from tests.media.harm.oracle import Seal, packets, pictures, run, written
from tests.tools import need
from tests.unit.labels.implicit.makers import animated, big_endian_tiff, encoded, heic, picture, svg
from tests.unit.labels.implicit.test_xmp import packet

FILM: Final = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00\x00\x00\x10mdat" + bytes(8)
PROFILE: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif() -> bytes:
    fields = Image.Exif()
    fields[0x010E], fields[0x0112] = "A harbour at ten", 1
    return fields.tobytes()


def chunk(kind: bytes, held: bytes) -> bytes:
    return len(held).to_bytes(4) + kind + held + zlib.crc32(kind + held).to_bytes(4)


def exif_behind_the_picture() -> bytes:
    body = encoded("PNG")
    end = body.rindex(b"IEND") - 4
    return body[:end] + chunk(b"eXIf", exif().removeprefix(b"Exif\x00\x00")) + body[end:]


def sixteen_bits() -> bytes:
    out = io.BytesIO()
    Image.frombytes("I;16", (16, 16), struct.pack("<256H", *range(0, 65536, 256))).save(out, "PNG")
    return out.getvalue()


def several(kind: str, *sizes: int, **options: object) -> bytes:
    frames = [picture().resize((size, 24)).rotate(size) for size in sizes]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], **options)
    return out.getvalue()


def tiff_with_smaller_picture() -> bytes:
    """A page whose thumbnail is in a directory of its own (SubIFDs)."""
    body = bytearray(several("TIFF", 32, 16))
    (first,) = struct.unpack_from("<I", body, 4)
    (number,) = struct.unpack_from("<H", body, first)
    entries = bytes(body[first + 2 : first + 2 + 12 * number])
    (second,) = struct.unpack_from("<I", body, first + 2 + 12 * number)
    own = struct.pack("<HHII", 330, 4, 1, second)
    rows = sorted([*(entries[at : at + 12] for at in range(0, len(entries), 12)), own], key=tag_of)
    struct.pack_into("<I", body, 4, len(body))
    return bytes(body) + struct.pack("<H", len(rows)) + b"".join(rows) + bytes(4)


def tag_of(row: bytes) -> int:
    return int.from_bytes(row[:2], "little")


def tiled() -> bytes:
    """Four tiles of 16 by 16 pixels in grey."""
    tile = [bytes((number * 60 + pixel) % 256 for pixel in range(256)) for number in range(4)]
    offsets_at = 8 + 1024
    directory = offsets_at + 32
    entries = [(256, 3, 1, 32), (257, 3, 1, 32), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (277, 3, 1, 1)]
    entries += [(322, 3, 1, 16), (323, 3, 1, 16), (324, 4, 4, offsets_at), (325, 4, 4, offsets_at + 16)]
    out = b"II\x2a\x00" + directory.to_bytes(4, "little") + b"".join(tile)
    out += struct.pack("<8I", *(8 + 256 * number for number in range(4)), *([256] * 4)) + struct.pack(
        "<H", len(entries)
    )
    return out + b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)


def box(kind: bytes, held: bytes) -> bytes:
    return (8 + len(held)).to_bytes(4) + kind + held


STILL: Final[Mapping[str, tuple[str, Callable[[], bytes]]]] = {
    "JPEG, progressive": ("image/jpeg", lambda: encoded("JPEG", progressive=True)),
    "JPEG, CMYK": ("image/jpeg", lambda: encoded("JPEG", "CMYK")),
    "JPEG, Exif and colour profile": ("image/jpeg", lambda: encoded("JPEG", exif=exif(), icc_profile=PROFILE)),
    "JPEG, two pictures (MPO)": ("image/jpeg", lambda: several("MPO", 32, 24)),
    "JPEG, motion photo": ("image/jpeg", lambda: encoded("JPEG") + FILM),
    "JPEG, bytes behind its end": ("image/jpeg", lambda: encoded("JPEG") + b"more than a picture"),
    "PNG, animated": ("image/png", lambda: animated("PNG")),
    "PNG, 16 bits": ("image/png", sixteen_bits),
    "PNG, bytes behind its end": ("image/png", lambda: encoded("PNG") + b"a letter"),
    "PNG, Exif behind the picture": ("image/png", exif_behind_the_picture),
    "GIF, animated, with loop and comment": ("image/gif", lambda: animated("GIF", comment=b"Two harbours")),
    "WebP, animated": ("image/webp", lambda: animated("WEBP")),
    "WebP, Exif, profile and transparency": (
        "image/webp",
        lambda: encoded("WEBP", "RGBA", exif=exif(), icc_profile=PROFILE, lossless=True),
    ),
    "AVIF, transparency": ("image/avif", lambda: encoded("AVIF", "RGBA")),
    "AVIF, Exif": ("image/avif", lambda: encoded("AVIF", exif=exif())),
    "AVIF, sequence": ("image/avif", lambda: animated("AVIF")),
    "TIFF, three pages": ("image/tiff", lambda: several("TIFF", 32, 24, 40)),
    "TIFF, two pages, LZW": ("image/tiff", lambda: several("TIFF", 32, 24, compression="tiff_lzw")),
    "TIFF, Deflate and Exif": ("image/tiff", lambda: encoded("TIFF", compression="tiff_adobe_deflate", exif=exif())),
    "TIFF, most significant byte first": ("image/tiff", big_endian_tiff),
    "BigTIFF": ("image/tiff", lambda: encoded("TIFF", big_tiff=True)),
    "BigTIFF, two pages": ("image/tiff", lambda: several("TIFF", 32, 24, big_tiff=True)),
    "TIFF, SubIFDs": ("image/tiff", tiff_with_smaller_picture),
    "TIFF, tiled": ("image/tiff", tiled),
}


@pytest.mark.parametrize("kind", STILL)
def test_every_frame_and_page_is_the_same(kind: str, seal: Seal) -> None:
    media_type, make = STILL[kind]
    body = make()
    before = pictures(body)
    for sealed in seal(body, media_type):
        assert (sealed.binding, sealed.sidecar_because) == ("embedded", None)
        assert pictures(sealed.asset) == before
        with Image.open(io.BytesIO(body)) as old, Image.open(io.BytesIO(sealed.asset)) as new:
            assert new.format == old.format
            assert new.info.get("icc_profile") == old.info.get("icc_profile")
            assert new.info.get("comment") == old.info.get("comment")
            assert new.getexif().get(0x010E) == old.getexif().get(0x010E)


@pytest.mark.parametrize("kind", [kind for kind in STILL if "TIFF" in kind])
def test_libtiff_finds_the_directories_that_were_there(kind: str, seal: Seal, tmp_path: Path) -> None:
    need("tiffinfo", "tiffcmp")
    media_type, make = STILL[kind]
    file = written(tmp_path, make(), "tiff")
    for sealed in seal(file.read_bytes(), media_type):
        after = written(tmp_path, sealed.asset, "tiff")
        said = run("tiffinfo", after)
        assert "Required" not in said
        assert "rror" not in said
        assert said.count("=== TIFF directory") == run("tiffinfo", file).count("=== TIFF directory")
        if kind != "TIFF, tiled":
            assert compared(file, after) == compared(file, file)


def compared(file: Path, other: Path) -> list[str]:
    """In which pages and pixels two files differ; that there is a tag which libtiff does not know is no difference."""
    return [line for line in run("tiffcmp", file, other).splitlines() if "Unknown field with tag 52545" not in line]


@pytest.mark.parametrize("kind", [kind for kind in STILL if kind.startswith(("JPEG", "PNG", "GIF", "WebP, Exif"))])
def test_ffmpeg_decodes_the_same_frames(kind: str, seal: Seal, tmp_path: Path) -> None:
    need("ffmpeg")
    media_type, make = STILL[kind]
    file = written(tmp_path, make(), media_type.partition("/")[2])
    # Animated PNG has to be asked for: ffmpeg recognises it in the first 2 KiB only, and a manifest is longer.
    options = ("-f", "apng") if kind == "PNG, animated" else ()
    before = decoded(file, *options)
    for sealed in seal(file.read_bytes(), media_type):
        assert decoded(written(tmp_path, sealed.asset, file.suffix[1:]), *options) == before


def decoded(file: Path, *options: str) -> list[str]:
    said = run("ffmpeg", "-v", "error", *options, "-i", file, "-f", "framemd5", "-")
    assert "0,          0" in said
    return [line.replace(str(file), "") for line in said.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("kind", ["JPEG, motion photo", "JPEG, bytes behind its end", "PNG, bytes behind its end"])
def test_what_follows_a_picture_follows_it_still(kind: str, seal: Seal) -> None:
    media_type, make = STILL[kind]
    body = make()
    end = FILM if "motion" in kind else body[-8:]
    assert all(sealed.asset.endswith(end) for sealed in seal(body, media_type))


def test_heic_shows_the_same_in_libheif(seal: Seal, tmp_path: Path) -> None:
    need("heif-convert")
    body = heic()
    for sealed in seal(body, "image/heic"):
        assert sealed.binding == "embedded"
        assert by_libheif(written(tmp_path, sealed.asset, "heic")) == by_libheif(written(tmp_path, body, "heic"))


def by_libheif(file: Path) -> bytes:
    run("heif-convert", file, file.with_suffix(".png"))
    with Image.open(file.with_suffix(".png")) as shown:
        return shown.tobytes()


def test_jpeg_xl_in_a_container_decodes_to_the_same_pixels(seal: Seal, tmp_path: Path) -> None:
    need("cjxl", "djxl")
    png, jxl = written(tmp_path, encoded("PNG"), "png"), tmp_path / "made.jxl"
    run("cjxl", "--container=1", png, jxl)
    sealed_files = list(seal(jxl.read_bytes(), "image/jxl"))
    assert len(sealed_files) == 2
    for sealed in sealed_files:
        assert sealed.binding == "embedded"
        assert by_libjxl(written(tmp_path, sealed.asset, "jxl")) == by_libjxl(jxl)


def test_the_jpeg_that_a_jpeg_xl_was_made_from_is_restored_from_the_sealed_one(seal: Seal, tmp_path: Path) -> None:
    need("cjxl", "djxl")
    jpeg = written(tmp_path, encoded("JPEG", xmp=packet("<dc:source>the old packet</dc:source>"), exif=exif()), "jpg")
    run("cjxl", jpeg, jpeg.with_suffix(".jxl"))
    for sealed in seal(jpeg.with_suffix(".jxl").read_bytes(), "image/jxl"):
        made = written(tmp_path, sealed.asset, "jxl")
        run("djxl", made, made.with_suffix(".restored.jpg"))
        assert made.with_suffix(".restored.jpg").read_bytes() == jpeg.read_bytes()


def by_libjxl(file: Path) -> bytes:
    run("djxl", file, file.with_suffix(".out.png"))
    with Image.open(file.with_suffix(".out.png")) as shown:
        return shown.tobytes()


DRAWINGS: Final[Mapping[str, bytes]] = {
    "byte order mark": b"\xef\xbb\xbf" + svg(),
    "prefix": b'<s:svg xmlns:s="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><s:rect width="4" height="4"/></s:svg>',
    "document type": b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4"/></svg>',
    "metadata and latin letters": '<?xml version="1.0" encoding="ISO-8859-1"?><svg xmlns="http://www.w3.org/2000/svg">'
    "<metadata><a>b</a></metadata><title>Häfen</title><path d='M0 0L4 4'/></svg>".encode("latin-1"),
}


@pytest.mark.parametrize("kind", DRAWINGS)
def test_a_drawing_is_drawn_the_same(kind: str, seal: Seal, tmp_path: Path) -> None:
    body = DRAWINGS[kind]
    for sealed in seal(body, "image/svg+xml"):
        assert sealed.binding == "embedded"
        assert drawn(sealed.asset) == drawn(body)


def drawn(body: bytes) -> bytes:
    root = etree.fromstring(body)
    for metadata in root.findall("{http://www.w3.org/2000/svg}metadata"):
        root.remove(metadata)
    return etree.tostring(root, method="c14n2", strip_text=True)


def test_sequences_have_their_packets(seal: Seal, tmp_path: Path) -> None:
    need("ffmpeg")
    file = written(tmp_path, animated("AVIF"), "avif")
    for sealed in seal(file.read_bytes(), "image/avif"):
        assert packets(written(tmp_path, sealed.asset, "avif")) == packets(file)
