"""One file of every format, and what becomes of it on its way: re-encoded, resized, wrapped anew."""

import io
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

import av
import numpy as np
from lxml import etree
from PIL import Image

from tests.media.conftest import DOCX, SAMPLES
from tests.media.copies import PICTURE_COPIES, SOUND_COPIES, TEXT_COPIES, VIDEO_COPIES, filmed, recorded, samples_of
from tests.unit.labels.implicit.makers import archive, epub_parts, heic, office_parts

__all__ = ["EXHIBITS", "Copy", "Exhibit", "spoken"]

OFFICE: Final = DOCX.removesuffix(".wordprocessingml.document")
FRAMES: Final = 66
"""Of the clip: an explicit label has to be seen for two seconds, which are 50 of them."""


class Copy(NamedTuple):
    """What is done to a file: in words, the media type of what comes out, and how."""

    words: str
    media_type: str
    make: Callable[[bytes], bytes]


class Exhibit(NamedTuple):
    """A format: its media type, a file of it, and the copy that is recognised; none where there is no fingerprint."""

    media_type: str
    make: Callable[[], bytes]
    copy: Copy | None = None


def sample(name: str) -> Callable[[], bytes]:
    return (SAMPLES / name).read_bytes


def painted(kind: str, **options: object) -> Callable[[], bytes]:
    """The harbour, small, in a format."""

    def paint() -> bytes:
        out = io.BytesIO()
        with Image.open(SAMPLES / "harbour.jpg") as picture:
            picture.convert("RGB").resize((480, 320)).save(out, kind, **options)
        return out.getvalue()

    return paint


def spoken(kind: str, codec: str, rate: int = 24_000, bit_rate: int | None = None) -> Callable[[], bytes]:
    """The announcement in a format."""
    return lambda: recorded(samples_of(sample("announcement.wav")()), kind, codec, rate, bit_rate)


@cache
def scenes() -> tuple[np.ndarray, ...]:
    with av.open(SAMPLES / "clip.mp4") as container:
        return tuple(frame.to_ndarray(format="rgb24") for frame in islice(container.decode(video=0), FRAMES))


def vorbis() -> bytes:
    """The announcement in two channels, the only way in which the encoder of FFmpeg takes it."""
    samples = np.repeat(samples_of(sample("announcement.wav")()), 2).astype(np.int16).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
    frame.sample_rate, frame.pts = 24_000, 0
    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as container:
        stream = container.add_stream("vorbis", rate=24_000, layout="stereo", options={"strict": "experimental"})
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return out.getvalue()


def office(kind: str) -> Callable[[], bytes]:
    """A package of the kind, which says no more than where its main part is."""
    return lambda: archive(
        {name: str(part).replace("wordprocessingml.document", kind) for name, part in office_parts().items()}
    )


def shot(kind: str, codec: str, **options: str) -> Callable[[], bytes]:
    """The beginning of the clip in a format, without sound."""
    return lambda: filmed(list(scenes()), kind, codec, **options)


def paragraphs() -> Iterator[str]:
    return (one for one in sample("article.txt")().decode().split("\n\n") if one.strip())


def page() -> bytes:
    told = "\n".join(f"<p>{one}</p>" for one in paragraphs())
    return f"<!DOCTYPE html>\n<html lang=en><head><title>Tools</title></head>\n<body>{told}</body></html>\n".encode()


def pasted(body: bytes) -> bytes:
    """What is left of a plain text in a program that drops what it does not show, wrapped anew."""
    return TEXT_COPIES["wrapped anew"](body.decode().partition("\ufeff")[0]).encode()


def rewritten(body: bytes) -> bytes:
    """The text of a page in another page, which has nothing else of it."""
    told = etree.HTML(body).iterfind(".//p")
    return "".join(f"<div><b>{one.text}</b></div>" for one in told).encode()


def without_front_matter(body: bytes) -> bytes:
    return TEXT_COPIES["other line breaks"](body.decode().rpartition("\n---\n")[2]).encode()


SMALLER: Final = Copy("JPEG of half the size", "image/jpeg", PICTURE_COPIES["half the size"])
AS_MP3: Final = Copy("MP3 of 32 kbit/s", *SOUND_COPIES["MP3"])
HALF: Final = Copy("H.264 of half the size", *VIDEO_COPIES["half the size"])

EXHIBITS: Final[Mapping[str, Exhibit]] = {
    "JPEG": Exhibit("image/jpeg", painted("JPEG", quality=85), SMALLER),
    "PNG": Exhibit("image/png", painted("PNG"), SMALLER),
    "WebP": Exhibit("image/webp", painted("WEBP", lossless=True, method=0), SMALLER),
    "AVIF": Exhibit("image/avif", painted("AVIF", speed=9), SMALLER),
    "HEIC": Exhibit("image/heic", heic),
    "TIFF": Exhibit("image/tiff", painted("TIFF"), SMALLER),
    "GIF": Exhibit("image/gif", painted("GIF"), SMALLER),
    "SVG": Exhibit("image/svg+xml", sample("diagram.svg")),
    "MP4": Exhibit("video/mp4", sample("clip.mp4"), HALF),
    "MOV": Exhibit("video/quicktime", shot("mov", "libx264", preset="ultrafast"), HALF),
    "MKV": Exhibit("video/x-matroska", shot("matroska", "libx264", preset="ultrafast"), HALF),
    "WebM": Exhibit("video/webm", shot("webm", "libvpx", deadline="realtime"), HALF),
    "FLV": Exhibit("video/x-flv", shot("flv", "libx264", preset="ultrafast"), HALF),
    "AVI": Exhibit("video/x-msvideo", shot("avi", "mpeg4"), HALF),
    "WAV": Exhibit("audio/wav", sample("announcement.wav"), AS_MP3),
    "MP3": Exhibit("audio/mpeg", spoken("mp3", "libmp3lame", bit_rate=96_000), AS_MP3),
    "M4A": Exhibit("audio/mp4", spoken("ipod", "aac", bit_rate=64_000), AS_MP3),
    "FLAC": Exhibit("audio/flac", spoken("flac", "flac"), AS_MP3),
    "OGG (Opus)": Exhibit("audio/ogg", spoken("ogg", "libopus", 48_000, 64_000), AS_MP3),
    "OGG (Vorbis)": Exhibit("audio/ogg", vorbis, AS_MP3),
    "PDF": Exhibit("application/pdf", sample("report.pdf")),
    "DOCX (OOXML)": Exhibit(DOCX, sample("letter.docx")),
    "XLSX (OOXML)": Exhibit(f"{OFFICE}.spreadsheetml.sheet", office("spreadsheetml.sheet")),
    "PPTX (OOXML)": Exhibit(f"{OFFICE}.presentationml.presentation", office("presentationml.presentation")),
    "EPUB": Exhibit("application/epub+zip", lambda: archive(epub_parts())),
    "plain text": Exhibit("text/plain", sample("article.txt"), Copy("pasted, wrapped anew", "text/plain", pasted)),
    "Markdown": Exhibit(
        "text/markdown",
        sample("notes.md"),
        Copy("without front matter, other line breaks", "text/markdown", without_front_matter),
    ),
    "HTML": Exhibit("text/html", page, Copy("the text in another page", "text/html", rewritten)),
    "JSON": Exhibit("application/json", sample("answer.json")),
    "CSV": Exhibit("text/csv", lambda: b"harbour,ferries\r\nOsk Island,14\r\nBrenlow,9\r\n"),
}
"""By the name it has on the page, in its order."""
