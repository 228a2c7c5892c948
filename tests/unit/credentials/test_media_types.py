"""Media types: one name each, and whether a manifest goes into the file or beside it."""

import pytest

from pipeline.credentials import canonical, embeds, file_extension
from pipeline.credentials.media_types import shows_traces

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("image/jpeg", "image/jpeg"),
        ("IMAGE/JPG", "image/jpeg"),
        ("text/plain; charset=utf-8", "text/plain"),
        (" audio/x-wav ", "audio/wav"),
        ("application/x-made-up", "application/x-made-up"),
    ],
)
def test_a_media_type_has_one_name(written: str, meant: str) -> None:
    assert canonical(written) == meant


@pytest.mark.parametrize(
    "media_type",
    [
        "image/jpeg",
        "image/jpg",
        "audio/mpeg",
        "video/mp4",
        "application/pdf",
        "text/plain",
        "text/plain; charset=utf-8",
    ],
)
def test_media_files_pdf_and_plain_text_carry_their_manifest(media_type: str) -> None:
    assert embeds(media_type)


@pytest.mark.parametrize(
    "media_type",
    ["text/markdown", "text/html", "application/json", "text/csv", DOCX, "application/zip", "video/webm", "x/unknown"],
)
def test_text_that_programs_read_containers_and_unknown_types_get_a_sidecar(media_type: str) -> None:
    assert not embeds(media_type)


def test_file_extensions_are_the_usual_ones() -> None:
    assert [file_extension(one) for one in ("image/jpeg", "audio/mp3", DOCX, "text/markdown", "x/unknown")] == [
        "jpg",
        "mp3",
        "docx",
        "md",
        "bin",
    ]


def test_traces_are_looked_for_only_where_a_manifest_could_have_been() -> None:
    store = bytes.fromhex("6332706100110010800000aa00389b71")
    assert shows_traces(b"..." + store, "image/jpeg")
    assert not shows_traces(b"...", "image/jpeg")
    assert not shows_traces(b"PK\x03\x04 holds a signed picture " + store, DOCX)
    assert not shows_traces(store, "application/pdf")
