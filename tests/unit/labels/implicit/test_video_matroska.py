"""Matroska and WebM: where tags go, that nothing else moves, and which files are refused."""

import zlib
from collections.abc import Iterator

import pytest

from pipeline.labels.implicit import ImplicitRefusedError, LabelsToWrite, aigc_json, read_labels
from pipeline.labels.implicit.carriers.video_ebml import Element, ElementReader, master, text_element, unsigned, void
from pipeline.labels.implicit.carriers.video_matroska import read, write
from tests.unit.labels.implicit.audio_video_makers import made
from tests.unit.labels.implicit.makers import AI, LABELS, OTHER

HEADER, DOC_TYPE, SEGMENT, SEEK_HEAD, SEEK = 0x1A45DFA3, 0x4282, 0x18538067, 0x114D9B74, 0x4DBB
SEEK_ID, SEEK_POSITION, INFO, CLUSTER, CUES, TAGS = 0x53AB, 0x53AC, 0x1549A966, 0x1F43B675, 0x1C53BB6B, 0x1254C367
CHAPTERS, ATTACHMENTS, VOID = 0x1043A770, 0x1941A469, 0xEC
TAG, TARGETS, TRACK, SIMPLE_TAG, NAME, STRING, CRC = 0x7373, 0x63C0, 0x63C5, 0x67C8, 0x45A3, 0x4487, 0xBF
UNKNOWN = b"\x01" + b"\xff" * 7

AIGC = LabelsToWrite(aigc=LABELS.aigc)
TEXT = aigc_json(LABELS.aigc, shape="bare") if LABELS.aigc else ""
HEAD = master(HEADER, (text_element(DOC_TYPE, "webm"),))


def simple(name: str, value: str) -> bytes:
    return master(SIMPLE_TAG, (text_element(NAME, name), text_element(STRING, value)))


def seek(number: int, place: int) -> bytes:
    return master(SEEK, (unsigned(SEEK_ID, number), unsigned(SEEK_POSITION, place)))


def film(*parts: bytes) -> bytes:
    """A file whose segment may grow: it says its length in eight bytes."""
    payload = b"".join(parts)
    return HEAD + SEGMENT.to_bytes(4) + (1 << 56 | len(payload)).to_bytes(8) + payload


INDEX = master(SEEK_HEAD, ())
FRAMES = master(CLUSTER, (unsigned(0xE7, 1), void(40)))


def parts(body: bytes) -> tuple[Element, list[Element]]:
    reader = ElementReader(body)
    segment = next(child for child in reader.children(0, len(body), endless=(SEGMENT,)) if child.id == SEGMENT)
    return segment, list(reader.children(segment.body, segment.end))


def places(body: bytes) -> Iterator[tuple[int, int]]:
    """What the index says: which part, and where in the file it is."""
    reader = ElementReader(body)
    segment, found = parts(body)
    index = next(part for part in found if part.id == SEEK_HEAD)
    for entry in (child for child in reader.children(index.body, index.end) if child.id == SEEK):
        values = {
            child.id: int.from_bytes(body[child.body : child.end]) for child in reader.children(entry.body, entry.end)
        }
        yield values[SEEK_ID], segment.body + values[SEEK_POSITION]


class TestPlaces:
    @pytest.mark.parametrize("name", ["mkv", "mkv-cues-first", "webm", "weba"])
    def test_everything_but_tags_and_index_stays_where_it_is(self, name: str) -> None:
        body, written = made(name), write(made(name), LABELS)
        _, before = parts(body)
        for part in before:
            if part.id not in (TAGS, SEEK_HEAD, VOID):
                assert written[part.start : part.end] == body[part.start : part.end]

    @pytest.mark.parametrize("name", ["mkv", "mkv-cues-first", "webm", "weba"])
    def test_the_index_says_where_every_part_is(self, name: str) -> None:
        written = write(made(name), LABELS)
        starts = {part.start: part.id for part in parts(written)[1]}
        named = dict(places(written))
        assert named.keys() >= {TAGS, INFO, CUES}
        assert all(starts[place] == number for number, place in named.items())

    def test_checksums_are_right_where_there_were_some(self) -> None:
        written = write(made("mkv"), LABELS)
        reader = ElementReader(written)
        checked = 0
        for part in parts(written)[1]:
            first = next(iter(reader.children(part.body, part.end)), None) if part.id in (TAGS, SEEK_HEAD) else None
            if first is not None and first.id == CRC:
                checked += 1
                assert (
                    zlib.crc32(written[first.end : part.end]).to_bytes(4, "little") == written[first.body : first.end]
                )
        assert checked == 2

    def test_the_segment_is_as_long_as_it_says(self) -> None:
        segment, found = parts(write(made("mkv"), LABELS))
        assert segment.end == len(write(made("mkv"), LABELS)) == found[-1].end

    def test_a_recorded_stream_has_its_tags_before_the_first_cluster(self) -> None:
        body = HEAD + SEGMENT.to_bytes(4) + UNKNOWN + void(9) + CLUSTER.to_bytes(4) + UNKNOWN + unsigned(0xE7, 1)
        written = write(body, AIGC)
        reader = ElementReader(written)
        segment = next(child for child in reader.children(0, len(written), endless=(SEGMENT,)) if child.id == SEGMENT)
        found = reader.children(segment.body, segment.end, endless=(CLUSTER,))
        assert [part.id for part in found] == [0xEC, TAGS, CLUSTER]
        assert read(written).conforming == LABELS.aigc

    @pytest.mark.parametrize("room", range(15, 40))
    def test_any_room_that_is_enough_is_filled_to_the_byte(self, room: int) -> None:
        body = film(INDEX, void(room), FRAMES)
        try:
            written = write(body, AIGC)
        except ImplicitRefusedError:
            assert room < 17
        else:
            assert dict(places(written)).keys() == {TAGS}
            assert written.endswith(written[dict(places(written))[TAGS] :])
            assert written[len(body) - len(FRAMES) : len(body)] == FRAMES

    def test_bytes_after_the_segment_stay_behind_it(self) -> None:
        written = write(film(INDEX, void(60), FRAMES) + void(20), AIGC)
        assert written.endswith(void(20))
        assert read(written).conforming == LABELS.aigc

    @pytest.mark.parametrize(
        "body",
        [
            film(INDEX, FRAMES),
            film(INDEX, void(2), FRAMES),
            film(master(SEEK_HEAD, (seek(INFO, 60),)), void(60), FRAMES),
            film(FRAMES, master(CUES, ())),
            film(master(CLUSTER, (unsigned(0xA7, 30),))),
            film(FRAMES, master(TAGS, (void(9),)), FRAMES),
            HEAD + SEGMENT.to_bytes(4) + bytes((0x80 | len(FRAMES),)) + FRAMES,
        ],
        ids=[
            "full-index",
            "little-room",
            "wrong-index",
            "cues-without-index",
            "placed-cluster",
            "late-tags",
            "short-size",
        ],
    )
    def test_a_file_without_room_for_the_place_is_refused(self, body: bytes) -> None:
        assert read(body).aigc == ()
        with pytest.raises(ImplicitRefusedError):
            write(body, AIGC)


