"""MP4, MOV and M4A: where marks are, what stays, and which files are refused."""

import io
import struct
from collections.abc import Iterator

import pytest
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm

from pipeline.labels.implicit import ImplicitRefusedError, LabelsToWrite, aigc_json, xmp
from pipeline.labels.implicit.carriers.video_boxes import box
from pipeline.labels.implicit.carriers.video_mp4 import read, write
from tests.unit.labels.implicit.audio_video_makers import content, made, metadata
from tests.unit.labels.implicit.makers import AI, LABELS, OTHER, encoded

AIGC = LabelsToWrite(aigc=LABELS.aigc)
TEXT = aigc_json(LABELS.aigc, shape="bare") if LABELS.aigc else ""
XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def boxes(body: bytes, skip: int = 0) -> list[tuple[bytes, bytes]]:
    found = []
    at = skip
    while at + 8 <= len(body):
        size, kind = struct.unpack_from(">I4s", body, at)
        found.append((kind, body[at + 8 : at + size]))
        at += size
    return found


def only(body: bytes, *path: bytes) -> bytes:
    for kind in path:
        (body,) = (payload for name, payload in boxes(body) if name == kind)
    return body


def metas(body: bytes) -> Iterator[dict[bytes, bytes]]:
    for kind, payload in boxes(only(body, b"moov", b"udta")):
        if kind == b"meta":
            yield dict(boxes(payload, skip=4))


def chunk_places(body: bytes) -> list[int]:
    places = []
    for kind, track in boxes(only(body, b"moov")):
        if kind == b"trak":
            table = only(track, b"mdia", b"minf", b"stbl", b"stco")
            places += struct.unpack(f">{(len(table) - 8) // 4}I", table[8:])
    return places


def film(
    *, places: bytes = b"", before: bytes = b"", after: bytes = b"", udta: bytes = b"", kind: bytes = b"stco"
) -> bytes:
    """A file with nothing to play: an index before the data, and places in it."""
    tables = box(kind, places) if places else b""
    track = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", tables))))
    return box(b"ftyp", b"isom", bytes(4)) + before + box(b"moov", track, udta) + box(b"mdat", b"frames") + after


class TestWhereMarksAre:
    @pytest.mark.parametrize("name", ["mp4", "mp4-index-first", "mp4-fragments", "mov", "m4a"])
    def test_the_mark_is_a_key_of_the_metadata_in_user_data(self, name: str) -> None:
        (meta,) = (payloads for payloads in metas(write(made(name), AIGC)) if payloads[b"hdlr"][8:12] == b"mdta")
        assert meta[b"keys"][8:] == struct.pack(">I", 12) + b"mdtaAIGC"
        ((number, item),) = boxes(meta[b"ilst"])
        ((kind, value),) = boxes(item)
        assert (int.from_bytes(number), kind, value) == (1, b"data", struct.pack(">II", 1, 0) + TEXT.encode())

    def test_keys_that_are_there_get_one_more(self) -> None:
        before, after = metadata(made("mp4-keys", mood="calm")), metadata(write(made("mp4-keys", mood="calm"), AIGC))
        assert after == before | {"AIGC": TEXT}
        assert len(list(metas(write(made("mp4-keys"), AIGC)))) == 1

    @pytest.mark.parametrize(("name", "kind"), [("mp4", b"uuid"), ("mov", b"XMP_")])
    def test_xmp_is_where_other_programs_look(self, name: str, kind: bytes) -> None:
        written = write(made(name), LabelsToWrite(digital_source_type=AI))
        where = boxes(written) if kind == b"uuid" else boxes(only(written, b"moov", b"udta"))
        (packet,) = (payload.removeprefix(XMP_BOX) for box_kind, payload in where if box_kind == kind)
        assert xmp.found_in([packet]).digital_source_types == (AI,)

    def test_what_is_in_xmp_already_stays_there(self) -> None:
        packet = xmp.merge(None, LabelsToWrite(latent=LABELS.latent))
        body = made("mp4") + box(b"uuid", XMP_BOX, packet)
        found = read(write(body, LabelsToWrite(digital_source_type=AI)))
        assert (found.latent, found.digital_source_types) == (LABELS.latent, (AI,))


