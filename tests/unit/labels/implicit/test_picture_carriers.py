"""Pictures: whatever else is in the file stays, broken containers are refused, and each format's own traps."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from pipeline.labels.implicit import ImplicitRefusedError, LabelsToWrite, aigc_json, read_labels, write_labels, xmp
from pipeline.labels.implicit.carriers import jpeg
from pipeline.labels.implicit.carriers.video_boxes import box
from tests.unit.labels.implicit.makers import LABELS, OTHER, animated, encoded, made, picture
from tests.unit.labels.implicit.test_xmp import packet

THERE = packet("<dc:source>the old packet</dc:source>")
EXIF = Image.Exif()
EXIF[0x010E] = "A gradient"
PROFILE = b"a colour profile, or so it says"


def shown(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def after_start(body: bytes, *segments: bytes) -> bytes:
    return body[:2] + b"".join(segments) + body[2:]


XAP = b"http://ns.adobe.com/xap/1.0/\x00"


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_exif_colour_profile_and_a_packet_that_was_there_stay(format_: str) -> None:
    options: dict[str, dict[str, object]] = {
        "PNG": {"exif": EXIF},
        "TIFF": {"tiffinfo": {700: THERE, 0x010E: "A gradient"}},
    }
    out = io.BytesIO()
    picture().save(out, format_, icc_profile=PROFILE, **options.get(format_, {"exif": EXIF, "xmp": THERE}))
    media_type = f"image/{format_.lower()}"
    if format_ == "PNG":
        chunk = b"iTXtXML:com.adobe.xmp" + bytes(5) + THERE
        whole = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        out = io.BytesIO(out.getvalue()[:33] + whole + out.getvalue()[33:])
    marked = write_labels(out.getvalue(), media_type, LABELS)
    image = shown(marked)
    assert image.info["icc_profile"] == PROFILE
    assert image.getexif()[0x010E] == "A gradient"
    assert marked.count(b"the old packet") == 1
    assert read_labels(marked, media_type).show(LABELS)


def test_jpeg_keeps_exif_and_jfif_first_and_everything_else_as_it_is() -> None:
    original = encoded("JPEG", exif=EXIF, comment=b"a comment", icc_profile=PROFILE)
    marked = write_labels(original, "image/jpeg", LABELS)
    at = marked.index(XAP) - 4
    length = int.from_bytes(marked[at + 2 : at + 4], "big") + 2
    assert marked[:at] + marked[at + length :] == original
    assert b"JFIF" in marked[:at]
    assert b"Exif" in marked[:at]


def test_jpeg_reads_extended_xmp_and_refuses_to_leave_marks_in_it() -> None:
    guid = b"0123456789ABCDEF0123456789ABCDEF"
    note = 'xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="' + guid.decode() + '" rdf:about=""'
    extension = xmp.merge(None, LABELS)
    pieces = [(at, extension[at : at + 400]) for at in range(0, len(extension), 400)]
    segments = [
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\x00" + guid + struct.pack(">II", len(extension), at) + piece)
        for at, piece in reversed(pieces)
    ]
    body = after_start(made("jpeg"), segment(0xE1, XAP + packet("", note)), *segments)
    assert read_labels(body, "image/jpeg").show(LABELS)
    with pytest.raises(ImplicitRefusedError, match="extended XMP"):
        write_labels(body, "image/jpeg", OTHER)
    assert "missing" in (read_labels(body.replace(segments[1], b""), "image/jpeg").refused or "")
    foreign = body.replace(b'HasExtendedXMP="0', b'HasExtendedXMP="9')
    assert not read_labels(foreign, "image/jpeg").aigc


def test_jpeg_refuses_a_packet_longer_than_a_segment() -> None:
    body = after_start(made("jpeg"), segment(0xE1, XAP + packet("x" * 65_000)))
    with pytest.raises(ImplicitRefusedError, match="segment"):
        write_labels(body, "image/jpeg", LABELS)


def test_jpeg_refuses_to_move_what_an_index_of_several_pictures_points_to() -> None:
    index, there = segment(0xE2, b"MPF\x00MM\x00*"), segment(0xE1, XAP + packet(""))
    with pytest.raises(ImplicitRefusedError, match="several pictures"):
        write_labels(after_start(made("jpeg"), index, there), "image/jpeg", LABELS)
    marked = write_labels(after_start(made("jpeg"), index), "image/jpeg", LABELS)
    assert marked.index(XAP) < marked.index(b"MPF\x00")


def test_jpeg_with_two_packets_gives_up_the_mark_of_the_second() -> None:
    both = [segment(0xE1, XAP + xmp.merge(None, labels)) for labels in (LABELS, OTHER)]
    body = after_start(made("jpeg"), *both)
    assert read_labels(body, "image/jpeg").contradictions == ("several-aigc-marks",)
    assert read_labels(write_labels(body, "image/jpeg", OTHER), "image/jpeg").conforming == OTHER.aigc


def test_jpeg_with_too_many_segments_is_refused() -> None:
    body = after_start(made("jpeg"), segment(0xFE, b"") * 1001)
    assert "more than" in (read_labels(body, "image/jpeg").refused or "")


def test_what_follows_a_jpeg_stays() -> None:
    """Phones put films and second pictures behind the first."""
    assert jpeg.write(made("jpeg") + b"a film", LABELS).endswith(b"\xff\xd9a film")


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def after_header(body: bytes, *chunks: bytes) -> bytes:
    return body[:33] + b"".join(chunks) + body[33:]


@pytest.mark.parametrize(
    ("kind", "head", "squeeze"),
    [
        (b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00en\x00name\x00", False),
        (b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00", True),
    ],
)
def test_png_packets_are_read_however_they_are_packed(kind: bytes, head: bytes, *, squeeze: bool) -> None:
    written = xmp.merge(None, LABELS)
    body = after_header(made("png"), chunk(kind, head + (zlib.compress(written) if squeeze else written)))
    assert read_labels(body, "image/png").show(LABELS)
    assert read_labels(write_labels(body, "image/png", OTHER), "image/png").conforming == OTHER.aigc


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt"])
def test_png_text_chunks_with_marks_are_read_and_replaced(kind: bytes) -> None:
    assert LABELS.aigc is not None
    text = aigc_json(LABELS.aigc).encode()
    bodies = {b"tEXt": b"AIGC\x00" + text, b"zTXt": b"AIGC\x00\x00" + zlib.compress(text)}
    body = after_header(made("png"), chunk(kind, bodies.get(kind, b"AIGC" + bytes(5) + text)))
    found = read_labels(body, "image/png")
    assert (found.conforming, found.aigc[0].carrier) == (LABELS.aigc, "png.text")
    both = write_labels(body, "image/png", LabelsToWrite(digital_source_type=LABELS.digital_source_type))
    assert read_labels(both, "image/png").conforming == LABELS.aigc
    assert [mark.carrier for mark in read_labels(write_labels(body, "image/png", OTHER), "image/png").aigc] == ["xmp"]


@pytest.mark.parametrize("name", [b"XML:com.adobe.xmp", b"AIGC"])
def test_a_png_text_that_expands_without_end_is_refused(name: bytes) -> None:
    bomb = zlib.compress(bytes(64 * 1024 * 1024), 9)
    body = after_header(made("png"), chunk(b"iTXt", name + b"\x00\x01\x00\x00\x00" + bomb))
    assert "longer" in (read_labels(body, "image/png").refused or "")


def test_a_png_with_too_many_chunks_of_metadata_is_refused() -> None:
    body = after_header(made("png"), chunk(b"tEXt", b"a\x00b") * 1001)
    assert "more than" in (read_labels(body, "image/png").refused or "")


def test_a_webp_or_gif_file_with_too_many_pieces_of_metadata_is_refused() -> None:
    pieces = (b"EXIF" + bytes(4)) * 1001
    webp = made("webp-extended")
    webp = webp[:4] + (len(webp) - 8 + len(pieces)).to_bytes(4, "little") + webp[8:] + pieces
    assert "more than" in (read_labels(webp, "image/webp").refused or "")
    gif = made("gif")[:-1] + b"\x21\xfe\x00" * 1001 + b"\x3b"
    assert "more than" in (read_labels(gif, "image/gif").refused or "")


@pytest.mark.parametrize("name", ["webp-lossy", "webp-lossless", "webp-lossless-alpha"])
def test_a_simple_webp_file_becomes_an_extended_one_of_the_same_size(name: str) -> None:
    marked = write_labels(made(name), "image/webp", LABELS)
    assert marked[12:16] == b"VP8X"
    flags = marked[20]
    assert bool(flags & 0x04)
    assert bool(flags & 0x10) == (name == "webp-lossless-alpha")
    size = tuple(int.from_bytes(marked[at : at + 3], "little") + 1 for at in (24, 27))
    assert size == shown(made(name)).size
    assert len(marked) == int.from_bytes(marked[4:8], "little") + 8


def test_a_gif_without_extensions_becomes_one_that_may_have_them() -> None:
    old = b"GIF87a" + made("gif")[6:]
    marked = write_labels(old, "image/gif", LABELS)
    assert marked.startswith(b"GIF89a")
    assert shown(marked).convert("RGB").tobytes() == shown(made("gif")).convert("RGB").tobytes()


def test_a_gif_keeps_its_loop_counter_in_front() -> None:
    marked = write_labels(made("gif-animated"), "image/gif", LABELS)
    assert marked.index(b"NETSCAPE2.0") < marked.index(b"XMP DataXMP")
    assert shown(marked).info["loop"] == 0


def test_a_gif_packet_in_sub_blocks_is_read() -> None:
    written = xmp.merge(None, LABELS)
    blocks = b"".join(
        bytes([len(piece)]) + piece for piece in (written[at : at + 255] for at in range(0, len(written), 255))
    )
    body = made("gif")
    at = 13 + 3 * (2 << (body[10] & 7))
    body = body[:at] + b"\x21\xff\x0bXMP DataXMP" + blocks + b"\x00" + body[at:]
    assert read_labels(body, "image/gif").show(LABELS)
    assert read_labels(write_labels(body, "image/gif", OTHER), "image/gif").conforming == OTHER.aigc


@pytest.mark.parametrize("name", ["tiff", "tiff-compressed", "tiff-pages", "tiff-big-endian", "bigtiff"])
def test_a_tiff_file_is_only_added_to(name: str) -> None:
    original, marked = made(name), write_labels(made(name), "image/tiff", LABELS)
    header = 16 if name == "bigtiff" else 8
    assert marked[header : len(original)] == original[header:]
    assert marked[: header // 2] == original[: header // 2]


def test_a_tiff_file_that_ends_before_its_pixels_is_refused() -> None:
    """What is put behind it would be taken for them."""
    with pytest.raises(ImplicitRefusedError, match="cut off"):
        write_labels(made("tiff")[:-100], "image/tiff", LABELS)


def test_a_tiff_file_whose_pages_go_round_in_a_circle_is_refused() -> None:
    body = bytearray(made("tiff-big-endian"))
    body[-4:] = body[4:8]
    with pytest.raises(ImplicitRefusedError, match="pages"):
        write_labels(bytes(body), "image/tiff", LABELS)


@pytest.mark.parametrize("name", ["avif", "avif-alpha", "heic"])
def test_a_still_keeps_every_byte_of_its_picture_where_its_table_says(name: str) -> None:
    media_type = f"image/{name.partition('-')[0]}"
    original = made(name)
    data = original[original.index(b"mdat") + 4 :]
    marked = write_labels(original, media_type, LABELS)
    assert data in marked
    assert marked.count(b"application/rdf+xml") == 1
    assert marked.count(b"cdsc") == 1
    again = write_labels(marked, media_type, OTHER)
    assert len(again) < len(marked) + 400
    assert again.count(b"application/rdf+xml") == 1


def test_a_sequence_of_pictures_is_refused_with_its_reason() -> None:
    with pytest.raises(ImplicitRefusedError, match="sequence"):
        write_labels(animated("AVIF"), "image/avif", LABELS)


def test_a_still_whose_last_box_has_no_end_is_refused() -> None:
    body = made("heic")
    at = body.index(b"mdat") - 4
    with pytest.raises(ImplicitRefusedError, match="no end"):
        write_labels(body[:at] + bytes(4) + body[at + 4 :], "image/heic", LABELS)


def test_a_bare_jpeg_xl_gets_a_container_around_the_same_codestream() -> None:
    bare = made("jxl-bare")
    marked = write_labels(bare, "image/jxl", LABELS)
    assert box(b"jxlc", bare) in marked
    assert np.array_equal(imagecodecs.jpegxl_decode(marked), imagecodecs.jpegxl_decode(bare))
    again = write_labels(marked, "image/jxl", OTHER)
    assert (again.count(b"xml "), read_labels(again, "image/jxl").conforming) == (1, OTHER.aigc)


def test_a_jpeg_xl_whose_last_box_has_no_end_gets_one_before_anything_follows() -> None:
    body = made("jxl")
    at = body.index(b"jxlc") - 4
    marked = write_labels(body[:at] + bytes(4) + body[at + 4 :], "image/jxl", LABELS)
    assert marked.startswith(body)
    assert read_labels(marked, "image/jxl").show(LABELS)


def restoring(*metadata: bytes) -> bytes:
    """A JPEG XL file that says how a JPEG is restored from it."""
    body = made("jxl")
    at = body.index(b"jxlc") - 4
    return body[:at] + box(b"jbrd", b"how") + b"".join(metadata) + body[at:]


def test_what_a_jpeg_is_restored_from_stays_as_it_is_with_our_packet_behind_it() -> None:
    """djxl takes the first packet and the EXIF for the JPEG that it restores, byte for byte."""
    body = restoring(box(b"Exif", bytes(4) + EXIF.tobytes()[6:]), box(b"xml ", THERE))
    marked = write_labels(body, "image/jxl", LABELS)
    assert marked.startswith(body)
    assert read_labels(marked, "image/jxl").show(LABELS)


def test_a_label_that_a_jpeg_is_restored_from_cannot_be_replaced() -> None:
    body = restoring(box(b"xml ", xmp.merge(None, LABELS)))
    assert write_labels(body, "image/jxl", LABELS) == body
    with pytest.raises(ImplicitRefusedError, match="restored"):
        write_labels(body, "image/jxl", OTHER)


@pytest.mark.parametrize("stream", [b"no Brotli at all", bytes(imagecodecs.brotli_encode(bytes(xmp.MOST_XMP + 1)))])
def test_jpeg_xl_metadata_that_cannot_be_decompressed_within_bounds_is_refused(stream: bytes) -> None:
    body = restoring(box(b"brob", b"xml " + stream))
    assert "compressed metadata" in (read_labels(body, "image/jxl").refused or "")


def test_many_compressed_boxes_of_jpeg_xl_are_bounded_together() -> None:
    stream = bytes(imagecodecs.brotli_encode(bytes(xmp.MOST_XMP)))
    body = restoring(box(b"brob", b"Exif" + stream) * 900)
    assert len(body) < 100_000
    assert "compressed metadata" in (read_labels(body, "image/jxl").refused or "")


def test_compressed_boxes_of_other_kinds_are_left_alone() -> None:
    body = restoring(box(b"brob", b"jumb" + b"whatever it is"))
    assert write_labels(body, "image/jxl", LABELS).startswith(body)
