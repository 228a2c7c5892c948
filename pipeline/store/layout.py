"""Object layout v1: where everything lies. A public contract; anybody with an S3 client may rely on it.

    content bucket   v1/assets/ab/cd/<event_uid>.<extension>      a sealed asset
                     v1/sha256/ab/cd/<sha256>/<event_uid>.c2pa    the manifest for exactly the bytes with this SHA-256
                     v1/sha256/ab/cd/<sha256>/<event_uid>.json    a pointer: these bytes were sealed into others
    records bucket   v1/records/ab/cd/<event_uid>.json            the record of an event, written last

`ab/cd` are the first two bytes, in hex, of what follows them; they spread the keys. An event_uid is a SHA-256 as well
(`pipeline.events.identity`), so keys are made of `[a-z0-9/.]` only, and no two things share one. Every object is
written once and never changed.
"""

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import msgspec

from pipeline.errors import BugError
from pipeline.store.location import Location

__all__ = [
    "AssetKey",
    "Key",
    "Layout",
    "ManifestKey",
    "Pointer",
    "PointerKey",
    "RecordKey",
    "digest_prefix",
    "extension",
    "parse_key",
]

_HEX: Final = re.compile(r"[0-9a-f]{64}")
_EXTENSION: Final = re.compile(r"[a-z0-9]{1,8}")
_NO_EXTENSION: Final = "bin"

_EXTENSIONS: Final = MappingProxyType(
    {
        "application/json": "json",
        "application/pdf": "pdf",
        "application/xml": "xml",
        "audio/aac": "aac",
        "audio/flac": "flac",
        "audio/mp4": "m4a",
        "audio/mpeg": "mp3",
        "audio/ogg": "ogg",
        "audio/vnd.wave": "wav",
        "audio/wav": "wav",
        "audio/webm": "weba",
        "audio/x-wav": "wav",
        "image/avif": "avif",
        "image/gif": "gif",
        "image/heic": "heic",
        "image/heif": "heif",
        "image/jpeg": "jpg",
        "image/jxl": "jxl",
        "image/png": "png",
        "image/svg+xml": "svg",
        "image/tiff": "tif",
        "image/webp": "webp",
        "image/x-adobe-dng": "dng",
        "text/csv": "csv",
        "text/html": "html",
        "text/markdown": "md",
        "text/plain": "txt",
        "video/mp4": "mp4",
        "video/quicktime": "mov",
        "video/webm": "webm",
        "video/x-msvideo": "avi",
    }
)
"""Part of the contract, and so written out: the standard library's table differs from one machine to the next."""


def extension(media_type: str) -> str:
    """The extension of a sealed asset's key: from a fixed table, whatever the media type says; `bin` for others."""
    essence = media_type.partition(";")[0].strip().lower()
    return _EXTENSIONS.get(essence, _NO_EXTENSION)


@dataclass(frozen=True, slots=True)
class AssetKey:
    """The key of a sealed asset."""

    event_uid: str
    extension: str

    def __str__(self) -> str:
        return f"v1/assets/{_fan(self.event_uid)}.{_checked(_EXTENSION, self.extension)}"


@dataclass(frozen=True, slots=True)
class ManifestKey:
    """The key of the manifest that is valid for exactly the bytes with this SHA-256."""

    sha256: str
    event_uid: str

    def __str__(self) -> str:
        return f"{digest_prefix(self.sha256)}{_checked(_HEX, self.event_uid)}.c2pa"


@dataclass(frozen=True, slots=True)
class PointerKey:
    """The key of the pointer that leads from an original's SHA-256 to what was made of it."""

    sha256: str
    event_uid: str

    def __str__(self) -> str:
        return f"{digest_prefix(self.sha256)}{_checked(_HEX, self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The key of an event's record in the records bucket."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/records/{_fan(self.event_uid)}.json"


Key: TypeAlias = AssetKey | ManifestKey | PointerKey | RecordKey


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """What a pointer object says, as JSON; the three locations are `s3://` URIs.

    It is written only where embedding the manifest changed the bytes, so that the original is found too.
    """

    event_uid: str
    role: Literal["original"]
    manifest: str
    sealed: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the objects of one installation lie."""

    content_bucket: str
    records_bucket: str

    def asset(self, event_uid: str, media_type: str) -> Location:
        """Where the sealed asset of an event lies."""
        return self._in_content(AssetKey(event_uid, extension(media_type)))

    def manifest(self, sha256: str, event_uid: str) -> Location:
        """Where the manifest lies that an event gave to the bytes with this SHA-256."""
        return self._in_content(ManifestKey(sha256, event_uid))

    def pointer(self, *, original: str, sealed: str, event_uid: str, media_type: str) -> tuple[Location, Pointer]:
        """Where the pointer from an original lies, and what it says.

        Args:
            original: SHA-256 of the bytes that came in.
            sealed: SHA-256 of the bytes they were sealed into.
            event_uid: the event that had it done.
            media_type: the media type of both.
        """
        pointer = Pointer(
            event_uid=event_uid,
            role="original",
            manifest=self.manifest(sealed, event_uid).uri,
            sealed=self.asset(event_uid, media_type).uri,
            record=self.record(event_uid).uri,
        )
        return self._in_content(PointerKey(original, event_uid)), pointer

    def record(self, event_uid: str) -> Location:
        """Where the record of an event lies; while it is not there, the event is not done."""
        return Location(self.records_bucket, str(RecordKey(event_uid)))

    def _in_content(self, key: Key) -> Location:
        return Location(self.content_bucket, str(key))


def digest_prefix(sha256: str) -> str:
    """What the keys begin with of everything known about the bytes with this SHA-256."""
    return f"v1/sha256/{_fan(sha256)}/"


def parse_key(text: str) -> Key | None:
    """Read a key back; None for what is no key of this layout."""
    match text.split("/"):
        case ["v1", "assets", _, _, name]:
            uid, _, suffix = name.partition(".")
            key: Key = AssetKey(uid, suffix)
        case ["v1", "records", _, _, name]:
            key = RecordKey(name.removesuffix(".json"))
        case ["v1", "sha256", _, _, sha256, name] if name.endswith(".json"):
            key = PointerKey(sha256, name.removesuffix(".json"))
        case ["v1", "sha256", _, _, sha256, name]:
            key = ManifestKey(sha256, name.removesuffix(".c2pa"))
        case _:
            return None
    return key if _writes(key, text) else None


def _writes(key: Key, text: str) -> bool:
    """Whether the key is well formed and written exactly so; this alone decides what `parse_key` takes."""
    try:
        return str(key) == text
    except BugError:
        return False


def _fan(digest: str) -> str:
    _checked(_HEX, digest)
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def _checked(rule: re.Pattern[str], part: str) -> str:
    if not rule.fullmatch(part):
        raise BugError(
            what="An object key was made of something that is no SHA-256 in lower-case hex, or no plain extension.",
            remedy="Check digests where they come in.",
        )
    return part