class TestWhatStays:
    @pytest.mark.parametrize("name", ["mp4", "mov", "m4a", "mp4-index-first"])
    def test_tags_of_itunes_are_what_they_were(self, name: str) -> None:
        file = io.BytesIO(made(name))
        tags = MP4(file)
        tags["covr"] = [MP4Cover(encoded("PNG"), MP4Cover.FORMAT_PNG)]
        tags["----:com.apple.iTunes:MOOD"] = [MP4FreeForm(b"calm")]
        file.seek(0)
        tags.save(file)
        written = MP4(io.BytesIO(write(file.getvalue(), LABELS)))
        assert dict(written.tags) == dict(tags.tags)
        assert content(write(file.getvalue(), LABELS)) == content(file.getvalue())

    def test_boxes_that_nobody_knows_are_kept_where_they_were(self) -> None:
        own = box(b"uuid", bytes(range(16)), b"a box of somebody's own")
        body = film(before=own, after=own, udta=box(b"udta", box(b"what", b"ever"), bytes(4)))
        written = write(body, LABELS)
        assert [payload for kind, payload in boxes(written) if kind == b"uuid"][::2] == [own[8:]] * 2
        assert only(written, b"moov", b"udta", b"what") == b"ever"

    @pytest.mark.parametrize("head", [b"", bytes(4)], ids=["quicktime", "iso"])
    @pytest.mark.parametrize("name", ["mp4", "mov"])
    def test_metadata_as_phones_write_it_gets_one_more_key(self, name: str, head: bytes) -> None:
        """A `meta` box with keys right in `moov`; of two such boxes, programs would take one's keys for the other's."""
        key = b"com.apple.quicktime.model"
        meta = box(
            b"meta",
            head,
            box(b"hdlr", bytes(8), b"mdta", bytes(13)),
            box(b"keys", bytes(4), struct.pack(">II", 1, len(key) + 8), b"mdta", key),
            box(b"ilst", box(struct.pack(">I", 1), box(b"data", struct.pack(">II", 1, 0), b"Harbour 3"))),
        )
        body = made(name)
        at = body.index(b"moov") - 4
        (size,) = struct.unpack_from(">I", body, at)
        assert at + size == len(body)
        body = body[:at] + struct.pack(">I", size + len(meta)) + body[at + 4 :] + meta
        written = write(body, LABELS)
        shown = metadata(written)
        assert (shown["com.apple.quicktime.model"], shown["AIGC"]) == ("Harbour 3", TEXT)
        assert [(mark.carrier, mark.conforming) for mark in read(written).aigc] == [("moov.meta", LABELS.aigc)]

    @pytest.mark.parametrize("name", ["mp4", "mov"])
    def test_tracks_of_a_file_whose_index_is_last_keep_their_bytes(self, name: str) -> None:
        """Rotation, colour, edit lists: whatever a track says."""
        before, after = (boxes(only(body, b"moov")) for body in (made(name), write(made(name), LABELS)))
        assert [inner_box for inner_box in after if inner_box[0] != b"udta"] == [
            inner_box for inner_box in before if inner_box[0] != b"udta"
        ]

    def test_all_but_index_and_xmp_keeps_its_bytes(self) -> None:
        before, after = boxes(made("mp4-index-first")), boxes(write(made("mp4-index-first"), LABELS))
        assert [outer_box for outer_box in after if outer_box[0] not in (b"moov", b"uuid")] == [
            outer_box for outer_box in before if outer_box[0] != b"moov"
        ]


