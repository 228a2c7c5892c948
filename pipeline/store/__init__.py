"""The store: the port to object storage, where every object lies, and how to find it again.

What the use cases need is here. What talks to a server is imported by name: `connection`, `s3` and `buckets`.
"""

from pipeline.store.layout import Layout, Pointer
from pipeline.store.location import Location
from pipeline.store.port import (
    ObjectHead,
    ObjectStore,
    ObjectTooLargeError,
    StoredObject,
    StoreRefusedError,
    StoreUnavailableError,
)

__all__ = [
    "Layout",
    "Location",
    "ObjectHead",
    "ObjectStore",
    "ObjectTooLargeError",
    "Pointer",
    "StoreRefusedError",
    "StoreUnavailableError",
    "StoredObject",
]
