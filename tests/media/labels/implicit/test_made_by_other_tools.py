"""Labels that other people's programs write and move: each is read, and exiftool finds one label after ours is written.

Without the programs that `tools` needs nothing is checked here, and where REQUIRE_TOOLS is set that is a failure.
"""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from pipeline.labels.implicit import LabelsToWrite, aigc_json, first_write, read_labels, write_labels
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from tests.tools import need
from tests.unit.labels.implicit import audio_video_makers as media
from tests.unit.labels.implicit import makers

PARTIAL: Final = '{"Label":"1","ContentProducer":"generator","ProduceID":"7581"}'
CHINESE: Final = '{"AIGC":{"Label":"1","ContentProducer":"云汀","ProduceID":"7581"}}'
OURS: Final = LabelsToWrite(aigc=first_write("studio-one", "content-0001"))
MARKER: Final = InProcessImplicitLabeler()

CONFIG: Final = """
%Image::ExifTool::UserDefined = (
    'Image::ExifTool::XMP::Main' => {
        TC260 => { SubDirectory => { TagTable => 'Image::ExifTool::UserDefined::TC260' } },
    },
);
%Image::ExifTool::UserDefined::TC260 = (
    GROUPS => { 0 => 'XMP', 1 => 'XMP-TC260', 2 => 'Image' },
    NAMESPACE => { 'TC260' => 'http://www.tc260.org.cn/ns/AIGC/1.0/' },
    WRITABLE => 'string',
    AIGC => { },
);
1;
"""
TYPES: Final = {
    "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif", "tif": "image/tiff",
    "heic": "image/heic", "avif": "image/avif", "mp4": "video/mp4", "mov": "video/quicktime", "m4a": "audio/mp4",
    "mkv": "video/x-matroska", "avi": "video/x-msvideo", "flv": "video/x-flv", "mp3": "audio/mpeg", "wav": "audio/wav",
    "flac": "audio/flac", "ogg": "audio/ogg",
}  # fmt: skip
PICTURES: Final = {
    "jpg": "jpeg", "png": "png", "webp": "webp-extended", "gif": "gif", "tif": "tiff", "heic": "heic", "avif": "avif",
}  # fmt: skip

Make = Callable[[Path], Path]


def run(*command: object) -> str:
    """The output of a program that must succeed."""
    done = subprocess.run([str(argument) for argument in command], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="replace")


def picture(directory: Path, suffix: str) -> Path:
    path = directory / f"made.{suffix}"
    path.write_bytes(makers.made(PICTURES[suffix]))
    return path


def by_exiftool(suffix: str, tag: str, label: str = PARTIAL) -> Make:
    """A picture, or a film, with a label in a tag, written by exiftool."""

    def make(directory: Path) -> Path:
        config = directory / "tc260.config"
        config.write_text(CONFIG)
        if suffix in PICTURES:
            path = picture(directory, suffix)
        else:
            path = directory / f"made.{suffix}"
            path.write_bytes(media.made(suffix))
        run("exiftool", "-config", config, "-q", "-overwrite_original", "-charset", "utf8", f"-{tag}={label}", path)
        return path

    return make


def by_ffmpeg(suffix: str, key: str, *options: str, kind: str | None = None) -> Make:
    """Sound or film with a label under a key, written by ffmpeg."""

    def make(directory: Path) -> Path:
        source = directory / f"source.{suffix}"
        source.write_bytes(media.made(kind or suffix))
        path = directory / f"made.{suffix}"
        run("ffmpeg", "-v", "error", "-i", source, "-c", "copy", *options, "-metadata", f"{key}={PARTIAL}", path)
        return path

    return make


def by_imagemagick(tag: str, suffix: str, *, source_suffix: str = "jpg") -> Make:
    """A labelled picture that ImageMagick wrote anew."""

    def make(directory: Path) -> Path:
        source = by_exiftool(source_suffix, tag)(directory)
        path = directory / f"converted.{suffix}"
        run("convert", source, path)
        return path

    return make


def labelled_wav(directory: Path) -> Path:
    path = directory / "source.wav"
    label = LabelsToWrite(aigc=first_write("generator", "7581"))
    path.write_bytes(write_labels(media.made("wav"), "audio/wav", label))
    return path


def foreign(directory: Path) -> Path:
    """A WAV with our chunk that flac took along."""
    path = directory / "made.flac"
    run("flac", "-s", "--keep-foreign-metadata", "-o", path, labelled_wav(directory))
    return path


