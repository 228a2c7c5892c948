"""Reading objects whose headers are not ASCII: a file name in Chinese in a Content-Disposition is one.

Whoever stored them did nothing that S3 forbids. Many stores give such headers back as they came, and obstore then reads
nothing of the object; boto3 takes each byte for a character.
"""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from pipeline.media_types import UNKNOWN
from pipeline.store.boto_errors import boto_code, boto_errors_as_families
from pipeline.store.location import Location
from pipeline.store.port import ObjectHead, OpenObject
from pipeline.store.rights import remedy_for

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

__all__ = ["open_with_foreign_headers"]

_GET: Final = "get"


def open_with_foreign_headers(client: "S3Client", at: Location) -> OpenObject | None:
    """An object whose bytes are read later; None where there is none.

    Raises:
        StoreUnavailableError: the store did not answer or failed.
        StoreRefusedError: credentials, policy or a missing bucket stand in the way.
    """
    with boto_errors_as_families(_GET, at.bucket, remedy=remedy_for(_GET)):
        try:
            found = client.get_object(Bucket=at.bucket, Key=at.key)
        except ClientError as error:
            if boto_code(error) == "NoSuchKey":
                return None
            raise

    def read() -> bytes:
        with boto_errors_as_families(_GET, at.bucket, remedy=remedy_for(_GET)):
            return found["Body"].read()

    return OpenObject(head=_head_of(found), read=read)


def _head_of(found: "GetObjectOutputTypeDef") -> ObjectHead:
    media_type = found.get("ContentType", UNKNOWN)
    return ObjectHead(
        # What is not ASCII is no media type (RFC 6838 §4.2).
        media_type=media_type if media_type.isascii() else UNKNOWN,
        metadata={name.lower(): _legible(value) for name, value in found["Metadata"].items()},
        size=found["ContentLength"],
    )


def _legible(value: str) -> str:
    """A header as who wrote it meant it: most say UTF-8."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
