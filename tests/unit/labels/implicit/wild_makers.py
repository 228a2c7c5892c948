"""Files with labels in the places where others put them, made here, one for each place that is read."""

import io
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import imagecodecs
import pikepdf
from mutagen.id3 import COMM, PRIV, TXXX
from PIL import Image

from pipeline.labels.implicit import write_labels
from pipeline.labels.implicit.carriers.audio_riff import riff_chunk
from pipeline.labels.implicit.carriers.video_boxes import box
from tests.unit.labels.implicit import makers
from tests.unit.labels.implicit.wild_media import (
    avi,
    comments,
    film,
    flac,
    flac_header,
    info,
    item,
    itunes,
    keyed,
    matroska,
    mp3,
    ogg,
    vorbis_headers,
    wav,
)

HEAD: Final = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
TC260: Final = "http://www.tc260.org.cn/ns/AIGC/1.0/"
CODES: Final = {
    "ascii": b"ASCII\x00\x00\x00",
    "unicode": b"UNICODE\x00",
    "jis": b"JIS\x00\x00\x00\x00\x00",
    "undefined": bytes(8),
    "none": b"",
}
PIXELS: Final = bytes(range(64))
THUMBNAIL: Final = b"\xff\xd8a thumbnail\xff\xd9"
NOTES: Final = b"the notes of a camera, which nobody but it can read"

EXIF_FAR: Final = (6).to_bytes(4, "big") + b"Exif\0\0"
"""In front of EXIF that does not begin at once."""

Maker = Callable[[str], bytes]


def quoted(label: str) -> str:
    return label.replace("&", "&amp;").replace('"', "&quot;")


def packet(label: str, *, namespace: str = TC260, name: str = "AIGC") -> bytes:
    inside = (
        f'<rdf:Description rdf:about="" xmlns:t="{namespace}"><t:{name}>{quoted(label)}</t:{name}></rdf:Description>'
    )
    return f"{HEAD}{inside}</rdf:RDF></x:xmpmeta>".encode()


def exif(label: bytes, *, tag: int = 0x9286, order: str = "<") -> bytes:
    """EXIF as a camera writes it: a description or comment, the camera's notes, a thumbnail behind them."""

    def entry(number: int, kind: int, count: int, value: int) -> bytes:
        return struct.pack(order + "HHII", number, kind, count, value)

    comment = tag == 0x9286
    first, inner, second = 8, 50 + 12, 62 + 30
    values = second + 2 + 24 + 4
    at = {"maker": values, "notes": values + 8, "label": values + 8 + len(NOTES)}
    thumbnail = at["label"] + len(label)
    named = entry(0x010E, 2, 4, 0x20202020) if comment else entry(0x010E, 2, len(label), at["label"])
    zeroth = [named, entry(0x010F, 2, 8, at["maker"]), entry(0x0112, 3, 1, 1), entry(0x8769, 4, 1, inner)]
    texts = entry(0x9286, 7, len(label), at["label"]) if comment else entry(0x9286, 7, 4, 0)
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "I", first)
    body = head + struct.pack(order + "H", 4) + b"".join(zeroth) + struct.pack(order + "I", second)
    body = body.ljust(inner, b"\x00")
    body += struct.pack(order + "H", 2) + entry(0x927C, 7, len(NOTES), at["notes"]) + texts + bytes(4)
    assert len(body) == second
    pointers = entry(0x0201, 4, 1, thumbnail) + entry(0x0202, 4, 1, len(THUMBNAIL))
    body += struct.pack(order + "H", 2) + pointers + bytes(4)
    return body + b"Harbour\x00" + NOTES + label + THUMBNAIL


def comment(label: str, code: str = "ascii", *, order: str = "<") -> bytes:
    wide = "utf-16-le" if order == "<" else "utf-16-be"
    return exif(CODES[code] + label.encode(wide if code == "unicode" else "utf-8"), order=order)


