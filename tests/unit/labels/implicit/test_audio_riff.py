"""WAV and AVI: where marks are, what stays, and which files are refused."""

import struct

import pytest

from pipeline.labels.implicit import ImplicitRefusedError, LabelsToWrite, aigc_json, xmp
from pipeline.labels.implicit.carriers import audio_wav, video_avi
from pipeline.labels.implicit.carriers.audio_riff import chunks, file_of, riff_chunk
from tests.unit.labels.implicit.audio_video_makers import content, made, metadata
from tests.unit.labels.implicit.makers import AI, LABELS, OTHER

AIGC = LabelsToWrite(aigc=LABELS.aigc)
TEXT = (aigc_json(LABELS.aigc, shape="bare") if LABELS.aigc else "").encode()
FORMAT = riff_chunk(b"fmt ", bytes(16))
SAMPLES = riff_chunk(b"data", b"samples")
HEADER = riff_chunk(b"LIST", b"hdrl", bytes(64))
FRAMES = riff_chunk(b"LIST", b"movi", riff_chunk(b"00dc", b"frame"))


def riff(form: bytes, *pieces: bytes, rest: bytes = b"") -> bytes:
    return file_of(form, list(pieces), rest)


def wav(*pieces: bytes, rest: bytes = b"") -> bytes:
    return riff(b"WAVE", FORMAT, SAMPLES, *pieces, rest=rest)


def avi(*pieces: bytes, after: tuple[bytes, ...] = (), header: bytes = HEADER, rest: bytes = b"") -> bytes:
    return riff(b"AVI ", header, *pieces, FRAMES, *after, rest=rest)


def parts(body: bytes) -> list[tuple[bytes, bytes]]:
    (size,) = struct.unpack_from("<I", body, 4)
    return [(part.kind, body[part.body : part.end]) for part in chunks(body, 12, size + 8)]


class TestWav:
    def test_the_mark_is_a_chunk_at_the_end_and_xmp_another(self) -> None:
        written = audio_wav.write(wav(), LABELS)
        assert [kind for kind, _ in parts(written)] == [b"fmt ", b"data", b"AIGC", b"_PMX"]
        assert parts(written)[2][1] == TEXT
        assert xmp.found_in([parts(written)[3][1]]).digital_source_types == (AI,)

    def test_all_other_chunks_stay_as_they_are(self) -> None:
        others = (
            riff_chunk(b"bext", bytes(602)),
            riff_chunk(b"cue ", b"odd"),
            riff_chunk(b"LIST", b"INFO", riff_chunk(b"INAM", b"Tides\0")),
        )
        body = riff(b"WAVE", others[0], FORMAT, SAMPLES, *others[1:], rest=b"and what follows")
        written = audio_wav.write(body, AIGC)
        assert written.removeprefix(body[:4]).startswith(struct.pack("<I", len(written) - 8 - 16))
        assert written[8:-16] == body[8:-16] + riff_chunk(b"AIGC", TEXT)
        assert written.endswith(b"and what follows")

    def test_a_chunk_without_its_padding_at_the_end_gets_it(self) -> None:
        body = wav()[:-1]
        body = body[:4] + struct.pack("<I", len(body) - 8) + body[8:]
        written = audio_wav.write(body, AIGC)
        assert parts(written)[1] == (b"data", b"samples")
        assert audio_wav.read(written).conforming == LABELS.aigc

    @pytest.mark.parametrize(
        "other",
        [
            riff_chunk(b"AIGC", TEXT),
            riff_chunk(b"LIST", b"INFO", riff_chunk(b"AIGC", TEXT)),
            riff_chunk(b"_PMX", xmp.merge(None, AIGC)),
        ],
        ids=["chunk", "list", "xmp"],
    )
    def test_wherever_a_mark_was_a_new_one_takes_its_place(self, other: bytes) -> None:
        body = riff(b"WAVE", other, FORMAT, SAMPLES)
        assert audio_wav.read(body).conforming == LABELS.aigc
        assert [mark.conforming for mark in audio_wav.read(audio_wav.write(body, OTHER)).aigc] == [OTHER.aigc]

    def test_several_marks_are_all_found(self) -> None:
        body = wav(
            riff_chunk(b"AIGC", TEXT),
            riff_chunk(b"AIGC", b"{}"),
            riff_chunk(b"LIST", b"INFO", riff_chunk(b"aigc", TEXT)),
        )
        assert len(audio_wav.read(body).aigc) == 3

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"RF64" + wav()[4:], "4 GiB"),
            (b"BW64" + wav()[4:], "4 GiB"),
            (b"RIFX" + wav()[4:], "byte order"),
            (b"RIFF\xff\xff\xff\xff" + wav()[8:], "stream"),
            (b"RIFF\x00\x00\x00\x00" + wav()[8:], "stream"),
            (wav()[:-1], "truncated"),
            (avi(), "WAVE"),
            (riff(b"WAVE", FORMAT, b"data\xff\xff\xff\xff", b"sound"), "truncated"),
            (riff(b"WAVE", FORMAT, SAMPLES, b"junk"), "within a chunk"),
            (riff(b"WAVE", riff_chunk(b"none") * 100_001), "more than"),
        ],
        ids=["rf64", "bw64", "rifx", "recorded", "empty", "cut", "avi", "endless", "within", "many"],
    )
    def test_what_cannot_be_read_is_refused_with_the_reason(self, body: bytes, reason: str) -> None:
        with pytest.raises(ImplicitRefusedError, match=reason):
            audio_wav.read(body)

    def test_a_file_without_samples_takes_no_marks(self) -> None:
        with pytest.raises(ImplicitRefusedError, match="no samples"):
            audio_wav.write(riff(b"WAVE", FORMAT), AIGC)

    def test_a_file_that_would_be_longer_than_riff_can_say_is_refused(self) -> None:
        with pytest.raises(ImplicitRefusedError, match="4 GiB"):
            file_of(b"WAVE", [range(0xFFFF_FFFF)], b"")  # type: ignore[list-item] (only its length is asked for)


