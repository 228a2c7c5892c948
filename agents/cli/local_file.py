"""A file on this machine, as commands take it: its bytes and its media type."""

import errno
import os
from pathlib import Path
from typing import Final

from pipeline.assets import Asset, asset_of
from pipeline.errors import AssetRefusedError
from pipeline.media_types import named_by

__all__ = ["check_name", "printable", "read_asset", "read_file", "write_file"]

_NO_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)
"""What file systems say that have no links."""


def printable(path: Path) -> str:
    r"""A path as it can be printed and sent: bytes of it that are no UTF-8 become `\xNN`."""
    return os.fsencode(path).decode(errors="backslashreplace")


def check_name(path: Path) -> None:
    """See that events, manifests and answers can name a file.

    Raises:
        AssetRefusedError: its path is no UTF-8, which JSON is.
    """
    if (name := printable(path)) != str(path):
        raise AssetRefusedError(what=f"The name of {name} is no UTF-8.", remedy="Rename the file, or its folder.")


def read_asset(path: Path, given: str | None, *, max_bytes: int) -> Asset:
    """A file as an asset; what it is, its bytes say, and the given media type or the name where they leave it open.

    Raises:
        AssetRefusedError: as for `read_file`.
    """
    return asset_of(read_file(path, max_bytes=max_bytes), given or named_by(path.name))


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
    """Write a file, over one that is there only by `force`; whenever this ends, it is there whole or not at all.

    Raises:
        AssetRefusedError: it is there, or cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists() and not force:
            raise _there(path)
        try:
            part.write_bytes(body)
            if force:
                part.replace(path)
            else:
                _put(part, path)
        finally:
            part.unlink(missing_ok=True)
    except FileExistsError:
        raise _there(path) from None
    except OSError as error:
        raise AssetRefusedError(
            what=f"{path} cannot be written: {error.strerror}.", remedy="Name another file with --out."
        ) from error


def _there(path: Path) -> AssetRefusedError:
    return AssetRefusedError(
        what=f"{path} is there already.", remedy="Name another file with --out, or overwrite it with --force."
    )


def _put(part: Path, path: Path) -> None:
    try:
        os.link(part, path)  # unlike a move, it does not take the place of what came meanwhile
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        part.rename(path)
