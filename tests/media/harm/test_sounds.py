"""Sounds: every packet, every tag of others and its version, as mutagen and ffmpeg see them."""

import io
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import mutagen
import pytest
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC, Picture, SeekPoint, SeekTable
from mutagen.id3 import APIC, CHAP, CTOC, ID3, PRIV, TALB, TIT2, UFID, CTOCFlags

from tests.media.conftest import SAMPLES
from tests.media.harm.oracle import Seal, packets, run, written
from tests.tools import need
from tests.unit.labels.implicit.audio_video_makers import made
from tests.unit.labels.implicit.makers import encoded

MP3: Final = "audio/mpeg"


def speech() -> bytes:
    return (SAMPLES / "voice-note.mp3").read_bytes()


def tagged(version: int = 4, *frames: object, **save: object) -> bytes:
    out = io.BytesIO(speech())
    tag = ID3()
    for frame in (TIT2(encoding=1, text="Häfen"), TALB(encoding=0, text="Tides"), *frames):
        tag.add(frame)
    tag.save(out, v2_version=version, **save)
    return out.getvalue()


def syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def head(version: int, flags: int, size: int, name: bytes = b"ID3") -> bytes:
    return name + bytes((version, 0, flags)) + syncsafe(size)


def in_version_2_2() -> bytes:
    frame = b"TT2" + (7).to_bytes(3) + b"\x00Harbor"
    return head(2, 0, len(frame)) + frame + speech()


def with_footer() -> bytes:
    frame = b"TIT2" + syncsafe(7) + b"\x00\x00\x00Harbor"
    return head(4, 0x10, len(frame)) + frame + head(4, 0x10, len(frame), b"3DI") + speech()


def unsynchronised() -> bytes:
    held = b"PRIV" + (6).to_bytes(4) + b"\x00\x00a\x00\xff\xe1\xff\x00"
    held = held.replace(b"\xff\x00", b"\xff\x00\x00").replace(b"\xff\xe1", b"\xff\x00\xe1")
    return head(3, 0x80, len(held)) + held + speech()


def with_extended_header() -> bytes:
    frame = b"TIT2" + (7).to_bytes(4) + b"\x00\x00\x00Harbor"
    extended = (6).to_bytes(4) + bytes(6)
    return head(3, 0x40, len(extended + frame)) + extended + frame + speech()


def tagged_at_both_ends() -> bytes:
    out = io.BytesIO(tagged(3, v1=2))
    ape = APEv2()
    ape["Artist"] = "Ferry"
    ape.save(out)
    return out.getvalue()


COVER: Final = APIC(encoding=0, mime="image/png", type=3, desc="front", data=encoded("PNG"))
CHAPTERS: Final = (
    CTOC(element_id="toc", flags=CTOCFlags.TOP_LEVEL, child_element_ids=["one"], sub_frames=[]),
    CHAP(element_id="one", start_time=0, end_time=900, start_offset=0xFFFFFFFF, end_offset=0xFFFFFFFF,
         sub_frames=[TIT2(encoding=0, text="Tide")]),
)  # fmt: skip

INSIDE: Final[Mapping[str, Callable[[], bytes]]] = {
    "no tag": speech,
    "ID3v2.3": lambda: tagged(3),
    "ID3v2.3, without padding": lambda: tagged(3, padding=lambda _: 0),
    "ID3v2.3, unsynchronised": unsynchronised,
    "ID3v2.4": tagged,
    "ID3v2.4, cover": lambda: tagged(4, COVER),
    "ID3v2.3, cover": lambda: tagged(3, COVER),
    "ID3v2.4, chapters": lambda: tagged(4, *CHAPTERS),
    "ID3v2.4, footer": with_footer,
    "ID3v2.4, two private frames": lambda: tagged(4, PRIV(owner="a", data=b"\xff\x00"), UFID(owner="b", data=b"1")),
    "APEv2 and ID3v1 at the end": tagged_at_both_ends,
}
BESIDE: Final[Mapping[str, tuple[Callable[[], bytes], str]]] = {
    "ID3v2.2": (in_version_2_2, "the version of its tag would not be as before (2.2, then 2.4)"),
    "ID3v2.3, extended header": (with_extended_header, "the version of its tag would not be as before (2.3, then 2.4)"),
}


@pytest.mark.parametrize("kind", INSIDE)
def test_an_mp3_keeps_its_tags_their_version_and_every_packet(kind: str, seal: Seal, tmp_path: Path) -> None:
    need("ffmpeg")
    file = written(tmp_path, INSIDE[kind](), "mp3")
    body = file.read_bytes()
    for sealed in seal(body, MP3):
        assert (sealed.binding, sealed.sidecar_because) == ("embedded", None)
        after = written(tmp_path, sealed.asset, "mp3")
        assert packets(after) == packets(file)
        assert tags(sealed.asset) == tags(body)
        assert mutagen.File(io.BytesIO(sealed.asset)).info.length == mutagen.File(io.BytesIO(body)).info.length
        if body.startswith(b"ID3"):
            assert ID3(io.BytesIO(sealed.asset)).version == ID3(io.BytesIO(body)).version
        assert sealed.asset.endswith(body[-128:])
        assert b"3DI" not in sealed.asset or sealed.asset.count(b"3DI") == body.count(b"3DI")


