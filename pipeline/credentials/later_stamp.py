"""A time stamp that comes later, in an update manifest (C2PA 2.4, `c2pa.time-stamp`), checked before anybody gets it.

The new manifest store holds the earlier one, byte for byte, and one manifest more, which refers to it, changes nothing
about the asset, and has a time stamp of the earlier manifest's signature. It lies beside the asset, which stays as it
is. The stamp proves that the signature was there at the time of the stamp; not that it was there when it says.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from pipeline.credentials.definition import IngredientCredential, update_definition
from pipeline.credentials.der import der_contents
from pipeline.credentials.manifest_store import claim_signature, manifests_in
from pipeline.credentials.model import Software, StampedManifest
from pipeline.credentials.reading import credential_of
from pipeline.credentials.report import Details
from pipeline.credentials.sdk import (
    Examination,
    ManifestSigner,
    NoManifestError,
    RemoteManifestError,
    UnreadableManifestError,
    UnsuitableAssetError,
    Validator,
)
from pipeline.errors import BugError, OperatorError, SealRefusedError

__all__ = ["add_time_stamp"]

_NOT_READABLE: Final = (
    NoManifestError,
    UnreadableManifestError,
    RemoteManifestError,
    msgspec.MsgspecError,
    RecursionError,
)
_ASSERTION: Final = "c2pa.time-stamp"
_IMPRINTS: Final = ("sha256", "sha384", "sha512")
_INTEGER: Final = 0x02
_TIME: Final = 0x18


def add_time_stamp(
    asset: bytes,
    media_type: str,
    manifest: bytes,
    software: Software,
    *,
    signer: ManifestSigner,
    validator: Validator,
) -> StampedManifest:
    """The manifest store with a time stamp of its active manifest, for the very same asset.

    Args:
        asset: what the manifest is bound to.
        media_type: what it is.
        manifest: its manifest store, from inside the asset or beside it.
        software: who says so.
        signer: signs the update, and knows where time stamps are asked for.
        validator: reads back.

    Raises:
        SealRefusedError: the manifest is not valid for the asset, or the library takes no update of it.
        OperatorError: the stamp is of an authority that is not trusted here; or as `sign` of the signer.
        SigningFailedError: no time stamp came, or no signature.
        BugError: what came back does not hold.
    """
    parent = _examined(asset, media_type, manifest, validator)
    credential = None if parent is None else credential_of(parent, "sidecar", denied=validator.denied)
    label = None if credential is None or credential.state != "valid" else credential.active_manifest
    if parent is None or label is None:
        raise SealRefusedError(
            what="The manifest is not valid for the asset, so that no time stamp is added to it.",
            remedy="See what `sealstream inspect` says of the asset with this manifest.",
        )
    results = msgspec.json.decode(parent.report, type=_Results).validation_results
    own = IngredientCredential(label=label, manifest=manifest, results=results)
    try:
        store = signer.update(update_definition(own, media_type, software), asset)
    except UnsuitableAssetError as error:
        raise SealRefusedError(
            what=f"The C2PA library takes no update of the manifest of this {media_type} asset.",
            remedy="Report this with the asset's media type.",
        ) from error
    examination = _examined(asset, media_type, store, validator)
    stamped = None if examination is None else _checked(examination, store, label, manifest)
    if stamped is None:
        raise BugError(
            what="An update manifest was signed that does not hold; it was thrown away.",
            remedy="Report this with the asset's media type.",
        )
    if not stamped.credential.time_stamped:
        raise OperatorError(
            what="The time stamp is of an authority that is not trusted here; it was thrown away.",
            remedy="Put the authority's root into SEALSTREAM_TRUST_ANCHORS, or name another SEALSTREAM_TIME_STAMP_URL.",
        )
    return stamped


class _Results(msgspec.Struct):
    validation_results: msgspec.Raw


def _examined(asset: bytes, media_type: str, manifest: bytes, validator: Validator) -> Examination | None:
    try:
        return validator.examine(asset, media_type, manifest)
    except _NOT_READABLE:
        return None


def _checked(examination: Examination, store: bytes, label: str, earlier: bytes) -> StampedManifest | None:
    """What was made, if it is valid, has all that was there before, and stamps just that signature; None otherwise."""
    credential = credential_of(examination, "sidecar")
    updated = credential.active_manifest
    if credential.state != "valid" or not credential.has_time_stamp or updated is None or examination.manifest != store:
        return None
    try:
        before, after = manifests_in(earlier), manifests_in(store)
        signature = claim_signature(before[label])
    except (KeyError, ValueError):
        return None
    if after != {**before, updated: after.get(updated)} or updated in before:
        return None
    details = msgspec.json.decode(examination.details, type=Details).of(updated)
    stamps = None if details is None else details.assertions.get(_ASSERTION)
    token = stamps.get(label) if isinstance(stamps, Mapping) else None
    at = _stamped_at(bytes(token), signature) if isinstance(token, list) else None
    if at is None:
        return None
    return StampedManifest(manifest=store, label=updated, stamped_at=at, credential=credential)


def _stamped_at(token: bytes, signature: bytes) -> str | None:
    """When a token stamped a signature (RFC 3161, TSTInfo: imprint, serial number, time); None where it did not."""
    for algorithm in _IMPRINTS:
        _, found, rest = token.partition(hashlib.new(algorithm, signature).digest())
        number = der_contents(rest, _INTEGER) if found else None
        time = None if number is None else der_contents(number[1], _TIME)
        if time is not None:
            return _instant(time[0])
    return None


def _instant(time: bytes) -> str | None:
    """A GeneralizedTime as RFC 3339, to the second."""
    try:
        return datetime.strptime(time[:14].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC).isoformat()
    except ValueError:
        return None
