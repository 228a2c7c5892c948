"""FLV: where marks are, that places named in the metadata move along, and which files are refused."""

import struct
from collections.abc import Callable

import pytest

from pipeline.labels.implicit import ImplicitRefusedError, LabelsToWrite, aigc_json, xmp
from pipeline.labels.implicit.carriers.video_amf import numbers, properties, property_of, string, text_at
from pipeline.labels.implicit.carriers.video_flv import read, write
from tests.unit.labels.implicit.audio_video_makers import made
from tests.unit.labels.implicit.makers import AI, LABELS, OTHER

AIGC = LabelsToWrite(aigc=LABELS.aigc)
TEXT = aigc_json(LABELS.aigc, shape="bare") if LABELS.aigc else ""
HEADER = b"FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00"
END = b"\x00\x00\x09"
START = len(string(b"onMetaData"))


def tag(data: bytes, kind: int = 18) -> bytes:
    return bytes((kind,)) + len(data).to_bytes(3) + bytes(7) + data + (len(data) + 11).to_bytes(4)


def described(*members: bytes, name: bytes = b"onMetaData", end: bytes = END) -> bytes:
    return tag(string(name) + b"\x08" + struct.pack(">I", len(members)) + b"".join(members) + end)


def film(*tags: bytes) -> bytes:
    return HEADER + b"".join(tags) + tag(b"\x27\x01picture", 9)


def metadata(body: bytes) -> bytes:
    length = int.from_bytes(body[14:17])
    return body[24 : 24 + length]


class TestWhereMarksAre:
    def test_the_mark_is_a_property_of_the_metadata(self) -> None:
        said = metadata(write(made("flv"), AIGC))
        (value,) = (text_at(said, entry.value) for entry in properties(said, START) if entry.name == "AIGC")
        assert value == TEXT.encode()

    def test_a_file_without_metadata_gets_some(self) -> None:
        written = write(film(), AIGC)
        assert written.startswith(HEADER + b"\x12")
        assert written.endswith(film()[len(HEADER) :])
        assert read(written).conforming == LABELS.aigc

    def test_metadata_may_be_an_object(self) -> None:
        body = film(tag(string(b"onMetaData") + b"\x03" + property_of(b"title", b"Tides") + END))
        written = write(body, AIGC)
        assert metadata(written)[START] == 3
        assert [entry.name for entry in properties(metadata(written), START)] == ["title", "AIGC"]

    def test_xmp_is_read(self) -> None:
        packet = xmp.merge(None, LabelsToWrite(digital_source_type=AI))
        body = film(described(property_of(b"liveXML", packet), name=b"onXMPData"))
        assert read(body).digital_source_types == (AI,)
        with pytest.raises(ImplicitRefusedError, match="XMP"):
            write(body, AIGC)

    def test_marks_of_all_metadata_count_and_go(self) -> None:
        body = film(described(property_of(b"AIGC", b"{}")), described(property_of(b"aigc", TEXT.encode())))
        assert read(body).contradictions == ("several-aigc-marks",)
        assert [mark.conforming for mark in read(write(body, OTHER)).aigc] == [OTHER.aigc]


class TestPlaces:
    def test_key_frames_are_where_the_metadata_says(self) -> None:
        before, after = made("flv-key-frames"), write(made("flv-key-frames"), LABELS)
        pairs = list(zip(self.key_frames(before), self.key_frames(after), strict=True))
        assert len(pairs) > 1
        assert all(before[old : old + 40] == after[new : new + 40] for old, new in pairs)

    def test_the_file_is_as_large_as_it_says(self) -> None:
        written = write(made("flv"), LABELS)
        said = metadata(written)
        (place,) = (entry.value + 1 for entry in properties(said, START) if entry.name == "filesize")
        assert struct.unpack_from(">d", said, place) == (len(written),)

    @pytest.mark.parametrize("number", [float("nan"), float("inf"), -1.0, 0.0, 1e300])
    def test_numbers_that_are_no_places_stay(self, number: float) -> None:
        stated = struct.pack(">d", number)
        assert stated in write(film(described(struct.pack(">H", 8) + b"filesize\x00" + stated)), AIGC)

    @staticmethod
    def key_frames(body: bytes) -> list[int]:
        said = metadata(body)
        (frames,) = (entry for entry in properties(said, START) if entry.name == "keyframes")
        (found,) = (entry for entry in properties(said, frames.value) if entry.name == "filepositions")
        return [int(struct.unpack_from(">d", said, at)[0]) for at in numbers(said, found.value)]


def nested(opening: bytes, depth: int) -> bytes:
    return film(tag(string(b"onMetaData") + b"\x08\x00\x00\x00\x01" + (b"\x00\x01a" + opening) * depth))


class TestHostileFiles:
    @pytest.mark.parametrize(
        "body",
        [
            b"FLV\x01",
            b"FLX" + film()[3:],
            film()[:-5],
            film(tag(string(b"onMetaData"))),
            film(tag(string(b"onMetaData") + string(b"text"))),
            film(described(b"\x00\x01a\x04")),
            film(described(b"\x00\x01a\x00")),
            film(described(property_of(b"a", b"b"), end=b"")),
            nested(b"\x03", 5000),
            film(tag(string(b"onMetaData") + b"\x08\x00\x00\x00\x01\x00\x01a" + b"\x0a\x00\x00\x00\x01" * 5000)),
            film(*[described()] * 17),
            film(described(b"\x00\x01a\x0a\xff\xff\xff\xff" + b"\x05" * 600_000)),
        ],
        ids=[
            "short",
            "other",
            "cut",
            "empty",
            "text",
            "kind",
            "number",
            "endless",
            "deep",
            "deep-arrays",
            "many-descriptions",
            "many-values",
        ],
    )
    @pytest.mark.parametrize("act", [read, lambda body: write(body, AIGC)], ids=["read", "write"])
    def test_they_are_refused(self, body: bytes, act: Callable[[bytes], object]) -> None:
        with pytest.raises(ImplicitRefusedError):
            act(body)
