"""Where in files labels and vendors' signs are met: one row for each place, with who puts them there and since when.

`table.ROWS` says where we write, one place for each format. What is read is wider, for labels are written by others and
moved by tools. A place without a source is not read: whoever adds one says who was seen to use it.
"""

from typing import Final, Literal

import msgspec

__all__ = ["LABEL_PLACES", "LabelPlace"]


class LabelPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One place.

    Attributes:
        carrier: what it is called in facts and findings (`implicit.carrier`).
        formats: which files have it.
        where: where in them that is.
        source: the document that names it, or who was seen to use it.
        date: since when, or when it was seen.
        holds: a label, or a vendor's own sign.
        ours: whether we write our own label there.
    """

    carrier: str
    formats: str
    where: str
    source: str
    date: str
    holds: Literal["label", "sign"] = "label"
    ours: bool = False


_PICTURES: Final = "JPEG, PNG, WebP, GIF, TIFF, HEIC, AVIF"
_EXIF: Final = "JPEG, WebP, PNG, TIFF, HEIC, AVIF"
_GB: Final = "GB 45438-2025 App. E"
_GUIDE: Final = "TC260-PG-20259A Annex B"
_SEEN: Final = "2026-11"


def _place(carrier: str, formats: str, where: str, source: str, date: str, *, ours: bool = False) -> LabelPlace:
    return LabelPlace(carrier=carrier, formats=formats, where=where, source=source, date=date, ours=ours)


def _sign(carrier: str, formats: str, where: str, source: str, date: str) -> LabelPlace:
    return LabelPlace(carrier=carrier, formats=formats, where=where, source=source, date=date, holds="sign")


LABEL_PLACES: Final[tuple[LabelPlace, ...]] = (
    _place("xmp", f"{_PICTURES}, SVG, PDF", "XMP, property TC260:AIGC", _GB, "2025-02", ours=True),
    _place("xmp", "MP4, MOV, WAV, AVI, MP3, FLV", "XMP, property TC260:AIGC", _GB, "2025-02"),
    _place("xmp", _PICTURES, "the namespace without its last slash, or in lower case", "generators", "2025"),
    _place("xmp", "PNG", "XMP in a chunk zTXt or tEXt", "sharp 0.35", _SEEN),
    _place("xmp", "PNG", "text `Raw profile type xmp`", "ImageMagick 6.9", _SEEN),
    _place("xmp", "GIF", "application extension in lower case, xmp dataxmp", "ImageMagick", _SEEN),
    _place("xmp", "HEIC", "XMP item that begins as in JPEG and ends in NUL", "a camera's files", "2024"),
    _place("xmp.members", _PICTURES, "XMP, the seven members as properties of their own", "generators", "2025"),
    _place("xmp.text", _PICTURES, "XMP, copies of EXIF's texts", "editors that copy EXIF into XMP", "XMP part 2"),
    _place("exif.UserComment", _EXIF, "EXIF, UserComment, with any code of its characters or none", _GUIDE, "2025"),
    _place("exif.ImageDescription", _EXIF, "EXIF, ImageDescription", "clouds' services for pictures", "2025"),
    _place("exif.UserComment", "PNG", "text `Raw profile type exif` or `APP1`", "ImageMagick 6.9", _SEEN),
    _place("jpeg.APPn", "JPEG", "a segment of an application: AIGC, and its JSON right after", "generators", "2025"),
    _place("png.text", "PNG", "text AIGC, in any letters", _GUIDE, "2025"),
    _place("png.text", "PNG", "text Comment or Description that is a label", "exiftool 12.57", _SEEN),
    _place("moov.udta.meta", "MP4, MOV, M4A", "key AIGC", "TC260-PG-20257A", "2025", ours=True),
    _place("moov.udta.meta", "MP4, MOV, M4A", "iTunes tags: any of them, named or not", "exports of apps", "2025"),
    _place("moov.meta", "MP4, MOV, M4A", "the same lists right in moov", "a vendor's exports from iOS", "2025"),
    _place("meta", "MP4, MOV, M4A", "the same lists beside moov", "ISO/IEC 14496-12, 8.11", "2022"),
    _place("moov.udta.AIGC", "MP4, MOV, M4A", "a box AIGC", "generators", "2025"),
    _place("moov.udta.text", "MOV", "a text of QuickTime's own, such as its comment", "ffmpeg 5.1", _SEEN),
    _place("riff.AIGC", "WAV", "chunk AIGC, in any letters", "TC260-PG-202510A", "2025", ours=True),
    _place("riff.INFO.AIGC", "AVI, WAV", "LIST INFO, entry AIGC, in any letters", "TC260-PG-20257A", "2025", ours=True),
    _place("riff.INFO", "AVI, WAV", "LIST INFO, a comment", "ffmpeg 5.1", _SEEN),
    _place("id3.TXXX", "MP3", "a text AIGC", "TC260-PG-202510A", "2025", ours=True),
    _place("id3.COMM", "MP3", "a comment", "ffmpeg 5.1, id3v2 0.1", _SEEN),
    _place("id3.PRIV", "MP3", "private data of AIGC", "generators", "2025"),
    _place("id3.TXXX", "FLAC", "text, comment or private data in an ID3 tag before the file", "ID3v2.4", "2000"),
    _place("vorbis.AIGC", "FLAC, Ogg", "comment AIGC", "TC260-PG-202510A", "2025", ours=True),
    _place("vorbis.comment", "FLAC, Ogg", "another comment that is a label", "ffmpeg 5.1", _SEEN),
    _place("flac.foreign", "FLAC", "a chunk of the WAV file that it was made from", "flac 1.4", _SEEN),
    _place("matroska.SimpleTag", "Matroska, WebM", "tag AIGC, or another label", "TC260-PG-20257A", "2025", ours=True),
    _place("matroska.CodecPrivate", "Matroska", "comments in the header of FLAC or Vorbis", "mkvmerge 74", _SEEN),
    _place("flv.onMetaData", "FLV", "property AIGC, or one that is a label", "TC260-PG-20257A", "2025", ours=True),
    _place("pdf.info", "PDF", "Info dictionary, AIGC", _GB, "2025-02", ours=True),
    _place("ooxml.custom", "DOCX, XLSX, PPTX", "custom property AIGC", _GB, "2025-02", ours=True),
    _place("epub.meta", "EPUB", "package document, meta AIGC", _GB, "2025-02", ours=True),
    _place("html.meta", "HTML", "head, meta AIGC", _GB, "2025-02", ours=True),
    _place("md.frontmatter", "Markdown", "front matter, AIGC", _GB, "2025-02", ours=True),
    _sign("moov.udta.meta", "MP4, MOV", "key aigc_info", "downloads from TikTok and CapCut", "2025"),
    _sign("exif.ImageDescription", _EXIF, "an AIGC object of a ServiceProvider, no Label", "Tencent Cloud", "2025"),
    _sign("png.text", "PNG", "texts parameters, prompt, workflow and the like", "web UIs of generators", "2022"),
    _sign("png.text", "PNG", "text Software that is a generator", "NovelAI", "2022"),
    _sign("exif.UserComment", _EXIF, "parameters of a generator", "web UIs of generators", "2022"),
    _sign("exif.Software", _EXIF, "Software that is a generator", "generators", "2022"),
    _sign("exif.Make", "WebP, JPEG", "a workflow in the place of the camera's maker", "ComfyUI", "2023"),
    _sign("exif.Model", "WebP, JPEG", "a prompt in the place of the camera's name", "ComfyUI", "2023"),
)  # fmt: skip
"""Every place that is read."""