def index(place: int) -> bytes:
    return riff_chunk(b"idx1", struct.pack("<4sIII", b"00dc", 16, place, 5))


class TestAvi:
    def test_the_mark_goes_into_padding_and_no_frame_moves(self) -> None:
        body = made("avi")
        written = video_avi.write(body, AIGC)
        assert len(written) == len(body)
        assert written[written.index(b"movi") :] == body[body.index(b"movi") :]
        assert metadata(written)["AIGC"] == TEXT.decode()

    def test_texts_that_are_there_stay(self) -> None:
        name = riff_chunk(b"INAM", b"Tides\x00")
        written = video_avi.write(avi(riff_chunk(b"LIST", b"INFO", name), riff_chunk(b"JUNK", bytes(900))), AIGC)
        assert parts(written)[1] == (b"LIST", b"INFO" + name + riff_chunk(b"AIGC", TEXT, b"\x00"))

    def test_without_padding_frames_move_and_are_found_all_the_same(self) -> None:
        body = made("avi")
        at = body.index(b"JUNK", body.index(b"INFO"))
        bare = body[:at] + body[at + 8 + int.from_bytes(body[at + 4 : at + 8], "little") :]
        bare = bare[:4] + struct.pack("<I", len(bare) - 8) + bare[8:]
        written = video_avi.write(bare, LABELS)
        assert len(written) > len(bare)
        assert content(written) == content(bare) == content(body)
        assert video_avi.read(written).show(LABELS)

    @pytest.mark.parametrize(
        "body",
        [
            avi(header=riff_chunk(b"LIST", b"hdrl", riff_chunk(b"indx", bytes(24)))),
            avi(rest=riff(b"AVIX", FRAMES)),
            avi(after=(index(avi().index(b"00dc")),)),
            riff(b"AVI ", HEADER),
            riff(b"AVI ", FRAMES, HEADER),
        ],
        ids=["opendml", "second-part", "index-from-the-beginning", "no-frames", "no-header"],
    )
    def test_a_file_whose_index_would_be_wrong_is_refused(self, body: bytes) -> None:
        assert video_avi.read(body).aigc == ()
        with pytest.raises(ImplicitRefusedError):
            video_avi.write(body, AIGC)

    def test_an_index_that_counts_from_the_frames_stays_right(self) -> None:
        body = avi(after=(index(4),))
        written = video_avi.write(body, AIGC)
        assert parts(written)[-2:] == parts(body)[-2:]

    def test_with_padding_any_index_stays_right(self) -> None:
        body = avi(riff_chunk(b"JUNK", bytes(400)), after=(index(0),), rest=riff(b"AVIX", FRAMES))
        written = video_avi.write(body, AIGC)
        assert len(written) == len(body)
        assert written.endswith(riff(b"AVIX", FRAMES))

    def test_a_mark_behind_the_frames_goes_where_another_is_written(self) -> None:
        body = avi(riff_chunk(b"JUNK", bytes(400)), after=(riff_chunk(b"LIST", b"INFO", riff_chunk(b"AIGC", TEXT)),))
        assert video_avi.read(body).conforming == LABELS.aigc
        assert [mark.conforming for mark in video_avi.read(video_avi.write(body, OTHER)).aigc] == [OTHER.aigc]
