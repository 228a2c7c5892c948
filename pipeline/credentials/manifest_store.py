"""Manifest stores as bytes, told from files that have one."""

import struct
from collections.abc import Iterator
from typing import Final

__all__ = ["STORE_MEDIA_TYPE", "active_manifest_alone", "claim_signature", "is_manifest_store", "manifests_in"]

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


def manifests_in(store: bytes) -> dict[str, bytes]:
    """The manifests of a store by their label, each as the bytes of its box; the active one is the last.

    Raises:
        ValueError: these bytes are no manifest store.
    """
    _, *manifests = _boxes(store[_HEADER.size :]) if is_manifest_store(store) else [b""]
    return {_label(manifest): manifest for manifest in manifests}


def claim_signature(manifest: bytes) -> bytes:
    """The signature in the box of a manifest: the last member of its COSE_Sign1, which has no payload (RFC 9052 §4.2).

    Raises:
        ValueError: there is none.
    """
    for box in _boxes(manifest[_HEADER.size :]):
        if box[4:8] == b"jumb" and _label(box) == "c2pa.signature":
            *_, cose = _boxes(box[_HEADER.size :])
            return _last_string(cose[_HEADER.size :])
    raise ValueError("a manifest has no signature")


def _label(box: bytes) -> str:
    """The label of a superbox, from its description box: a type, a byte of toggles, and then the label."""
    description = next(_boxes(box[_HEADER.size :]))
    label, end, _ = description[_HEADER.size + len(_C2PA) + 1 :].partition(b"\0")
    if not end:
        raise ValueError("a box has no label")
    return label.decode()


def _last_string(cbor: bytes) -> bytes:
    """The byte string behind the payload that is left out, null: of one or of two bytes of length."""
    for size, opening in ((1, b"\xf6\x58"), (2, b"\xf6\x59")):
        begin = 0
        while (begin := cbor.find(opening, begin) + 1) > 0:
            start = begin + 1 + size
            if start + int.from_bytes(cbor[begin + 1 : start], "big") == len(cbor):
                return cbor[start:]
    raise ValueError("a signature has no end")


def _boxes(content: bytes) -> Iterator[bytes]:
    """The boxes that lie one after the other."""
    begin = 0
    while begin < len(content):
        length, _ = _HEADER.unpack_from(content.ljust(begin + _HEADER.size, b"\0"), begin)
        if length < _HEADER.size or begin + length > len(content):
            raise ValueError("a box is longer than what it is in, or has no end")
        yield content[begin : begin + length]
        begin += length
