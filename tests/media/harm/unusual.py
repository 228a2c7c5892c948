"""The unusual files of every format, by the name that it has on docs/media.md. The tests beside this one open each."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.media.harm import test_documents, test_pictures, test_sounds, test_videos
from tests.unit.labels.implicit.audio_video_makers import made

__all__ = ["UNUSUAL"]

Make = Callable[[], bytes]


def pictures(form: str) -> Mapping[str, Make]:
    """Those whose names begin like this, without that beginning."""
    return {
        name.removeprefix(form).removeprefix(", "): make
        for name, (_, make) in test_pictures.STILL.items()
        if name.startswith(form)
    }


def big_tiffs() -> Iterator[tuple[str, Make]]:
    return (
        (name.removeprefix("BigTIFF"), make)
        for name, (_, make) in test_pictures.STILL.items()
        if name.startswith("BigTIFF")
    )


def videos(media_type: str) -> Mapping[str, Make]:
    return {
        name: lambda make=make: in_a_directory(make)
        for name, (its, make) in test_videos.VIDEOS.items()
        if its == media_type and name not in ("mp4", "mov", "avi")
    }


def in_a_directory(make: Callable[[Path], bytes]) -> bytes:
    with TemporaryDirectory() as directory:
        return make(Path(directory))


UNUSUAL: Final[Mapping[str, Mapping[str, Make]]] = {
    "JPEG": pictures("JPEG"),
    "PNG": pictures("PNG"),
    "WebP": pictures("WebP"),
    "AVIF": pictures("AVIF"),
    "GIF": pictures("GIF"),
    "TIFF": {**pictures("TIFF"), **{f"BigTIFF{rest}": make for rest, make in big_tiffs()}},
    "SVG": {name: lambda body=body: body for name, body in test_pictures.DRAWINGS.items()},
    "MP4": videos("video/mp4"),
    "MOV": videos("video/quicktime"),
    "AVI": videos("video/x-msvideo"),
    "WAV": {
        **{name: lambda body=body: body for name, body in test_sounds.WAVES.items()},
        "bytes behind it": test_sounds.with_trailer,
        "RF64": test_sounds.rf64,
    },
    "MP3": {**test_sounds.INSIDE, **{name: make for name, (make, _) in test_sounds.BESIDE.items()}},
    "M4A": {"index first": lambda: made("m4a")},
    "FLAC": {"pictures and seek table": test_sounds.flac},
    "PDF": {
        **{name: make for name, make in test_documents.OPEN.items() if name not in ("table", "report")},
        "signed": lambda: test_documents.signed(test_documents.plain()),
        "certified": lambda: test_documents.signed(test_documents.plain(), certified=True),
        "owner password": lambda: test_documents.locked(user=""),
        "user password": lambda: test_documents.locked(user="ferry"),
    },
}
