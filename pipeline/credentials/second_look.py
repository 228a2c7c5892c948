"""A second look at a binding that does not hold: what the bytes say about why (the kinds are told in `verdicts`)."""

from collections.abc import Mapping
from typing import Final

from pipeline.credentials.data_hash import BadBindingError, DataHash, data_hash_of
from pipeline.credentials.manifest_store import is_manifest_store
from pipeline.credentials.report import DetailedManifest
from pipeline.credentials.sdk import Examination
from pipeline.credentials.status_codes import look_up
from pipeline.credentials.text import is_another_form, is_other_lines, is_written_in_lines
from pipeline.credentials.verdicts import OwnKind
from pipeline.media_types import canonical

__all__ = ["UNBOUND", "second_look"]

UNBOUND: Final = "claim.hardBindings.missing"
_BINDING: Final = frozenset({"content-tampered", "content-unbound", "partial-coverage"})
_MISMATCH: Final = "assertion.dataHash.mismatch"
_MALFORMED: Final = "assertion.dataHash.malformed"

_REWRITTEN_WHOLE: Final = frozenset({"application/pdf", "image/tiff"})
"""Formats full of positions of their own parts: a program that writes one anew changes bytes all over, whatever it
leaves as it was. In others, a part that is only moved stays the same bytes, and what differs was changed."""


def second_look(
    examination: Examination, codes: tuple[str, ...], manifest: DetailedManifest | None
) -> Mapping[str, OwnKind]:
    """What codes of the active manifest mean here, for those that do not mean what they usually do.

    Args:
        examination: what was examined, and what the library found.
        codes: the codes that are no success.
        manifest: the active manifest.
    """
    if is_manifest_store(examination.asset):
        return dict.fromkeys((code for code in codes if look_up(code).kind in _BINDING), "manifest-alone")
    if not {_MISMATCH, _MALFORMED} & set(codes):
        return {}
    try:
        kind = _reason(examination, data_hash_of(manifest), codes)
    except BadBindingError:
        return {}
    return {} if kind is None else dict.fromkeys((code for code in codes if code in (_MISMATCH, _MALFORMED)), kind)


def _reason(examination: Examination, signed: DataHash, codes: tuple[str, ...]) -> OwnKind | None:
    wrapper = examination.wrapper
    if wrapper is not None:
        other = is_other_lines if _MISMATCH in codes else is_another_form
        return "line-ends-changed" if other(examination.asset, signed, wrapper) else None
    if _MISMATCH not in codes:
        return None
    if signed.fits(examination.asset):
        return "partial-coverage"
    if not signed.exclusions and is_written_in_lines(examination.media_type):
        return "line-ends-changed" if is_other_lines(examination.asset, signed, None) else None
    if canonical(examination.media_type) in _REWRITTEN_WHOLE and _has_moved(examination, signed):
        return "container-rewritten"
    return None


def _has_moved(examination: Examination, signed: DataHash) -> bool:
    """Whether the manifest inside a file is whole, and not where the claim says that it is."""
    store = examination.manifest
    return examination.embedded and not any(
        examination.asset[exclusion.start : exclusion.stop] == store for exclusion in signed.exclusions
    )