class TestWhatStays:
    def test_chapters_and_attachments(self) -> None:
        others = (master(CHAPTERS, (void(30),)), master(ATTACHMENTS, (text_element(0x466E, "cover.png"), void(300))))
        body = film(INDEX, void(60), *others, FRAMES, others[1])
        written = write(body, AIGC)
        assert b"".join(others) + FRAMES + others[1] in written
        assert written.index(FRAMES) == body.index(FRAMES)

    def test_tags_of_others_and_of_tracks(self) -> None:
        track = master(TAG, (master(TARGETS, (unsigned(TRACK, 7),)), simple("ARTIST", "Lena"), simple("AIGC", TEXT)))
        other = master(TAG, (master(TARGETS, ()), simple("TITLE", "Tides")))
        written = write(film(INDEX, void(60), master(TAGS, (other, track)), FRAMES), OTHER)
        assert other in written
        assert master(TARGETS, (unsigned(TRACK, 7),)) + simple("ARTIST", "Lena") in written
        assert [mark.conforming for mark in read(written).aigc] == [OTHER.aigc]

    def test_a_tag_that_held_nothing_but_a_mark_goes(self) -> None:
        empty = master(TAG, (master(TARGETS, ()), simple("AIGC", "")))
        body = film(INDEX, void(60), FRAMES, master(TAGS, (empty,)))
        written = write(body, AIGC)
        assert written.count(b"AIGC") == 1
        assert write(written, AIGC) == written

    def test_tags_that_fit_into_the_room_of_the_old_ones_take_it(self) -> None:
        body = film(INDEX, master(TAGS, ()), void(500), FRAMES)
        assert len(write(body, AIGC)) == len(body)


class TestSeveralMarks:
    def test_all_are_found_wherever_tags_are(self) -> None:
        tags = master(TAGS, (master(TAG, (simple("aigc", TEXT), simple("X-AIGC", "{}"))),))
        assert len(read(film(INDEX, tags, FRAMES, tags)).aigc) == 4

    def test_source_types_and_disclosure_are_tags_too(self) -> None:
        found = read(write(film(INDEX, void(60), FRAMES), LABELS))
        assert (found.digital_source_types, found.latent) == ((AI,), LABELS.latent)


class TestHostileFiles:
    @pytest.mark.parametrize(
        "body",
        [
            HEAD,
            film()[: len(HEAD) + 2],
            master(HEADER, (text_element(DOC_TYPE, "docs"),)) + master(SEGMENT, ()),
            HEAD + master(0xA3, ()) + master(SEGMENT, ()),
            HEAD + SEGMENT.to_bytes(4) + UNKNOWN + INFO.to_bytes(4) + UNKNOWN,
            film(TAGS.to_bytes(4) + b"\x84", b"ab"),
            film(master(TAGS, (TAG.to_bytes(2) + UNKNOWN + simple("AIGC", TEXT),))),
            film(INDEX, void(60), master(TAGS, (master(TAG, (master(TARGETS, (bytes(5),)),)),))),
            film(b"\x00" * 20),
            film(void(2) * 500_001),
        ],
        ids=[
            "no-segment",
            "cut",
            "other-type",
            "other-top",
            "endless-info",
            "overlong",
            "endless-tag",
            "broken-targets",
            "zeros",
            "many-elements",
        ],
    )
    def test_they_are_refused(self, body: bytes) -> None:
        assert read_labels(body, "video/webm").refused
        with pytest.raises(ImplicitRefusedError):
            write(body, AIGC)
