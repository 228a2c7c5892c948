"""A file on this machine, as commands take it: its bytes and its media type."""

import mimetypes
from pathlib import Path

from pipeline.credentials import canonical
from pipeline.errors import AssetRefusedError

__all__ = ["media_type_of", "read_file", "write_file"]

_UNKNOWN = "application/octet-stream"

_TYPES = mimetypes.MimeTypes(strict=True)
for _extension, _media_type in {
    ".avif": "image/avif",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".heic": "image/heic",
    ".jxl": "image/jxl",
    ".m4a": "audio/mp4",
    ".md": "text/markdown",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".wav": "audio/wav",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}.items():
    # The standard table differs between Python versions and is extended from files of the machine.
    _TYPES.add_type(_media_type, _extension)


def media_type_of(path: Path, given: str | None) -> str:
    """The media type that was given, or the one that the file's name tells."""
    return canonical(given or _TYPES.guess_type(path.name)[0] or _UNKNOWN)


def read_file(path: Path, *, max_bytes: int) -> bytes:
    """The bytes of a file.

    Raises:
        AssetRefusedError: it cannot be read, is empty or too large.
    """
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise AssetRefusedError(
                what=f"{path} is {size} bytes, more than the limit of {max_bytes}.",
                remedy="Take a smaller file, or raise SEALSTREAM_MAX_ASSET_BYTES.",
            )
        body = path.read_bytes()
    except OSError as error:
        raise AssetRefusedError(
            what=f"{path} cannot be read: {error.strerror}.", remedy="Name a file that exists and may be read."
        ) from error
    if not body:
        raise AssetRefusedError(what=f"{path} is empty.", remedy="Name a file with content.")
    return body


def write_file(path: Path, body: bytes, *, force: bool) -> None:
    """Write a file, over one that is there only by `force`.

    Raises:
        AssetRefusedError: it is there, or cannot be written.
    """
    try:
        with path.open("wb" if force else "xb") as target:
            target.write(body)
    except FileExistsError:
        raise AssetRefusedError(
            what=f"{path} is there already.", remedy="Name another file with --out, or overwrite it with --force."
        ) from None
    except OSError as error:
        raise AssetRefusedError(
            what=f"{path} cannot be written: {error.strerror}.", remedy="Name another file with --out."
        ) from error
