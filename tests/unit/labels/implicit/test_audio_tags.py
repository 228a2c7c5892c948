"""MP3, FLAC and Ogg: where marks are, that tags lose nothing, and which files are refused."""

import io
import struct
import zlib
from collections.abc import Mapping
from typing import Final

import pytest
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, COMM, ID3, TXXX
from mutagen.ogg import OggFileType, OggPage
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from pipeline.labels.implicit import ImplicitRefusedError, LabelsToWrite, aigc_json, xmp
from pipeline.labels.implicit.carriers import audio_flac, audio_mp3, audio_ogg
from pipeline.labels.implicit.carriers.audio_id3 import tag_of
from tests.unit.labels.implicit.audio_video_makers import content, made, metadata
from tests.unit.labels.implicit.makers import AI, LABELS, OTHER, encoded
from tests.unit.labels.implicit.wild_makers import packet

AIGC = LabelsToWrite(aigc=LABELS.aigc)
TEXT = aigc_json(LABELS.aigc, shape="bare") if LABELS.aigc else ""
SOUND = made("mp3-untagged")
EXTENDED = b"\x00\x00\x00\x06\x01\x00"


def length(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def frame(kind: bytes, payload: bytes, flags: int = 0) -> bytes:
    return kind + length(len(payload)) + struct.pack(">H", flags) + payload


def named(name: str, value: str, flags: int = 0, *, encoding: int = 3, codec: str = "utf-8") -> bytes:
    return frame(b"TXXX", bytes((encoding,)) + f"{name}\0{value}".encode(codec), flags)


def tagged(*frames: bytes, version: int = 4, flags: int = 0, padding: int = 0, sound: bytes = SOUND) -> bytes:
    body = b"".join(frames) + bytes(padding)
    return b"ID3" + bytes((version, 0, flags)) + length(len(body)) + body + sound


class TestMp3:
    @pytest.mark.parametrize("name", ["mp3", "mp3-2.3", "mp3-untagged"])
    def test_the_mark_is_a_text_of_its_own_name(self, name: str) -> None:
        tags = ID3(io.BytesIO(audio_mp3.write(made(name), AIGC)))
        assert tags["TXXX:AIGC"].text == [TEXT]

    @pytest.mark.parametrize(("name", "version"), [("mp3", 4), ("mp3-2.3", 3), ("mp3-untagged", 4)])
    def test_the_tag_keeps_its_version(self, name: str, version: int) -> None:
        tag = tag_of(audio_mp3.write(made(name), LABELS))
        assert tag is not None
        assert tag.version == version

    @pytest.mark.parametrize("name", ["mp3", "mp3-2.3", "mp3-untagged"])
    def test_all_that_follows_the_tag_keeps_its_bytes(self, name: str) -> None:
        """Frames of sound, and tags of other kinds at the end."""
        body = made(name) + b"APETAGEX" + bytes(24)
        old, new = tag_of(body), tag_of(audio_mp3.write(body, LABELS))
        assert new is not None
        assert audio_mp3.write(body, LABELS)[new.end :] == body[0 if old is None else old.end :]

    @pytest.mark.parametrize("version", [3, 4])
    def test_all_other_frames_stay(self, version: int) -> None:
        file = io.BytesIO(made("mp3"))
        tags = ID3(file)
        tags.add(APIC(encoding=3, mime="image/png", type=3, desc="cover", data=encoded("PNG")))
        tags.add(COMM(encoding=1, lang="zho", desc="", text=["潮汐"]))
        tags.add(TXXX(encoding=3, desc="mood", text=["calm", "wide"]))
        tags.save(file, v2_version=version, v23_sep=None)
        after = ID3(io.BytesIO(audio_mp3.write(file.getvalue(), LABELS)), translate=False)
        before = ID3(io.BytesIO(file.getvalue()), translate=False)
        ours = {"TXXX:AIGC", *(key for key in after if key.startswith("PRIV:XMP"))}
        assert {key: repr(after[key]) for key in after if key not in ours} == {key: repr(before[key]) for key in before}

    def test_frames_that_nobody_knows_stay(self) -> None:
        unknown = frame(b"XYZW", b"whatever it is")
        assert unknown in audio_mp3.write(tagged(unknown, named("a", "b")), AIGC)

    def test_xmp_is_a_private_frame(self) -> None:
        (packet,) = tag_of(audio_mp3.write(SOUND, LabelsToWrite(digital_source_type=AI))).xmp  # type: ignore[union-attr]
        assert xmp.found_in([packet]).digital_source_types == (AI,)

    @pytest.mark.parametrize(
        "body",
        [
            tagged(named("aigc", TEXT)),
            tagged(named("AIGC", TEXT, encoding=0, codec="latin-1")),
            tagged(named("AIGC", TEXT, encoding=1, codec="utf-16")),
            tagged(named("AIGC", TEXT, encoding=2, codec="utf-16-be")),
            tagged(b"TXXX" + struct.pack(">IH", len(TEXT) + 6, 0) + b"\x00AIGC\x00" + TEXT.encode(), version=3),
            tagged(frame(b"TXXX", b"G\x00AIGC\x00" + TEXT.encode(), 0x40)),
            tagged(named("AIGC", TEXT), flags=0x80),
            tagged(EXTENDED, named("AIGC", TEXT), flags=0x40),
            tagged(frame(b"PRIV", b"XMP\x00" + xmp.merge(None, AIGC))),
        ],
        ids=["lower", "latin", "utf-16", "utf-16-be", "2.3", "grouped", "unsynchronised", "extended-header", "xmp"],
    )
    def test_a_mark_is_read_however_it_is_written(self, body: bytes) -> None:
        assert audio_mp3.read(body).conforming == LABELS.aigc

    def test_several_marks_are_all_found(self) -> None:
        """Where a tag must not have two frames of one name, a library that makes one of two would hide the second."""
        found = audio_mp3.read(tagged(named("AIGC", TEXT), named("AIGC", TEXT), named("x-aigc", "{}")))
        assert found.contradictions == ("several-aigc-marks",)
        assert len(found.aigc) == 3

    def test_a_new_mark_takes_the_place_of_all(self) -> None:
        body = tagged(named("AIGC", TEXT), named("aigc", "{}"), frame(b"PRIV", b"XMP\x00" + xmp.merge(None, AIGC)))
        assert [mark.conforming for mark in audio_mp3.read(audio_mp3.write(body, OTHER)).aigc] == [OTHER.aigc]

    @pytest.mark.parametrize("version", [3, 4])
    @pytest.mark.parametrize(
        "frames",
        [
            (named("mood", "a"), named("mood", "b")),
            (frame(b"TIT2", b"\x09?"),),
            (frame(b"TIT2", b"\x00\x00\x00\x05" + zlib.compress(b"\x00Tides"), 0x09),),
        ],
        ids=["twice", "unreadable", "compressed"],
    )
    def test_frames_keep_their_bytes_whatever_they_are(self, frames: tuple[bytes, ...], version: int) -> None:
        written = audio_mp3.write(tagged(*frames, version=version), AIGC)
        assert written[10:].startswith(b"".join(frames))
        assert audio_mp3.read(written).conforming == LABELS.aigc

    @pytest.mark.parametrize(
        "body",
        [
            tagged(EXTENDED, named("mood", "a"), flags=0x40),
            tagged(named("mood", "a"), bytes(20), b"behind the padding"),
            tagged(named("mood", "a"), b"XY"),
        ],
        ids=["extended-header", "behind-padding", "rest"],
    )
    def test_a_tag_that_would_lose_something_is_refused(self, body: bytes) -> None:
        assert audio_mp3.read(body).aigc == ()
        with pytest.raises(ImplicitRefusedError):
            audio_mp3.write(body, AIGC)

    def test_a_tag_stays_as_long_as_it_is_where_padding_finds_room(self) -> None:
        body = tagged(named("mood", "a"), padding=2000)
        assert len(audio_mp3.write(body, AIGC)) == len(body)

    def test_an_unsynchronised_tag_keeps_what_it_says(self) -> None:
        """The whole tag of version 2.3, where every 0xFF is followed by a zero; each frame by itself in 2.4."""
        private = b"a\x00\xff\xe1\xff\x00"
        stuffed = b"a\x00\xff\x00\xe1\xff\x00\x00"
        older = tagged(b"PRIV" + struct.pack(">IH", len(private), 0) + stuffed, version=3, flags=0x80)
        newer = tagged(frame(b"PRIV", stuffed, 0x02), flags=0x80)
        for body in (older, newer):
            tags = ID3(io.BytesIO(audio_mp3.write(body, LABELS)))
            assert tags["PRIV:a:\xff\xe1\xff\x00"].data == private[2:]
            assert tags["TXXX:AIGC"].text == [TEXT]

    def test_a_frame_that_unpacks_to_a_gigabyte_is_not_unpacked(self) -> None:
        pack = zlib.compressobj()
        bomb = b"".join(pack.compress(bytes(1 << 20)) for _ in range(1024)) + pack.flush()
        packed = frame(b"TIT2", struct.pack(">I", 1 << 30) + bomb, 0x09)
        body = tagged(packed)
        assert audio_mp3.read(body).aigc == ()
        assert packed in audio_mp3.write(body, AIGC)

    @pytest.mark.parametrize(
        "body",
        [
            b"ID3\x01\x00\x00" + length(0) + SOUND,
            b"ID3\x04\xff\x00" + length(0) + SOUND,
            b"ID3\x04\x00\x00\x80\x00\x00\x00" + SOUND,
            b"ID3\x04\x00\x00" + length(1 << 20) + SOUND,
            tagged(b"TXXX" + length(1 << 20) + bytes(2)),
            tagged(named("AIGC", TEXT, 0x08)),
            tagged(frame(b"TXXX", b"")),
            tagged(frame(b"TXXX", b"\x07AIGC\x00{}")),
            tagged(frame(b"ABCD", b"") * 10_001),
            tagged(named("mood", "a"), sound=b"no sound at all"),
        ],
        ids=["2.1", "no-revision", "no-size", "cut", "overlong", "packed", "empty", "encoding", "many", "silent"],
    )
    def test_what_cannot_be_read_is_refused(self, body: bytes) -> None:
        with pytest.raises(ImplicitRefusedError):
            audio_mp3.read(body)


def flac_with(*blocks: tuple[int, bytes]) -> bytes:
    """A FLAC file with more blocks of metadata, put after the first."""
    body = made("flac")
    first = 8 + int.from_bytes(body[5:8])
    return (
        body[:first] + b"".join(bytes((kind,)) + len(data).to_bytes(3) + data for kind, data in blocks) + body[first:]
    )


def comments(*texts: bytes) -> bytes:
    return struct.pack("<II", 0, len(texts)) + b"".join(struct.pack("<I", len(text)) + text for text in texts)


class TestFlac:
    def test_the_mark_is_a_comment(self) -> None:
        assert FLAC(io.BytesIO(audio_flac.write(made("flac"), AIGC)))["aigc"] == [TEXT]

    def test_other_blocks_and_frames_keep_their_bytes(self) -> None:
        picture = Picture()
        picture.type, picture.mime, picture.data = 3, "image/png", encoded("PNG")
        body = flac_with((2, b"abcdwhatever"), (6, picture.write()))
        written = audio_flac.write(body, LABELS)
        assert b"abcdwhatever" in written
        assert FLAC(io.BytesIO(written)).pictures == [picture]
        assert content(written) == content(body)
        assert body[-5000:] == written[-5000:]

    def test_a_tag_of_another_kind_before_it_stays(self) -> None:
        tag = tagged(named("mood", "calm"), sound=b"")
        assert audio_flac.write(tag + made("flac"), AIGC) == tag + audio_flac.write(made("flac"), AIGC)

    @pytest.mark.parametrize(
        ("mark", "carrier"),
        [
            (named("AIGC", TEXT), "id3.TXXX"),
            (frame(b"COMM", b"\x03zho\0" + TEXT.encode()), "id3.COMM"),
            (frame(b"PRIV", b"AIGC\0" + TEXT.encode()), "id3.PRIV"),
            (frame(b"PRIV", b"XMP\0" + packet(TEXT)), "xmp"),
        ],
        ids=["text", "comment", "private", "xmp"],
    )
    def test_a_mark_in_a_tag_before_it_is_read_and_no_second_one_written(self, mark: bytes, carrier: str) -> None:
        body = tagged(mark, sound=made("flac"))
        assert [(label.carrier, label.conforming) for label in audio_flac.read(body).aigc] == [(carrier, LABELS.aigc)]
        with pytest.raises(ImplicitRefusedError, match="ID3 tag before"):
            audio_flac.write(body, LabelsToWrite(aigc=OTHER.aigc))
        kept = audio_flac.write(body, LabelsToWrite(digital_source_type=AI))
        assert (audio_flac.read(kept).conforming, audio_flac.read(kept).digital_source_types) == (LABELS.aigc, (AI,))

    def test_a_mark_in_a_tag_before_it_beside_one_in_its_comments_is_one_too_many(self) -> None:
        body = tagged(named("AIGC", TEXT), sound=audio_flac.write(made("flac"), LabelsToWrite(aigc=OTHER.aigc)))
        assert [mark.conforming for mark in audio_flac.read(body).aigc] == [LABELS.aigc, OTHER.aigc]

    def test_marks_in_a_second_block_are_found_and_replaced(self) -> None:
        body = flac_with((4, comments(b"AIGC=" + TEXT.encode())))
        assert audio_flac.read(body).conforming == LABELS.aigc
        both = flac_with((4, comments(b"AIGC=" + TEXT.encode())), (4, comments(b"aigc={}")))
        assert len(audio_flac.read(both).aigc) == 2
        assert [mark.conforming for mark in audio_flac.read(audio_flac.write(both, OTHER)).aigc] == [OTHER.aigc]

    @pytest.mark.parametrize("comment", [b"mood=\xff\xfe", b"no equals sign", "stimmung·=1".encode(), b"=empty name"])
    def test_comments_of_others_keep_their_bytes_whatever_they_are(self, comment: bytes) -> None:
        written = audio_flac.write(flac_with((4, comments(comment))), AIGC)
        assert struct.pack("<I", len(comment)) + comment in written
        assert audio_flac.read(written).conforming == LABELS.aigc

    @pytest.mark.parametrize(
        "block",
        [comments(b"a=b")[:-1], comments(b"a=b") + b"more", struct.pack("<II", 0, 1 << 31), b"\x01"],
        ids=["cut", "more", "many", "short"],
    )
    def test_comments_that_are_broken_are_a_reason_to_refuse(self, block: bytes) -> None:
        with pytest.raises(ImplicitRefusedError):
            audio_flac.write(flac_with((4, block)), AIGC)

    def test_padding_is_used_up(self) -> None:
        body = flac_with((1, bytes(4000)))
        written = audio_flac.write(body, AIGC)
        assert len(written) == len(body)
        assert content(written) == content(body)


KINDS: Final[Mapping[str, type[OggFileType]]] = {"ogg-vorbis": OggVorbis, "ogg-opus": OggOpus, "ogg-flac": OggFLAC}


def with_story(name: str, length: int) -> bytes:
    """A file with a comment of so many letters, and no padding."""
    file = io.BytesIO(made(name))
    tags = KINDS[name](file)
    tags["story"] = ["t" * length]
    file.seek(0)
    tags.save(file, padding=lambda _: 0)
    return file.getvalue()


def pages_of(body: bytes) -> list[OggPage]:
    """The pages of a file as mutagen reads them."""
    file, pages = io.BytesIO(body), []
    while file.tell() < len(body):
        pages.append(OggPage(file))
    return pages


class TestOgg:
    @pytest.mark.parametrize("name", ["ogg-vorbis", "ogg-opus", "ogg-flac"])
    def test_the_mark_is_a_comment(self, name: str) -> None:
        assert metadata(audio_ogg.write(made(name), AIGC))["AIGC"] == TEXT

    def test_comments_longer_than_a_page_stay(self) -> None:
        file = io.BytesIO(made("ogg-opus"))
        opus = OggOpus(file)
        opus["story"] = ["tide " * 40_000]
        file.seek(0)
        opus.save(file)
        written = audio_ogg.write(file.getvalue(), LABELS)
        assert OggOpus(io.BytesIO(written))["story"] == opus["story"]
        assert content(written) == content(made("ogg-opus"))

    def test_a_second_song_in_the_same_file_keeps_its_bytes(self) -> None:
        body = made("ogg-opus") + made("ogg-opus")
        assert audio_ogg.write(body, AIGC) == audio_ogg.write(made("ogg-opus"), AIGC) + made("ogg-opus")

    def test_a_page_that_is_not_what_its_checksum_says_is_a_reason_to_refuse(self) -> None:
        """Summed up anew, it would look whole."""
        body = with_story("ogg-opus", 64_900)
        for place in (body.index(b"story=") + 6, len(body) - 1):
            broken = bytearray(body)
            broken[place] ^= 0xFF
            assert audio_ogg.read(bytes(broken)).aigc == ()
            with pytest.raises(ImplicitRefusedError, match="checksum"):
                audio_ogg.write(bytes(broken), LABELS)

    @pytest.mark.parametrize("name", ["ogg-vorbis", "ogg-opus", "ogg-flac"])
    @pytest.mark.parametrize("length", [1, 200, 255 * 255, 70_000, 200_000])
    def test_pages_are_numbered_and_summed_up_as_others_do_it(self, name: str, length: int) -> None:
        """The comments take one page, end with a page, and take several; the rest of the sound stays as it was."""
        written = audio_ogg.write(with_story(name, length), LABELS)
        numbers = [page.sequence for page in pages_of(written)]
        assert numbers == list(range(len(numbers)))
        assert content(written) == content(made(name))
        assert KINDS[name](io.BytesIO(written))["story"] == ["t" * length]
        again = audio_ogg.write(written, OTHER)
        assert [label.conforming for label in audio_ogg.read(again).aigc] == [OTHER.aigc]
        assert content(again) == content(made(name))

    def test_padding_is_used_up_so_that_no_page_is_numbered_anew(self) -> None:
        file = io.BytesIO(made("ogg-opus"))
        opus = OggOpus(file)
        file.seek(0)
        opus.save(file, padding=lambda _: 2000)
        body = file.getvalue()
        written = audio_ogg.write(body, AIGC)
        assert len(written) == len(body)
        assert [page.write() for page in pages_of(written)[2:]] == [page.write() for page in pages_of(body)[2:]]

    def test_a_stream_beside_it_keeps_its_bytes(self) -> None:
        """Two streams in one file, whose first pages come before all others; the first of them is labelled."""
        ours, other = pages_of(made("ogg-vorbis")), pages_of(made("ogg-opus"))
        for page in other:
            page.serial = 77
        pages = [ours[0], other[0], ours[1], *other[1:], *ours[2:]]
        written = audio_ogg.write(b"".join(page.write() for page in pages), LABELS)
        assert audio_ogg.read(written).conforming == LABELS.aigc
        kept = [page.write() for page in pages_of(written) if page.serial == 77]
        assert kept == [page.write() for page in other]

    def test_other_kinds_of_sound_are_refused(self) -> None:
        with pytest.raises(ImplicitRefusedError, match="Vorbis, Opus or FLAC"):
            audio_ogg.read(made("ogg-opus").replace(b"OpusHead", b"Speex   "))
