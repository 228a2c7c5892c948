"""What an asset is, told by its bytes; what is declared or named is a claim."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.assets import asset_of
from pipeline.assets.sniffing import sniffed
from pipeline.media_types import FORMATS

OFFICE = "application/vnd.openxmlformats-officedocument"


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def movie(brand: bytes, *handlers: bytes) -> bytes:
    tracks = [box(b"trak", box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(13)))) for handler in handlers]
    return box(b"ftyp", brand, bytes(4), b"isom", b"mp42") + box(b"moov", box(b"mvhd", bytes(100)), *tracks)


def package(part: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{part}.main+xml"/></Types>')
        archive.writestr("any/folder.xml", "<x/>")
    return out.getvalue()


def stored(first: str, content: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(first, content)
        archive.writestr("more.xml", "<x/>")
    return out.getvalue()


def tiff(order: str, *tags: int) -> bytes:
    little = order == "little"
    entries = b"".join(tag.to_bytes(2, order) + bytes(10) for tag in tags)  # type: ignore[arg-type]
    start = (b"II*\0" if little else b"MM\0*") + (8).to_bytes(4, order)  # type: ignore[arg-type]
    return start + len(tags).to_bytes(2, order) + entries + bytes(4)  # type: ignore[arg-type]


def ogg(packet: bytes) -> bytes:
    return b"OggS" + bytes(22) + b"\x01" + bytes([len(packet)]) + packet


def id3(size: int, flags: int = 0) -> bytes:
    return b"ID3\x04\x00" + bytes([flags]) + bytes([0, 0, size >> 7, size & 127]) + bytes(size)


FOOTER = b"3DI\x04\x00\x10" + bytes(4)

BYTES = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "image/gif": b"GIF89a\x01\x00\x01\x00",
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "image/tiff": tiff("little", 256, 257),
    "image/x-adobe-dng": tiff("big", 256, 50706),
    "image/jxl": b"\x00\x00\x00\x0cJXL \r\n\x87\n",
    "image/avif": box(b"ftyp", b"avif", bytes(4), b"mif1", b"miaf"),
    "image/heic": box(b"ftyp", b"mif1", bytes(4), b"mif1", b"heic"),
    "image/heif": box(b"ftyp", b"mif1", bytes(4), b"mif1", b"miaf"),
    "image/bmp": b"BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00",
    "image/svg+xml": b'<?xml version="1.0"?><!-- drawn --><svg xmlns="http://www.w3.org/2000/svg"/>',
    "audio/wav": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "audio/mpeg": b"\xff\xfb\x90\x64" + bytes(64),
    "audio/flac": b"fLaC\x00\x00\x00\x22",
    "audio/mp4": movie(b"M4A ", b"soun"),
    "audio/ogg": ogg(b"OpusHead\x01"),
    "audio/aac": b"\xff\xf1\x50\x80" + bytes(64),
    "audio/aiff": b"FORM\x00\x00\x00\x10AIFFCOMM",
    "video/mp4": movie(b"isom", b"soun", b"vide"),
    "video/quicktime": movie(b"qt  ", b"vide"),
    "video/webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm",
    "video/x-matroska": b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\x82\x88matroska",
    "video/x-flv": b"FLV\x01\x05\x00\x00\x00\x09",
    "video/x-msvideo": b"RIFF\x24\x00\x00\x00AVI LIST",
    "video/ogg": ogg(b"\x80theora"),
    "video/mpeg": b"\x00\x00\x01\xba\x44\x00",
    "application/pdf": b"%PDF-1.7\n",
    f"{OFFICE}.wordprocessingml.document": package(f"{OFFICE}.wordprocessingml.document"),
    f"{OFFICE}.spreadsheetml.sheet": package(f"{OFFICE}.spreadsheetml.sheet"),
    f"{OFFICE}.presentationml.presentation": package(f"{OFFICE}.presentationml.presentation"),
    "application/epub+zip": stored("mimetype", "application/epub+zip"),
    "application/zip": stored("a.txt", "a"),
    "text/plain": "Ein Text, und nichts weiter: für alle.\n".encode(),
    "text/html": b"\n<!doctype html><title>A page</title>",
    "application/xhtml+xml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>',
    "application/json": b'{"answer": [1, 2]}',
    "application/xml": b'<?xml version="1.0"?><!DOCTYPE note [<!ENTITY a "b">]><note/>',
    "application/c2pa": b"\x00\x00\x10\x00jumb\x00\x00\x00\x1ejumdc2pa\x00\x11\x00\x10",
}
"""The beginning of a file of each format that bytes can tell."""

TOLD_BY_THE_CLAIM = {"text/markdown", "text/csv", "audio/webm", "audio/x-matroska"}


def test_there_is_a_file_of_every_format() -> None:
    assert set(BYTES) | TOLD_BY_THE_CLAIM == set(FORMATS)


@pytest.mark.parametrize(("media_type", "body"), BYTES.items())
@pytest.mark.parametrize("claim", [None, "application/octet-stream", "binary/octet-stream", ""])
def test_bytes_that_nobody_names_are_what_they_are(media_type: str, body: bytes, claim: str | None) -> None:
    found = sniffed(body, claim)
    assert (found.media_type, found.differs) == (media_type, False)


@pytest.mark.parametrize(("media_type", "body"), BYTES.items())
def test_a_claim_in_any_spelling_of_the_same_format_holds(media_type: str, body: bytes) -> None:
    for claim in (media_type, *FORMATS[media_type].aliases):
        found = sniffed(body, claim.upper())
        assert (found.media_type, found.differs) == (media_type, False)


@pytest.mark.parametrize(("media_type", "body"), BYTES.items())
def test_against_another_claim_the_bytes_win(media_type: str, body: bytes) -> None:
    for claim in ("image/png", "application/pdf", "audio/wav"):
        found = sniffed(body, claim)
        assert (found.media_type, found.differs) == (media_type, claim != media_type)


@pytest.mark.parametrize(
    ("claim", "body"),
    [
        ("text/markdown", b"# Tides\n\nThe ferry leaves at ten.\n"),
        ("text/csv", b"a,b\n1,2\n"),
        ("text/plain", BYTES["application/json"]),
        ("text/plain", BYTES["text/html"]),
        ("text/plain", BYTES["image/svg+xml"]),
        ("text/html", b"<p>Part of a page"),
        ("text/plain; charset=gb18030", "渡轮十点开".encode("gb18030")),
        ("application/x-ndjson", b"{}\n{}\n"),
        ("audio/webm", BYTES["video/webm"]),
        ("audio/x-matroska", BYTES["video/x-matroska"]),
        ("application/vnd.ms-visio.drawing", BYTES["application/zip"]),
    ],
)
def test_a_claim_that_says_more_than_the_bytes_can_holds(claim: str, body: bytes) -> None:
    found = sniffed(body, claim)
    assert (found.media_type, found.differs) == (claim.partition(";")[0], False)


@pytest.mark.parametrize("claim", ["video/mp4", "audio/mp4", "video/quicktime"])
def test_a_segment_is_what_it_is_claimed_to_be_for_its_tracks_are_told_elsewhere(claim: str) -> None:
    segment = box(b"styp", b"msdh", bytes(4), b"msdh") + box(b"moof", bytes(16)) + box(b"mdat", bytes(16))
    assert sniffed(segment, claim).media_type == claim
    assert sniffed(segment, None).media_type == "video/mp4"
    assert sniffed(segment[24:], "video/x-made-up").media_type == "video/x-made-up"
    assert sniffed(segment, "image/heic").differs


def test_an_m4a_under_the_name_of_an_mp4_is_sound() -> None:
    found = sniffed(movie(b"isom", b"soun"), "video/mp4")
    assert (found.media_type, found.differs) == ("audio/mp4", True)


def test_quicktime_without_a_brand_is_known_by_its_boxes() -> None:
    old = box(b"wide") + box(b"mdat", bytes(32)) + box(b"moov", bytes(8))
    assert sniffed(old, None).media_type == "video/quicktime"


@pytest.mark.parametrize(
    ("behind", "media_type"),
    [(b"fLaC\0\0\0\x22", "audio/flac"), (b"\xff\xfb\x90\x64", "audio/mpeg"), (b"\xff\xf9\x50\x80", "audio/aac")],
)
def test_behind_a_tag_stands_what_it_is(behind: bytes, media_type: str) -> None:
    assert sniffed(id3(300) + behind, None).media_type == media_type
    assert sniffed(id3(300, flags=0x10) + FOOTER + behind, None).media_type == media_type
    assert sniffed(id3(20) + id3(300) + behind, "image/png").media_type == media_type


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"\x7fELF\x02\x01\x01" + bytes(60), "image/png"),
        (b"SQLite format 3\x00" + bytes(60), "application/pdf"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(60), "image/jpeg"),
    ],
)
def test_formats_of_no_use_here_are_not_taken_for_what_they_are_named(body: bytes, media_type: str) -> None:
    found = sniffed(body, media_type)
    assert found.media_type not in FORMATS or not found.differs


def test_a_jpeg_2000_is_no_jpeg() -> None:
    found = sniffed(b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(200), "image/jpeg")
    assert (found.media_type, found.differs) == ("image/jp2", True)


@pytest.mark.parametrize("body", [b"\x01\x02\x03\x04 nobody knows \xff\xfe", b"", b"\xff", b"\x00" * 64])
def test_what_nobody_knows_speaks_against_no_claim(body: bytes) -> None:
    assert sniffed(body, "image/jpeg").media_type == "image/jpeg"
    assert not sniffed(body, "image/jpeg").differs
    assert sniffed(body, None).media_type == "application/octet-stream"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("claim", [None, "text/plain", "text/markdown"])
def test_a_text_with_a_byte_order_mark_is_a_text(encoding: str, claim: str | None) -> None:
    found = sniffed("The tide tables for the week, in full.\n".encode(encoding), claim)
    assert (found.media_type, found.differs) == (claim or "text/plain", False)


def test_text_is_no_picture_whatever_it_is_named() -> None:
    found = sniffed(b"BM is how bitmaps begin, and sentences.", "image/bmp")
    assert (found.media_type, found.differs) == ("text/plain", True)


@given(st.binary(max_size=400), st.sampled_from([None, *FORMATS, "x/unknown"]))
def test_any_bytes_are_something(body: bytes, claim: str | None) -> None:
    found = sniffed(body, claim)
    assert "/" in found.media_type
    assert not (found.differs and found.media_type == claim)


@given(st.sampled_from(sorted(BYTES)), st.data())
def test_any_broken_file_is_something(media_type: str, data: st.DataObject) -> None:
    body = bytearray(BYTES[media_type])
    for at in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=8)):
        body[at] = data.draw(st.integers(0, 255))
    assert "/" in sniffed(bytes(body[: data.draw(st.integers(0, len(body)))]), None).media_type


@pytest.mark.parametrize(
    ("claim", "media_type"),
    [
        ("Text/Plain; Charset=GB18030", "text/plain; charset=gb18030"),
        ('text/plain; charset="utf-8"', "text/plain; charset=utf-8"),
        ('text/plain; charset="a b"', "text/plain"),
        ("text/plain", "text/plain"),
        (None, "text/plain"),
    ],
)
def test_a_text_keeps_the_character_set_that_it_is_said_to_be_in(claim: str | None, media_type: str) -> None:
    assert asset_of(b"Words", claim).media_type == media_type


def test_only_texts_have_a_character_set() -> None:
    asset = asset_of(BYTES["image/png"], "image/png; charset=utf-8")
    assert (asset.media_type, asset.claimed) == ("image/png", None)


def test_an_asset_remembers_a_claim_that_its_bytes_contradict() -> None:
    asset = asset_of(BYTES["image/jpeg"], "image/PNG")
    assert (asset.media_type, asset.claimed) == ("image/jpeg", "image/PNG")
