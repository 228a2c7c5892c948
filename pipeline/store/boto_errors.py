"""What boto3 raises, as the error families of the store's port."""

import contextlib
from collections.abc import Iterator
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError

from pipeline.store.port import StoreRefusedError, unavailable

__all__ = ["boto_code", "boto_errors_as_families"]


@contextlib.contextmanager
def boto_errors_as_families(operation: str, bucket: str, *, remedy: str) -> Iterator[None]:
    """Turn what boto3 raises inside into an error of the store's port.

    Args:
        operation: what is asked of the store.
        bucket: of which bucket.
        remedy: what to do where the store refuses.

    Raises:
        StoreUnavailableError: the store did not answer or failed.
        StoreRefusedError: credentials, policy or a missing bucket stand in the way.
    """
    try:
        yield
    except BotoCoreError as error:
        raise unavailable(operation, bucket, type(error).__name__) from error
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        said = f"HTTP {status} {boto_code(error)}"
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in (HTTPStatus.REQUEST_TIMEOUT, 429):
            raise unavailable(operation, bucket, said) from error
        raise StoreRefusedError(
            what=f"The object store refuses {operation} in the bucket {bucket}: {said}.", remedy=remedy
        ) from error


def boto_code(error: ClientError) -> str:
    """What the store calls an error."""
    return error.response.get("Error", {}).get("Code", "without an S3 error code")
