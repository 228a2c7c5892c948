"""Which bytes a hard binding leaves out beside the manifest, and whether anything could hide there.

The library says that a claim leaves out more than the manifest of every MP4-like file and every TIFF that it signs
itself. In the first it is free space, which players skip; in the second it is the field that says how long the manifest
is. A claim that leaves out more, the media data for instance, would stay valid whatever is put in its place; that the
codes are for.
"""

from collections.abc import Mapping
from typing import Final

from pipeline.credentials.data_hash import BadBindingError, data_hash_of
from pipeline.credentials.report import DetailedManifest
from pipeline.credentials.sdk import Examination
from pipeline.credentials.tiff_entry import manifest_entry

__all__ = ["leaves_out_nothing_else"]

_BMFF: Final = "assertion.bmffHash.additionalExclusionsPresent"
_DATA: Final = "assertion.dataHash.additionalExclusionsPresent"

_MANDATORY: Final = frozenset({"/ftyp", "/mfra"})
_PADDING: Final = frozenset({"/free", "/skip"})
_MANIFEST_STORE: Final = list(bytes.fromhex("d8fec3d61b0e483c92975828877ec481"))


def leaves_out_nothing_else(code: str, examination: Examination, manifest: DetailedManifest) -> bool:
    """Whether what a code says is left out is nothing in which content could hide; False for all other codes."""
    match code:
        case str(bmff) if bmff == _BMFF:
            return _nothing_but_padding(manifest.assertions)
        case str(data) if data == _DATA:
            return _nothing_but_the_entry(examination, manifest)
        case _:
            return False


def _nothing_but_the_entry(examination: Examination, manifest: DetailedManifest) -> bool:
    """Whether a data hash leaves out the manifest of a TIFF, and of its directory entry the count: to the byte."""
    entry = manifest_entry(examination.asset)
    if entry is None or examination.asset[entry.store.start : entry.store.stop] != examination.manifest:
        return False
    try:
        exclusions = data_hash_of(manifest).exclusions
    except BadBindingError:
        return False
    return {range(exclusion.start, exclusion.stop) for exclusion in exclusions} <= {entry.count, entry.store}


def _nothing_but_padding(assertions: Mapping[str, object]) -> bool:
    """Whether all BMFF hash assertions leave out only what they must (C2PA 2.4 §18.6) and free space."""
    bindings = [assertion for label, assertion in assertions.items() if label.startswith("c2pa.hash.bmff")]
    return bool(bindings) and all(_is_plain(exclusion) for binding in bindings for exclusion in _exclusions(binding))


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
