"""Which bytes a hard binding of an MP4-like file leaves out, and whether anything could hide there.

The library reports `assertion.bmffHash.additionalExclusionsPresent` for every such file that it signs itself: it
leaves out free space, which players skip. A claim that leaves out more, the media data for instance, would stay valid
whatever is put in its place; that the code is for.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["ADDITIONAL_EXCLUSIONS", "leaves_out_nothing_but_padding"]

ADDITIONAL_EXCLUSIONS: Final = "assertion.bmffHash.additionalExclusionsPresent"

_MANDATORY: Final = frozenset({"/ftyp", "/mfra"})
_PADDING: Final = frozenset({"/free", "/skip"})
_MANIFEST_STORE: Final = list(bytes.fromhex("d8fec3d61b0e483c92975828877ec481"))


def leaves_out_nothing_but_padding(assertions: Mapping[str, object]) -> bool:
    """Whether all BMFF hash assertions leave out only what they must (C2PA 2.4 §18.6) and free space."""
    bindings = [assertion for label, assertion in assertions.items() if label.startswith("c2pa.hash.bmff")]
    return bool(bindings) and all(_is_plain(exclusion) for one in bindings for exclusion in _exclusions(one))


def _exclusions(binding: object) -> list[object]:
    exclusions = binding.get("exclusions") if isinstance(binding, Mapping) else None
    # What is not a list cannot be judged, and is judged like something that may hide anything.
    return exclusions if isinstance(exclusions, list) else [exclusions]


def _is_plain(exclusion: object) -> bool:
    if not isinstance(exclusion, Mapping):
        return False
    path = exclusion.get("xpath")
    if path == "/uuid":
        return exclusion.get("data") == [{"offset": 8, "value": _MANIFEST_STORE}]
    return path in _MANDATORY | _PADDING