def merged(directory: Path) -> Path:
    """A FLAC whose header mkvmerge took over."""
    path = directory / "made.mkv"
    run("mkvmerge", "-q", "-o", path, by_ffmpeg("flac", "AIGC")(directory))
    return path


SEEN: Final[Mapping[str, Make]] = {
    "exiftool: XMP of JPEG": by_exiftool("jpg", "XMP-TC260:AIGC"),
    "exiftool: XMP of PNG": by_exiftool("png", "XMP-TC260:AIGC"),
    "exiftool: XMP of GIF": by_exiftool("gif", "XMP-TC260:AIGC"),
    "exiftool: XMP of TIFF": by_exiftool("tif", "XMP-TC260:AIGC"),
    "exiftool: XMP of WebP": by_exiftool("webp", "XMP-TC260:AIGC"),
    "exiftool: XMP of HEIC": by_exiftool("heic", "XMP-TC260:AIGC"),
    "exiftool: XMP of MP4": by_exiftool("mp4", "XMP-TC260:AIGC"),
    "exiftool: UserComment of JPEG, ASCII": by_exiftool("jpg", "ExifIFD:UserComment"),
    "exiftool: UserComment of JPEG, UNICODE": by_exiftool("jpg", "ExifIFD:UserComment", CHINESE),
    "exiftool: UserComment of WebP": by_exiftool("webp", "ExifIFD:UserComment"),
    "exiftool: UserComment of PNG": by_exiftool("png", "ExifIFD:UserComment"),
    "exiftool: UserComment of TIFF": by_exiftool("tif", "ExifIFD:UserComment", CHINESE),
    "exiftool: UserComment of HEIC": by_exiftool("heic", "ExifIFD:UserComment"),
    "exiftool: UserComment of AVIF": by_exiftool("avif", "ExifIFD:UserComment", CHINESE),
    "exiftool: ImageDescription of JPEG": by_exiftool("jpg", "IFD0:ImageDescription"),
    "exiftool: ImageDescription of TIFF": by_exiftool("tif", "IFD0:ImageDescription"),
    "exiftool: text of PNG": by_exiftool("png", "PNG:Comment"),
    "exiftool: iTunes comment of MP4": by_exiftool("mp4", "ItemList:Comment"),
    "exiftool: key of MP4": by_exiftool("mp4", "Keys:Comment"),
    "exiftool: text of MOV": by_exiftool("mov", "UserData:Comment"),
    "exiftool: iTunes comment of M4A": by_exiftool("m4a", "ItemList:Comment", CHINESE),
    "ffmpeg: key of MP4": by_ffmpeg("mp4", "AIGC", "-movflags", "use_metadata_tags"),
    "ffmpeg: comment of MP4": by_ffmpeg("mp4", "comment"),
    "ffmpeg: comment of MOV": by_ffmpeg("mov", "comment"),
    "ffmpeg: tag of Matroska": by_ffmpeg("mkv", "AIGC"),
    "ffmpeg: comment of Matroska": by_ffmpeg("mkv", "comment"),
    "ffmpeg: text of MP3": by_ffmpeg("mp3", "aigc"),
    "ffmpeg: comment of MP3": by_ffmpeg("mp3", "comment"),
    "ffmpeg: comment of FLAC": by_ffmpeg("flac", "comment"),
    "ffmpeg: tag of Ogg": by_ffmpeg("ogg", "AIGC", kind="ogg-opus"),
    "ffmpeg: property of FLV": by_ffmpeg("flv", "AIGC"),
    "ImageMagick: XMP into PNG": by_imagemagick("XMP-TC260:AIGC", "png"),
    "ImageMagick: XMP into TIFF": by_imagemagick("XMP-TC260:AIGC", "tif"),
    "ImageMagick: EXIF into PNG": by_imagemagick("ExifIFD:UserComment", "png"),
    "ImageMagick: EXIF into WebP": by_imagemagick("ExifIFD:UserComment", "webp"),
}
"""Labels that exiftool shows."""

UNSEEN: Final[Mapping[str, Make]] = {
    "ffmpeg: comment of AVI": by_ffmpeg("avi", "comment"),
    "ffmpeg: comment of WAV": by_ffmpeg("wav", "comment"),
    "flac: chunk of WAV": foreign,
    "mkvmerge: header of FLAC": merged,
}
"""Labels in places, or from places into some, that exiftool does not show."""


@pytest.fixture(autouse=True)
def tools() -> None:
    need("exiftool", "ffmpeg", "convert", "flac", "mkvmerge")


