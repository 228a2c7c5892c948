"""Where an object is: a bucket and a key, written `s3://bucket/key`."""

import re
from dataclasses import dataclass
from typing import Final, Self

from pipeline.errors import AssetRefusedError, BugError

__all__ = ["Location"]

_SCHEME: Final = "s3://"
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_MAX_KEY_BYTES: Final = 1024  # Amazon S3's limit on a key, in UTF-8


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """Where one object is.

    S3 itself takes nearly any text as a key. What HTTP clients and proxies rewrite on the way (empty and relative
    segments, a slash at either end, control characters) is refused here, because the bytes that come back might be
    those of another object.

    Args:
        bucket: name of the bucket, by the rules of Amazon S3.
        key: the object's key: at most 1024 bytes of UTF-8.

    Raises:
        BugError: one of them breaks its rule; foreign text goes through `parse`.
    """

    bucket: str
    key: str

    def __post_init__(self) -> None:
        flaw = _flaw(self.bucket, self.key)
        if flaw is not None:
            raise BugError(
                what=f"A location was made whose {flaw}.", remedy="Pass foreign text through Location.parse."
            )

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Read `s3://bucket/key`, as events and records say it. Nothing is unescaped: the key is what it says.

        Raises:
            AssetRefusedError: the text is no such URI, or names a key that cannot be asked for safely.
        """
        if not uri.startswith(_SCHEME):
            raise _refused("scheme is not s3")
        bucket, _, key = uri.removeprefix(_SCHEME).partition("/")
        flaw = _flaw(bucket, key)
        if flaw is not None:
            raise _refused(flaw)
        return cls(bucket, key)

    @property
    def uri(self) -> str:
        """The location as text; `parse` reads it back."""
        return f"{_SCHEME}{self.bucket}/{self.key}"

    def __str__(self) -> str:
        return self.uri


def _flaw(bucket: str, key: str) -> str | None:
    if not _BUCKET.fullmatch(bucket):
        return "bucket name is not 3 to 63 lowercase letters, digits, dots and hyphens"
    if _CONTROL.search(key):
        return "key has a control character"
    if any(segment in {"", ".", ".."} for segment in key.split("/")):
        return "key is empty or has an empty or relative segment"
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return "key is not valid Unicode"
    return f"key is longer than {_MAX_KEY_BYTES} bytes" if size > _MAX_KEY_BYTES else None


def _refused(flaw: str) -> AssetRefusedError:
    return AssetRefusedError(
        what=f"A URI was refused because its {flaw}.",
        remedy="Store the object under a plain key and refer to it as s3://bucket/key.",
    )
