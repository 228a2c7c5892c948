"""One file of every format, and what becomes of it on its way: re-encoded, resized, wrapped anew."""

import io
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

import av
import imagecodecs
import numpy as np
from lxml import etree
from PIL import Image

from pipeline.fingerprints.drawings import drawn
from pipeline.fingerprints.pictures import picture_of
from pipeline.fingerprints.texts import seen_text
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


def jpeg_xl() -> bytes:
    """The harbour, small, as a codestream without a container."""
    with Image.open(SAMPLES / "harbour.jpg") as picture:
        return bytes(imagecodecs.jpegxl_encode(np.asarray(picture.convert("RGB").resize((480, 320))), lossless=True))


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


def package(kind: str) -> dict[str, str | bytes]:
    """The parts of a package of the kind that say no more than where its main part is."""
    return {name: str(part).replace("wordprocessingml.document", kind) for name, part in office_parts().items()}


def shot(kind: str, codec: str, **options: str) -> Callable[[], bytes]:
    """The beginning of the clip in a format, without sound."""
    return lambda: filmed(list(scenes()), kind, codec, **options)


def paragraphs() -> Iterator[str]:
    return (paragraph for paragraph in sample("article.txt")().decode().split("\n\n") if paragraph.strip())


def presentation() -> bytes:
    """The article, a paragraph on each slide."""
    drawing, slides = "http://schemas.openxmlformats.org/drawingml/2006/main", list(paragraphs())
    told = {
        f"ppt/slides/slide{number}.xml": f'<p:sld xmlns:p="urn:slides" xmlns:a="{drawing}"><p:txBody><a:p><a:r><a:t>'
        f"{paragraph}</a:t></a:r></a:p></p:txBody></p:sld>"
        for number, paragraph in enumerate(slides, start=1)
    }
    return archive({**package("presentationml.presentation"), **told})


def book() -> bytes:
    """The article as a book of one chapter."""
    parts = epub_parts()
    parts["book/package.opf"] = str(parts["book/package.opf"]).replace(
        "<manifest/><spine/>",
        '<manifest><item id="one" href="one.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="one"/></spine>',
    )
    told = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs())
    parts["book/one.xhtml"] = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{told}</body></html>'
    return archive(parts)


TIDES: Final = tuple((f"Osk Island, pier {number}", 3 * number % 17 + 2, 7 * number % 23) for number in range(1, 25))


def table() -> bytes:
    return "".join(f"{place},{ferries},{boats}\r\n" for place, ferries, boats in TIDES).encode()


def workbook() -> bytes:
    """The table as a spreadsheet, its words among the shared strings."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rows = "".join(
        f'<row r="{row + 1}"><c t="s"><v>{row}</v></c><c><v>{ferries}</v></c><c><v>{boats}</v></c></row>'
        for row, (_, ferries, boats) in enumerate(TIDES)
    )
    words = "".join(f"<si><t>{place}</t></si>" for place, _, _ in TIDES)
    return archive(
        {
            **package("spreadsheetml.sheet"),
            "xl/sharedStrings.xml": f'<sst xmlns="{space}">{words}</sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>',
        }
    )


def page() -> bytes:
    told = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs())
    return f"<!DOCTYPE html>\n<html lang=en><head><title>Tools</title></head>\n<body>{told}</body></html>\n".encode()


def pasted(body: bytes) -> bytes:
    """What is left of a plain text in a program that drops what it does not show, wrapped anew."""
    return TEXT_COPIES["wrapped anew"](body.decode().partition("\ufeff")[0]).encode()


def rewritten(body: bytes) -> bytes:
    """The text of a page in another page, which has nothing else of it."""
    told = etree.HTML(body).iterfind(".//p")
    return "".join(f"<div><b>{paragraph.text}</b></div>" for paragraph in told).encode()


def text_in(media_type: str) -> Callable[[bytes], bytes]:
    """What is left of a document in a program that takes its text alone."""

    def taken(body: bytes) -> bytes:
        seen = seen_text(body, media_type)
        assert isinstance(seen, str), seen
        return TEXT_COPIES["wrapped anew"](seen).encode()

    return taken


def without_front_matter(body: bytes) -> bytes:
    return TEXT_COPIES["other line breaks"](body.decode().rpartition("\n---\n")[2]).encode()


SMALLER: Final = Copy("JPEG of half the size", "image/jpeg", PICTURE_COPIES["half the size"])
AS_MP3: Final = Copy("MP3 of 32 kbit/s", *SOUND_COPIES["MP3"])
HALF: Final = Copy("H.264 of half the size", *VIDEO_COPIES["half the size"])


def as_picture(media_type: str) -> Callable[[bytes], bytes]:
    """A picture or a drawing as another program shows it, saved as JPEG."""

    def shown(body: bytes) -> bytes:
        picture = drawn(body) if media_type == "image/svg+xml" else picture_of(body)
        assert picture is not None
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=80)
        return out.getvalue()

    return shown


def as_text(media_type: str) -> Copy:
    return Copy("its text, as plain text", "text/plain", text_in(media_type))


EXHIBITS: Final[Mapping[str, Exhibit]] = {
    "JPEG": Exhibit("image/jpeg", painted("JPEG", quality=85), SMALLER),
    "PNG": Exhibit("image/png", painted("PNG"), SMALLER),
    "WebP": Exhibit("image/webp", painted("WEBP", lossless=True, method=0), SMALLER),
    "AVIF": Exhibit("image/avif", painted("AVIF", speed=9), SMALLER),
    "HEIC": Exhibit("image/heic", heic, Copy("JPEG", "image/jpeg", as_picture("image/heic"))),
    "JPEG XL": Exhibit("image/jxl", jpeg_xl, Copy("JPEG", "image/jpeg", as_picture("image/jxl"))),
    "TIFF": Exhibit("image/tiff", painted("TIFF"), SMALLER),
    "GIF": Exhibit("image/gif", painted("GIF"), SMALLER),
    "SVG": Exhibit(
        "image/svg+xml", sample("diagram.svg"), Copy("drawn, as JPEG", "image/jpeg", as_picture("image/svg+xml"))
    ),
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
    "PDF": Exhibit("application/pdf", sample("report.pdf"), as_text("application/pdf")),
    "DOCX (OOXML)": Exhibit(DOCX, sample("letter.docx"), as_text(DOCX)),
    "XLSX (OOXML)": Exhibit(f"{OFFICE}.spreadsheetml.sheet", workbook, as_text(f"{OFFICE}.spreadsheetml.sheet")),
    "PPTX (OOXML)": Exhibit(
        f"{OFFICE}.presentationml.presentation", presentation, as_text(f"{OFFICE}.presentationml.presentation")
    ),
    "EPUB": Exhibit("application/epub+zip", book, as_text("application/epub+zip")),
    "plain text": Exhibit("text/plain", sample("article.txt"), Copy("pasted, wrapped anew", "text/plain", pasted)),
    "Markdown": Exhibit(
        "text/markdown",
        sample("notes.md"),
        Copy("without front matter, other line breaks", "text/markdown", without_front_matter),
    ),
    "HTML": Exhibit("text/html", page, Copy("the text in another page", "text/html", rewritten)),
    "JSON": Exhibit("application/json", sample("answer.json")),
    "CSV": Exhibit(
        "text/csv",
        table,
        Copy("with semicolons", "text/csv", lambda body: body.replace(b",", b";").replace(b"\r", b"")),
    ),
}
"""By the name it has on the page, in its order."""
