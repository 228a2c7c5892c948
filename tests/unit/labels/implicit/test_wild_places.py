"""Labels where others put them: each is read, none is left beside ours, and everything else stays."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.labels.implicit import (
    AigcFault,
    ImplicitRefusedError,
    LabelsToWrite,
    aigc_json,
    read_labels,
    write_labels,
)
from pipeline.labels.implicit.carriers.video_boxes import box
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.labels.implicit.places import LABEL_PLACES
from tests.unit.labels.implicit.makers import AI, LABELS, OTHER, made
from tests.unit.labels.implicit.test_hostile_files import damages
from tests.unit.labels.implicit.wild_makers import (
    CODES,
    NOTES,
    THUMBNAIL,
    WILD,
    comment,
    description,
    jpeg,
    packet,
    png,
    png_chunk,
    profile,
    wild,
    wild_type,
)
from tests.unit.labels.implicit.wild_media import film, item, itunes

assert LABELS.aigc is not None
LABEL = aigc_json(LABELS.aigc, shape="bare")
PARTIAL = '{"Label":2,"contentProducer":"云汀"}'
EXIF_HEAD = b"Exif\x00\x00"
every_place = pytest.mark.parametrize("name", WILD)


@every_place
def test_a_label_is_read_wherever_it_is_and_its_place_is_in_the_table(name: str) -> None:
    found = read_labels(wild(name, LABEL), wild_type(name))
    assert [(label.carrier, label.conforming) for label in found.aigc] == [(WILD[name][1], LABELS.aigc)]
    assert WILD[name][1] in {place.carrier for place in LABEL_PLACES if place.holds == "label"}


@every_place
def test_what_is_missing_in_a_label_is_named_and_it_says_what_it_says(name: str) -> None:
    found = read_labels(wild(name, PARTIAL), wild_type(name))
    assert (found.conforming, found.label) == (None, "2")
    (label,) = found.aigc
    assert AigcFault(code="missing-key", key="ProduceID") in label.faults


@every_place
def test_where_ours_is_written_no_other_is_left(name: str) -> None:
    written = write_labels(wild(name, LABEL), wild_type(name), OTHER)
    assert [label.conforming for label in read_labels(written, wild_type(name)).aigc] == [OTHER.aigc]
    assert b"content-0001" not in written
    assert "content-0001".encode("utf-16-le") not in written


@every_place
def test_a_conforming_label_of_the_first_producer_stays_where_it_is(name: str) -> None:
    marks = LabelsToWrite(aigc=OTHER.aigc, digital_source_type=AI)
    marked = InProcessImplicitLabeler().label(wild(name, LABEL), wild_type(name), marks)
    assert marked.refused is None
    found = read_labels(marked.asset, wild_type(name))
    assert (found.conforming, found.digital_source_types) == (LABELS.aigc, (AI,))


@every_place
def test_a_label_that_does_not_conform_gives_way_to_ours(name: str) -> None:
    marked = InProcessImplicitLabeler().label(wild(name, PARTIAL), wild_type(name), OTHER)
    assert marked.refused is None
    assert [label.conforming for label in read_labels(marked.asset, wild_type(name)).aigc] == [OTHER.aigc]


def test_every_label_that_the_table_has_is_made_by_a_test() -> None:
    made_here = {carrier for _, carrier, _ in WILD.values()}
    ours = {"matroska.SimpleTag", "flv.onMetaData", "ooxml.custom", "epub.meta", "html.meta", "md.frontmatter"}
    assert {place.carrier for place in LABEL_PLACES if place.holds == "label"} == made_here | ours


@pytest.mark.parametrize("place", LABEL_PLACES, ids=lambda place: place.carrier)
def test_every_place_has_a_source_and_a_date(place: object) -> None:
    assert all(getattr(place, field) for field in ("carrier", "formats", "where", "source", "date"))


def test_the_decision_about_them_lists_them_all() -> None:
    page = (Path(__file__).parents[4] / "docs" / "adr" / "0021-labels-of-the-wild.md").read_text(encoding="utf-8")
    for place in LABEL_PLACES:
        cells = (place.holds, place.where, place.formats, place.source, place.date, "yes" if place.ours else "")
        assert f"| {' | '.join(cells)} |" in page


# EXIF


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("code", CODES)
def test_a_comment_is_read_in_whatever_characters_its_code_promises(code: str, order: str) -> None:
    body = jpeg((0xE1, EXIF_HEAD + comment(LABEL, code, order=order)))
    assert read_labels(body, "image/jpeg").conforming == LABELS.aigc
    written = write_labels(body, "image/jpeg", OTHER)
    assert [label.conforming for label in read_labels(written, "image/jpeg").aigc] == [OTHER.aigc]


@pytest.mark.parametrize("make", [comment, description])
def test_exif_keeps_every_byte_but_those_of_the_label(make: object) -> None:
    """Thumbnails and cameras' notes are found by their places, which nothing may change."""
    before = EXIF_HEAD + make(LABEL)  # type: ignore[operator]
    written = write_labels(jpeg((0xE1, before)), "image/jpeg", OTHER)
    at = written.index(EXIF_HEAD)
    after = written[at : at + len(before)]
    begin, end = before.index(LABEL.encode()), before.index(LABEL.encode()) + len(LABEL)
    assert after[end + 1 :] == before[end + 1 :]
    assert after[: begin - 8] == before[: begin - 8]
    assert NOTES in after
    assert after.endswith(THUMBNAIL)
    shown = Image.open(io.BytesIO(written)).getexif()
    assert shown[0x010F] == "Harbour"


