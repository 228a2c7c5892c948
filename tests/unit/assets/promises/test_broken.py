"""What a container promises: each kept by what marks write, each broken by a spoiled twin, which is named."""

import io
import struct
from collections.abc import Callable, Mapping
from typing import Final

import pikepdf
import pytest

from pipeline.assets.promises import broken_promise, reason_to_leave
from tests.unit.labels.implicit import audio_video_makers as films
from tests.unit.labels.implicit import makers

Spoil = Callable[[bytes], bytes]


def replaced(old: bytes, new: bytes) -> Spoil:
    def spoil(body: bytes) -> bytes:
        assert body.count(old) >= 1
        return body.replace(old, new, 1)

    return spoil


def at_end(body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1])


def cut(body: bytes) -> bytes:
    return body[: len(body) // 2]


def without_last_page(body: bytes) -> bytes:
    """A TIFF file whose first page names no second one."""
    file = bytearray(body)
    (at,) = struct.unpack_from("<I", file, 4)
    (number,) = struct.unpack_from("<H", file, at)
    struct.pack_into("<I", file, at + 2 + 12 * number, 0)
    return bytes(file)


def with_page_of_nothing(body: bytes) -> bytes:
    """A TIFF file with one more directory, which holds no picture."""
    file = bytearray(body)
    (at,) = struct.unpack_from("<I", file, 4)
    (number,) = struct.unpack_from("<H", file, at)
    struct.pack_into("<I", file, at + 2 + 12 * number, len(file))
    return bytes(file) + struct.pack("<HHHIII", 1, 0xCD41, 7, 4, 0, 0)


def saved(change: Callable[[pikepdf.Pdf], object]) -> Spoil:
    def spoil(body: bytes) -> bytes:
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(body)) as document:
            change(document)
            document.save(out)
        return out.getvalue()

    return spoil


def moved_chunks(body: bytes) -> bytes:
    """An MP4 whose media is one byte further than its tables say."""
    return body.replace(b"stco\x00\x00\x00\x00\x00\x00\x00\x01", b"stco\x00\x00\x00\x00\x00\x00\x00\x01", 1).replace(
        b"\x00\x00\x00\x08free", b"\x00\x00\x00\x09free\x00", 1
    )


def tag(version: int, name: bytes = b"TIT2") -> bytes:
    frame = name + b"\x00\x00\x00\x07\x00\x00\x00Harbor"
    return b"ID3" + bytes((version, 0, 0, 0, 0, 0, len(frame))) + frame


JPEG: Final = ("image/jpeg", makers.made("jpeg"))
TIFF: Final = ("image/tiff", makers.made("tiff-pages"))
GIF: Final = ("image/gif", makers.made("gif-animated"))
PNG: Final = ("image/png", makers.made("png-animated"))
WEBP: Final = ("image/webp", makers.made("webp-animated"))
AVIF: Final = ("image/avif", makers.made("avif-alpha"))
SVG: Final = ("image/svg+xml", makers.made("svg"))
PDF: Final = ("application/pdf", makers.made("pdf"))
DOCX: Final = (makers.DOCX, makers.made("docx"))
MP3: Final = ("audio/mpeg", tag(3) + films.made("mp3-untagged"))
FLAC: Final = ("audio/flac", films.made("flac"))
WAV: Final = ("audio/wav", films.made("wav"))
MP4: Final = ("video/mp4", films.made("mp4"))
SEEKING: Final = ("video/mp4", films.made("mp4-fragments"))