def description(label: str) -> bytes:
    return exif(label.encode() + b"\x00", tag=0x010E)


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    body = makers.made("jpeg")
    added = b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", len(payload) + 2) + payload for marker, payload in segments
    )
    return body[:2] + added + body[2:]


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes) -> bytes:
    body = makers.made("png")
    return body[:33] + b"".join(chunks) + body[33:]


def png_text(keyword: str, said: str) -> bytes:
    return png(png_chunk(b"tEXt", keyword.encode() + b"\x00" + said.encode()))


def profile(name: str, body: bytes) -> bytes:
    """A profile as ImageMagick keeps it."""
    digits = body.hex()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    said = f"\n{name}\n{len(body):8}\n{lines}\n".encode()
    return png_chunk(b"zTXt", f"Raw profile type {name}".encode() + b"\x00\x00" + zlib.compress(said))


def webp(kind: bytes, body: bytes) -> bytes:
    file = makers.made("webp-extended")
    file = file[:20] + bytes([file[20] | 0x08]) + file[21:] + kind + struct.pack("<I", len(body)) + body
    file += bytes(len(body) % 2)
    return file[:4] + struct.pack("<I", len(file) - 8) + file[8:]


def gif(label: str) -> bytes:
    """As ImageMagick writes it: names in lower case, and the packet in sub-blocks."""
    said = packet(label)
    blocks = b"".join(bytes([len(block)]) + block for block in (said[at : at + 255] for at in range(0, len(said), 255)))
    body = makers.made("gif")
    at = 13 + 3 * (2 << (body[10] & 7))
    return body[:at] + b"\x21\xff\x0bxmp dataxmp" + blocks + b"\x00" + body[at:]


def tiff(label: str) -> bytes:
    out = io.BytesIO()
    tags = Image.Exif()
    tags[0x010E] = label
    makers.picture().save(out, "TIFF", exif=tags)
    return out.getvalue()


def tiff_comment(label: str) -> bytes:
    """A second directory with EXIF, as cameras put it into TIFF, behind everything else."""
    body = makers.big_endian_tiff()
    at = int.from_bytes(body[4:8], "big")
    entries, value = body[at + 2 : -4], CODES["ascii"] + label.encode()
    inner = len(body) + len(value)
    inner += inner % 2
    exif_ifd = struct.pack(">HHHII", 1, 0x9286, 7, len(value), len(body)) + bytes(4)
    first = inner + len(exif_ifd)
    number = int.from_bytes(body[at : at + 2], "big") + 1
    directory = struct.pack(">H", number) + entries + struct.pack(">HHII", 0x8769, 4, 1, inner) + bytes(4)
    return (
        body[:4] + first.to_bytes(4, "big") + body[8:] + value.ljust(inner - len(body), b"\x00") + exif_ifd + directory
    )


def avif(label: str) -> bytes:
    return makers.encoded("AVIF", exif=comment(label))


def heic_with_prefix(label: str) -> bytes:
    """A packet that begins and ends as some cameras have it, in the place of one of ours that was longer."""
    body = write_labels(makers.made("heic"), "image/heic", makers.LABELS)
    begin, end = body.index(b"<?xpacket begin"), body.index(b'<?xpacket end="w"?>') + len(b'<?xpacket end="w"?>')
    said = b"http://ns.adobe.com/xap/1.0/\x00" + packet(label)
    assert len(said) < end - begin
    return body[:begin] + said.ljust(end - begin, b"\x00") + body[end:]


def jpeg_xl(kind: bytes, held: bytes) -> bytes:
    """A box of metadata before the picture, where cjxl puts it."""
    body = makers.made("jxl")
    at = body.index(b"jxlc") - 4
    return body[:at] + box(kind, held) + body[at:]


def brotli(held: bytes) -> bytes:
    return bytes(imagecodecs.brotli_encode(held))


def pdf(label: str) -> bytes:
    document = pikepdf.open(io.BytesIO(makers.made("pdf")))
    document.docinfo["/aigc"] = label
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _members(label: str) -> bytes:
    said = "".join(f' t:{key}="{quoted(str(value))}"' for key, value in json.loads(label).items())
    return f'{HEAD}<rdf:Description rdf:about="" xmlns:t="{TC260}"{said}/></rdf:RDF></x:xmpmeta>'.encode()


