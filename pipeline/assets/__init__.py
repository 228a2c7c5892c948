"""Assets: the bytes that events are about, fetched and checked."""

from pipeline.assets.asset import Asset, sha256_hex
from pipeline.assets.fetching import AssetFetcher

__all__ = ["Asset", "AssetFetcher", "sha256_hex"]