def labels_seen(path: Path) -> list[str]:
    """What exiftool takes for labels: every value that has a `Label`, wherever it is."""
    (tags,) = json.loads(run("exiftool", "-j", "-a", "-G0:1:4", "-ee", "-api", "largefilesupport=1", path))
    texts = (value if isinstance(value, str) else json.dumps(value) for value in tags.values())
    return [text[text.index("{") :] for text in texts if '"Label"' in text]


def type_of(path: Path) -> str:
    return TYPES[path.suffix[1:]]


@pytest.mark.parametrize("name", [*SEEN, *UNSEEN])
def test_it_is_read(name: str, tmp_path: Path) -> None:
    path = (SEEN | UNSEEN)[name](tmp_path)  # type: ignore[operator]
    found = read_labels(path.read_bytes(), type_of(path))
    assert (found.refused, found.label) == (None, "1")
    assert [label.label for label in found.aigc] == ["1"] * len(found.aigc)


@pytest.mark.parametrize("name", SEEN)
def test_exiftool_sees_one_label_before_and_only_ours_after(name: str, tmp_path: Path) -> None:
    path = SEEN[name](tmp_path)
    assert labels_seen(path)
    marked = MARKER.label(path.read_bytes(), type_of(path), OURS)
    assert marked.refused is None
    path.write_bytes(marked.asset)
    assert OURS.aigc is not None
    assert [json.loads(label) for label in labels_seen(path)] == [json.loads(aigc_json(OURS.aigc, shape="bare"))]
    assert read_labels(marked.asset, type_of(path)).show(OURS)


@pytest.mark.parametrize("name", UNSEEN)
def test_nothing_of_it_is_left_where_no_tool_looks(name: str, tmp_path: Path) -> None:
    path = UNSEEN[name](tmp_path)
    written = write_labels(path.read_bytes(), type_of(path), OURS)
    assert b"7581" not in written
    assert read_labels(written, type_of(path)).show(OURS)


def test_a_packet_that_imagemagick_left_holes_in_is_said_to_be_unreadable(tmp_path: Path) -> None:
    """Version 6 takes characters of a GIF's packet for lengths of sub-blocks, and drops them."""
    path = by_imagemagick("XMP-TC260:AIGC", "gif", source_suffix="gif")(tmp_path)
    assert b"xmp dataxmp" in path.read_bytes()
    found = read_labels(path.read_bytes(), "image/gif")
    assert (found.aigc, found.refused) == ((), "Of the file, the XMP packet is no well-formed XML.")


def test_flac_still_gives_back_the_wav_with_every_chunk_but_the_label(tmp_path: Path) -> None:
    path = foreign(tmp_path)
    path.write_bytes(write_labels(path.read_bytes(), "audio/flac", OURS))
    back = tmp_path / "back.wav"
    run("flac", "-s", "-d", "--keep-foreign-metadata", "-o", back, path)
    source = (tmp_path / "source.wav").read_bytes()
    assert len(back.read_bytes()) == len(source)
    assert read_labels(back.read_bytes(), "audio/wav").aigc == ()
    assert back.read_bytes()[: source.index(b"AIGC")] == source[: source.index(b"AIGC")]


def test_mkvmerge_and_ffmpeg_read_a_file_whose_header_was_cleaned(tmp_path: Path) -> None:
    path = merged(tmp_path)
    before = run("ffmpeg", "-v", "error", "-i", path, "-f", "md5", "-")
    path.write_bytes(write_labels(path.read_bytes(), "video/x-matroska", OURS))
    assert run("ffmpeg", "-v", "error", "-i", path, "-f", "md5", "-") == before
    run("mkvmerge", "-q", "-o", tmp_path / "again.mkv", path)


@pytest.mark.parametrize(("kind", "ai"), [(0, False), (1, True)])
def test_a_video_apps_sign_by_ffmpeg_is_no_label(kind: int, *, ai: bool, tmp_path: Path) -> None:
    source, path = tmp_path / "source.mp4", tmp_path / "made.mp4"
    source.write_bytes(media.made("mp4"))
    sign = f'aigc_info={{"aigc_label_type":{kind}}}'
    run("ffmpeg", "-v", "error", "-i", source, "-c", "copy", "-movflags", "use_metadata_tags", "-metadata", sign, path)
    found = read_labels(path.read_bytes(), "video/mp4")
    assert (found.aigc, [vendor_sign.ai for vendor_sign in found.signs]) == ((), [ai])
