"""S3 by obstore, for the tuned loop and the floor: a store a bucket, over one connection pool each."""

from functools import cache

import obstore
from obstore.store import S3Store

from bench.peers.event import Places

__all__ = ["obstore_places"]


def obstore_places(endpoint: str, content_bucket: str, records_bucket: str) -> Places:
    """Where a peer reads and writes; keys and region come from the environment."""

    @cache
    def store(bucket: str) -> S3Store:
        return S3Store(
            bucket,
            endpoint=endpoint,
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )

    def get(bucket: str, key: str) -> bytes:
        return bytes(obstore.get(store(bucket), key).bytes())

    def put(bucket: str, key: str, body: bytes, media_type: str) -> None:
        obstore.put(store(bucket), key, body, attributes={"Content-Type": media_type})

    return Places(content_bucket=content_bucket, records_bucket=records_bucket, get=get, put=put)
