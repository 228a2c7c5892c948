"""Videos: every track, packet and time, and what names places in the file, as ffmpeg sees it."""

import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from pipeline.credentials.in_process import InProcessCredentialService
from tests.media.conftest import SAMPLES, Ask, MakeOrder
from tests.media.harm.oracle import Seal, packets, run, written
from tests.tools import need
from tests.unit.labels.implicit.audio_video_makers import made, media_type_of

MP4: Final = "video/mp4"
COVER: Final = (
    *("-f", "lavfi", "-i", "color=red:s=16x16:d=0.1", "-map", "0", "-map", "1:v", "-c:v:0", "copy", "-c:a", "copy"),
    *("-c:v:1", "png", "-frames:v:1", "1", "-disposition:v:1", "attached_pic"),
)


Make = Callable[[Path], bytes]


def with_sound() -> bytes:
    return made("mp4")


def by_ffmpeg(*options: str, suffix: str = "mp4", source: Callable[[], bytes] = with_sound) -> Make:
    """A video that ffmpeg makes of another."""

    def make(directory: Path) -> bytes:
        out = directory / f"made.{suffix}"
        run("ffmpeg", "-v", "error", "-y", "-i", written(directory, source(), "mp4"), *options, out)
        return out.read_bytes()

    return make


def wide_places(directory: Path) -> bytes:
    """With places of eight bytes (`co64`), and media behind the tables."""
    body = bytearray(made("mp4-index-first"))
    places = [at for at in range(len(body)) if body.startswith(b"stco", at)]
    grown = sum(4 * struct.unpack_from(">I", body, at + 8)[0] for at in places)
    for at in reversed(places):
        (number,) = struct.unpack_from(">I", body, at + 8)
        numbers = struct.unpack_from(f">{number}I", body, at + 12)
        for parent in around(body, at):
            (size,) = struct.unpack_from(">I", body, parent)
            struct.pack_into(">I", body, parent, size + 4 * number)
        body[at : at + 12 + 4 * number] = b"co64" + bytes(4) + struct.pack(
            f">I{number}Q", number, *(offset + grown for offset in numbers)
        )  # fmt: skip
    return bytes(body)


def around(body: bytes, place: int) -> list[int]:
    """Where the boxes begin that a place is in."""
    found, at, end = [], 0, len(body)
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", body, at)
        if at + 4 == place:
            return [*found, at]
        if at < place < at + size and kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
            found.append(at)
            at, end = at + 8, at + size
        else:
            at += size
    return found


COVER: Final = (
    *("-f", "lavfi", "-i", "color=red:s=16x16:d=0.1", "-map", "0", "-map", "1:v", "-c:v:0", "copy", "-c:a", "copy"),
    *("-c:v:1", "png", "-frames:v:1", "1", "-disposition:v:1", "attached_pic"),
)
VIDEOS: Final[Mapping[str, tuple[str, Make]]] = {
    **{
        kind: (media_type_of(kind), lambda _, kind=kind: made(kind))
        for kind in ("mp4", "mp4-index-first", "mp4-keys", "mp4-fragments", "mp4-dash", "mov", "mov-index-first", "avi")
    },
    "co64": (MP4, wide_places),
    "several tracks": (MP4, by_ffmpeg("-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy")),
    "time code": (
        "video/quicktime",
        by_ffmpeg("-c", "copy", "-timecode", "10:00:00:00", suffix="mov", source=(SAMPLES / "clip.mp4").read_bytes),
    ),
    "cover": (MP4, by_ffmpeg(*COVER)),
    "CMAF": (MP4, by_ffmpeg("-c", "copy", "-movflags", "cmaf+frag_keyframe+empty_moov+default_base_moof")),
    "fragments with bases": (MP4, by_ffmpeg("-c", "copy", "-movflags", "frag_keyframe+empty_moov")),
    "segment index": (MP4, by_ffmpeg("-c", "copy", "-movflags", "frag_keyframe+empty_moov+global_sidx")),
    "AVI with OpenDML index": ("video/x-msvideo", by_ffmpeg("-c:v", "mpeg4", "-c:a", "pcm_s16le", suffix="avi")),
}


@pytest.mark.parametrize("kind", VIDEOS)
def test_every_track_and_packet_is_there(kind: str, seal: Seal, tmp_path: Path) -> None:
    need("ffmpeg", "ffprobe")
    media_type, make = VIDEOS[kind]
    body = make(tmp_path)
    file = written(tmp_path, body, "video")
    for sealed in seal(body, media_type):
        assert (sealed.binding, sealed.sidecar_because) == ("embedded", None)
        after = written(tmp_path, sealed.asset, "video")
        assert packets(after) == packets(file)
        assert tracks(after) == tracks(file)


def tracks(file: Path) -> list[dict[str, object]]:
    """Every stream with its times and its role, and what ffprobe complains about."""
    said = run("ffprobe", "-v", "error", "-show_streams", "-of", "json", file)
    described, end = json.JSONDecoder().raw_decode(said)
    return [*described["streams"], {"complaints": said[end:].replace(str(file), "")}]


def test_the_table_for_seeking_names_each_fragment(
    seal: Seal, service: InProcessCredentialService, make_order: MakeOrder, ask: Ask
) -> None:
    body = made("mp4-fragments")
    assert named_fragments(body)
    for sealed in seal(body, MP4):
        assert len(set(named_fragments(sealed.asset))) == len(set(named_fragments(body)))
        assert all(sealed.asset[at + 4 : at + 8] == b"moof" for at in named_fragments(sealed.asset))
        assert ask(sealed.asset, MP4)["validation_state"] == "Trusted"


def named_fragments(body: bytes) -> list[int]:
    """What `mfra.tfra` says, of version 1 with numbers of one byte, as ffmpeg writes it."""
    found, at = [], body.find(b"tfra")
    while at >= 0:
        assert body[at + 4] == 1
        lengths, number = struct.unpack_from(">II", body, at + 12)
        stride = 16 + sum((lengths >> shift & 3) + 1 for shift in (4, 2, 0))
        found += [struct.unpack_from(">Q", body, at + 20 + row * stride + 8)[0] for row in range(number)]
        at = body.find(b"tfra", at + 4)
    return found
