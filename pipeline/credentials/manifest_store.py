"""Manifest stores as bytes, told from files that have one."""

import struct
from collections.abc import Iterator
from typing import Final

__all__ = ["STORE_MEDIA_TYPE", "active_manifest_alone", "is_manifest_store"]

STORE_MEDIA_TYPE: Final = "application/c2pa"

_HEADER: Final = struct.Struct(">I4s")
_C2PA: Final = bytes.fromhex("6332706100110010800000aa00389b71")


def is_manifest_store(asset: bytes) -> bool:
    """Whether these bytes are a C2PA manifest store and nothing else: one JUMBF superbox of that type."""
    return asset[4:8] == b"jumb" and asset[12:16] == b"jumd" and asset[16:32] == _C2PA


def active_manifest_alone(store: bytes) -> bytes:
    """A manifest store with nothing but the active manifest of another one, which is the last in it (C2PA 2.4 §11.1.4).

    Raises:
        ValueError: these bytes are no manifest store with a manifest in it.
    """
    description, *manifests = _boxes(store[_HEADER.size :]) if is_manifest_store(store) else [b""]
    if not manifests:
        raise ValueError("there is no manifest in a store")
    body = description + manifests[-1]
    return _HEADER.pack(_HEADER.size + len(body), b"jumb") + body


def _boxes(content: bytes) -> Iterator[bytes]:
    """The boxes that lie one after the other."""
    begin = 0
    while begin < len(content):
        length, _ = _HEADER.unpack_from(content.ljust(begin + _HEADER.size, b"\0"), begin)
        if length < _HEADER.size or begin + length > len(content):
            raise ValueError("a box is longer than what it is in, or has no end")
        yield content[begin : begin + length]
        begin += length