def test_a_description_of_a_picture_is_no_label_whatever_it_talks_about() -> None:
    for said in ("AIGC", "A harbour. AIGC {not} a label", '{"Label":"1"}', '{"title":"AIGC"}'):
        body = jpeg((0xE1, EXIF_HEAD + description(said)))
        assert read_labels(body, "image/jpeg").aigc == ()
        assert said.encode() in write_labels(body, "image/jpeg", LABELS)


def test_broken_exif_is_left_alone_and_only_its_mention_of_a_label_is_a_reason_to_refuse() -> None:
    harmless = jpeg((0xE1, EXIF_HEAD + b"II*\x00\xff\xff\xff\xff"))
    assert read_labels(harmless, "image/jpeg").refused is None
    assert read_labels(write_labels(harmless, "image/jpeg", LABELS), "image/jpeg").show(LABELS)
    mentioning = jpeg((0xE1, EXIF_HEAD + b"II*\x00\xff\xff\xff\xff" + LABEL.join(("AIGC", "")).encode()))
    assert "EXIF" in (read_labels(mentioning, "image/jpeg").refused or "")


def test_a_label_that_shares_its_bytes_with_something_else_is_not_taken_out() -> None:
    body = comment(LABEL)
    thumbnail = body.index(struct.pack("<HHI", 0x927C, 7, len(NOTES))) + 8
    at = body.index(LABEL.encode())
    shared = body[:thumbnail] + struct.pack("<I", at - len(NOTES) + 4) + body[thumbnail + 4 :]
    file = jpeg((0xE1, EXIF_HEAD + shared))
    assert read_labels(file, "image/jpeg").conforming == LABELS.aigc
    with pytest.raises(ImplicitRefusedError, match="shares its bytes"):
        write_labels(file, "image/jpeg", OTHER)


def test_labels_in_two_places_contradict_each_other() -> None:
    other = aigc_json(OTHER.aigc) if OTHER.aigc else ""
    body = png(png_chunk(b"eXIf", comment(LABEL)), png_chunk(b"tEXt", b"AIGC\0" + other.encode()))
    found = read_labels(body, "image/png")
    assert found.contradictions == ("several-aigc-marks",)
    assert [label.conforming for label in read_labels(write_labels(body, "image/png", LABELS), "image/png").aigc] == [
        LABELS.aigc
    ]


def test_everything_else_that_a_comment_of_itunes_stands_beside_stays() -> None:
    body = film(box(b"udta", itunes(item(b"\xa9nam", "Tides"), item(b"\xa9cmt", LABEL))))
    written = write_labels(body, "video/mp4", OTHER)
    assert item(b"\xa9nam", "Tides") in written


# Out of bounds


@pytest.mark.parametrize(
    "chunk",
    [
        png_chunk(b"zTXt", b"Raw profile type xmp\0\0" + zlib.compress(bytes(64 * 1024 * 1024), 9)),
        png_chunk(b"zTXt", b"aigc\0\0" + zlib.compress(bytes(64 * 1024 * 1024), 9)),
        profile("xmp", packet(LABEL)) * 20,
    ],
    ids=["profile", "text", "many"],
)
def test_texts_that_expand_without_end_and_profiles_without_number_are_refused(chunk: bytes) -> None:
    assert "than" in (read_labels(png(chunk), "image/png").refused or "")


def test_a_profile_that_is_none_is_left_alone() -> None:
    for said in (b"", b"\nxmp\n      12\nzz", b"\nxmp\n12\n0", b"\nexif\n3\n000000\n"):
        body = png(png_chunk(b"zTXt", b"Raw profile type xmp\0\0" + zlib.compress(said)))
        assert read_labels(body, "image/png").aigc == ()
        assert read_labels(write_labels(body, "image/png", LABELS), "image/png").show(LABELS)


@pytest.mark.parametrize("name", WILD)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_marked_or_refused_and_nothing_else(name: str, data: st.DataObject) -> None:
    damaged = data.draw(damages(wild(name, LABEL)))
    read_labels(damaged, wild_type(name))
    try:
        written = write_labels(damaged, wild_type(name), OTHER)
    except ImplicitRefusedError:
        return
    assert read_labels(written, wild_type(name)).show(OTHER)


def test_the_pixels_of_a_picture_stay() -> None:
    before = wild("tiff-comment", LABEL)
    written = write_labels(before, "image/tiff", OTHER)
    assert Image.open(io.BytesIO(written)).tobytes() == Image.open(io.BytesIO(made("tiff-big-endian"))).tobytes()
