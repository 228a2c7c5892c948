"""Files whose claims leave out more than they should: signed like any other, which no claim generator here does."""

import hashlib
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import c2pa
import msgspec

from pipeline.credentials.development import DevelopmentChain
from pipeline.credentials.in_process import manifest_signer
from pipeline.credentials.text.native import placeholder, sign_embeddable

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
SIGNATURE = 8
HEADER = SIGNATURE + 25
"""Bytes of a PNG's signature, and up to the end of its header, where a manifest goes."""


def signed_png(chain: DevelopmentChain, png: bytes, *, wider_by: int) -> bytes:
    """A PNG whose claim leaves out its manifest and so many bytes behind it."""
    begin = png[:HEADER]
    rest = png[HEADER:]
    digest = hashlib.sha256(begin + rest[wider_by:]).digest()

    def chunk_with(make: Callable[[c2pa.Builder], bytes], length: int) -> bytes:
        store = make(builder(chain, digest, [(HEADER, length)]))
        return struct.pack(">I", len(store)) + b"caBX" + store + struct.pack(">I", zlib.crc32(b"caBX" + store))

    length = len(chunk_with(placeholder, 0xFFFF))
    return begin + chunk_with(sign_embeddable, length + wider_by) + rest


def signed_tiff(chain: DevelopmentChain, tiff: bytes, *, entry: int, more: Sequence[tuple[int, int]]) -> bytes:
    """A TIFF with one directory behind its pixels, that ends with it, and has an entry for a manifest.

    Args:
        tiff: the file.
        entry: where that entry is.
        more: what the claim leaves out beside the manifest: positions, and how many bytes.
    """

    def store_with(make: Callable[[c2pa.Builder], bytes], digest: bytes, length: int) -> bytes:
        return make(builder(chain, digest, sorted([*more, (len(tiff), length)])))

    order = "<" if tiff[:2] == b"II" else ">"
    big = tiff[2:4] in (b"+\0", b"\0+")
    number = struct.Struct(order + ("Q" if big else "I"))
    length = len(store_with(placeholder, bytes(32), 0xFFFF))
    whole = bytearray(tiff)
    number.pack_into(whole, entry + 4, length)
    number.pack_into(whole, entry + 4 + number.size, len(tiff))
    covered = bytearray(whole)
    for start, size in sorted(more, reverse=True):
        del covered[start : start + size]
    return bytes(whole) + store_with(sign_embeddable, hashlib.sha256(covered).digest(), length)


def builder(chain: DevelopmentChain, digest: bytes, exclusions: Sequence[tuple[int, int]]) -> c2pa.Builder:
    binding = {
        "name": "jumbf manifest",
        "alg": "sha256",
        "hash": list(digest),
        "exclusions": [{"start": start, "length": length} for start, length in exclusions],
        "pad": [],
    }
    says: dict[str, Any] = {
        "claim_generator_info": [{"name": "camera"}],
        "assertions": [
            {"label": "c2pa.actions.v2", "created": True, "data": {"actions": [created()]}},
            {"label": "c2pa.hash.data", "created": True, "data": binding},
        ],
    }
    return c2pa.Builder.from_json(msgspec.json.encode(says).decode(), manifest_signer(chain.material)._context)


def created() -> dict[str, str]:
    return {"action": "c2pa.created", "digitalSourceType": AI}


def plain_tiff(order: str = "<", *, big: bool = False) -> bytes:
    """The smallest TIFF, four grey pixels."""
    return _tiff(order, big=big, directories=1, entry=False)[0]


def tiff_with_entry(order: str = "<", *, big: bool = False, directories: int = 1) -> tuple[bytes, int]:
    """The same with an empty entry for a manifest as its last; and where that is."""
    return _tiff(order, big=big, directories=directories, entry=True)


def _tiff(order: str, *, big: bool, directories: int, entry: bool) -> tuple[bytes, int]:
    width = "Q" if big else "I"
    mark = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    mark += struct.pack(order + "HH", 8, 0) if big else b""
    pixels_at = len(mark) + struct.calcsize(order + width)
    body = bytearray(mark + struct.pack(order + width, pixels_at + 4) + b"\x10\x40\x80\xc0")
    begin = 0
    for number in range(directories):
        tags = [(256, 3, 1, 2), (257, 3, 1, 2), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
        tags += [(273, 4, 1, pixels_at), (277, 3, 1, 1), (278, 3, 1, 2), (279, 4, 1, 4)]
        last = number == directories - 1
        tags += [(0xCD41, 7, 0, 0)] if last and entry else []
        body += struct.pack(order + ("Q" if big else "H"), len(tags))
        for tag, kind, count, value in tags:
            begin = len(body)
            body += struct.pack(order + "HH" + width, tag, kind, count)
            filled = struct.pack(order + ("H" if kind == 3 else "I"), value)
            body += struct.pack(order + width, 0) if tag == 0xCD41 else filled.ljust(8 if big else 4, b"\0")
        following = len(body) + struct.calcsize(order + width)
        body += struct.pack(order + width, 0 if last else following)
    return bytes(body), begin