class TestPlaces:
    @pytest.mark.parametrize("name", ["mp4", "mp4-index-first", "mov", "mov-index-first", "m4a"])
    def test_chunks_are_where_the_index_says(self, name: str) -> None:
        before, after = made(name), write(made(name), LABELS)
        pairs = list(zip(chunk_places(before), chunk_places(after), strict=True))
        assert all(before[old : old + 32] == after[new : new + 32] for old, new in pairs)

    def test_places_beyond_four_gigabytes_are_named_in_full(self) -> None:
        far = 1 << 40
        body = film(places=bytes(4) + struct.pack(">IQQ", 2, 20, far), kind=b"co64")
        table = write(body, AIGC)
        near, moved = struct.unpack_from(">QQ", table, table.index(b"co64") + 12)
        assert (near, moved) == (20, far + len(table) - len(body))

    def test_a_place_that_would_not_fit_is_refused(self) -> None:
        with pytest.raises(ImplicitRefusedError, match="beyond"):
            write(film(places=bytes(4) + struct.pack(">II", 1, 0xFFFFFFF0)), AIGC)

    @pytest.mark.parametrize(
        "body",
        [
            film(before=box(b"sidx", bytes(32))),
            film(after=box(b"meta", bytes(4), box(b"iloc", bytes(8)))),
            film(places=bytes(12), kind=b"saio"),
            film(places=bytes(4) + struct.pack(">I", 1000)),
            film(places=bytes(4)),
            film(places=bytes(4) + struct.pack(">I", 2_000_001) + bytes(8_000_004)),
        ],
        ids=["segments-before", "items", "auxiliary", "longer-than-its-box", "cut-off", "too-many"],
    )
    def test_places_that_cannot_be_moved_along_are_a_reason_to_refuse(self, body: bytes) -> None:
        with pytest.raises(ImplicitRefusedError):
            write(body, AIGC)


class TestSeveralMarks:
    def test_all_are_found(self) -> None:
        file = io.BytesIO(write(made("m4a"), AIGC))
        tags = MP4(file)
        tags["----:com.apple.iTunes:AIGC"] = [MP4FreeForm(b'{"Label":"2"}')]
        file.seek(0)
        tags.save(file)
        found = read(file.getvalue())
        assert len(found.aigc) == 2
        assert found.contradictions == ("several-aigc-marks",)

    @pytest.mark.parametrize(
        "other",
        [
            film(udta=box(b"udta", box(b"AIGC", TEXT.encode()))),
            film(after=box(b"uuid", XMP_BOX, xmp.merge(None, AIGC))),
            film(
                udta=box(
                    b"udta",
                    box(
                        b"meta",
                        bytes(4),
                        box(b"hdlr", bytes(8), b"mdir", bytes(13)),
                        box(
                            b"ilst",
                            box(
                                b"----",
                                box(b"mean", bytes(4), b"com.apple.iTunes"),
                                box(b"name", bytes(4), b"AIGC"),
                                box(b"data", bytes(8), TEXT.encode()),
                            ),
                        ),
                    ),
                )
            ),
        ],
        ids=["box", "xmp", "itunes"],
    )
    def test_wherever_a_mark_was_a_new_one_takes_its_place(self, other: bytes) -> None:
        assert read(other).conforming == LABELS.aigc
        assert [mark.conforming for mark in read(write(other, OTHER)).aigc] == [OTHER.aigc]


class TestHostileFiles:
    @pytest.mark.parametrize(
        "body",
        [
            box(b"ftyp", b"isom") + box(b"mdat"),
            film() + box(b"moov"),
            box(b"ftyp", b"isom") + box(b"moov", struct.pack(">I4s", 4, b"udta")),
            box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"moov", 4),
            film(udta=box(b"udta", box(b"meta", bytes(4), box(b"keys", bytes(8), b"\x00\x00\x00\x02")))),
            film(after=box(b"uuid", XMP_BOX, b"<x" + b"<a>" * 500)),
            film(after=box(b"free") * 300_001),
            film(after=box(b"uuid", XMP_BOX, xmp.merge(None, AIGC)) * 17),
        ],
        ids=[
            "no-index",
            "two",
            "short-box",
            "short-long-box",
            "keys",
            "xmp",
            "many-boxes",
            "many-packets",
        ],
    )
    def test_they_are_refused(self, body: bytes) -> None:
        with pytest.raises(ImplicitRefusedError):
            read(body)

    def test_many_lists_of_metadata_are_read_and_written_in_time(self) -> None:
        body = film(udta=box(b"udta", box(b"meta", bytes(4)) * 50_000))
        assert read(write(body, AIGC)).show(AIGC)

    def test_boxes_in_boxes_are_not_followed_without_end(self) -> None:
        nest = b""
        for _ in range(5000):
            nest = box(b"trak", nest)
        body = box(b"ftyp", b"isom") + box(b"moov", nest) + box(b"mdat")
        assert read(write(body, AIGC)).show(AIGC)
