"""Assets: the bytes that events are about, fetched and checked."""

from pipeline.assets.asset import Asset, asset_of, sha256_hex
from pipeline.assets.fetching import AssetFetcher

__all__ = ["Asset", "AssetFetcher", "asset_of", "sha256_hex"]
