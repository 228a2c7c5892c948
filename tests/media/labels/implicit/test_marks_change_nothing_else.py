"""Marks are read back from the final bytes, and nothing that a person sees or reads is different for them."""

import io
import re
import subprocess
import zipfile
from pathlib import Path

import imagecodecs
import numpy as np
import pikepdf
import pytest
from lxml import etree
from PIL import Image, ImageSequence

from pipeline.labels.implicit import read_labels, write_labels
from tests.media.conftest import MEDIA_TYPES, SAMPLES
from tests.tools import need
from tests.unit.labels.implicit.makers import DOCX, LABELS, MAKERS, made, media_type_of
from tests.unit.labels.implicit.test_document_carriers import canonical

OURS = {
    name: media_type
    for name, media_type in (MEDIA_TYPES | {"harbour-edited.jpg": "image/jpeg"}).items()
    if media_type.startswith(("image/", "application/pdf", "application/vnd", "text/markdown"))
}
FILES = {**{name: (SAMPLES / name, media_type) for name, media_type in OURS.items()}, **dict.fromkeys(MAKERS)}
PIXELS = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/avif")


@pytest.fixture(params=FILES)
def file(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """A media type and a file of it."""
    found = FILES[request.param]
    if found is None:
        return media_type_of(request.param), made(request.param)
    return found[1], found[0].read_bytes()


def frames(body: bytes) -> list[tuple[object, ...]]:
    with Image.open(io.BytesIO(body)) as picture:
        return [
            (frame.size, frame.mode, frame.info.get("duration"), frame.convert("RGBA").tobytes())
            for frame in ImageSequence.Iterator(picture)
        ]


def content_of_pages(body: bytes) -> list[tuple[object, ...]]:
    """Every page's drawing operators, and the resources it draws with as they are stored."""
    with pikepdf.open(io.BytesIO(body)) as document:
        return [
            (
                [
                    (tuple(map(str, instruction.operands)), str(instruction.operator))
                    for instruction in pikepdf.parse_content_stream(page)
                ],
                sorted((str(name), image.read_raw_bytes()) for name, image in page.get_images().items()),
                str(page.mediabox),
            )
            for page in document.pages
        ]


def test_marks_are_read_back(file: tuple[str, bytes]) -> None:
    media_type, original = file
    assert read_labels(write_labels(original, media_type, LABELS), media_type).show(LABELS)


def test_what_is_seen_and_read_is_the_same(file: tuple[str, bytes]) -> None:
    media_type, original = file
    marked = write_labels(original, media_type, LABELS)
    assert marked != original
    match media_type:
        case _ if media_type in PIXELS:
            assert frames(marked) == frames(original)
        case "image/heic":
            # Nothing here decodes HEVC: the coded picture is the same, at the place its table says.
            data = original[original.index(b"mdat") + 4 :]
            assert marked[marked.index(b"mdat") + 4 :].startswith(data)
        case "image/jxl":
            assert np.array_equal(imagecodecs.jpegxl_decode(marked), imagecodecs.jpegxl_decode(original))
        case "image/svg+xml":
            assert canonical(marked) == canonical(original)
        case "application/pdf":
            assert content_of_pages(marked) == content_of_pages(original)
        case _ if media_type in (DOCX, "application/epub+zip"):
            changed = re.compile(r"docProps/custom.xml|_rels/.rels|\[Content_Types\].xml|.*\.opf")
            assert entries(marked, but=changed) == entries(original, but=changed)
        case "text/html":
            metas = re.compile(rb'(?:<meta name="[A-Za-z]+" content="[^"]*"/>)+')
            assert metas.sub(b"", marked) == original
        case "text/markdown":
            assert marked.endswith(original.rpartition(b"\n---\n")[2])
        case _:
            pytest.fail(f"nothing compares {media_type}")


def entries(body: bytes, *, but: re.Pattern[str]) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as container:
        return {name: container.read(name) for name in container.namelist() if not but.fullmatch(name)}


def test_every_part_of_a_document_that_is_xml_is_still_xml() -> None:
    marked = write_labels((SAMPLES / "letter.docx").read_bytes(), DOCX, LABELS)
    for name, content in entries(marked, but=re.compile("-")).items():
        assert name.endswith((".xml", ".rels"))
        etree.fromstring(content)


def test_poppler_reads_the_same_text_from_a_marked_pdf_and_finds_the_mark(tmp_path: Path) -> None:
    need("pdftotext", "pdfinfo")
    original = (SAMPLES / "report.pdf").read_bytes()
    texts = []
    for name, body in (("original", original), ("marked", write_labels(original, "application/pdf", LABELS))):
        (tmp_path / name).write_bytes(body)
        texts.append(run("pdftotext", "-layout", str(tmp_path / name), "-"))
    assert texts[0] == texts[1]
    assert "content-0001" in run("pdfinfo", "-custom", str(tmp_path / "marked"))
    assert "trainedAlgorithmicMedia" in run("pdfinfo", "-meta", str(tmp_path / "marked"))


@pytest.mark.parametrize("name", [name for name in MAKERS if media_type_of(name).startswith("image/")])
def test_an_independent_reader_of_metadata_finds_the_marks_of_pictures(name: str, tmp_path: Path) -> None:
    need("exiftool")
    picture = tmp_path / name
    picture.write_bytes(write_labels(made(name), media_type_of(name), LABELS))
    said = run("exiftool", "-XMP:all", "-s", "-s", str(picture))
    assert "content-0001" in said
    assert "trainedAlgorithmicMedia" in said
    assert 'SystemName: The "Harbour" painter' in said


def run(program: str, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
