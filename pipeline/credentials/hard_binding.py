"""The hard binding of a manifest to bytes: their hash, but for where the manifest itself is (C2PA 2.4, data hash)."""

from collections.abc import Mapping

__all__ = ["Json", "hard_binding"]

Json = Mapping[str, object]


def hard_binding(digest: bytes, *, start: int, length: int) -> Json:
    """The assertion, for the definition of a manifest.

    Args:
        digest: SHA-256 of all bytes but those left out.
        start: where what is left out begins.
        length: how long it is.
    """
    return {
        "label": "c2pa.hash.data",
        "created": True,
        "data": {
            "name": "jumbf manifest",
            "alg": "sha256",
            "hash": list(digest),
            "exclusions": [{"start": start, "length": length}],
            "pad": [],
        },
    }
