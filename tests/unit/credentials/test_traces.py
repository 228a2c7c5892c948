"""Whether a manifest goes into files of a format or beside them, and what it leaves behind inside."""

import pytest

from pipeline.credentials import embeds
from pipeline.credentials.traces import shows_traces

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


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


def test_traces_are_looked_for_only_where_a_manifest_could_have_been() -> None:
    store = bytes.fromhex("6332706100110010800000aa00389b71")
    assert shows_traces(b"..." + store, "image/jpeg")
    assert not shows_traces(b"...", "image/jpeg")
    assert not shows_traces(b"PK\x03\x04 holds a signed picture " + store, DOCX)
    assert not shows_traces(store, "application/pdf")
