"""Audio and video with labels in the places where others put them: the pieces that `wild_makers` puts together."""

import io
import struct

from mutagen.id3 import ID3
from mutagen.oggopus import OggOpus

from pipeline.labels.implicit.carriers.audio_riff import file_of, riff_chunk
from pipeline.labels.implicit.carriers.video_boxes import box
from pipeline.labels.implicit.carriers.video_ebml import master, text_element, unsigned, void
from tests.unit.labels.implicit import audio_video_makers as media


def film(*inside: bytes, beside: bytes = b"", brand: bytes = b"isom") -> bytes:
    return box(b"ftyp", brand, bytes(4)) + beside + box(b"moov", *inside) + box(b"mdat", b"frames")


def handler(kind: bytes) -> bytes:
    return box(b"hdlr", bytes(8), kind, bytes(13))


def item(name: bytes, value: str) -> bytes:
    return box(name, box(b"data", struct.pack(">II", 1, 0), value.encode()))


def itunes(*items: bytes) -> bytes:
    return box(b"meta", bytes(4), handler(b"mdir"), box(b"ilst", *items))


def keyed(name: str, value: str) -> bytes:
    key = b"mdta" + name.encode()
    keys = box(b"keys", bytes(4), struct.pack(">II", 1, len(key) + 4), key)
    return box(b"meta", bytes(4), handler(b"mdta"), keys, box(b"ilst", item(struct.pack(">I", 1), value)))


def wav(*chunks: bytes) -> bytes:
    return file_of(b"WAVE", [riff_chunk(b"fmt ", bytes(16)), riff_chunk(b"data", b"samples!"), *chunks], b"")


def avi(*chunks: bytes) -> bytes:
    frames = riff_chunk(b"LIST", b"movi", riff_chunk(b"00dc", b"frame"))
    header = riff_chunk(b"LIST", b"hdrl", bytes(64))
    return file_of(b"AVI ", [header, *chunks, riff_chunk(b"JUNK", bytes(900)), frames], b"")


def info(kind: bytes, said: str) -> bytes:
    return riff_chunk(b"LIST", b"INFO", riff_chunk(kind, said.encode(), b"\x00"))


def mp3(frame: object) -> bytes:
    file = io.BytesIO(media.made("mp3"))
    tags = ID3(file)
    tags.add(frame)
    tags.save(file)
    return file.getvalue()


def ogg(name: str, label: str) -> bytes:
    file = io.BytesIO(media.made("ogg-opus"))
    tags = OggOpus(file)
    tags[name] = [label]
    file.seek(0)
    tags.save(file)
    return file.getvalue()


def comments(*said: str) -> bytes:
    pieces = [struct.pack("<I", 6), b"vendor", struct.pack("<I", len(said))]
    return b"".join((*pieces, *(struct.pack("<I", len(comment.encode())) + comment.encode() for comment in said)))


def flac(kind: int, block: bytes) -> bytes:
    """A FLAC file with one more block of metadata, after the first."""
    body = media.made("flac")
    return body[:42] + bytes([kind]) + len(block).to_bytes(3) + block + body[42:]


def matroska(codec: str, private: bytes, *, checked: bool = False) -> bytes:
    private_element = (
        text_element(0x63A2, "").replace(b"\x80", b"", 1)[:2] + (1 << 28 | len(private)).to_bytes(4) + private
    )
    track = master(0xAE, (text_element(0x86, codec), private_element))
    tracks = master(0x1654AE6B, (track,), crc=checked)
    payload = master(0x114D9B74, ()) + void(60) + tracks + master(0x1F43B675, (unsigned(0xE7, 1), void(40)))
    head = master(0x1A45DFA3, (text_element(0x4282, "matroska"),))
    return head + (0x18538067).to_bytes(4) + (1 << 56 | len(payload)).to_bytes(8) + payload


def flac_header(label: str) -> bytes:
    block = comments("TITLE=Harbour", f"AIGC={label}")
    return b"fLaC" + b"\x00\x00\x00\x22" + bytes(34) + b"\x84" + len(block).to_bytes(3) + block


def vorbis_headers(label: str) -> bytes:
    said = b"\x03vorbis" + comments("TITLE=Harbour", f"AIGC={label}") + b"\x01"
    first = b"\x01vorbis" + bytes(23)
    return (
        bytes([2, len(first)]) + b"\xff" * (len(said) // 255) + bytes([len(said) % 255]) + first + said + b"\x05vorbis"
    )
