"""The inbox of the client: where an asset goes, and what becomes of a store that refuses it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from sealstream_client import DeliveryError, Inbox

from pipeline.assets import sha256_hex


class Bucket:
    """A store that refuses what is there already, as S3 does under If-None-Match; it answers at once, or is awaited."""

    def __init__(self, *, is_awaited: bool = False, status: int | None = None) -> None:
        self.objects: dict[str, bytes] = {}
        self.is_awaited = is_awaited
        self.status = status

    def put_object(self, **asked: Any) -> Any:
        if not self.is_awaited:
            return self._put(**asked)

        async def put() -> dict[str, Any]:
            return self._put(**asked)

        return put()

    def _put(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str, IfNoneMatch: str) -> dict[str, Any]:  # noqa: N803
        where = f"s3://{Bucket}/{Key}"
        status = 412 if where in self.objects else self.status
        if status is not None:
            answer: Any = {"Error": {"Code": "Refused"}, "ResponseMetadata": {"HTTPStatusCode": status}}
            raise ClientError(answer, "PutObject")
        self.objects[where] = Body
        return {}


@pytest.mark.parametrize("is_awaited", [False, True])
async def test_the_same_bytes_are_stored_once_under_their_digest(*, is_awaited: bool) -> None:
    bucket = Bucket(is_awaited=is_awaited)
    first, second = [await Inbox(bucket).put(b"picture", mime="image/png") for _ in range(2)]
    digest = sha256_hex(b"picture")
    assert first == second
    assert (first.sha256, first.size, first.mime) == (digest, 7, "image/png")
    assert bucket.objects == {f"s3://sealstream-inbox/sha256/{digest[:2]}/{digest[2:4]}/{digest}": b"picture"}
    assert first.uri in bucket.objects


async def test_a_store_that_does_not_take_it_is_told() -> None:
    with pytest.raises(DeliveryError, match="could not be stored in sealstream-inbox"):
        await Inbox(Bucket(status=503)).put(b"picture", mime="image/png")
