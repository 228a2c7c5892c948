"""The manifest beside a file: where it lies, whose it is, and where a new one goes.

The name is C2PA's: the file's, with the extension c2pa in place of its own. Files that differ in nothing but their
extension want the same one; whichever comes second gets the whole name and `.c2pa` behind it.

| what lies beside `clip.mp4`                                          | is taken for                         |
|----------------------------------------------------------------------|--------------------------------------|
| `clip.mp4.c2pa`                                                      | its own                              |
| `clip.c2pa` that fits it, or calls its asset `clip.mp4`              | its own                              |
| `clip.c2pa` that calls its asset `clip.mkv`, or fits a `clip.*` here | another's                            |
| any other `clip.c2pa`, where there is another `clip.*`               | unfit: nothing tells whose it is     |
| any other `clip.c2pa`                                                | its own: no other file has that name |
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path, PurePath
from typing import Final

from agents.cli.local_file import read_asset, read_file
from pipeline.credentials import Credential, CredentialService
from pipeline.credentials.sidecars import as_foreign, as_unfit, fits

__all__ = ["credential_beside", "place_for_sidecar"]

_SUFFIX: Final = ".c2pa"
_MOST_NEIGHBOURS: Final = 8


def credential_beside(
    credentials: CredentialService, body: bytes, media_type: str, file: Path, *, max_bytes: int
) -> Credential | None:
    """The credential that a manifest beside a file gives it; None where there lies none.

    Raises:
        AssetRefusedError: there lies one, and it cannot be read.
    """
    own, shared = _whole_name(file), _stem_name(file)
    if own.is_file():
        return credentials.read(body, media_type, manifest=read_file(own, max_bytes=max_bytes))
    if shared == file or not shared.is_file():
        return None
    manifest = read_file(shared, max_bytes=max_bytes)
    credential = credentials.read(body, media_type, manifest=manifest)
    if fits(credential) or credential.title == file.name:
        return credential
    neighbours = list(islice(_neighbours(file), _MOST_NEIGHBOURS))
    if _names_another(credential, file) or _fits_any(credentials, manifest, neighbours, max_bytes):
        return as_foreign(credential)
    return as_unfit(credential) if neighbours else credential


def place_for_sidecar(
    credentials: CredentialService, body: bytes, media_type: str, file: Path, *, max_bytes: int
) -> Path:
    """Where the manifest of a file goes: under its stem, or its whole name where the former is another file's.

    Raises:
        AssetRefusedError: one lies there, and cannot be read.
    """
    own, shared = _whole_name(file), _stem_name(file)
    if own.is_file():
        return own
    there = credential_beside(credentials, body, media_type, file, max_bytes=max_bytes)
    return own if there is not None and there.state == "absent" else shared


def _whole_name(file: Path) -> Path:
    return file.with_name(file.name + _SUFFIX)


def _stem_name(file: Path) -> Path:
    return file.with_suffix(_SUFFIX)


def _names_another(credential: Credential, file: Path) -> bool:
    called = PurePath(credential.title or "")
    return called.stem == file.stem and called.suffix not in ("", file.suffix)


def _neighbours(file: Path) -> Iterator[Path]:
    """Other files that the same sidecar could be for."""
    for path in sorted(file.parent.iterdir()):
        if path.stem == file.stem and path.name != file.name and path.suffix != _SUFFIX and path.is_file():
            yield path


def _fits_any(credentials: CredentialService, manifest: bytes, files: Sequence[Path], max_bytes: int) -> bool:
    assets = (read_asset(file, None, max_bytes=max_bytes) for file in files if 0 < file.stat().st_size <= max_bytes)
    return any(fits(credentials.read(asset.body, asset.media_type, manifest=manifest)) for asset in assets)
