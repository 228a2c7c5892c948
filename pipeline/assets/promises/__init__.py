"""What a container promises about its file, and whether the file still keeps it after something was put into it.

The promises are those of the format, not of C2PA: the pictures, frames, pages, tracks and samples are there, in the
same bytes and order; what names places in the file still names the same; signatures that were there cover what they
covered; protection is as it was. Files are parsed, and no picture or sound is decoded: a check takes a fraction of a
millisecond for the usual pictures. Only for processes that hostile bytes may harm.
"""

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Final, Protocol, cast

from pipeline.assets.promises.container import METADATA, BrokenContainerError, Promises
from pipeline.media_types import canonical

__all__ = ["broken_promise", "reason_to_leave"]


class _Container(Protocol):
    def promises(self, body: bytes) -> Promises:
        """What a file promises.

        Raises:
            BrokenContainerError: it does not hold together.
        """
        ...


_ZIP: Final = ("ZIP container", "zipped")
_ISO: Final = "iso_media"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_CONTAINERS: Final[Mapping[str, tuple[str, str]]] = {
    "image/jpeg": ("JPEG picture", "jpeg"),
    "image/png": ("PNG picture", "png"),
    "image/gif": ("GIF picture", "gif"),
    "image/webp": ("WebP picture", "riff"),
    "image/tiff": ("TIFF file", "tiff"),
    "image/jxl": ("JPEG XL picture", _ISO),
    "image/avif": ("AVIF picture", _ISO),
    "image/heic": ("HEIC picture", _ISO),
    "image/heif": ("HEIF picture", _ISO),
    "image/svg+xml": ("SVG drawing", "svg"),
    "audio/wav": ("WAV sound", "riff"),
    "audio/mpeg": ("MP3 sound", "id3"),
    "audio/flac": ("FLAC sound", "flac"),
    "audio/mp4": ("MP4 sound", _ISO),
    "video/mp4": ("MP4 video", _ISO),
    "video/quicktime": ("QuickTime video", _ISO),
    "video/x-msvideo": ("AVI video", "riff"),
    "application/pdf": ("PDF document", "pdf"),
    "application/epub+zip": _ZIP,
    **dict.fromkeys(
        (
            f"{_OFFICE}.{kind}"
            for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
        ),
        _ZIP,
    ),
}
"""What a file is called, and the module that reads it, by canonical media type."""


def broken_promise(before: bytes, after: bytes, media_type: str, *, label: bool = False) -> str | None:
    """Why a changed file is not as whole as the one that it was made from; None where it is.

    A file that does not hold together before anything is done to it promises nothing. Neither do formats that are not
    known here.

    Args:
        before: the file.
        after: the file with a manifest, or with labels.
        media_type: of both.
        label: whether it was labels that were written, which replace those in other metadata.
    """
    found = _CONTAINERS.get(canonical(media_type))
    if found is None or before is after:
        return None
    name, module = found
    container = _load(module)
    try:
        promised = container.promises(before)
    except BrokenContainerError:
        return None
    try:
        kept = container.promises(after)
    except BrokenContainerError:
        return f"The {name} could not be read any more."
    for what, value in promised.items():
        if (what != METADATA or not label) and not _is_kept(value, kept.get(what)):
            return f"Of the {name}, {what} would not be as before{_in_numbers(value, kept.get(what))}."
    return None


def reason_to_leave(body: bytes, media_type: str) -> str | None:
    """Why nothing may be put into a file at all, told before it is tried; None where something may.

    A document that is signed, or encrypted, or that forbids changes.
    """
    if canonical(media_type) != "application/pdf":
        return None
    from pipeline.assets.promises.pdf import reason_to_leave as reason  # noqa: PLC0415 - it brings a large library

    return reason(body)


def _is_kept(promised: object, kept: object) -> bool:
    return bool(promised == kept)


def _in_numbers(promised: object, kept: object) -> str:
    if isinstance(promised, int | str) and isinstance(kept, int | str):
        return f" ({promised}, then {kept})"
    return ""


@cache
def _load(name: str) -> _Container:
    return cast(_Container, importlib.import_module(f"pipeline.assets.promises.{name}"))
