"""A file on this machine, as commands take it: its bytes and its media type."""

from pathlib import Path

from pipeline.assets import Asset, asset_of
from pipeline.errors import AssetRefusedError
from pipeline.media_types import named_by

__all__ = ["read_asset", "read_file", "write_file"]


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
