"""docs/media.md says what happens: every format, through labels, marks, seal and a copy of what came out."""

from typing import Final

import pytest

from pipeline.fingerprints import NEAR, Fingerprint
from pipeline.fingerprints.content import examine, likenesses, traits
from pipeline.fingerprints.traits import SAME
from tests.media.copies import SOUND_COPIES
from tests.media.exhibits import EXHIBITS, spoken
from tests.media.matrix import Cell, outcome, whole
from tools.make_media_page import PAGE, render

FORMATS: Final = (
    "JPEG", "PNG", "WebP", "AVIF", "HEIC", "JPEG XL", "TIFF", "GIF", "SVG", "MP4", "MOV", "MKV", "WebM", "FLV", "AVI",
    "WAV", "MP3", "M4A", "FLAC", "OGG", "PDF", "DOCX", "EPUB", "Markdown", "plain text", "HTML", "JSON", "CSV",
)  # fmt: skip

COLUMNS: Final = ("embed", "sidecar", "implicit", "others", "explicit", "fingerprint", "survives")


def test_every_format_is_there() -> None:
    assert {name.partition(" (")[0] for name in EXHIBITS} >= set(FORMATS)


@pytest.mark.parametrize("name", EXHIBITS)
def test_every_cell_is_true_or_has_its_reason(name: str) -> None:
    row = outcome(name)
    for column in COLUMNS:
        cell: Cell = getattr(row, column)
        assert cell.can or cell.why_not, column
        assert not (cell.can and cell.why_not), column


def test_the_page_is_what_was_found() -> None:
    assert PAGE.read_text(encoding="utf-8") == render({name: outcome(name) for name in EXHIBITS}), (
        "what a format carries has changed; write the page anew: python -m tools.make_media_page"
    )


def test_sound_compressed_with_loss_twice_is_far_from_what_it_was_and_known_all_the_same() -> None:
    body = spoken("mp3", "libmp3lame", bit_rate=64_000)()
    media_type, make = SOUND_COPIES["AAC"]
    before, after = examine(body, "audio/mpeg"), examine(make(body), media_type)
    assert isinstance(before, Fingerprint)
    assert isinstance(after, Fingerprint)
    assert 20 < after.distance(before) <= NEAR["audio"]
    assert likenesses(make(body), media_type, [traits(body, "audio/mpeg").looks])[0] >= SAME


def test_unusual_files_carry_their_manifest_inside_or_say_why_not() -> None:
    tiff, pdf = whole("TIFF"), whole("PDF")
    assert (tiff.beside, "three pages" in tiff.inside) == ((), True)
    assert {"xref stream", "linearized", "two revisions", "attachments"} <= set(pdf.inside)
    assert [kind for kind, _ in pdf.beside] == ["signed", "certified", "owner password", "user password"]
    assert all(reason.startswith("The PDF document is ") for _, reason in pdf.beside)


def test_the_page_has_a_column_and_a_table_of_unusual_files() -> None:
    page = render({name: outcome(name) for name in ("TIFF", "JSON")})
    head, _, tiff, json = page.partition("## The matrix\n\n")[2].splitlines()[:4]
    assert head.endswith("| survives re-encode | left as it came |")
    assert (tiff.endswith(f"| {len(whole('TIFF').inside)} inside |"), json.endswith("| yes |")) == (True, True)
    assert f"| TIFF | {'; '.join(whole('TIFF').inside)} | inside |  |" in page
