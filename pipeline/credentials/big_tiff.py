"""Binding a BigTIFF to its manifest without leaving a hole.

The library puts the manifest into a BigTIFF where it belongs, and lets the claim leave out eight bytes that belong to
another entry of the directory: it counts in the steps of an ordinary TIFF. Who changes these breaks no hash. So the
file is signed once more, with a claim that leaves out the manifest and nothing else: how long that is is known before.
"""

import hashlib
from typing import Final

from pipeline.credentials.data_hash import Make, data_hash_binding
from pipeline.credentials.tiff_entry import manifest_entry

__all__ = ["bound_anew", "is_big_tiff"]

_MARKS: Final = (b"II+\0", b"MM\0+")


def is_big_tiff(asset: bytes) -> bool:
    """Whether the file is a BigTIFF, by its first bytes."""
    return asset[:4] in _MARKS


def bound_anew(signed: bytes, *, place: Make, sign: Make) -> tuple[bytes, bytes] | None:
    """A BigTIFF with a manifest that leaves out itself alone, and that manifest's store; None where it has no place.

    Args:
        signed: the file as the library signed it, the manifest at its end.
        place: makes a manifest store with the given hard binding, as long as a signed one, without signing.
        sign: makes the signed one.
    """
    entry = manifest_entry(signed)
    if entry is None or entry.store.stop != len(signed):
        return None
    start = entry.store.start
    length = len(place(data_hash_binding(bytes(32), start=start, length=len(entry.store))))
    count = length.to_bytes(len(entry.count), "little" if signed[:2] == b"II" else "big")
    covered = signed[: entry.count.start] + count + signed[entry.count.stop : start]
    store = sign(data_hash_binding(hashlib.sha256(covered).digest(), start=start, length=length))
    return (covered + store, store) if len(store) == length else None
