"""What a later verdict puts into the feature database, so that every worker knows it from then on."""

from typing import Literal

import msgspec

from pipeline.events.outputs.decisions import HarmCategory

__all__ = ["FeatureAddition"]


class FeatureAddition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of the feature database: bytes by their digest, or what comes near them by a code of theirs."""

    id: str
    version: int
    verdict: Literal["illegal"]
    sha256: str | None = None
    fingerprint: str | None = None
    category: HarmCategory | None = None