def _copied(label: str) -> bytes:
    return packet(label, namespace="http://ns.adobe.com/exif/1.0/", name="UserComment")


def _app1(said: bytes) -> tuple[int, bytes]:
    return 0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + said


WAV: Final = "audio/wav"
MP4: Final = "video/mp4"

WILD: Final[Mapping[str, tuple[str, str, Maker]]] = {
    "jpeg-exif-comment": ("image/jpeg", "exif.UserComment", lambda label: jpeg((0xE1, b"Exif\0\0" + comment(label)))),
    "jpeg-exif-description": (
        "image/jpeg",
        "exif.ImageDescription",
        lambda label: jpeg((0xE1, b"Exif\0\0" + description(label))),
    ),
    "jpeg-application": ("image/jpeg", "jpeg.APPn", lambda label: jpeg((0xEB, b"AIGC" + label.encode() + b"\0"))),
    "jpeg-xmp-namespace": ("image/jpeg", "xmp", lambda label: jpeg(_app1(packet(label, namespace=TC260[:-1])))),
    "jpeg-xmp-lower-case": ("image/jpeg", "xmp", lambda label: jpeg(_app1(packet(label, name="aigc")))),
    "jpeg-xmp-members": ("image/jpeg", "xmp.members", lambda label: jpeg(_app1(_members(label)))),
    "jpeg-xmp-copied": ("image/jpeg", "xmp.text", lambda label: jpeg(_app1(_copied(label)))),
    "webp-exif": ("image/webp", "exif.UserComment", lambda label: webp(b"EXIF", comment(label))),
    "webp-exif-prefixed": ("image/webp", "exif.UserComment", lambda label: webp(b"EXIF", b"Exif\0\0" + comment(label))),
    "png-exif": ("image/png", "exif.UserComment", lambda label: png(png_chunk(b"eXIf", comment(label)))),
    "png-profile-exif": (
        "image/png",
        "exif.UserComment",
        lambda label: png(profile("exif", b"Exif\0\0" + comment(label))),
    ),
    "png-profile-app1": (
        "image/png",
        "exif.UserComment",
        lambda label: png(profile("APP1", b"Exif\0\0" + comment(label))),
    ),
    "png-profile-xmp": ("image/png", "xmp", lambda label: png(profile("xmp", packet(label)))),
    "png-xmp-packed": (
        "image/png",
        "xmp",
        lambda label: png(png_chunk(b"zTXt", b"XML:com.adobe.xmp\0\0" + zlib.compress(packet(label)))),
    ),
    "png-text": ("image/png", "png.text", lambda label: png_text("aigc", label)),
    "png-comment": ("image/png", "png.text", lambda label: png_text("Comment", label)),
    "gif-lower-case": ("image/gif", "xmp", gif),
    "tiff-description": ("image/tiff", "exif.ImageDescription", tiff),
    "tiff-comment": ("image/tiff", "exif.UserComment", tiff_comment),
    "avif-exif": ("image/avif", "exif.UserComment", avif),
    "heic-xmp-prefixed": ("image/heic", "xmp", heic_with_prefix),
    "jxl-xmp": ("image/jxl", "xmp", lambda label: jpeg_xl(b"xml ", packet(label))),
    "jxl-xmp-packed": ("image/jxl", "xmp", lambda label: jpeg_xl(b"brob", b"xml " + brotli(packet(label)))),
    "jxl-exif": ("image/jxl", "exif.UserComment", lambda label: jpeg_xl(b"Exif", bytes(4) + comment(label))),
    "jxl-exif-far": ("image/jxl", "exif.UserComment", lambda label: jpeg_xl(b"Exif", EXIF_FAR + comment(label))),
    "jxl-exif-no-offset": ("image/jxl", "exif.UserComment", lambda label: jpeg_xl(b"Exif", comment(label))),
    "jxl-exif-packed": (
        "image/jxl",
        "exif.ImageDescription",
        lambda label: jpeg_xl(b"brob", b"Exif" + brotli(bytes(4) + description(label))),
    ),
    "pdf-lower-case": ("application/pdf", "pdf.info", pdf),
    "mp4-itunes": (MP4, "moov.udta.meta", lambda label: film(box(b"udta", itunes(item(b"\xa9cmt", label))))),
    "mp4-itunes-numbered": (MP4, "moov.meta", lambda label: film(itunes(item(struct.pack(">I", 1), label)))),
    "mp4-other-key": (MP4, "moov.udta.meta", lambda label: film(box(b"udta", keyed("comment", label)))),
    "mp4-lower-case": (MP4, "moov.udta.meta", lambda label: film(box(b"udta", keyed("aigc", label)))),
    "mp4-moov-meta": (MP4, "moov.meta", lambda label: film(keyed("AIGC", label))),
    "mp4-file-meta": (MP4, "meta", lambda label: film(beside=keyed("AIGC", label))),
    "mp4-two-udta": (MP4, "moov.udta.meta", lambda label: film(box(b"udta"), box(b"udta", keyed("AIGC", label)))),
    "mp4-literal": (MP4, "moov.udta.AIGC", lambda label: film(box(b"udta", box(b"aigc", label.encode())))),
    "mov-text": (
        "video/quicktime",
        "moov.udta.text",
        lambda label: film(
            box(b"udta", box(b"\xa9cmt", struct.pack(">HH", len(label), 0), label.encode())), brand=b"qt  "
        ),
    ),
    "wav-lower-case": (WAV, "riff.AIGC", lambda label: wav(riff_chunk(b"aigc", label.encode()))),
    "wav-info": (WAV, "riff.INFO.AIGC", lambda label: wav(info(b"aigc", label))),
    "wav-comment": (WAV, "riff.INFO", lambda label: wav(info(b"ICMT", label))),
    "avi-comment": ("video/x-msvideo", "riff.INFO", lambda label: avi(info(b"ICMT", label))),
    "mp3-other-text": ("audio/mpeg", "id3.TXXX", lambda label: mp3(TXXX(encoding=3, desc="comment", text=[label]))),
    "mp3-comment": ("audio/mpeg", "id3.COMM", lambda label: mp3(COMM(encoding=1, lang="zho", desc="", text=[label]))),
    "mp3-private": ("audio/mpeg", "id3.PRIV", lambda label: mp3(PRIV(owner="AIGC", data=label.encode()))),
    "flac-lower-case": ("audio/flac", "vorbis.AIGC", lambda label: flac(4, comments(f"aigc={label}"))),
    "flac-comment": ("audio/flac", "vorbis.comment", lambda label: flac(4, comments(f"COMMENT={label}"))),
    "flac-foreign": (
        "audio/flac",
        "flac.foreign",
        lambda label: flac(2, b"riff" + riff_chunk(b"AIGC", label.encode())),
    ),
    "flac-foreign-info": ("audio/flac", "flac.foreign", lambda label: flac(2, b"riff" + info(b"AIGC", label))),
    "flac-foreign-xmp": (
        "audio/flac",
        "xmp",
        lambda label: flac(2, b"riff" + riff_chunk(b"_PMX", packet(label) + b" " * 200)),
    ),
    "ogg-comment": ("audio/ogg", "vorbis.comment", lambda label: ogg("comment", label)),
    "matroska-codec-flac": (
        "video/x-matroska",
        "matroska.CodecPrivate",
        lambda label: matroska("A_FLAC", flac_header(label), checked=True),
    ),
    "matroska-codec-vorbis": (
        "video/x-matroska",
        "matroska.CodecPrivate",
        lambda label: matroska("A_VORBIS", vorbis_headers(label)),
    ),
}
"""By name: the media type, the carrier that the label is found in, and how a file with this label is made."""


def wild(name: str, label: str) -> bytes:
    return WILD[name][2](label)


def wild_type(name: str) -> str:
    return WILD[name][0]
