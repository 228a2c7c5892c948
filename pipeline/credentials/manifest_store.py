"""Manifest stores as bytes, told from files that have one."""

from typing import Final

__all__ = ["STORE_MEDIA_TYPE", "is_manifest_store"]

STORE_MEDIA_TYPE: Final = "application/c2pa"

_C2PA: Final = bytes.fromhex("6332706100110010800000aa00389b71")


def is_manifest_store(asset: bytes) -> bool:
    """Whether these bytes are a C2PA manifest store and nothing else: one JUMBF superbox of that type."""
    return asset[4:8] == b"jumb" and asset[12:16] == b"jumd" and asset[16:32] == _C2PA