def tags(body: bytes) -> dict[str, str]:
    """All frames, but for the manifest and the label that were written."""
    found = mutagen.File(io.BytesIO(body)).tags or {}
    ours = ("GEOB:c2pa", "TXXX:AIGC", "PRIV:XMP")
    return {key: repr(value) for key, value in found.items() if not key.startswith(ours)}


@pytest.mark.parametrize("kind", BESIDE)
def test_an_mp3_whose_tag_would_get_another_version_stays_as_it_is(kind: str, seal: Seal) -> None:
    make, because = BESIDE[kind]
    for sealed in seal(make(), MP3):
        assert sealed.binding == "sidecar"
        assert because in (sealed.sidecar_because or "")


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    held = b"WAVE" + b"".join(
        kind + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + len(held).to_bytes(4, "little") + held


PCM: Final = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
WIDE: Final = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 8000, 16000, 2, 16, 22, 16, 4) + bytes.fromhex(
    "0100000000001000800000aa00389b71"
)
WAVES: Final[Mapping[str, bytes]] = {
    "odd length": riff((b"fmt ", PCM), (b"data", bytes(range(101)))),
    "bext": riff((b"bext", b"Harbour radio".ljust(602, b"\x00")), (b"fmt ", PCM), (b"data", bytes(range(100)))),
    "extensible": riff((b"fmt ", WIDE), (b"data", bytes(range(200)))),
    "description and cues": riff(
        (b"fmt ", PCM), (b"LIST", b"INFOINAM\x06\x00\x00\x00Tides\x00"), (b"cue ", bytes(4)), (b"data", bytes(100))
    ),
}


@pytest.mark.parametrize("kind", WAVES)
def test_a_wav_keeps_its_samples_and_chunks(kind: str, seal: Seal, tmp_path: Path) -> None:
    need("ffmpeg", "sox")
    body = WAVES[kind]
    file = written(tmp_path, body, "wav")
    for sealed in seal(body, "audio/wav"):
        assert sealed.binding == "embedded"
        after = written(tmp_path, sealed.asset, "wav")
        assert packets(after) == packets(file)
        assert run("sox", "--i", "-s", after) == run("sox", "--i", "-s", file)
        assert b"Harbour radio" not in body or b"Harbour radio" in sealed.asset


def with_trailer() -> bytes:
    return riff((b"fmt ", PCM), (b"data", bytes(range(100)))) + b"trailing"


def test_a_wav_goes_beside_rather_than_lose_what_is_behind_its_end(seal: Seal) -> None:
    for sealed in seal(with_trailer(), "audio/wav"):
        assert sealed.binding == "sidecar"
        assert sealed.asset.endswith(b"trailing")
        assert "what follows its end would not be as before" in (sealed.sidecar_because or "")


def rf64() -> bytes:
    """For sounds beyond 4 GiB, though it is short."""
    sizes = struct.pack("<QQQI", 100, 50, 50, 0)
    return riff((b"ds64", sizes), (b"fmt ", PCM), (b"data", bytes(50))).replace(b"RIFF", b"RF64", 1)


def test_a_wav_for_beyond_four_gigabytes_goes_beside(seal: Seal) -> None:
    body = rf64()
    for sealed in seal(body, "audio/wav"):
        assert (sealed.binding, sealed.asset) == ("sidecar", body)
        assert sealed.sidecar_because is not None


def flac() -> bytes:
    out = io.BytesIO(made("flac"))
    file = FLAC(out)
    cover = Picture()
    cover.data, cover.mime, cover.type = encoded("PNG"), "image/png", 3
    file.add_picture(cover)
    table = SeekTable(None)
    table.seekpoints = [SeekPoint(0, 0, 4000)]
    file.metadata_blocks.append(table)
    out.seek(0)
    file.save(out)
    return out.getvalue()


def test_a_flac_keeps_its_pictures_its_seek_table_and_its_packets(seal: Seal, tmp_path: Path) -> None:
    need("ffmpeg", "flac", "metaflac")
    body = flac()
    file = written(tmp_path, body, "flac")
    for sealed in seal(body, "audio/flac"):
        assert sealed.binding == "embedded"
        after = written(tmp_path, sealed.asset, "flac")
        assert packets(after) == packets(file)
        new, old = FLAC(io.BytesIO(sealed.asset)), FLAC(io.BytesIO(body))
        assert [cover.data for cover in new.pictures] == [cover.data for cover in old.pictures] == [encoded("PNG")]
        assert [table.seekpoints for table in (new.seektable, old.seektable)] == [old.seektable.seekpoints] * 2
        assert run("metaflac", "--show-md5sum", after) == run("metaflac", "--show-md5sum", file)
        assert "ok" in run("flac", "-t", after)


def test_an_m4a_keeps_its_packets_and_tags(seal: Seal, tmp_path: Path) -> None:
    need("ffmpeg")
    body = made("m4a", artist="Ferry")
    file = written(tmp_path, body, "m4a")
    for sealed in seal(body, "audio/mp4"):
        assert sealed.binding == "embedded"
        assert packets(written(tmp_path, sealed.asset, "m4a")) == packets(file)
        assert mutagen.File(io.BytesIO(sealed.asset)).tags["\xa9ART"] == ["Ferry"]
