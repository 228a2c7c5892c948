"""A fingerprint in a C2PA manifest: the assertion by which a manifest that was stripped is found again."""

from typing import Any, Final

from pipeline.fingerprints.fingerprint import ALGORITHM, Fingerprint

__all__ = ["SOFT_BINDING", "soft_binding"]

SOFT_BINDING: Final = "c2pa.soft-binding"
"""The assertion's label."""


def soft_binding(fingerprint: Fingerprint) -> dict[str, Any]:
    """The data of the assertion that binds a manifest to a fingerprint of the whole asset."""
    # A scope that names neither region nor time span is all of it.
    return {"alg": ALGORITHM, "blocks": [{"scope": {}, "value": fingerprint.code}]}
