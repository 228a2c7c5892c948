"""The table: what every kind of file carries, and what holds for all of them alike."""

from io import BytesIO

import pytest

from pipeline.credentials import embeds
from pipeline.labels.implicit import (
    ROWS,
    FoundLabels,
    ImplicitRefusedError,
    LabelsToWrite,
    read_labels,
    row_of,
    write_labels,
)
from pipeline.labels.implicit.table import _load
from tests.unit.labels.implicit.makers import AI, LABELS, MAKERS, OTHER, made, media_type_of

every_file = pytest.mark.parametrize("name", MAKERS)


def test_every_kind_of_file_carries_its_marks_or_says_why_not() -> None:
    for row in ROWS:
        assert row.embeds == (row.reason is None) == (row.place is not None) == (row.shape is not None), row.format


def test_no_media_type_is_in_two_rows() -> None:
    named = [media_type for row in ROWS for media_type in row.media_types]
    assert len(named) == len(set(named))


def test_every_carrier_there_is_can_be_loaded_and_is_tested_here() -> None:
    ours = {row.carrier for row in ROWS if any(media_type_of(name) in row.media_types for name in MAKERS)}
    for row in ROWS:
        if row.carrier is not None:
            assert callable(_load(row.carrier).read)
            assert callable(_load(row.carrier).write)
    assert ours >= {"jpeg", "png", "webp", "gif", "tiff", "heif", "svg", "pdf", "ooxml", "epub", "html", "markdown"}


@pytest.mark.parametrize(
    ("media_type", "format_"),
    [("IMAGE/JPG", "JPEG"), ("text/markdown; charset=utf-8", "Markdown"), ("application/x-pdf", "PDF")],
)
def test_media_types_are_known_in_any_spelling(media_type: str, format_: str) -> None:
    assert row_of(media_type).format == format_


@every_file
def test_a_file_without_marks_shows_none(name: str) -> None:
    assert read_labels(made(name), media_type_of(name)) == FoundLabels()


@every_file
def test_what_is_written_is_read(name: str) -> None:
    found = read_labels(write_labels(made(name), media_type_of(name), LABELS), media_type_of(name))
    assert found.show(LABELS)
    assert (found.conforming, found.digital_source_types, found.latent) == (LABELS.aigc, (AI,), LABELS.latent)
    assert found.contradictions == ()


@every_file
def test_writing_the_same_again_gives_the_same_bytes(name: str) -> None:
    written = write_labels(made(name), media_type_of(name), LABELS)
    assert write_labels(written, media_type_of(name), LABELS) == written
    assert write_labels(written, media_type_of(name), LabelsToWrite(aigc=LABELS.aigc)) == written


@every_file
def test_the_same_file_and_marks_always_give_the_same_bytes(name: str) -> None:
    assert write_labels(made(name), media_type_of(name), LABELS) == write_labels(
        made(name), media_type_of(name), LABELS
    )


@every_file
def test_another_mark_replaces_the_first_and_leaves_the_rest(name: str) -> None:
    media_type = media_type_of(name)
    found = read_labels(write_labels(write_labels(made(name), media_type, LABELS), media_type, OTHER), media_type)
    assert [mark.conforming for mark in found.aigc] == [OTHER.aigc]
    assert (found.digital_source_types, found.latent) == ((AI,), LABELS.latent)


@every_file
def test_the_first_mark_is_nowhere_in_the_bytes_when_another_replaced_it(name: str) -> None:
    """Who searches a file for marks without knowing its format must not find two."""
    media_type = media_type_of(name)
    first = LabelsToWrite(aigc=LABELS.aigc)
    once = write_labels(made(name), media_type, first)
    twice = write_labels(once, media_type, OTHER)
    assert b"content-0001" not in twice


@every_file
def test_each_kind_of_mark_can_be_written_alone(name: str) -> None:
    for alone in (
        LabelsToWrite(aigc=LABELS.aigc),
        LabelsToWrite(digital_source_type=AI),
        LabelsToWrite(latent=LABELS.latent),
    ):
        found = read_labels(write_labels(made(name), media_type_of(name), alone), media_type_of(name))
        assert found.show(alone)
        assert (bool(found.aigc), bool(found.digital_source_types), found.latent is not None) == (
            alone.aigc is not None,
            alone.digital_source_type is not None,
            alone.latent is not None,
        )


@every_file
def test_nothing_to_write_changes_nothing(name: str) -> None:
    assert write_labels(made(name), media_type_of(name), LabelsToWrite()) == made(name)


@every_file
def test_a_file_that_is_cut_off_is_refused_and_never_damaged_further(name: str) -> None:
    media_type = media_type_of(name)
    cut = made(name)[: min(len(made(name)) // 2, 60)]
    if media_type.startswith("text/") or name == "jxl-bare":
        # Nothing in them says how long they are.
        assert write_labels(cut, media_type, LABELS)
        return
    with pytest.raises(ImplicitRefusedError):
        write_labels(cut, media_type, LABELS)


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/json", "text/csv", "audio/aiff", "application/x-new"]
)
def test_a_kind_without_a_carrier_is_refused_with_its_reason_and_read_as_unmarked(media_type: str) -> None:
    row = row_of(media_type)
    assert row.reason
    with pytest.raises(ImplicitRefusedError) as refused:
        write_labels(b"{}", media_type, LABELS)
    assert row.reason in refused.value.what
    assert read_labels(b"{}", media_type) == FoundLabels()


@pytest.mark.parametrize("name", [name for name in MAKERS if not media_type_of(name).startswith("text/")])
@pytest.mark.parametrize("body", [b"", b"\x00", b"not at all what it says it is", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_something_else_is_refused(name: str, body: bytes) -> None:
    assert read_labels(body, media_type_of(name)).refused
    with pytest.raises(ImplicitRefusedError):
        write_labels(body, media_type_of(name), LABELS)


TRACES = {
    "image/jpeg": b"jumb\x00\x00\x00\x1ejumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x008\x9bq\x03c2pa\x00",
    "application/pdf": b"%/C2PA_Manifest\n",
}


@pytest.mark.parametrize("name", ["jpeg", "pdf"])
def test_a_file_with_a_manifest_is_left_as_its_signer_left_it(name: str) -> None:
    media_type = media_type_of(name)
    assert embeds(media_type)
    traced = BytesIO(made(name))
    traced.seek(0, 2)
    traced.write(TRACES[media_type])
    with pytest.raises(ImplicitRefusedError, match="C2PA manifest"):
        write_labels(traced.getvalue(), media_type, LABELS)