TWINS: Final[Mapping[str, tuple[tuple[str, bytes], Spoil, str]]] = {
    "JPEG, pixels": (JPEG, at_end, "what is compressed, and what follows it"),
    "JPEG, table": (JPEG, replaced(b"\xff\xdb\x00\x43\x00", b"\xff\xdb\x00\x43\x02"), "its tables and colour profile"),
    "JPEG, cut off": (JPEG, lambda body: body[:100], "could not be read any more"),
    "PNG, frame": (PNG, replaced(b"fdAT", b"fdAU"), "its picture and frames"),
    "GIF, loop": (
        GIF,
        replaced(b"NETSCAPE2.0\x03\x01\x00", b"NETSCAPE2.0\x03\x01\x07"),
        "its frames, their times and its loop",
    ),
    "GIF, cut off": (GIF, cut, "could not be read any more"),
    "WebP, frame": (WEBP, replaced(b"ANMF", b"ANMG"), "its media"),
    "TIFF, page lost": (
        TIFF,
        without_last_page,
        "the number of its image directories would not be as before (3, then 1)",
    ),
    "TIFF, directory without a picture": (
        ("image/tiff", makers.made("tiff")),
        with_page_of_nothing,
        "the number of its image directories would not be as before (1, then 2)",
    ),
    "AVIF, pixels": (AVIF, at_end, "its items"),
    "SVG, shape": (SVG, replaced(b'height="4"', b'height="5"'), "the drawing"),
    "SVG, comment": (SVG, replaced(b"two squares", b"two circles"), "the drawing"),
    "PDF, page lost": (
        PDF,
        saved(lambda document: document.add_blank_page()),
        "the number of pages would not be as before (1, then 2)",
    ),
    "PDF, attachment": (
        PDF,
        saved(lambda document: document.attachments.__setitem__("a", pikepdf.AttachedFileSpec(document, b"a"))),
        "the attachments",
    ),
    "DOCX, part": (
        DOCX,
        lambda body: makers.archive({**makers.office_parts(), "word/media/one.png": b"1"}),
        "its parts",
    ),
    "MP3, version": (
        MP3,
        lambda body: tag(4) + body[27:],
        "the version of its tag would not be as before (2.3, then 2.4)",
    ),
    "MP3, frame": (MP3, lambda body: tag(3, b"TALB") + body[27:], "the frames of its tag"),
    "MP3, rest of a footer": (
        MP3,
        lambda body: body[:27] + b"3DI" + bytes(7) + body[27:],
        "its sound, and what is around it",
    ),
    "FLAC, sound": (FLAC, at_end, "its sound"),
    "WAV, samples": (WAV, replaced(b"data", b"date"), "its media"),
    "WAV, form": (WAV, replaced(b"WAVE", b"WAVF"), "its form would not be as before (WAVE, then WAVF)"),
    "MP4, media moved": (MP4, moved_chunks, "the places that its tables name"),
    "MP4, track": (MP4, replaced(b"vmhd\x00\x00\x00\x01", b"vmhd\x00\x00\x00\x00"), "its tracks and fragments"),
    "MP4, brand": (MP4, replaced(b"ftypisom", b"ftypmp42"), "its brands"),
    "MP4, table for seeking": (
        SEEKING,
        lambda body: body[: body.index(b"tfra") + 28] + bytes(8) + body[body.index(b"tfra") + 36 :],
        "the places that its tables name",
    ),
}


@pytest.mark.parametrize("kind", TWINS)
def test_a_spoiled_twin_is_told_and_what_of_it(kind: str) -> None:
    (media_type, body), spoil, what = TWINS[kind]
    spoiled = spoil(body)
    assert spoiled != body
    assert what in (broken_promise(body, spoiled, media_type) or "")
    assert broken_promise(body, bytes(bytearray(body)), media_type) is None


def test_metadata_of_others_may_be_replaced_by_labels_and_by_nothing_else() -> None:
    before, after = makers.encoded("PNG"), makers.encoded("PNG", pnginfo=text_of("AIGC", "1"))
    with_other = makers.encoded("PNG", pnginfo=text_of("AIGC", "2"))
    assert broken_promise(after, with_other, "image/png") == (
        "Of the PNG picture, its other metadata would not be as before."
    )
    assert broken_promise(after, with_other, "image/png", label=True) is None
    assert broken_promise(after, before, "image/png") is not None


def text_of(key: str, value: str) -> object:
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    held = PngInfo()
    held.add_text(key, value)
    return held


@pytest.mark.parametrize(
    "media_type", sorted({media_type for (media_type, _), _, _ in TWINS.values()} - {"audio/mpeg"})
)
def test_a_file_that_is_broken_from_the_start_promises_nothing(media_type: str) -> None:
    for broken in (b"\x00", b"no such thing at all" * 3, bytes(64), b"II\x2a\x00\xff\xff\xff\x7f"):
        assert broken_promise(broken, broken + b"!", media_type) is None


def test_formats_without_a_container_promise_nothing() -> None:
    assert broken_promise(b"a", b"b", "text/plain") is None
    assert broken_promise(b"a", b"b", "application/octet-stream") is None


def test_every_format_that_embeds_is_known() -> None:
    """All but text, which has no container; a new format that embeds must say what it promises."""
    from pipeline.assets.promises import _CONTAINERS  # noqa: PLC0415
    from pipeline.credentials.traces import TRACES  # noqa: PLC0415

    assert set(TRACES) - set(_CONTAINERS) == {"text/plain"}


def test_documents_that_are_left_alone_are_told_before_anything_is_tried() -> None:
    plain = makers.made("pdf")
    locked = makers.pdf(encryption=pikepdf.Encryption(owner="harbour", user=""))
    closed = makers.pdf(encryption=pikepdf.Encryption(owner="harbour", user="ferry"))
    assert reason_to_leave(plain, "application/pdf") is None
    assert reason_to_leave(b"%PDF-nothing", "application/pdf") is None
    assert reason_to_leave(plain, "image/png") is None
    assert reason_to_leave(locked, "application/pdf") == "The PDF document is encrypted, and would not be afterwards."
    assert reason_to_leave(closed, "application/pdf") == "The PDF document is encrypted, and asks for a password."
