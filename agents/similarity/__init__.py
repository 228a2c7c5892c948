"""What was sealed, for workers to recognise: fingerprints of every manifest record, read from their topic.

In memory, `partitions` decides and knows neither Kafka nor a clock; `known` runs it, with the port and the clockwork of
`agents.following`, and `keeping` writes and loads its snapshots. Elsewhere, `recogniser` has the same index answer over
HTTP, and `asked` asks it.

    known = known_fingerprints_of(kafka_settings)       # anywhere; nothing is known for now
    async with known.following():                       # returns when everything is loaded
        known.nearest([fingerprint], limit=5)           # from any thread
        known.trouble                                   # for /readyz
"""

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from agents.similarity.known import SealedFingerprints
    from agents.similarity.opening import known_fingerprints_of
    from agents.similarity.port import FollowedFingerprints

__all__ = ["FollowedFingerprints", "SealedFingerprints", "known_fingerprints_of"]

_PLACES: Final = {
    "FollowedFingerprints": "port",
    "SealedFingerprints": "known",
    "known_fingerprints_of": "opening",
}
"""Where each name is. They bring numpy, the store and all use cases, 45 MB, which the settings do without."""


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
